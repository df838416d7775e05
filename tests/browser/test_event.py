"""One event in real browsers: two operators see each other and do not overwrite, a reveal is kept, everybody sees theirs."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, WebSocketRoute, expect

from tests.browser.entering import signed_in
from tests.browser.waiting import until
from tests.support.product import Product

PHONE = "13900000000"
HERE = "#event-presence"
WORDS = re.compile(r"\S")
BEAT_MS = 10_000  # how often a page tells that somebody is at its event


@pytest.fixture
def enter(browser: Browser, centre: Product) -> Iterator[Callable[..., Page]]:
    """Sign in, in a browser of its own, and open a page."""
    contexts = []

    def go(account: str, path: str, *, clock: bool = False, **more: Any) -> Page:
        context = signed_in(browser, centre.address, account, **more)
        contexts.append(context)
        page = context.new_page()
        if clock:  # its time can be moved on
            page.clock.install()
        page.goto(path)
        return page

    yield go
    for context in contexts:
        context.close()


@pytest.fixture
def number(centre: Product) -> str:
    body = {
        "title": "占道经营",
        "address": "南山路",
        "category": "S0406",
        "source": "phone",
        "reporter": {"name": "来电居民", "phone": PHONE},
    }
    status, event = centre.ask("/api/v1/events", body)
    assert status == 201
    return str(event["number"])


def event_of(centre: Product, number: str) -> Any:
    return centre.ask(f"/api/v1/events/{number}")[1]


def write(page: Page, text: str) -> None:
    """Fill in the one text of the open form and send it."""
    field = page.locator("#act-form textarea, #act-form input[type=text]").first
    field.fill(text)
    field.press("Control+Enter")


def test_two_operators_see_each_other_and_the_second_takes_over_only_with_a_reason(
    enter: Callable[..., Page], centre: Product, number: str
) -> None:
    first = enter("operator", f"/desk?event={number}", clock=True)
    expect(first.locator("#event-body [data-event]")).to_have_attribute("data-event", number)
    expect(first.locator(HERE)).to_have_attribute("data-state", "mine")
    second = enter("lead", f"/desk?event={number}")
    expect(second.locator(HERE)).to_contain_text("operator 正在处理")
    first.clock.fast_forward(BEAT_MS)
    expect(first.locator(HERE)).to_contain_text("lead 也在看")

    second.locator("#event-body [data-action=reject]").click()
    write(second, "不属于网格事件")
    expect(second.locator("#act-form")).to_contain_text("正在处理这件事件，请先接手")
    assert second.locator("#act-form textarea, #act-form input[type=text]").first.input_value()
    assert event_of(centre, number)["event"]["status"] == "reported"

    second.keyboard.press("Escape")
    second.locator("#event-presence [data-action='presence/take']").click()
    write(second, "值班员临时离席")
    expect(second.locator(HERE)).to_have_attribute("data-state", "mine")  # taken before the first asks again
    first.clock.fast_forward(BEAT_MS)
    expect(first.locator(HERE)).to_contain_text("lead 正在处理")
    expect(first.locator(".e-steps")).to_contain_text("值班员临时离席")
    expect(second.locator(HERE)).not_to_contain_text("正在处理，您")
    expect(second.locator(".e-steps")).to_contain_text(
        "值班员临时离席"
    )  # drawn with the step of the take-over in it
    second.locator("#event-body [data-action=reject]").click()
    write(second, "不属于网格事件")
    expect(second.locator("#event-body [data-event]")).to_have_attribute("data-status", "rejected")


@pytest.mark.parametrize(
    ("account", "path", "link"),
    [("operator", "/desk", "#desk-live"), ("unit-POLICE", "/claim", "#claim-live"), ("operator", "/event/{number}", "#event-live")],
)  # fmt: skip
def test_a_page_without_heartbeats_says_how_long_it_waits_and_how_old_it_is(
    enter: Callable[..., Page], number: str, account: str, path: str, link: str
) -> None:
    page, heard = enter(account, "/healthz", clock=True), []

    def between(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        server.on_message(lambda said: socket.send(said) if heard else None)

    page.route_web_socket("**/socket.io/**", between)
    page.goto(path.format(number=number))
    expect(page.locator(link)).to_have_text("连接中")
    page.clock.fast_forward(20_000)
    expect(page.locator(link)).to_contain_text("连接中，已等")
    heard.append("again")
    page.reload()
    expect(page.locator(link)).to_contain_text("实时")
    heard.clear()
    page.clock.fast_forward(20_000)
    expect(page.locator(link)).to_contain_text("数据停在")
    if path == "/claim":  # an empty pool is not called empty by a page that cannot know
        expect(page.locator("#claim-pool")).to_have_attribute("data-empty", re.compile("停更"))


def test_the_hold_ends_when_the_first_goes_elsewhere(enter: Callable[..., Page], number: str) -> None:
    first = enter("operator", f"/event/{number}")
    expect(first.locator(HERE)).to_have_attribute("data-state", "mine")
    second = enter("lead", f"/event/{number}", clock=True)
    expect(second.locator(HERE)).to_contain_text("正在处理")
    first.goto("/screen")

    def told_of_nobody() -> bool:  # the news of leaving goes beside the page: it may come after a beat
        second.clock.fast_forward(BEAT_MS)
        return bool(second.evaluate("document.getElementById('event-presence').childElementCount === 0"))

    until(told_of_nobody)


def test_a_reload_is_not_held_off_by_itself(enter: Callable[..., Page], centre: Product, number: str) -> None:
    page = enter("operator", f"/event/{number}")
    expect(page.locator(HERE)).to_have_attribute("data-state", "mine")
    page.reload()
    expect(page.locator(HERE)).to_have_attribute("data-state", "mine")
    expect(page.locator(HERE)).to_be_empty()
    page.keyboard.press("c")
    write(page, "已回电")
    expect(page.locator(".e-steps")).to_contain_text("已回电")


def test_a_reporter_is_masked_until_a_reason_is_given(enter: Callable[..., Page], number: str) -> None:
    page = enter("operator", f"/event/{number}")
    reporter = page.locator(".e-reporter")
    expect(reporter).to_contain_text("139****0000")
    assert PHONE not in page.content()
    page.locator("[data-action=reveal]").click()
    write(page, "回访核实地点")
    expect(reporter).to_contain_text(PHONE)
    lead = enter("lead", f"/event/{number}")
    expect(lead.locator(".e-looks")).to_contain_text("回访核实地点")
    expect(lead.locator(".e-reporter")).to_contain_text("139****0000")
    auditor = enter("auditor", f"/event/{number}")
    expect(auditor.locator(".e-looks")).to_contain_text("operator")
    expect(auditor.locator("[data-action=reveal]")).to_have_count(0)


def test_everybody_who_may_see_an_event_reads_it_and_others_are_told(
    enter: Callable[..., Page], number: str
) -> None:
    for account in ("leader", "auditor", "unit-URBAN_MGMT"):
        page = enter(account, f"/event/{number}")
        expect(page.locator("#event-body")).to_contain_text(WORDS)
        expect(page.locator(HERE)).to_have_count(0)
    expect(enter("leader", f"/event/{number}").locator("#event-body h2")).to_have_text("占道经营")
    stranger = enter("unit-FIRE", f"/event/{number}")
    expect(stranger.locator("#event-body")).to_contain_text("看不到这件事件")
    nothing = enter("operator", "/event/20990101999999")
    expect(nothing.locator("#event-body")).to_contain_text("没有编号为")


def test_a_new_step_appears_without_moving_the_reader(
    enter: Callable[..., Page], centre: Product, number: str
) -> None:
    page = enter("leader", f"/event/{number}", viewport={"width": 390, "height": 260})
    expect(page.locator("#event-body h2")).to_be_visible()
    expect(page.locator("#event-live")).to_contain_text("实时")
    page.evaluate("window.scrollTo(0, 150)")
    before = page.evaluate("scrollY")
    assert before > 50
    version = event_of(centre, number)["event"]["version"]
    centre.ask(f"/api/v1/events/{number}/comment", {"version": version, "text": "现场已有人"})
    expect(page.locator(".e-steps")).to_contain_text("现场已有人")
    assert page.evaluate("scrollY") == before
