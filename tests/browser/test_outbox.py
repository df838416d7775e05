"""What a phone has to send in a real browser: offline and back, cuts in any order, a check that came too late."""

# ruff: noqa: F811
from collections.abc import Callable
from datetime import datetime
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page, Route, expect

from tests.browser.field_page import (
    SPOT,
    fill,
    fresh,
    kept,
    named,
    phone,  # noqa: F401
    submit,
    waiting_check,
    worker,  # noqa: F401
)
from tests.browser.phone_page import PROMPT_MS, Cast, act, picture, state
from tests.browser.waiting import until
from tests.load.wall_page import spots
from tests.support.depth import examples
from tests.support.product import Product


def test_what_is_reported_and_checked_offline_goes_out_in_order_once_with_its_true_time(
    phone: Callable[..., Page], cast: Cast, centre: Product
) -> None:
    number = waiting_check(cast, centre)
    page = phone()
    expect(page.locator(f'#field-tasks [data-event="{number}"]')).to_be_visible(timeout=PROMPT_MS)
    kept(page)
    page.context.set_offline(True)
    page.reload()  # the page itself comes out of the phone
    expect(page.locator("#field-live")).to_have_attribute("data-state", "offline", timeout=PROMPT_MS)
    titles = [fresh("离线上报") for _ in range(2)]
    for title in titles:
        fill(page, title, photos=1)
        submit(page)
        expect(page.locator("#field-outbox")).to_contain_text(title)
    page.locator(f'#field-tasks [data-event="{number}"] .btn').click()
    page.locator("#field-check .p-take input").last.set_input_files([picture("red")])
    page.locator('#field-check [data-rating="satisfied"]').click()
    expect(page.locator("#field-check .p-pic")).to_have_count(1, timeout=PROMPT_MS)  # else it is still shrunk
    page.locator("#field-check .p-go").click()
    expect(page.locator("#field-outbox")).to_contain_text("手机里还有 3 件没发出")
    expect(page.locator(f'#field-tasks [data-event="{number}"]')).to_have_count(0)
    assert named(centre, titles[0]) == [] and state(centre, number)["status"] == "checking"
    page.reload()
    expect(page.locator("#field-outbox")).to_contain_text("手机里还有 3 件没发出", timeout=PROMPT_MS)
    back = datetime.fromisoformat(centre.ask("/api/v1/events?limit=1")[1]["items"][0]["reported_at"])
    page.context.set_offline(False)
    until(lambda: state(centre, number)["status"] == "closed")
    events = [named(centre, title) for title in titles]
    assert [len(found) for found in events] == [1, 1]
    assert (
        events[0][0]["id"] < events[1][0]["id"] and events[0][0]["reported_at"] < events[1][0]["reported_at"]
    )
    (check,) = [one for one in centre.ask(f"/api/v1/events/{number}")[1]["steps"] if one["action"] == "check"]
    made = datetime.fromisoformat(check["facts"]["checked_at"])
    assert back < made < datetime.fromisoformat(check["at"])
    expect(page.locator("#field-outbox")).to_be_empty(timeout=PROMPT_MS)


def test_a_check_that_came_too_late_is_shown_as_a_conflict_and_not_swallowed(
    phone: Callable[..., Page], cast: Cast, centre: Product
) -> None:
    number = waiting_check(cast, centre)
    page = phone()
    page.locator(f'#field-tasks [data-event="{number}"] .btn').click(timeout=PROMPT_MS)
    page.context.set_offline(True)
    page.locator("#field-check .p-take input").last.set_input_files([picture("navy")])
    page.locator('#field-check [data-rating="satisfied"]').click()
    expect(page.locator("#field-check .p-pic")).to_have_count(1, timeout=PROMPT_MS)
    page.locator("#field-check .p-go").click()
    act(cast, "operator", number, "check", rating="very_satisfied")
    page.context.set_offline(False)
    item = page.locator('#field-outbox [data-state="conflict"]')
    expect(item).to_contain_text("已办结", timeout=PROMPT_MS)
    item.get_by_text("知道了，不再发").click()
    expect(page.locator("#field-outbox")).to_be_empty()
    assert state(centre, number)["rating"] == "very_satisfied"


