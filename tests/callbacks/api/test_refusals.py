"""A refusal is filtered like an answer: a stranger learns nothing by being refused, however old the version it names."""

from typing import Any

import pytest

from callbacks.api.problems import body_of
from callbacks.wording import spoken
from dashboard.rules.events.rules import BY_ACTION
from dashboard.rules.refusals import Refusal
from datasources.events import journal
from tests.conftest import Town
from tests.support.api_world import OpenApi

pytestmark = pytest.mark.usefixtures("hand")  # the drill clock from the first moment on

TITLE, WHERE = "占道经营金丝雀", "南山路金丝雀巷"
COMMAND = ("operator", "lead", "leader", "admin", "screen", "auditor")


def case(place: Town, **facts: Any) -> Any:
    return place.report(title=TITLE, address=WHERE, **facts)


def strangers(place: Town, event: Any) -> list[str]:
    """Return accounts the event does not concern: units with and without the duty, workers of other communities."""
    reference = place.reference
    able = [code for code in reference.eligible(event) if code != event.unit]
    unable = [
        code for code in reference.units if code not in reference.eligible(event) and code != event.unit
    ]
    others = [
        a.code
        for a in reference.areas.values()
        if a.level == "community" and f"/{a.code}/" not in event.area_path
    ]
    return [*(f"unit-{code}" for code in (*able[:1], *unable[:1])), f"worker-{others[0]}"]


STAGES = {
    "reported": lambda place: case(place, category=None, source="resident"),
    "claimable": lambda place: case(place),
    "handling": lambda place: (lambda e: place.act(e, "claim", place.claimer(e)))(case(place)),
    "checking": lambda place: place.finished(
        (lambda e: place.act(e, "claim", place.claimer(e)))(case(place))
    ),
}


@pytest.mark.parametrize("stage", STAGES)
def test_no_stranger_learns_anything_by_any_action_with_any_version(
    opened: OpenApi, place: Town, stage: str
) -> None:
    event = STAGES[stage](place)
    path = f"/events/{event.number}"
    for account in strangers(place, event):
        shown = opened.call(account, "GET", path).status_code == 200
        may_claim = account.startswith("unit-") and account.removeprefix("unit-") in place.reference.eligible(
            event
        )
        for action in BY_ACTION:
            for version in (event.version - 1, event.version, event.version + 1, None, "x"):
                body = {"version": version} if version is not None else {}
                answer = opened.call(account, "POST", f"{path}/{action}", body)
                if action == "claim" and may_claim and answer.status_code in (200, 409, 422):
                    if answer.status_code == 200:
                        return  # it was free, and it was fast
                    assert shown or answer.json.get("event") is None
                    continue
                if action == "report":
                    assert answer.status_code == 404
                elif not shown:
                    assert answer.status_code == 403, (account, action, version, answer.text)
                if not shown:
                    assert (
                        TITLE not in answer.text and WHERE not in answer.text and "winner" not in answer.text
                    )
    with place.database.read() as session:
        now = journal.event_by_number(session, event.number)
    assert now is not None and now.version == event.version


def test_capacity_is_checked_before_the_version_for_those_who_see_it_too(
    opened: OpenApi, place: Town
) -> None:
    event = STAGES["handling"](place)
    for account, action in (
        ("leader", "register"),
        ("admin", "comment_"),
        (place.worker.name, "dispatch"),
        ("leader", "reject"),
    ):
        for version in (1, event.version):
            answer = opened.call(account, "POST", f"/events/{event.number}/{action}", {"version": version})
            assert answer.status_code in (403, 404) and TITLE not in answer.text, (account, action)


def test_the_loser_of_a_race_reads_who_won_and_no_more(opened: OpenApi, place: Town) -> None:
    event = STAGES["handling"](place)
    loser = place.claimer(event, 1)
    answer = opened.call(loser.name, "POST", f"/events/{event.number}/claim", {"version": event.version - 1})
    assert answer.status_code == 409 and answer.json["winner"]["unit"] == event.unit
    assert answer.json["event"] is None and TITLE not in answer.text and WHERE not in answer.text


def test_who_dispatched_an_event_is_told_to_no_unit_that_could_have_claimed_it(
    opened: OpenApi, place: Town
) -> None:
    event = case(place)
    other = place.reference.eligible(event)[1]
    asked = {"version": event.version, "unit": other, "reason": "急"}
    assert opened.call("operator", "POST", f"/events/{event.number}/dispatch", asked).status_code == 200
    late = opened.call(
        f"unit-{place.reference.eligible(event)[0]}",
        "POST",
        f"/events/{event.number}/claim",
        {"version": event.version},
    )
    assert (late.status_code, late.json["event"], late.json["winner"]) == (409, None, None)
    assert "operator" not in late.text


def test_an_outside_number_that_is_held_names_no_event_one_may_not_open(opened: OpenApi, place: Town) -> None:
    event = case(place, external_id="X-1")
    again = {"title": "另一件", "address": "别处", "external_id": "X-1"}
    stranger = strangers(place, event)[-1]
    for answer in (
        opened.call(stranger, "POST", "/events", again).json,
        opened.call(stranger, "POST", "/events/batch", {"events": [again]}).json["results"][0],
    ):
        assert answer["status"] == 409 and answer.get("event") is None and event.number not in str(answer)
    told = opened.call("operator", "POST", "/events", again).json
    assert told["event"]["number"] == event.number and event.number in told["detail"]


def test_a_ledger_and_its_export_show_no_title_of_an_event_one_may_not_open(
    opened: OpenApi, place: Town
) -> None:
    event = place.checked(STAGES["checking"](place), "very_satisfied")
    unit, other = f"unit-{event.unit}", strangers(place, event)[0]
    path, query = f"/scores/units/{event.unit}/entries", f"board=units&code={event.unit}&why=核对本月积分"
    for account, shown in ((unit, True), ("lead", True), (other, False)):
        listed = opened.call(account, "GET", path).json["items"]
        exported = opened.call(account, "GET", f"/exports/entries.csv?{query}")
        assert [one["event"] for one in listed] and {one["event"] for one in listed} == {event.number}
        assert (exported.status_code, event.number in exported.text) == (200, True)
        assert [TITLE in str(listed), TITLE in exported.text] == [shown, shown], account


def test_no_refusal_carries_a_number_that_somebody_typed(opened: OpenApi, place: Town) -> None:
    case(place, emergency=True, category=None)
    (alert,) = opened.call("lead", "GET", "/alerts").json["items"]
    where = f"/alerts/{alert['id']}/acknowledge"
    said = {"episode": alert["episode"], "screen": "回电 13911112222"}
    assert opened.call("lead", "POST", where, said).status_code == 200
    second = opened.call("leader", "POST", where, said | {"screen": "x"})
    assert second.status_code == 409 and "139****2222" in second.json["detail"]
    assert "13911112222" not in second.text


def test_a_refusal_hides_numbers_of_persons_and_leaves_those_of_events_readable() -> None:
    refusal = Refusal(
        "没有编号为 {number} 的事件（{said}，{most}）", number="20261120000123", said="打13911112222", most=7
    )
    assert spoken(refusal) == "没有编号为 20261120000123 的事件（打139****2222，7）"
    errors = [("at", "“{said}”不是时间", {"said": "13911112222"})]
    assert body_of(422, "", errors)["errors"][0]["message"] == "“139****2222”不是时间"
