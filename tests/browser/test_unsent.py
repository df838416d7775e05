"""What a server that is ill or still busy answers is no loser's answer: unsent stays unsent, in red, and is tried again."""

from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.phone_page import PROMPT_MS, Cast, community_of, ready, report, rivals, state
from tests.browser.waiting import until
from tests.load.wall_page import spots
from tests.support.product import Product

SPOT = 8
ILL = {"status": 503, "title": "系统暂时不可用", "detail": "数据库现在没有应答"}
BUSY = {"status": 409, "type": "urn:grid:problem:in-work", "title": "现在不能这样做", "event": None}


def answering(page: Page, path: str, bodies: list[dict[str, Any]]) -> list[str]:
    """Answer POSTs to a path from a list, then let them through; return the keys they came with."""
    keys: list[str] = []

    def road(route: Route) -> None:
        if route.request.method != "POST":
            route.continue_()
            return
        keys.append(route.request.headers.get("idempotency-key", ""))
        if bodies:
            body = bodies.pop(0)
            route.fulfill(status=body["status"], json=body)
        else:
            route.continue_()

    page.route(path, road)
    return keys


@pytest.mark.parametrize("sick", [ILL, BUSY], ids=["503", "409 without an event"])
def test_an_emergency_that_was_not_taken_stays_red_and_is_sent_again_until_it_is(
    cast: Cast, centre: Product, sick: dict[str, Any]
) -> None:
    worker = "worker-" + community_of(centre, report(centre, SPOT)["grid"]["code"])
    page = cast.phone(worker, "/field", at=spots(centre)[SPOT], clock=True)
    expect(page.locator("#field-live")).to_have_attribute("data-state", "live", timeout=PROMPT_MS)
    before = len(centre.ask("/api/v1/alerts")[1]["items"])
    keys = answering(page, "**/api/v1/events", [sick] * 3)
    page.evaluate(
        "() => { const held = document.getElementById('field-alarm'); held.dispatchEvent(new PointerEvent('pointerdown')); }"
    )
    until(lambda: page.clock.run_for(600) or page.locator("#field-alarmed .is-unsent").count())
    said = page.locator("#field-alarmed .p-alarmed")
    expect(said).to_contain_text("还没有发出", timeout=PROMPT_MS)
    assert page.evaluate("() => own.outbox.all()")[0]["state"] == "waiting"
    until(lambda: page.clock.run_for(3100) or page.locator("#field-alarmed .is-sent").count())
    expect(said).to_contain_text("指挥中心已收到")
    assert len(keys) == 4 and len(set(keys)) == 1
    assert len(centre.ask("/api/v1/alerts")[1]["items"]) == before + 1


def test_only_a_409_that_shows_the_event_is_overtaken_everything_else_waits(
    cast: Cast, centre: Product
) -> None:
    worker = "worker-" + community_of(centre, report(centre, SPOT)["grid"]["code"])
    page = cast.phone(worker, "/field", at=spots(centre)[SPOT])
    answers = [
        (None, "lost"),
        ({"status": 503, "said": {}}, "lost"),
        ({"status": 401, "said": {}}, "lost"),
        ({"status": 409, "said": {"event": None}}, "held"),
        ({"status": 409, "said": {}}, "held"),
        ({"status": 409, "said": {"event": {"number": "1"}}}, "moved"),
        ({"status": 422, "said": {}}, "refused"),
        ({"status": 200, "ok": True, "said": {}}, "lost"),
        ({"status": 201, "ok": True, "said": {"number": "1"}}, "ok"),
    ]
    found = page.evaluate(
        "answers => answers.map(own.outbox.core.outcome)", [answer for answer, _ in answers]
    )
    assert found == [outcome for _, outcome in answers]


def test_what_is_held_up_alone_holds_up_nothing_behind_it_and_an_emergency_goes_first(
    cast: Cast, centre: Product
) -> None:
    worker = "worker-" + community_of(centre, report(centre, SPOT)["grid"]["code"])
    page = cast.phone(worker, "/field", at=spots(centre)[SPOT])
    order = page.evaluate(
        """() => {
      const items = [{id: 1, state: "waiting", body: {}}, {id: 2, state: "waiting", body: {}}, {id: 3, state: "waiting", body: {emergency: true}}];
      const next = (...held) => (own.outbox.core.next(items, new Set(held)) || {}).id;
      return [next(), next(3), next(3, 1)];
    }"""
    )
    assert order == [3, 1, 2]


@pytest.mark.parametrize("sick", [ILL, BUSY], ids=["503", "409 without an event"])
def test_a_claim_that_was_not_confirmed_keeps_its_card_and_pressed_again_is_the_same_press(
    cast: Cast, centre: Product, sick: dict[str, Any]
) -> None:
    number = report(centre, 3)["number"]
    unit = rivals(centre, number)[0]
    page = ready(cast.desk(f"unit-{unit}", "/claim"))
    take = page.locator(f'#claim-pool [data-event="{number}"] .c-take')
    keys = answering(page, "**/api/v1/events/*/claim", [sick])
    take.click(timeout=PROMPT_MS)
    expect(page.locator("body")).to_contain_text("这一步未确认", timeout=PROMPT_MS)
    expect(page.locator(f'#claim-pool [data-event="{number}"].c-pc--gone')).to_have_count(0)
    take.click()
    # asking the page lets the routes come in: a press that waits for its route would wait for ever
    until(lambda: page.evaluate("true") and (state(centre, number)["unit"] or {}).get("code") == unit)
    assert len(keys) == 2 and len(set(keys)) == 1


