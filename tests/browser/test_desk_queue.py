"""The desk's queue in a real browser: numbers equal to the API, rows that stay under the hand, everything by key."""

# ruff: noqa: F811
import csv
import io
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from dashboard import clock
from tests.browser.desk_page import (
    KINDS,
    PLAIN,
    SHOWN,
    counted,
    desk,  # noqa: F401
    displayed,
    full,  # noqa: F401
    listed,
    open_codes,
    report,
    size_of,
    standing,
)
from tests.browser.entering import signed_in
from tests.browser.own import own
from tests.browser.waiting import until
from tests.support import product
from tests.support.product import Product

TABS = ("register", "dispatch", "border", "unsigned", "late", "supervised", "approval", "all")
# the chosen row: where it stands on the glass, and that it is marked
ROW = """() => {
  const row = document.querySelector("#desk-grid .ag-center-cols-container .is-chosen");
  return row && { top: row.getBoundingClientRect().top, event: row.querySelector("[data-event]").dataset.event };
}"""
FIRST = "document.querySelector('#desk-grid .ag-row[row-index=\"{at}\"] [data-event]').dataset.event"


def expected(full: Product) -> dict[str, int]:
    """Return what each tab must hold, asked of the API alone."""
    every = f"status={open_codes()}"
    waiting = listed(full, "status=reported,pending_dispatch")
    live = full.ask("/api/v1/feed/snapshot")[1]
    rows = [dict(zip(live["columns"], cells, strict=True)) for cells in live["rows"]]
    in_hand = [one for one in rows if one["status"] in ("dispatched", "handling")]
    return {
        "register": standing(full, "status=reported"),
        "dispatch": standing(full, "status=pending_dispatch"),
        "border": sum(bool(one["border"] and not one["border"].get("settled")) for one in waiting),
        "unsigned": standing(full, "status=dispatched"),
        "late": sum(map(late, in_hand)),
        "supervised": standing(full, f"{every}&supervision=ordinary,yellow,red"),
        "approval": sum(bool(one["request"]) for one in rows)
        + sum(one["status"] == "pending_dispatch" and one["decline_count"] > 0 for one in waiting),
        "all": standing(full, every),
    }


def late(one: dict[str, Any]) -> bool:
    """Whether it is due soon or past, by the one moment that the server says (LIFECYCLE §3)."""
    if not one.get("handle_due_at"):
        return False
    return clock.real_now() >= datetime.fromtimestamp(one["warn_due_at"] / 1000, UTC)


def chosen(page: Page) -> str:
    return str(page.evaluate("own.desk.number()"))


def shown_first(page: Page, at: int = 0) -> str:
    return str(page.evaluate(FIRST.format(at=at)))


def test_every_tab_shows_as_many_events_as_the_api_counts(desk: Callable[..., Page], full: Product) -> None:
    page = desk()
    wanted = expected(full)
    made = sum(count for count, _ in KINDS.values())
    assert all(wanted.values()) and wanted["all"] >= PLAIN + made, wanted
    until(lambda: counted(page) == wanted)
    for digit, tab in enumerate(TABS, 1):
        page.keyboard.press(str(digit))
        expect(page.locator(f"#desk-tabs [data-tab={tab}]")).to_have_attribute("aria-selected", "true")
        assert displayed(page) == wanted[tab], tab
        expect(page.locator("#desk-queue-foot")).to_contain_text(f"{wanted[tab]:,}")


def test_a_row_enters_and_leaves_its_tab_as_the_event_moves(desk: Callable[..., Page], full: Product) -> None:
    page = desk()
    page.keyboard.press("1")
    before = displayed(page)
    event = report(full, "电话反映路灯不亮", source="phone")
    assert event["status"] == "reported"
    until(lambda: displayed(page) == before + 1 == counted(page)["register"])
    row = page.locator(f'#desk-grid [data-event="{event["number"]}"]')
    expect(row).to_have_attribute("data-status", "reported")
    said = {"version": event["version"], "reason": "重复上报"}
    assert full.ask(f"/api/v1/events/{event['number']}/reject", said)[0] == 200
    until(lambda: displayed(page) == before == counted(page)["register"])
    expect(row).to_have_count(0)


