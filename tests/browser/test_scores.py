"""The leaders' page under fingers: three taps from a rank to its events, frozen periods, appeals, exports, at three sizes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.past_month import NOW, OCTOBER, lived
from tests.browser.phone_page import PROMPT_MS, Cast
from tests.browser.waiting import until
from tests.support import product
from tests.support.product import Product

SIZES = ((1180, 820), (820, 1180), (390, 844))
SMALL = """() => [...document.querySelectorAll('#scores button, #scores a, #scores select, #scores input')]
  .filter((node) => node.getClientRects().length && !node.disabled)
  .map((node) => [node.className || node.tagName, Math.round(node.getBoundingClientRect().height), node.textContent])
  .filter(([, tall]) => tall < 44)"""

# what begins on the screen and ends beside it, outside of boxes that scroll
CUT = """() => [...document.querySelectorAll('#scores .s-top *, #scores .s-tools *, #scores .s-panel__h *, #scores .s-answer *, #scores .s-filters *')]
  .filter((node) => node.getClientRects().length && node.getBoundingClientRect().right > innerWidth + 1)
  .map((node) => node.className || node.tagName)"""


@pytest.fixture(scope="module")
def known(folder: Path) -> dict[str, str]:
    return lived(folder)


@pytest.fixture(scope="module")
def centre(folder: Path, known: dict[str, str]) -> Iterator[Product]:
    with product.start(folder, "--no-demo", "--clock-start", NOW) as running:
        (running.token,) = product.token_for(folder, "leader")
        yield running


def opened(
    cast: Cast, path: str, account: str = "leader", size: tuple[int, int] = SIZES[0], **more: Any
) -> Page:
    view = {"width": size[0], "height": size[1]}
    page = cast.enter(account, path, viewport=view, has_touch=True, accept_downloads=True, **more)
    page.wait_for_selector(".s-row[data-code], .s-tiles, .s-panel", timeout=PROMPT_MS)
    return page


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_three_taps_lead_from_a_board_to_the_events_behind_a_number(
    cast: Cast, centre: Product, known: dict[str, str], size: tuple[int, int]
) -> None:
    page = opened(cast, "/scores", size=size)
    row = page.locator(f'.s-row[data-code="{known["unit"]}"]')
    points = row.locator(".s-c--points .s-num").get_attribute("data-points")
    row.locator(".s-rank").tap()
    sheet = page.locator("#scores-sheet")
    expect(sheet.locator(".s-item").first).to_be_visible(timeout=PROMPT_MS)
    assert sheet.get_attribute("data-sum") == points
    page.locator(".s-x").tap()
    number = row.locator(".s-num[data-kpi]").first
    counted = number.get_attribute("data-num")
    number.tap()
    expect(sheet.locator(".s-item").first).to_be_visible(timeout=PROMPT_MS)
    assert sheet.get_attribute("data-count") == counted
    sheet.locator(".s-item__a").first.tap()
    page.wait_for_url("**/event/*")


@pytest.mark.parametrize("lang", ["zh_CN", "en"])
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_everything_to_tap_is_large_enough_and_nothing_runs_off_the_side(
    cast: Cast, size: tuple[int, int], lang: str
) -> None:
    page = opened(cast, f"/scores?period={OCTOBER}&lang={lang}", size=size)
    for step in ("", "[data-board=kpis]", "[data-board=cases]", "[data-board=streets]"):
        if step:
            page.locator(step).tap()
            page.wait_for_selector(
                {"[data-board=kpis]": ".s-tiles", "[data-board=cases]": ".s-panel"}.get(
                    step, ".s-table--streets .s-row[data-code]"
                )
            )
        assert page.evaluate(SMALL) == []
        assert page.evaluate(CUT) == []


NUMBERS = {
    "points": "row.querySelector('.s-c--points .s-num').dataset.points",
    "on_time_close_rate": "(({ dataset }) => Number(dataset.den) ? dataset.num / dataset.den : -1)(row.querySelector('[data-kpi=on_time_close_rate]'))",
    "satisfaction_rate": "(({ dataset }) => Number(dataset.den) ? dataset.num / dataset.den : -1)(row.querySelector('[data-kpi=satisfaction_rate]'))",
}


@pytest.mark.parametrize("name", NUMBERS)
def test_a_tap_on_a_head_sorts_the_lines_by_it_greatest_first(cast: Cast, name: str) -> None:
    page = opened(cast, "/scores?sort=name")
    head = page.locator(f"[data-sort={name}]")
    head.tap()
    expect(page.locator(f"[aria-sort=descending]:has([data-sort={name}])")).to_be_visible()
    read = f"[...document.querySelectorAll('.s-row[data-code]')].map((row) => Number({NUMBERS[name]}))"
    shown = page.evaluate(read)
    assert len(set(shown)) > 1 and shown == sorted(shown, reverse=True)
    assert f"sort={name}" in page.url


def test_a_search_leaves_the_lines_that_hold_the_words(cast: Cast) -> None:
    page = opened(cast, "/scores")
    rows = page.locator(".s-row[data-code]")
    names = rows.locator(".s-name").all_inner_texts()
    page.locator(".s-find").fill("街道")
    kept = [name for name in names if "街道" in name]
    assert 0 < len(kept) < len(names)
    expect(rows).to_have_count(len(kept))
    assert sorted(rows.locator(".s-name").all_inner_texts()) == sorted(kept)
    page.locator(".s-find").fill("没有这样的单位")
    expect(page.locator(".s-body")).to_have_attribute("data-empty", "没有符合的行")


def test_taps_go_down_area_by_area_and_the_road_goes_up_again(cast: Cast, centre: Product) -> None:
    page = opened(cast, "/scores?board=streets")
    for board, level in (("communities", "community"), ("grids", "grid")):
        above = page.locator(".s-row[data-code]:has(.s-down)").first.get_attribute("data-code")
        page.locator(f'.s-row[data-code="{above}"] .s-down').tap()
        rows = page.locator(f".s-table--{board} .s-row[data-code]")
        expect(rows.first).to_be_visible(timeout=PROMPT_MS)
        _, areas = centre.ask(f"/api/v1/areas?level={level}")
        within = {
            one["properties"]["code"] for one in areas["features"] if one["properties"]["parent"] == above
        }
        assert {row.get_attribute("data-code") for row in rows.all()} == within
    assert page.locator(".s-step").count() == 3
    page.locator(".s-step").first.tap()
    expect(page.locator(".s-step")).to_have_count(0)


def test_how_it_is_counted_says_formula_points_period_and_source(cast: Cast, centre: Product) -> None:
    page = opened(cast, "/scores")
    page.locator(".s-how").tap()
    sheet = page.locator("#scores-sheet")
    _, formula = centre.ask("/api/v1/scores/formula")
    for one in formula["parts"]:
        expect(sheet).to_contain_text(one["formula"], timeout=PROMPT_MS)
    for one in formula["points"]:
        expect(sheet).to_contain_text(one["name"])
    expect(sheet).to_contain_text("本地日历日")
    expect(sheet).to_contain_text("LIFECYCLE §7、§8")


def test_an_open_board_shows_its_trend_and_follows_what_happens(cast: Cast, centre: Product) -> None:
    page = cast.enter("leader", "/scores", clock=True, viewport={"width": 1180, "height": 820})
    expect(page.locator(".s-row[data-code] .s-spark").first).to_be_visible(timeout=PROMPT_MS)
    page.locator("[data-board=kpis]").click()
    tile = page.locator('.s-tile[data-kpi="reported"]')
    expect(tile).to_be_visible(timeout=PROMPT_MS)
    before = int(tile.get_attribute("data-num") or 0)
    body = {"title": "占道堆物", "source": "phone", "category": "S0406", "address": "南山路"}
    assert centre.ask("/api/v1/events", body, cast.token("operator"))[0] == 201
    page.clock.fast_forward(16_000)
    expect(tile).to_have_attribute("data-num", str(before + 1), timeout=PROMPT_MS)


def test_a_frozen_month_says_since_when_and_what_was_corrected(
    cast: Cast, centre: Product, known: dict[str, str]
) -> None:
    told = centre.ask(f"/api/v1/scores?board=units&period={OCTOBER}")[1]["corrections"]
    entries = next(one["entries"] for one in told if one["code"] == known["unit"])
    assert entries
    page = opened(cast, f"/scores?period={OCTOBER}")
    expect(page.locator("#scores-when")).to_contain_text("已定格")
    page.locator(".s-fix").tap()
    fixed = page.locator(f'.s-fixed[data-code="{known["unit"]}"]')
    expect(fixed).to_contain_text("定格")
    expect(fixed.locator(f'[data-event="{known["reopened"]}"]')).to_have_count(len(entries))
    page.locator("[data-period=month]").tap()
    expect(page.locator("#scores-when")).to_contain_text("数据截至", timeout=PROMPT_MS)
    expect(page.locator(".s-fix")).to_have_count(0)


def test_without_a_server_the_page_says_which_days_its_numbers_are_still_of(cast: Cast) -> None:
    page = opened(cast, "/scores?board=kpis")
    when = page.locator("#scores-when")
    expect(when).to_contain_text("2026-11-01 至 2026-11-30")
    page.route("**/api/v1/**", lambda asked: asked.abort())
    page.locator("[data-period=year]").tap()
    expect(when).to_have_text("没有连上服务器，仍是 2026-11-01 至 2026-11-30 的数字", timeout=PROMPT_MS)
    page.unroute("**/api/v1/**")
    page.locator("[data-period=month]").tap()
    expect(when).to_contain_text("数据截至", timeout=PROMPT_MS)


def test_beside_frozen_numbers_the_page_says_which_are_of_the_records_as_they_are_now(
    cast: Cast, centre: Product, known: dict[str, str]
) -> None:
    area = centre.ask("/api/v1/areas?level=street")[1]["features"][0]["properties"]["code"]
    kept = f"period={OCTOBER}&unit={known['unit']}"
    for narrow, counted_now in ((kept, False), (f"{kept}&area={area}", True)):
        _, found = centre.ask(f"/api/v1/kpis?{narrow}")
        assert found["frozen_at"] and ("finish_to_close" in found["counted_now"]) is counted_now
        page = opened(cast, f"/scores?board=kpis&{narrow}")
        expect(page.locator("#scores-when")).to_contain_text("已定格")
        expect(page.locator(".s-panel:has(.s-now)")).to_have_count(2 + counted_now)
    page = opened(cast, "/scores?board=kpis")
    expect(page.locator(".s-tile").first).to_be_visible(timeout=PROMPT_MS)
    expect(page.locator(".s-now")).to_have_count(0)


def test_the_numbers_are_narrowed_by_unit_category_and_channel(cast: Cast, known: dict[str, str]) -> None:
    page = opened(cast, "/scores?board=kpis")
    tile = page.locator('.s-tile[data-kpi="reported"]')
    whole = int(tile.get_attribute("data-num") or 0)
    assert whole > 0
    page.locator("select[name=channel]").select_option("sensor")
    expect(tile).to_have_attribute("data-num", "0", timeout=PROMPT_MS)
    page.locator("select[name=channel]").select_option("")
    page.locator("select[name=unit]").select_option(known["unit"])
    expect(tile).not_to_have_attribute("data-num", "0", timeout=PROMPT_MS)
    tile.tap()
    expect(page.locator("#scores-sheet .s-item").first).to_be_visible(timeout=PROMPT_MS)
    assert page.locator("#scores-sheet").get_attribute("data-count") == tile.get_attribute("data-num")


def test_a_number_of_the_levels_opens_the_events_it_counts(cast: Cast) -> None:
    page = opened(cast, f"/scores?board=kpis&period={OCTOBER}")
    cell = page.locator("[data-cell]").first
    counted = cell.inner_text()
    cell.tap(timeout=PROMPT_MS)
    sheet = page.locator("#scores-sheet")
    expect(sheet).to_have_attribute("data-count", counted, timeout=PROMPT_MS)
    expect(sheet.locator(".s-item")).to_have_count(int(counted))


def test_an_export_asks_what_for_and_gives_the_board(cast: Cast, known: dict[str, str]) -> None:
    page = opened(cast, "/scores")
    page.locator("#scores-tools .s-export").tap()
    dialog = page.locator("dialog.s-dialog")
    dialog.locator("button[value=csv]").tap()
    assert dialog.is_visible()  # a reason is demanded first
    dialog.locator("textarea").fill("月度考评会")
    with page.expect_download() as coming:
        dialog.locator("button[value=csv]").tap()
    text = Path(coming.value.path()).read_text("utf-8-sig")
    assert known["unit"] in text and coming.value.suggested_filename.endswith(".csv")
    expect(dialog).to_be_hidden()


@pytest.mark.parametrize(
    ("board", "title"),
    [("kpis", "分项"), ("kpis", "堵在哪里"), ("kpis", "小事不出网格、社区、街道"), ("kpis", "退单与返工"), ("cases", "待复核的申诉")],
)  # fmt: skip
def test_every_table_beside_the_boards_is_taken_away_as_it_stands(cast: Cast, board: str, title: str) -> None:
    page = opened(cast, f"/scores?board={board}")
    panel = page.locator(f".s-panel:has(h2:text('{title}'))")
    panel.locator(".s-export").tap()
    dialog = page.locator("dialog.s-dialog")
    expect(dialog.locator("h2")).to_contain_text(title)
    dialog.locator("textarea").fill("月度考评会")
    with page.expect_download() as coming:
        dialog.locator("button[value=csv]").tap()
    text = Path(coming.value.path()).read_text("utf-8-sig")
    shown = panel.locator("tbody th, .s-case > .s-link").all_inner_texts()
    assert shown and all(name in text for name in shown), (shown, text)


def test_two_people_review_an_appeal_where_it_stands(
    cast: Cast, centre: Product, known: dict[str, str]
) -> None:
    case = f'[data-panel=waiting] [data-event="{known["appealed"]}"]'
    for account in ("operator", "lead"):
        page = opened(cast, "/scores?board=cases", account)
        page.locator(f"{case} input").fill("已核对施工通告")
        page.locator(f"{case} button[value=uphold]").tap()
        if account == "operator":
            expect(page.locator(f'{case}[data-state="reviewing"]')).to_be_visible(timeout=PROMPT_MS)
            expect(page.locator(f"{case} form")).to_have_count(0)
    decided = page.locator(f'[data-panel=decided] [data-event="{known["appealed"]}"]')
    expect(decided).to_have_attribute("data-state", "upheld", timeout=PROMPT_MS)


def test_personal_data_are_asked_for_approved_by_another_and_taken(cast: Cast) -> None:
    mine = opened(cast, "/scores?board=cases", "operator")
    mine.locator("[data-panel=requests] > form input").fill("回访本月上报人")
    mine.locator("[data-panel=requests] > form button").tap()
    expect(mine.locator('[data-request][data-state="asked"]')).to_be_visible(timeout=PROMPT_MS)
    assert mine.locator("[data-request] form").count() == 0
    lead = opened(cast, "/scores?board=cases", "lead")
    lead.locator("[data-request] input").fill("同意")
    lead.locator("[data-request] button[value=approve]").tap()
    expect(lead.locator('[data-request][data-state="approved"]')).to_be_visible(timeout=PROMPT_MS)
    assert lead.locator("[data-request] a").count() == 0
    mine.reload()
    with mine.expect_download() as coming:
        mine.locator("[data-request] a").first.tap()
    assert "上报人" in Path(coming.value.path()).read_text("utf-8-sig").splitlines()[0]


def test_an_answer_to_one_case_leaves_what_is_written_about_another(cast: Cast) -> None:
    mine = opened(cast, "/scores?board=cases", "operator")
    for why in ("回访甲", "回访乙"):
        mine.locator("[data-panel=requests] > form input").fill(why)
        mine.locator("[data-panel=requests] > form button").tap()
        expect(mine.locator("[data-request]", has_text=why)).to_be_visible(timeout=PROMPT_MS)
    lead = opened(cast, "/scores?board=cases", "lead")
    one, other = (lead.locator("[data-request]", has_text=why) for why in ("回访甲", "回访乙"))
    one.locator("input").fill("同意")
    other.locator("input").fill("还要再问一句")
    one.locator("button[value=approve]").tap()
    expect(one).to_have_attribute("data-state", "approved", timeout=PROMPT_MS)
    expect(other.locator("input")).to_have_value("还要再问一句")


def test_a_late_export_leaves_the_dialog_that_is_open_for_another_table(cast: Cast) -> None:
    page = opened(cast, "/scores?board=kpis")
    held: list[Route] = []
    page.route("**/api/v1/exports/*", lambda asked: held.append(asked))
    buttons = page.locator(".s-panel .s-export")
    dialog = page.locator("dialog.s-dialog")
    buttons.first.tap()
    title = dialog.locator("h2").inner_text()
    dialog.locator("textarea").fill("月度考评会")
    dialog.locator("button[value=csv]").tap()
    until(lambda: page.evaluate("true") and held)
    dialog.get_by_role("button", name="取消").tap()
    buttons.last.tap()
    assert dialog.locator("h2").inner_text() != title
    with page.expect_download() as coming:
        held.pop().continue_()
    assert coming.value.suggested_filename.split()[0] in title
    assert dialog.is_visible() and not dialog.locator(".s-dialog__says").inner_text()


def test_a_worker_sees_the_own_line_and_a_unit_no_worker(cast: Cast, centre: Product) -> None:
    rows = centre.ask("/api/v1/scores?board=workers&period=month")[1]["rows"]
    worker = next(row["code"] for row in rows if row["points"] != "0.0")
    page = opened(cast, "/scores?board=workers", worker)
    assert [row.get_attribute("data-code") for row in page.locator(".s-row[data-code]").all()] == [worker]
    unit = opened(cast, "/scores", "unit-URBAN_MGMT")
    assert unit.locator("[data-board=workers]").count() == 0


def test_without_a_connection_the_numbers_stay_and_the_page_says_so(cast: Cast) -> None:
    page = opened(cast, "/scores")
    page.context.set_offline(True)
    page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator("#scores-when")).to_contain_text("没有连上", timeout=PROMPT_MS)
    assert page.locator(".s-row[data-code]").count() > 3
    page.context.set_offline(False)
    page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator("#scores-when")).to_contain_text("数据截至", timeout=PROMPT_MS)


def test_the_page_speaks_english_whole(cast: Cast) -> None:
    page = opened(cast, f"/scores?period={OCTOBER}&lang=en")
    for board in ("units", "kpis", "cases"):
        page.locator(f".s-tab[data-board={board}]").tap()
        page.wait_for_selector({"kpis": ".s-tiles", "cases": "[data-panel]"}.get(board, ".s-row[data-code]"))
        said = page.evaluate(
            """() => [...document.querySelectorAll('.s-top *, .s-bar *, .s-row--head *, .s-foot, .s-panel h2, .s-tile__n')]
              .filter((node) => !node.children.length).map((node) => node.textContent).filter((text) => /[\\u4e00-\\u9fff]/.test(text))"""
        )
        assert said == []