def queue(page: Page, title: str, spot: tuple[float, float], **facts: Any) -> None:
    """Put a report into the phone's outbox as its form does."""
    page.evaluate(
        "([title, lng, lat, facts]) => { own.outbox.add({ kind: 'report', path: '/api/v1/events', title, body: { title, lng, lat, source: 'grid_worker', ...facts } }); }",
        [title, *spot, facts],
    )


class Silence:
    """A path on which no question is answered; at its end all of them are lost, and the next ones come through."""

    def __init__(self, page: Page, path: str) -> None:
        self.asked: list[Route] = []
        self.over = False
        page.route(path, lambda route: route.continue_() if self.over else self.asked.append(route))

    def end(self) -> None:
        self.over = True
        for route in self.asked:
            route.abort()


def test_a_network_that_comes_back_during_a_try_in_vain_is_not_missed(
    phone: Callable[..., Page], centre: Product
) -> None:
    page, title = phone(), fresh("恰好来网")
    page.evaluate(  # no timer comes to help
        "() => { const later = window.setTimeout; window.setTimeout = (fn, ms, ...more) => (ms >= 10000 ? 0 : later(fn, ms, ...more)); }"
    )
    page.context.set_offline(True)
    silence = Silence(page, "**/api/v1/field")
    queue(page, title, spots(centre)[SPOT])
    until(lambda: page.evaluate("!navigator.onLine") and silence.asked)
    page.context.set_offline(False)
    until(lambda: page.evaluate("navigator.onLine") and len(silence.asked) > 1)  # the page has heard of it
    silence.end()
    until(lambda: page.evaluate("true") and named(centre, title))


def test_an_alarm_does_not_stand_behind_a_question_that_is_never_answered(
    phone: Callable[..., Page], centre: Product
) -> None:
    page, title = phone(clock=True), fresh("网络像是通的")
    silence = Silence(page, "**/api/v1/field")
    queue(page, title, spots(centre)[SPOT], emergency=True)
    until(lambda: page.evaluate("true") and silence.asked)
    until(lambda: page.clock.run_for(5000) or named(centre, title))


def test_an_answer_cut_in_the_middle_is_no_answer_and_changes_nothing_that_was_known(
    phone: Callable[..., Page], centre: Product, cast: Cast
) -> None:
    number = waiting_check(cast, centre)
    page = phone()
    task = page.locator(f'#field-tasks [data-event="{number}"]')
    expect(task).to_be_visible(timeout=PROMPT_MS)
    page.route("**/api/v1/field", lambda route: route.fulfill(status=200, body='{"now": 1764'))
    assert page.evaluate("() => own.fieldNow()") is False
    expect(page.locator("#field-live")).to_have_attribute("data-state", "offline")
    expect(task).to_be_visible()
    page.reload()
    expect(task).to_be_visible(timeout=PROMPT_MS)


@settings(max_examples=examples(6), deadline=None, suppress_health_check=list(HealthCheck))
@given(
    cuts=st.lists(
        st.sampled_from(["pass", "lose the request", "lose the answer", "server ill"]), min_size=2, max_size=7
    )
)
def test_any_order_of_cuts_and_returns_brings_each_item_in_once_and_in_order(
    phone: Callable[..., Page], centre: Product, cuts: list[str]
) -> None:
    page = phone()
    titles = [fresh("反复断网") for _ in range(3)]
    plan = list(cuts)

    def road(route: Route) -> None:
        fate = plan.pop(0) if plan else "pass"
        if route.request.method != "POST" or fate == "pass":
            route.continue_()
        elif fate == "lose the request":
            route.abort()
        elif fate == "server ill":
            route.fulfill(status=503, json={"status": 503, "title": "忙"})
        else:
            route.fetch()
            route.abort()

    page.route("**/api/v1/events", road)
    lng, lat = spots(centre)[SPOT]
    for title in titles:
        page.evaluate(
            "([title, lng, lat]) => own.outbox.add({ kind: 'report', path: '/api/v1/events', title, body: { title, lng, lat, source: 'grid_worker' } })",
            [title, lng, lat],
        )

    def arrived() -> bool:
        page.evaluate("() => own.outbox.flush()")
        items = page.evaluate("() => own.outbox.all()")
        return all(one["state"] == "sent" for one in items)

    until(arrived)
    found = [named(centre, title) for title in titles]
    assert [len(one) for one in found] == [1, 1, 1]
    ids = [one[0]["id"] for one in found]
    assert ids == sorted(ids)
    page.context.close()
