"""Two operators at two desks, in two real browsers: races, rulings, holds, merges, alarms, a server that falls over."""

import json
import re
import time
from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from shapely.geometry import shape

from tests.browser.entering import signed_in, sized
from tests.browser.own import own
from tests.browser.waiting import until
from tests.load.wall_page import spots
from tests.support import product
from tests.support.product import Product

DRILL = 60  # so many drill seconds a second: a hold of ten minutes ends while somebody watches
PLAIN, GAS = "S0406", "S0502"
PROMPT_S = 15.0
DRAWINGS = "**/_dash-update-component?*"


@pytest.fixture(scope="module")
def centre(folder: Path) -> Iterator[Product]:
    with product.start(folder, "--no-demo", "--clock-speed", str(DRILL)) as running:
        (running.token,) = product.token_for(folder, "operator")
        yield running


@pytest.fixture(scope="module")
def units(centre: Product, folder: Path) -> dict[str, str]:
    """A token for every unit."""
    names = [f"unit-{unit['code']}" for unit in centre.ask("/api/v1/units")[1]["items"]]
    return dict(zip(names, product.token_for(folder, *names), strict=True))


@pytest.fixture
def desk(browser: Browser, centre: Product) -> Iterator[Callable[..., Page]]:
    """Sit down at a desk of one's own."""
    contexts = []

    def sit(account: str) -> Page:
        context = signed_in(browser, centre.address, account, **sized(1366, 768))
        contexts.append(context)
        page = context.new_page()
        page.goto("/desk")
        own(page)
        until(
            lambda: page.evaluate("Boolean(window.live && live.loaded && document.querySelector('.d-tab'))")
        )
        return page

    yield sit
    for context in contexts:
        context.close()


def file(centre: Product, place: int = 0, **facts: Any) -> dict[str, Any]:
    """Report an event in the middle of a grid, plainly registered."""
    lng, lat = spots(centre)[place]
    plain = {"title": "占道堆物", "category": PLAIN, "source": "phone", "lng": lng, "lat": lat}
    body = plain | facts
    status, event = centre.ask("/api/v1/events", body)
    assert status == 201, event
    return dict(event)


def act(centre: Product, number: str, action: str, token: str | None = None, **facts: Any) -> dict[str, Any]:
    """Do an action as a program does."""
    version = centre.ask(f"/api/v1/events/{number}")[1]["event"]["version"]
    status, said = centre.ask(f"/api/v1/events/{number}/{action}", {"version": version, **facts}, token)
    assert status == 200, said
    return dict(said)


def status(centre: Product, number: str) -> str:
    """Return the status of an event as the server has it."""
    return str(centre.ask(f"/api/v1/events/{number}")[1]["event"]["status"])


def waiting(centre: Product, place: int = 0) -> str:
    """Return an event that waits for dispatch: a unit had it and sent it up."""
    event = file(centre, place)
    number = str(event["number"])
    act(centre, number, "escalate", reason="超出社区能力")
    return number


def at(page: Page, number: str) -> None:
    """Choose an event at a desk and wait until it is drawn as it stands."""
    page.evaluate("n => own.desk.choose(n)", number)
    expect(page.locator(f'#event-body [data-event="{number}"]')).to_be_visible(timeout=PROMPT_S * 1000)
    expect(page.locator(f'#dispatch-body [data-event="{number}"]')).to_be_visible(timeout=PROMPT_S * 1000)


def take(page: Page, number: str) -> None:
    """Choose an event and wait until this desk holds it: a key pressed before that is told that somebody else does."""
    at(page, number)
    expect(page.locator("#event-presence")).to_have_attribute("data-state", "mine", timeout=PROMPT_S * 1000)


def leave(page: Page) -> None:
    """Get up from whatever event is held."""
    page.goto("/healthz")


def news(page: Page) -> str:
    return until(lambda: page.locator("#desk-news").inner_text().strip())


def state(centre: Product, number: str) -> dict[str, Any]:
    return dict(centre.ask(f"/api/v1/events/{number}")[1]["event"])


def steps(centre: Product, number: str) -> list[str]:
    return [step["action"] for step in centre.ask(f"/api/v1/events/{number}")[1]["steps"]]


def test_of_two_who_dispatch_the_same_event_one_wins_and_the_other_is_told(
    desk: Callable[..., Page], centre: Product
) -> None:
    number = waiting(centre)
    first, second = desk("operator"), desk("lead")
    take(first, number)
    expect(first.locator('#dispatch-body [data-action="dispatch"]')).to_be_enabled()
    version = state(centre, number)["version"]
    at(second, number)
    second.keyboard.press("d")
    assert re.search("正在处理|先接手", news(second))
    first.keyboard.press("d")
    until(lambda: state(centre, number)["status"] == "dispatched")
    assert state(centre, number)["version"] == version + 1
    expect(second.locator(f'#event-body [data-event="{number}"]')).to_have_attribute(
        "data-status", "dispatched"
    )


