"""Every address that reads a damaged event by its number answers in words, for every role; nothing answers 500."""

from typing import Any

import pytest

from callbacks.pages import dispatch
from callbacks.pages import event as event_page
from dashboard import actions
from dashboard.rules.events.event import Event
from dashboard.rules.events.rules import BY_ACTION
from tests.conftest import LEAD, OPERATOR, Town
from tests.dashboard.test_set_aside import broken
from tests.support.api_world import OpenApi

DAMAGED = "记录已损坏"
ROLES = ("screen", "operator", "lead", "leader", "admin", "auditor")


@pytest.fixture
def damaged(opened: OpenApi, place: Town) -> Event:
    event = place.report()
    broken(opened.runtime.database, event)
    return event


def body(action: str, number: str) -> dict[str, Any]:
    """Return facts good enough to come as far as the event."""
    return {
        "version": 1, "text": "x", "reason": "核对本月积分", "original": number, "unit": "FIRE", "seat": "s", "secret": "x",
        "rating": "satisfied", "category": "S0502", "grid": "x", "request": "hold", "photos": [], "ground": "not_our_duty",
        "until": "2026-12-01T00:00:00+08:00",
    } if action == "everything" else {"version": 1} | {fact.name: "x" for fact in BY_ACTION[action].facts if fact.required}  # fmt: skip


def walked(opened: OpenApi, number: str) -> list[tuple[str, str, Any]]:
    """Return (method, path, body) of every route of the API that takes an event's number."""
    found: list[tuple[str, str, Any]] = []
    for rule in opened.app.url_map.iter_rules():
        if "<number>" not in rule.rule:
            continue
        path = rule.rule.removeprefix("/api/v1").replace("<number>", number)
        names = sorted(BY_ACTION) if "<action>" in path else [""]
        for method in sorted((rule.methods or set()) & {"GET", "POST", "PATCH", "PUT", "DELETE"}):
            for name in names:
                given = body(name or "everything", number) if method != "GET" else None
                found.append((method, path.replace("<action>", name), given))
    return found


def test_no_route_with_the_number_of_a_damaged_event_answers_500_whoever_asks(
    opened: OpenApi, place: Town, damaged: Event
) -> None:
    routes = walked(opened, damaged.number)
    assert len(routes) > 30
    told = 0
    for account in (*ROLES, place.worker.name, "unit-FIRE", None):
        for method, path, given in routes:
            answer = opened.call(account, method, path, given)
            assert 400 <= answer.status_code < 500, (account, method, path, answer.status_code, answer.text)
            assert answer.json["detail"], (account, method, path)
            told += answer.status_code == 409 and DAMAGED in answer.text
    assert told > 30


def test_whoever_may_see_it_is_told_that_it_is_damaged(opened: OpenApi, damaged: Event) -> None:
    for path in ("", "/candidates", "/around"):
        answer = opened.call("operator", "GET", f"/events/{damaged.number}{path}")
        assert (answer.status_code, DAMAGED in answer.json["detail"]) == (409, True), path
    drawn = event_page.drawn
    with opened.app.test_request_context():
        assert DAMAGED in repr(drawn(opened.runtime, damaged.number, OPERATOR))


def test_what_names_a_damaged_event_beside_another_says_so(
    opened: OpenApi, place: Town, damaged: Event
) -> None:
    other = place.report()
    merged = {"version": other.version, "original": damaged.number}
    answer = opened.call("operator", "POST", f"/events/{other.number}/merge", merged)
    assert answer.status_code == 422
    assert [(one["field"], DAMAGED in one["message"]) for one in answer.json["errors"]] == [
        ("original", True)
    ]
    assert place.fresh(other) == other
    joined = {"original": damaged.number, "report": {"title": "同一件事", "category": "S0502"}}
    assert opened.call("operator", "POST", "/events/join", joined).status_code in (409, 422)
    planned = opened.call("operator", "POST", "/events/plan", {"numbers": [damaged.number, other.number]})
    assert planned.status_code == 200
    assert [one["version"] for one in planned.json["items"]] == [None, other.version]


def test_what_was_merged_into_a_damaged_event_can_still_be_opened(opened: OpenApi, place: Town) -> None:
    original, other = place.report(), place.report()
    other = place.act(other, "merge", OPERATOR, original=original.number)
    broken(opened.runtime.database, original)
    assert opened.call("operator", "GET", f"/events/{other.number}").status_code == 200
    with opened.app.test_request_context():
        assert original.number in repr(event_page.drawn(opened.runtime, other.number, LEAD))


def test_the_follow_page_of_a_damaged_event_says_so_to_its_reporter_and_401_to_strangers(
    opened: OpenApi, place: Town
) -> None:
    made = opened.call(None, "POST", "/reports", {"title": "路灯不亮", "address": "示例路"}).json
    with opened.runtime.database.read() as session:
        event = actions.journal.event_by_number(session, made["number"])
    assert event is not None
    broken(opened.runtime.database, event)
    path = f"/reports/{made['number']}"
    unknown = opened.call(None, "GET", "/reports/20991231000001?secret=x")
    for secret in ("", "x", "错"):
        answer = opened.call(None, "GET", f"{path}?secret={secret}")
        assert (answer.status_code, answer.json) == (401, unknown.json)
    for action in ("rate", "object"):
        assert opened.call(None, "POST", f"{path}/{action}", {"secret": "x", "rating": "fair", "text": "x"}).status_code == 401  # fmt: skip
        own = {"secret": made["secret"], "rating": "satisfied", "text": "x"}
        assert opened.call(None, "POST", f"{path}/{action}", own).status_code in (409, 422)
    told = opened.call(None, "GET", f"{path}?secret={made['secret']}")
    assert (told.status_code, DAMAGED in told.json["detail"]) == (409, True)


def test_an_alarm_of_a_damaged_event_can_be_listed_and_answered_without_a_fault(
    opened: OpenApi, place: Town
) -> None:
    event = place.report(emergency=True, category="S0502")
    (alert,) = opened.call("lead", "GET", "/alerts").json["items"]
    photo = place.photo()
    place.act(event, "comment", OPERATOR, text="x")
    broken(opened.runtime.database, event)
    assert opened.call("lead", "GET", "/alerts").status_code == 200
    said = {"episode": alert["episode"], "screen": "s"}
    answer = opened.call("lead", "POST", f"/alerts/{alert['id']}/acknowledge", said)
    assert answer.status_code < 500, answer.text
    assert opened.call("lead", "GET", f"/photos/{photo}").status_code < 500
    with opened.app.test_request_context():
        assert dispatch.drawn(opened.runtime, event.number, LEAD) is not None