def test_the_least_time_left_comes_first_and_counts_down(desk: Callable[..., Page]) -> None:
    page = desk()
    page.keyboard.press("5")
    dues = page.evaluate(
        "[...document.querySelectorAll('#desk-grid .ag-row')].sort((a, b) => a.getAttribute('row-index') - b.getAttribute('row-index')).map((row) => Number(row.querySelector('[data-due]').dataset.due))"
    )
    assert dues == sorted(dues) and len(dues) == displayed(page)
    first = page.locator('#desk-grid .ag-row[row-index="0"] .q-left')
    assert dues[0] / 1000 < clock.real_now().timestamp()
    expect(first).to_contain_text("超期")
    report_due = page.locator("#desk-grid .q-left b").last.inner_text()
    assert "时" in report_due or ":" in report_due


def test_a_queue_is_exported_as_it_stands_once_a_reason_is_given(desk: Callable[..., Page]) -> None:
    page = desk()
    page.keyboard.press("2")
    page.locator("#desk-filter select").first.select_option(index=1)
    shown = page.evaluate("own.deskQueue.numbers()")
    assert 0 < len(shown) == displayed(page)
    page.keyboard.press("Shift+E")
    dialog = page.locator("dialog.s-dialog")
    dialog.locator("button[value=csv]").click()
    assert dialog.locator("textarea:invalid").count() == 1 and dialog.is_visible()
    dialog.locator("textarea").fill("交接班清点")
    with page.expect_download() as taken:
        dialog.locator("button[value=csv]").click()
    rows = list(csv.reader(io.StringIO(taken.value.path().read_text("utf-8-sig"))))
    assert [row[0] for row in rows[1:]] == shown
    expect(dialog).to_be_hidden()


def test_fifty_new_rows_move_neither_the_chosen_row_nor_what_is_ticked(
    desk: Callable[..., Page], full: Product
) -> None:
    page = desk()
    page.evaluate(f"{SHOWN}.ensureIndexVisible(600, 'middle')")
    page.locator('#desk-grid .ag-row[row-index="600"] [data-event]').click()
    number = until(lambda: chosen(page))
    page.keyboard.press("x")
    before = until(lambda: page.evaluate(ROW))
    assert before["event"] == number
    ticked = page.evaluate("own.desk.selected()")
    assert ticked == [number]
    had = displayed(page)
    lng, lat = report(full, "占道经营 0", 1)["lng"], report(full, "占道经营 1", 1)["lat"]
    more = [
        {"title": f"占道经营 {n}", "source": "grid_worker", "category": "S0406", "lng": lng, "lat": lat}
        for n in range(48)
    ]
    assert full.ask("/api/v1/events/batch", {"events": more})[0] == 200
    until(lambda: displayed(page) == had + 50)
    after = until(lambda: page.evaluate(ROW))
    assert after["event"] == number
    assert abs(after["top"] - before["top"]) < 1
    # they came above it: the row did move in the list
    assert (
        page.evaluate(
            f"{SHOWN}.getRowNode(String([...live.rows()].find((one) => one.number === {json.dumps(number)}).id)).rowIndex"
        )
        > 600
    )
    assert page.evaluate("own.desk.selected()") == ticked


def test_new_rows_flash_and_a_snapshot_does_not(desk: Callable[..., Page], full: Product) -> None:
    page = desk()
    assert page.locator("#desk-grid .ag-cell-data-changed").count() == 0
    page.keyboard.press("1")
    event = report(full, "群众来访反映积水", source="walk_in")
    row = page.locator("#desk-grid .ag-row", has=page.locator(f'[data-event="{event["number"]}"]'))
    until(lambda: row.locator(".ag-cell-data-changed").count() > 0)


def test_the_queue_is_walked_by_keys_alone(desk: Callable[..., Page]) -> None:
    page = desk()
    page.keyboard.press("2")
    for key in ("j", "j", "ArrowDown"):
        page.keyboard.press(key)
    assert chosen(page) == shown_first(page, 2)
    page.keyboard.press("k")
    assert chosen(page) == shown_first(page, 1)
    page.keyboard.press("ArrowUp")
    number = chosen(page)
    assert number == shown_first(page, 0)
    expect(page.locator(f'#event-body [data-event="{number}"]').first).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("#event-body")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("x")
    assert page.evaluate("own.desk.selected()") == [number]
    page.keyboard.press("x")
    assert page.evaluate("own.desk.selected()") == []