def test_a_wrong_dispatch_is_taken_back_by_one_key_until_it_is_signed(
    desk: Callable[..., Page], centre: Product, units: dict[str, str]
) -> None:
    number = waiting(centre, 1)
    page = desk("operator")
    take(page, number)
    page.keyboard.press("d")
    until(lambda: state(centre, number)["status"] == "dispatched")
    expect(page.locator(f'#event-body [data-event="{number}"]')).to_have_attribute(
        "data-status", "dispatched"
    )
    page.keyboard.press("z")
    until(lambda: state(centre, number)["status"] == "pending_dispatch")
    assert steps(centre, number)[-2:] == ["dispatch", "recall"]


def between_streets(centre: Product) -> tuple[float, float]:
    """Return a point on the line between two streets."""
    found = centre.ask("/api/v1/areas?level=street")[1]["features"]
    streets = [shape(one["geometry"]) for one in found if one["geometry"]]
    for one, other in combinations(streets, 2):
        for place in range(1, 200):
            point = one.exterior.interpolate(place / 200, normalized=True)
            if other.distance(point) < 1e-7:
                return float(point.x), float(point.y)
    raise AssertionError("no two streets touch")


def test_no_key_and_no_command_acts_on_the_event_before_the_one_that_is_chosen(
    desk: Callable[..., Page], centre: Product
) -> None:
    before, chosen = (str(file(centre, place)["number"]) for place in (2, 3))
    page = desk("operator")
    held: list[Route] = []
    take(page, before)
    page.route(DRAWINGS, lambda asked: held.append(asked))  # a slow machine: the chosen one is not drawn yet
    page.evaluate("n => own.desk.choose(n)", chosen)
    page.keyboard.press("l")
    expect(page.locator("#desk-news")).to_contain_text(f"{chosen} 正在打开")
    page.evaluate("document.getElementById('desk-news').replaceChildren()")
    page.keyboard.press("/")
    page.keyboard.type("立案")
    page.keyboard.press("Enter")
    expect(page.locator("#desk-news")).to_contain_text(f"{chosen} 正在打开")
    assert [status(centre, number) for number in (before, chosen)] == ["reported", "reported"]
    until(lambda: page.evaluate("live.loaded") and held)  # a question to the page lets the routes come in
    page.unroute(DRAWINGS)  # which lets those go on that were held
    take(page, chosen)
    page.keyboard.press("l")
    until(lambda: status(centre, chosen) != "reported")
    assert status(centre, before) == "reported"


def test_a_border_is_settled_by_one_key_seen_at_both_desks_and_remembered(
    desk: Callable[..., Page], centre: Product
) -> None:
    lng, lat = between_streets(centre)
    first, second = desk("operator"), desk("lead")
    number = str(file(centre, lng=lng, lat=lat, accuracy_m=5)["number"])
    act(centre, number, "register")
    assert state(centre, number)["status"] == "pending_dispatch"
    at(second, number)
    expect(second.locator('#dispatch-body [data-action="dispatch"]:not(:disabled)')).to_have_count(0)
    second.goto("/healthz")
    take(first, number)
    expect(first.locator("#event-body .e-inset").first).to_be_visible()
    first.keyboard.press("b")
    until(lambda: state(centre, number)["border"].get("settled"))
    grid = state(centre, number)["grid"]["name"]
    first.goto("/desk")
    own(first)
    until(lambda: first.evaluate("Boolean(window.live && live.loaded && document.querySelector('.d-tab'))"))
    again = str(file(centre, lng=lng, lat=lat, accuracy_m=5)["number"])
    at(first, again)
    expect(first.locator("#dispatch-body")).to_contain_text("上次在这段边界判给")
    expect(first.locator("#dispatch-body")).to_contain_text(grid)


def test_two_declines_are_ruled_by_the_lead_alone(
    desk: Callable[..., Page], centre: Product, units: dict[str, str]
) -> None:
    number = waiting(centre, 2)
    for unit in ("URBAN_MGMT", "SANITATION"):
        act(centre, number, "dispatch", unit=unit)
        act(centre, number, "decline", units[f"unit-{unit}"], ground="not_our_duty", text="不属于本单位")
    operator, lead = desk("operator"), desk("lead")
    at(operator, number)
    expect(operator.locator("#dispatch-body")).to_contain_text("值班长裁定")
    leave(operator)
    until(lambda: not state(centre, number)["unit"])
    take(lead, number)
    lead.keyboard.press("d")
    until(lambda: state(centre, number)["status"] == "dispatched")


def test_a_hold_is_approved_by_the_lead_and_ends_by_itself_under_supervision(
    desk: Callable[..., Page], centre: Product, units: dict[str, str]
) -> None:
    number = waiting(centre, 3)
    act(centre, number, "dispatch", unit="URBAN_MGMT")
    act(centre, number, "accept", units["unit-URBAN_MGMT"])
    lead = desk("lead")
    until_ms = lead.evaluate("live.now()") + 10 * 60_000
    ends = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(until_ms / 1000))
    act(centre, number, "hold", units["unit-URBAN_MGMT"], reason="等待材料", until=ends)
    lead.keyboard.press("7")
    until(lambda: int(lead.locator('#desk-tabs [data-tab="approval"]').get_attribute("data-count") or 0) > 0)
    take(lead, number)
    lead.keyboard.press("y")
    until(lambda: state(centre, number)["status"] == "on_hold")
    until(lambda: state(centre, number)["status"] == "handling", 40)
    assert state(centre, number)["supervision"] != "none"