def at_last_step(page: Page, words: str) -> None:
    """Write a report and go on to the step that sends it."""
    page.locator("#report-form .p-text").fill(words)
    page.locator("#report-form .p-foot .btn--primary").click()
    expect(page.locator("#report-form .p-where")).to_contain_text("精度", timeout=PROMPT_MS)
    page.locator("#report-form .p-foot .btn--primary").click()


def test_a_residents_report_that_was_not_taken_says_so_and_goes_out_by_itself(
    cast: Cast, centre: Product
) -> None:
    page = cast.phone(None, "/report", at=spots(centre)[9])
    at_last_step(page, "数据库停了的时候上报")
    keys = answering(page, "**/api/v1/reports", [ILL])
    page.locator("#report-form .p-foot .btn--primary").click()
    expect(page.locator("#report-form > .p-fault")).to_contain_text("没有发出", timeout=PROMPT_MS)
    expect(page.locator("#report-done .p-done__n")).to_be_visible(timeout=2 * PROMPT_MS)
    assert len(keys) == 2 and len(set(keys)) == 1


def stored_unheard(page: Page, path: str) -> None:
    """Lose the first answer to a POST that was done, as a proxy does that has waited long enough; then let them through."""

    lost: list[Route] = []

    def road(route: Route) -> None:
        if route.request.method != "POST" or lost:
            route.continue_()
            return
        lost.append(route)
        assert route.fetch().ok
        route.fulfill(status=504, body="<html>504</html>", content_type="text/html")

    page.route(path, road)


def test_a_residents_report_that_was_taken_unheard_gives_its_number_though_it_was_changed_since(
    cast: Cast, centre: Product
) -> None:
    page = cast.phone(None, "/report", at=spots(centre)[9])
    at_last_step(page, "路面塌了一块")
    stored_unheard(page, "**/api/v1/reports")
    page.locator("#report-form .p-foot .btn--primary").click()
    expect(page.locator("#report-form > .p-fault")).to_contain_text("没有发出", timeout=PROMPT_MS)
    page.locator('#report-form input[type="tel"]').fill("13900001111")
    page.locator("#report-form .p-foot .btn--primary").click()
    said = page.locator("#report-form > .p-fault")
    expect(said).to_contain_text("前一次已收到，编号", timeout=PROMPT_MS)
    found = [
        one for one in centre.ask("/api/v1/events?limit=1000")[1]["items"] if one["title"] == "路面塌了一块"
    ]
    assert len(found) == 1
    expect(said).to_contain_text(found[0]["number"])
    expect(page.locator('#report-form input[type="tel"]')).to_have_value("13900001111")


def test_a_comment_that_was_taken_unheard_is_said_to_be_done_though_it_was_changed_since(
    cast: Cast, centre: Product
) -> None:
    number = report(centre, 4)["number"]
    page = cast.desk("operator", f"/event/{number}")
    page.locator('#event-body [data-action="comment"]').click(timeout=PROMPT_MS)
    text = page.locator("#act-form [data-fact=text] textarea")
    text.fill("已电话联系")
    stored_unheard(page, "**/api/v1/events/*/comment")
    text.press("Control+Enter")
    expect(page.locator("#act-form .act__all")).to_contain_text("再按一次，不会重复", timeout=PROMPT_MS)
    text.fill("已电话联系来电人")
    text.press("Control+Enter")
    expect(page.locator("#act-form .act__all")).to_contain_text("前一次其实已经办成", timeout=PROMPT_MS)
    said = [one for one in centre.ask(f"/api/v1/events/{number}")[1]["steps"] if one["action"] == "comment"]
    assert [one["facts"]["text"] for one in said] == ["已电话联系"]
    expect(text).to_have_value("已电话联系来电人")


def test_what_is_typed_while_a_comment_is_on_its_way_does_not_make_it_another_one(
    cast: Cast, centre: Product
) -> None:
    number = report(centre, 5)["number"]
    page = cast.desk("operator", f"/event/{number}")
    page.locator('#event-body [data-action="comment"]').click(timeout=PROMPT_MS)
    keys: list[str] = []
    held: list[Route] = []

    def road(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        held.append(route)

    page.route("**/api/v1/events/*/comment", road)
    text = page.locator("#act-form [data-fact=text] textarea")
    text.fill("已到")
    text.press("Control+Enter")
    text.press("End")
    text.type("场")  # within the second in which nothing is said yet
    until(lambda: page.evaluate("true") and held)
    held.pop().abort()
    expect(page.locator("#act-form .act__all")).to_contain_text("再按一次，不会重复", timeout=PROMPT_MS)
    text.press("Control+Enter")
    until(lambda: page.evaluate("true") and len(keys) == 2)
    assert keys[0] == keys[1]
    held.pop().continue_()