def test_the_list_of_keys_names_every_key_and_closes_by_esc(desk: Callable[..., Page]) -> None:
    page = desk()
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    printed = set(dialog.locator("kbd").all_inner_texts())
    keys = page.evaluate("own.desk.keys().map((one) => one.key)")
    assert len(keys) == len(set(keys)), "a key means two things"
    letters = {one.upper() if one == one.lower() else f"⇧{one}" for one in keys if len(one) == 1}
    assert letters <= printed
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    page.keyboard.press("j")
    assert chosen(page)


def test_the_command_bar_chooses_by_number_filters_by_unit_and_acts_by_verb(
    desk: Callable[..., Page], full: Product
) -> None:
    page = desk()
    command = page.locator("#desk-command")
    wanted = listed(full, "status=dispatched")[0]["number"]
    page.keyboard.press("/")
    expect(command).to_be_focused()
    page.keyboard.type(wanted[-6:])
    expect(page.locator("#desk-offers [role=option]").first).to_contain_text(wanted)
    page.keyboard.press("Enter")
    assert chosen(page) == wanted
    unit = full.ask("/api/v1/units")[1]["items"][0]
    page.keyboard.press("/")
    page.keyboard.type(unit["name"])
    page.keyboard.press("Enter")
    until(lambda: 0 < displayed(page) < size_of(page))
    assert displayed(page) == standing(full, f"status={open_codes()}&unit={unit['code']}")
    expect(page.locator(f'#event-body [data-event="{wanted}"]')).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type("派单")
    page.keyboard.press("Enter")
    expect(page.locator("#desk-news")).to_contain_text(
        "派单"
    )  # it is dispatched already, and the desk says so


def test_two_commands_in_quick_succession_do_not_shut_each_other(desk: Callable[..., Page]) -> None:
    page = desk()
    page.keyboard.press("/")
    page.keyboard.type("00")
    page.evaluate("""() => { // Enter, and the next command begins at once
      const input = document.getElementById('desk-command');
      input.blur();
      input.focus();
      input.value = '派单';
      input.dispatchEvent(new Event('input'));
      return new Promise((done) => setTimeout(done, 300));
    }""")
    expect(page.locator("#desk-offers [role=option]").first).to_contain_text("派单")


def test_a_command_that_is_not_understood_is_said_and_kept(desk: Callable[..., Page]) -> None:
    page = desk()
    page.keyboard.press("/")
    page.keyboard.type("派单 没有这个单位")
    page.keyboard.press("Enter")
    expect(page.locator("#desk-news")).to_contain_text("没有听懂")
    assert page.input_value("#desk-command") == "派单 没有这个单位"


def test_half_a_verb_and_a_shortened_unit_are_offered_whole(desk: Callable[..., Page], full: Product) -> None:
    page = desk()
    offers = page.locator("#desk-offers [role=option]")
    page.keyboard.press("/")
    page.keyboard.type("撤")
    expect(offers.filter(has_text="撤回派单")).to_have_count(1)
    page.fill("#desk-command", "")
    name = next(one["name"] for one in full.ask("/api/v1/units")[1]["items"] if len(one["name"]) > 4)
    page.fill("#desk-command", f"派单 {name[0]}{name[2]}{name[-1]}")
    expect(offers.filter(has_text=name)).to_have_count(1)


def test_what_is_closed_is_found_by_asking_the_server(desk: Callable[..., Page], full: Product) -> None:
    event = report(full, "石板桥栏杆松动", source="phone")
    said = {"version": event["version"], "reason": "重复上报"}
    assert full.ask(f"/api/v1/events/{event['number']}/reject", said)[0] == 200
    page = desk()
    page.keyboard.press("/")
    page.keyboard.type("石板桥")
    offer = page.locator("#desk-offers [role=option]", has_text=event["number"])
    expect(offer).to_be_visible()
    offer.click()
    expect(page.locator(f'#event-body [data-event="{event["number"]}"]').first).to_be_visible()