def test_a_merge_is_undone_at_the_other_desk_the_same_day(desk: Callable[..., Page], centre: Product) -> None:
    original, double = file(centre, 4)["number"], file(centre, 4)["number"]
    first, second = desk("operator"), desk("lead")
    take(first, double)
    first.keyboard.press("m")
    field = first.locator("#act-form [data-fact=original] input")
    field.fill(original)
    field.press("Control+Enter")
    until(lambda: state(centre, double)["status"] == "merged")
    leave(first)
    take(second, double)
    expect(second.locator("#event-body")).to_contain_text(original)
    second.keyboard.press("Shift+M")
    until(lambda: state(centre, double)["status"] == "reported")


def test_the_lead_supervises_and_the_other_desk_sees_it_in_its_tab(
    desk: Callable[..., Page], centre: Product
) -> None:
    number = waiting(centre, 5)
    lead, operator = desk("lead"), desk("operator")
    before = int(operator.locator('#desk-tabs [data-tab="supervised"]').get_attribute("data-count") or 0)
    take(lead, number)
    lead.keyboard.press("s")
    field = lead.locator("#act-form [data-fact=reason] textarea")
    field.fill("群众反映强烈")
    field.press("Control+Enter")
    tab = operator.locator('#desk-tabs [data-tab="supervised"]')
    until(lambda: int(tab.get_attribute("data-count") or 0) == before + 1)


def test_an_alarm_answered_at_one_desk_is_silent_at_both(desk: Callable[..., Page], centre: Product) -> None:
    first, second = desk("operator"), desk("lead")
    number = str(file(centre, 6, category=GAS, emergency=True)["number"])
    for page in (first, second):
        expect(page.locator(f'#desk-alerts [data-event="{number}"]')).to_have_class(re.compile("al--raised"))
    first.keyboard.press("a")
    for page in (first, second):
        expect(page.locator("#desk-alerts .al--raised")).to_have_count(0)
        expect(page.locator("#desk-alerts")).to_have_attribute("data-sound", "quiet")
    (alert,) = [one for one in centre.ask("/api/v1/alerts")[1]["items"] if one["event"] == number]
    assert alert["acknowledged"]["by"] == "operator" and alert["acknowledged"]["screen"]


def test_bad_input_is_said_beside_the_field_and_what_was_typed_is_kept(
    desk: Callable[..., Page], centre: Product
) -> None:
    number = file(centre, 7)["number"]
    page = desk("operator")
    take(page, number)
    page.keyboard.press("m")
    field = page.locator("#act-form [data-fact=original] input")
    field.fill("不是编号")
    field.press("Control+Enter")
    expect(page.locator("#act-form .act-fault:not(:empty)").first).to_be_visible()
    expect(field).to_have_value("不是编号")
    expect(field).to_be_focused()


def test_a_form_outlives_a_server_that_fell_over_and_is_sent_once(
    desk: Callable[..., Page], centre: Product, folder: Path
) -> None:
    number = file(centre, 8)["number"]
    page = desk("operator")
    take(page, number)
    page.keyboard.press("c")
    field = page.locator("#act-form [data-fact=text] textarea")
    field.fill("已电话联系来电人，下午回访")
    port = int(centre.address.rsplit(":", 1)[1])
    centre.kill()
    field.press("Control+Enter")
    expect(page.locator("#act-form .act__all")).to_contain_text("未确认")
    again = product.start(folder, "--no-demo", "--clock-speed", str(DRILL), port=port)
    centre.process = again.process
    page.reload()
    own(page)
    until(lambda: page.evaluate("Boolean(window.live && live.loaded && live.state === 'live')"), 40)
    take(page, number)
    page.keyboard.press("c")
    field = page.locator("#act-form [data-fact=text] textarea")
    expect(field).to_have_value("已电话联系来电人，下午回访")
    field.press("Control+Enter")
    until(lambda: "comment" in steps(centre, number))
    assert steps(centre, number).count("comment") == 1


def test_a_call_that_doubles_an_event_joins_it_at_one_desk_and_counts_at_the_other(
    desk: Callable[..., Page], centre: Product
) -> None:
    original = file(centre, 9)
    first, second = desk("operator"), desk("lead")
    grid = original["grid"]["name"]
    first.keyboard.press("n")
    first.keyboard.type("13900000000")
    first.locator("#intake-title").fill("占道堆物又有人反映")
    first.locator("#intake-address").fill(grid)
    expect(first.locator(".in-offers .d-offer").first).to_be_visible()
    first.locator("#intake-address").press("Tab")
    join = first.locator(".in-doubles li", has_text="占道堆物").get_by_role("button").first
    join.click()
    until(lambda: state(centre, str(original["number"]))["demand"] == 2)
    at(second, str(original["number"]))
    expect(second.locator("#event-body")).to_contain_text("2 人反映")
    assert json.loads(second.evaluate("JSON.stringify(own.act.draft.kept('draft:lead:intake'))")) == {}
