"""The unit's page in real browsers: a race for one card, the work that follows, alarms, points with every entry."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.entering import somebody
from tests.browser.phone_page import (
    PHONE,
    PROMPT_MS,
    Cast,
    act,
    picture,
    ready,
    report,
    rivals,
    state,
)
from tests.browser.waiting import until
from tests.support.product import Product


def card(page: Page, number: str) -> object:
    return page.locator(f'#claim-pool [data-event="{number}"]')


def mine(page: Page, number: str) -> object:
    return page.locator(f'#claim-mine [data-event="{number}"]')


def test_of_two_units_that_press_at_once_one_wins_and_the_other_reads_to_whom_and_when(
    cast: Cast, centre: Product
) -> None:
    number = report(centre)["number"]
    units = rivals(centre, number)[:2]
    pages = [ready(cast.desk(f"unit-{unit}", "/claim", clock=True)) for unit in units]
    for page in pages:
        expect(page.locator(f'#claim-pool [data-event="{number}"] .c-take')).to_be_enabled(timeout=PROMPT_MS)
    for page in pages:  # both presses leave before either page hears of the other
        page.evaluate(
            "n => document.querySelector(`#claim-pool [data-event='${n}'] .c-take`).click()", number
        )
    won = until(lambda: state(centre, number)["unit"])
    at = units.index(won["code"])
    expect(pages[at].locator(f'#claim-mine [data-event="{number}"]')).to_be_visible(timeout=PROMPT_MS)
    lost = pages[1 - at].locator(f'#claim-pool [data-event="{number}"]')
    expect(lost).to_contain_text(
        re.compile(rf"已被 {re.escape(won['name'])} 抢单 \d\d:\d\d:\d\d"), timeout=PROMPT_MS
    )
    expect(lost.locator(".c-take")).to_be_disabled()
    pages[1 - at].clock.fast_forward(15_100)  # it leaves after fifteen seconds
    expect(lost).to_have_count(0)


def test_a_number_key_claims_the_card_that_shows_it_and_the_pool_goes_by_time_left(
    cast: Cast, centre: Product
) -> None:
    numbers = [report(centre, place)["number"] for place in (1, 1)]
    unit = rivals(centre, numbers[0])[0]
    page = ready(cast.desk(f"unit-{unit}", "/claim"))
    cards = page.locator("#claim-pool [data-event]")
    expect(card(page, numbers[1])).to_be_visible(timeout=PROMPT_MS)
    order = [cards.nth(at).get_attribute("data-event") for at in range(cards.count())]
    assert order == sorted(order, key=lambda one: state(centre, str(one))["claim_due_at"])
    shown = page.locator(f'#claim-pool [data-event="{numbers[0]}"] kbd').inner_text()
    page.keyboard.press(shown)
    until(lambda: (state(centre, numbers[0])["unit"] or {}).get("code") == unit)
    expect(mine(page, numbers[0])).to_be_visible(timeout=PROMPT_MS)


def test_a_card_tells_why_whom_with_and_what_it_earns(cast: Cast, centre: Product) -> None:
    event = report(centre, 2)
    units = rivals(centre, event["number"])
    page = ready(cast.desk(f"unit-{units[0]}", "/claim"))
    told = card(page, event["number"])
    _, pool = centre.ask("/api/v1/pool", None, cast.token(f"unit-{units[0]}"))
    item = next(one for one in pool["items"] if one["number"] == event["number"])
    expect(told).to_contain_text(f"可抢：{item['why']['category']}", timeout=PROMPT_MS)
    expect(told).to_contain_text("同抢 " + "、".join(item["rivals"]))
    expect(told).to_contain_text("抢单 +2 按期 +1")
    page.locator("#claim-pool-head input").fill("没有这样的字")
    expect(page.locator("#claim-pool")).to_have_attribute("data-empty", re.compile("没有符合条件的事件"))
    expect(page.locator("#claim-pool [data-event]")).to_have_count(0)


def test_a_dispatch_rings_is_signed_finished_with_a_photo_and_earns_its_points(
    cast: Cast, centre: Product
) -> None:
    number = report(centre, 3)["number"]
    unit = rivals(centre, number)[0]
    page = ready(cast.desk(f"unit-{unit}", "/claim"))
    act(cast, "operator", number, "dispatch", unit=unit, reason="就近处置")
    expect(mine(page, number)).to_contain_text("待签收", timeout=PROMPT_MS)
    expect(page.locator("#claim")).to_have_attribute("data-rang", re.compile("^order/"))
    mine(page, number).click()
    page.locator('#event-body [data-action="accept"]').click()
    until(lambda: state(centre, number)["status"] == "handling")
    page.locator('#event-body [data-action="finish"]').click()
    page.locator('#act-form [data-fact="text"] textarea').fill("已清理完毕")
    page.locator('#act-form [data-fact="photos"] input').set_input_files([picture(), picture("green")])
    expect(page.locator('#act-form .ph[data-state="done"]')).to_have_count(2, timeout=PROMPT_MS)
    page.locator("#act-form button[type=submit]").click()
    until(lambda: state(centre, number)["status"] == "checking")
    act(cast, "operator", number, "check", rating="very_satisfied")
    page.locator("#claim-back").click()
    page.locator('[data-tab="closed"]').click()
    expect(mine(page, number)).to_contain_text("非常满意", timeout=PROMPT_MS)
    page.locator(".c-link").first.click()
    expect(page.locator(f'.c-entries [data-event="{number}"]')).to_contain_text("非常满意", timeout=PROMPT_MS)
    _, found = centre.ask(f"/api/v1/scores/units/{unit}/entries?period=today")
    total = sum(float(one["points"]) for one in found["items"])
    expect(page.locator(".c-score__n b").first).to_have_text(re.sub(r"\.0$", "", str(total)))


def test_a_unit_takes_its_work_away_as_the_list_stands(cast: Cast, centre: Product) -> None:
    number = report(centre)["number"]
    unit = rivals(centre, number)[0]
    act(cast, f"unit-{unit}", number, "claim")
    page = ready(cast.desk(f"unit-{unit}", "/claim"))
    listed = page.locator("#claim-mine [data-event]")
    expect(page.locator(f'#claim-mine [data-event="{number}"]')).to_be_visible(timeout=PROMPT_MS)
    shown = [one.get_attribute("data-event") for one in listed.all()]
    page.locator("#claim-mine-head .s-export").click()
    page.locator("dialog.s-dialog textarea").fill("班前会")
    with page.expect_download() as taken:
        page.locator("dialog.s-dialog button[value=csv]").click()
    lines = Path(taken.value.path()).read_text("utf-8-sig").splitlines()
    assert [line.partition(",")[0] for line in lines[1:]] == shown


def test_a_file_that_is_no_photo_is_refused_in_words_and_what_was_typed_is_kept(
    cast: Cast, centre: Product
) -> None:
    number = report(centre, 4)["number"]
    unit = rivals(centre, number)[0]
    act(cast, f"unit-{unit}", number, "claim")
    page = ready(cast.desk(f"unit-{unit}", f"/claim?event={number}"))
    page.locator('#event-body [data-action="finish"]').click(timeout=PROMPT_MS)
    page.locator('#act-form [data-fact="text"] textarea').fill("写了一半")
    heic = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"\x00\x00\x00\x18ftypheic" + bytes(40)}
    page.locator('#act-form [data-fact="photos"] input').set_input_files([heic])
    expect(page.locator("#act-form .ph")).to_contain_text("HEIC")
    page.locator("#act-form button[type=submit]").click()
    expect(page.locator('#act-form [data-fact="photos"] > .act-fault')).to_contain_text("去掉它")
    expect(page.locator('#act-form [data-fact="text"] textarea')).to_have_value("写了一半")


def test_what_came_back_says_what_the_check_said_and_a_supervision_is_answered(
    cast: Cast, centre: Product
) -> None:
    number = report(centre, 5, category="S0301")["number"]
    unit = rivals(centre, number)[0]
    act(cast, f"unit-{unit}", number, "claim")
    _finish(cast, unit, number)
    act(cast, "operator", number, "check", rating="dissatisfied", text="仍有残留")
    act(cast, "lead", number, "supervise", reason="群众反映强烈")
    page = ready(cast.desk(f"unit-{unit}", "/claim"))
    page.locator('[data-tab="returned"]').click()
    mine(page, number).click(timeout=PROMPT_MS)
    expect(page.locator("#event-body")).to_contain_text("第 1 次核查：不满意，仍有残留", timeout=PROMPT_MS)
    page.locator('#event-body [data-action="reply"]').click()
    page.locator('#act-form [data-fact="text"] textarea').fill("今晚完成")
    page.locator("#act-form button[type=submit]").click()
    expect(page.locator("#event-body")).to_contain_text("督办已回复", timeout=PROMPT_MS)


def _finish(cast: Cast, unit: str, number: str) -> None:
    import hashlib

    data = picture("navy")["buffer"]
    token = cast.token(f"unit-{unit}")
    body = {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    _, begun = cast.running.ask("/api/v1/uploads", body, token)
    context = somebody(cast.browser, cast.running.address)
    sent = context.request.patch(
        f"/api/v1/uploads/{begun['id']}",
        data=data,
        headers={
            "Authorization": f"Bearer {token}",
            "Upload-Offset": "0",
            "Content-Type": "application/offset+octet-stream",
        },
    )
    assert sent.ok, sent.text()
    act(cast, f"unit-{unit}", number, "finish", text="已处置", photos=[sent.json()["photo"]["id"]])
    context.close()


def test_no_key_acts_on_the_event_before_the_one_that_is_chosen(cast: Cast, centre: Product) -> None:
    numbers = []
    for place in (4, 5):
        numbers.append(str(report(centre, place)["number"]))
        act(cast, "operator", numbers[-1], "dispatch", unit="URBAN_MGMT", reason="就近处置")
    page = ready(cast.desk("unit-URBAN_MGMT", "/claim"))
    page.evaluate("n => own.claim.choose(n)", numbers[0])
    expect(page.locator(f'#event-body [data-event="{numbers[0]}"]')).to_be_visible(timeout=PROMPT_MS)
    held: list[Route] = []
    page.route(
        "**/_dash-update-component?*", lambda asked: held.append(asked)
    )  # the chosen one is not drawn yet
    page.evaluate("n => own.claim.choose(n)", numbers[1])
    page.keyboard.press("c")
    assert page.locator("#act-form form").count() == 0
    until(lambda: page.evaluate("true") and held)
    page.unroute("**/_dash-update-component?*")
    expect(page.locator(f'#event-body [data-event="{numbers[1]}"]')).to_be_visible(timeout=PROMPT_MS)
    page.keyboard.press("c")
    expect(page.locator("#act-form form")).to_have_attribute("data-event", numbers[1])


def test_an_emergency_stands_above_all_until_the_unit_has_signed(cast: Cast, centre: Product) -> None:
    page = ready(cast.desk("unit-GAS", "/claim"))
    number = report(centre, 6, title="燃气泄漏", category="S0502", source="phone", emergency=True)["number"]
    bar = page.locator(f'#claim-alert [data-event="{number}"]')
    expect(bar).to_contain_text("燃气泄漏", timeout=PROMPT_MS)
    expect(page.locator("#claim")).to_have_attribute("data-rang", re.compile("^emergency/"))
    page.keyboard.press("a")
    until(lambda: state(centre, number)["status"] == "handling")
    expect(bar).to_have_count(0, timeout=PROMPT_MS)


@pytest.mark.parametrize("size", [(1440, 900), (1180, 820), (390, 844)], ids=str)
def test_nothing_of_the_unit_s_page_leaves_its_screen_or_asks_elsewhere(
    cast: Cast, centre: Product, size: tuple[int, int]
) -> None:
    number = report(centre, 7)["number"]
    unit = rivals(centre, number)[0]
    asked: list[str] = []
    width, height = size
    page = cast.enter(
        f"unit-{unit}",
        "/claim",
        viewport={"width": width, "height": height},
        has_touch=width == PHONE["width"],
    )
    page.on("request", lambda one: asked.append(one.url))
    ready(page)
    expect(card(page, number)).to_be_visible(timeout=PROMPT_MS)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight + 1")
    if width == PHONE["width"]:
        small = page.evaluate(
            "[...document.querySelectorAll('#claim button, #claim select, #claim input')].filter((one) => one.offsetParent && (one.offsetHeight < 44)).map((one) => one.outerHTML.slice(0, 80))"
        )
        assert small == []
    assert [
        url
        for url in asked
        if not url.startswith((centre.address, "data:", "blob:", centre.address.replace("http", "ws")))
    ] == []