def test_filters_narrow_together_and_their_rows_are_the_apis(
    desk: Callable[..., Page], full: Product
) -> None:
    page = desk()
    street = page.locator("#desk-filter select").first.locator("option").nth(1).get_attribute("value")
    page.locator("#desk-filter select").first.select_option(street)
    until(lambda: displayed(page) < size_of(page))
    assert displayed(page) == standing(full, f"status={open_codes()}&area={street}")
    head = page.locator("#desk-filter select").nth(1).locator("option").nth(1).get_attribute("value")
    page.locator("#desk-filter select").nth(1).select_option(head)
    assert displayed(page) == standing(full, f"status={open_codes()}&area={street}&category={head}")
    page.locator("#desk-text").fill("仙岳路")
    narrow = displayed(page)
    assert 0 < narrow < standing(full, f"status={open_codes()}&area={street}&category={head}")
    titles = page.evaluate(
        f"(() => {{ const found = []; {SHOWN}.forEachNodeAfterFilter((node) => found.push([node.data.title, node.data.address].join())); return found; }})()"
    )
    assert all("仙岳路" in one for one in titles) and len(titles) == narrow


@pytest.mark.parametrize("size", [(1920, 1080), (1366, 768)])
@pytest.mark.parametrize("lang", ["zh_CN", "en"])
def test_no_part_of_the_desk_overlaps_another_or_leaves_the_glass(
    desk: Callable[..., Page], size: tuple[int, int], lang: str
) -> None:
    page = desk(f"/desk?lang={lang}", size)
    page.keyboard.press("2")
    page.keyboard.press("j")
    expect(page.locator("#event-body [data-event]").first).to_be_visible()
    boxes = page.evaluate(
        """() => [".d-top", "#desk-queue", "#desk-event", "#desk-dispatch", "#desk-foot"].map((name) => {
             const box = document.querySelector(name).getBoundingClientRect();
             return [name, box.left, box.top, box.right, box.bottom];
           })"""
    )
    wrong = [
        (one[0], other[0])
        for at, one in enumerate(boxes)
        for other in boxes[at + 1 :]
        if one[1] < other[3] - 1 and other[1] < one[3] - 1 and one[2] < other[4] - 1 and other[2] < one[4] - 1
    ]
    assert wrong == []
    assert [box[0] for box in boxes if box[3] > size[0] + 1 or box[4] > size[1] + 1 or box[1] < -1] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for inner in ("#desk-command", "#desk-clock", "#desk-queue-foot"):
        box = page.locator(inner).bounding_box()
        assert box and box["x"] >= 0 and box["x"] + box["width"] <= size[0], inner
        assert inner != "#desk-command" or box["width"] > 150
    tabs = page.evaluate(
        "(() => { const box = document.getElementById('desk-tabs'); return [box.scrollWidth, box.clientWidth]; })()"
    )
    assert tabs[0] <= tabs[1], "a tab is out of sight"


def test_the_grids_script_comes_to_the_desk_alone_and_everything_from_its_own_origin(
    desk: Callable[..., Page], full: Product
) -> None:
    page = desk()
    fetched = page.evaluate("performance.getEntriesByType('resource').map((one) => one.name)")
    assert any("dash_ag_grid" in one for one in fetched)
    assert [one for one in fetched if not one.startswith((full.address, "data:", "blob:"))] == []
    other = page.request.get(f"/event/{listed(full, 'status=dispatched')[0]['number']}").text()
    scripts = re.findall(r"<script src=\"([^\"]+)", other)
    assert scripts and not any("dash_ag_grid" in one or "dash_leaflet" in one for one in scripts)


def test_an_empty_desk_says_that_nothing_waits(browser: Browser, tmp_path: Path) -> None:
    with product.start(tmp_path, "--no-demo") as running:
        context = signed_in(browser, running.address, "operator")
        page = context.new_page()
        page.goto("/desk")
        own(page)
        expect(page.locator("#desk-queue-foot")).to_contain_text("这里没有要办的事件", timeout=15_000)
        expect(page.locator("#desk-counts [data-kpi=pending] b")).to_have_text("0")
        assert set(counted(page).values()) == {0}
        page.keyboard.press("j")
        assert chosen(page) == ""
        context.close()
