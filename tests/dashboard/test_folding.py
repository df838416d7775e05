"""Thirty emergencies of one stranger: all are taken, one alarm sounds and says how many, and none is ever silent."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from dashboard import actions, clock
from dashboard.clock import HandClock
from dashboard.rules.alerts import folding
from dashboard.rules.alerts.folding import ABOVE, ABOVE_HERE, Called, Earlier
from dashboard.sweeps import deadlines
from datasources.alerts import screens
from datasources.store.models import AlertRow, DeliveryRow, EventRow
from tests.conftest import LEAD, OPERATOR, make_town
from tests.support.api_world import OpenApi

pytestmark = pytest.mark.usefixtures("hand")  # the drill clock from the first moment on


def spot(opened_on_both: OpenApi) -> dict[str, float]:
    """Return a place clear of every border."""
    town = make_town(opened_on_both.runtime.database, opened_on_both.runtime.reference, clock.current())  # type: ignore[arg-type]
    area = opened_on_both.runtime.reference.areas[town.grid]
    assert area.lng is not None and area.lat is not None
    return {"lng": area.lng, "lat": area.lat}


def report(opened_on_both: OpenApi, place: dict[str, Any], address: str = "203.0.113.7", **more: Any) -> str:
    body = {"title": "厂房起火", "address": "示例路 1 号", "emergency": True} | place | more
    answer = opened_on_both.client.post("/api/v1/reports", json=body, environ_base={"REMOTE_ADDR": address})
    assert answer.status_code == 201, answer.text
    return str(answer.json["number"])


def shown(opened_on_both: OpenApi, account: str = "operator") -> list[dict[str, Any]]:
    return list(opened_on_both.call(account, "GET", "/alerts").json["items"])


def flood(opened_on_both: OpenApi, count: int = 30) -> list[str]:
    place = spot(opened_on_both)
    return [report(opened_on_both, place) for _ in range(count)]


def rows(opened_on_both: OpenApi) -> list[AlertRow]:
    with opened_on_both.runtime.database.read() as session:
        return list(session.scalars(select(AlertRow).order_by(AlertRow.id)))


def answer(opened_on_both: OpenApi, alert: dict[str, Any]) -> None:
    body = {"episode": alert["episode"], "screen": "desk-1"}
    assert (
        opened_on_both.call("operator", "POST", f"/alerts/{alert['id']}/acknowledge", body).status_code == 200
    )


def close(opened_on_both: OpenApi, number: str) -> None:
    """Call an emergency off, as the desk does with what is none."""
    runtime = opened_on_both.runtime
    with runtime.database.write() as session:
        event = session.scalars(select(EventRow).where(EventRow.number == number)).one()
        version = event.version
    with runtime.database.write() as session:
        request = actions.Request("correct", {"emergency": False}, OPERATOR, clock.now(), version)
        actions.act(session, runtime.reference, number, request)


def test_thirty_emergencies_of_one_address_and_place_are_all_taken_and_fold_into_one_alarm_with_a_count(
    opened_on_both: OpenApi,
) -> None:
    numbers = flood(opened_on_both)
    assert len(set(numbers)) == 30
    alerts = shown(opened_on_both)
    assert [alert["count"] for alert in alerts] == [1] * (ABOVE_HERE - 1) + [30 - ABOVE_HERE + 1]
    assert all(alert["state"] == "raised" for alert in alerts)
    assert {alert["event"] for alert in alerts} | set(alerts[-1]["folded"]) == set(numbers)
    assert "同一来源" in alerts[-1]["voice"] and "同一来源" not in alerts[0]["voice"]
    assert len(rows(opened_on_both)) == 30, "each has an alert of its own, with a next moment"
    assert all(row.next_at is not None for row in rows(opened_on_both))


def test_another_address_and_a_member_of_staff_sound_for_themselves(opened_on_both: OpenApi) -> None:
    place = spot(opened_on_both)
    for _ in range(10):
        report(opened_on_both, place)
    before = len(shown(opened_on_both))
    other = report(opened_on_both, place, "203.0.113.8")
    body = {"title": "厂房起火", "address": "示例路 1 号", "emergency": True, "category": "9901"} | place
    staff = opened_on_both.call(
        "operator", "POST", "/events", {key: body[key] for key in body if key != "category"}
    )
    assert staff.status_code == 201
    seen = {alert["event"]: alert["count"] for alert in shown(opened_on_both)}
    assert len(seen) == before + 2
    assert seen[other] == 1 and seen[staff.json["number"]] == 1


def test_another_place_sounds_for_itself_until_one_address_sends_more_than_anybody_sees(
    opened_on_both: OpenApi,
) -> None:
    place = spot(opened_on_both)
    for step in range(ABOVE):
        report(opened_on_both, place | {"lat": place["lat"] + step * 0.004})
    assert [alert["count"] for alert in shown(opened_on_both)] == [1] * ABOVE
    report(opened_on_both, place | {"lat": place["lat"] - 0.01})
    assert sum(alert["count"] for alert in shown(opened_on_both)) == ABOVE + 1


def test_folded_alarms_send_no_messages_of_their_own(opened_on_both: OpenApi, hand: HandClock) -> None:
    flood(opened_on_both)
    runtime = opened_on_both.runtime
    for _ in range(400):
        hand.forward(seconds=1)
        deadlines.tick(runtime.database, runtime.reference, hand.now())
    with runtime.database.read() as session:
        owed = session.scalars(select(DeliveryRow.event_id).where(DeliveryRow.target == "alert")).all()
    assert len(set(owed)) == ABOVE_HERE
    assert [alert["count"] for alert in shown(opened_on_both)][-1] == 28, "and it sounds on"


def test_answering_the_one_answers_those_it_counts_and_the_next_emergency_sounds_again(
    opened_on_both: OpenApi,
) -> None:
    flood(opened_on_both)
    lead = shown(opened_on_both)[-1]
    answer(opened_on_both, lead)
    states = [row.state for row in rows(opened_on_both)]
    assert states.count("acknowledged") == 28 and states.count("raised") == 2
    fresh = report(opened_on_both, spot(opened_on_both))
    sounding = [alert["event"] for alert in shown(opened_on_both) if alert["state"] == "raised"]
    assert len(sounding) == 2
    assert any(
        fresh in (alert["event"], *alert["folded"])
        for alert in shown(opened_on_both)
        if alert["state"] == "raised"
    )


def test_an_emergency_that_comes_when_all_are_answered_sounds_for_itself(opened_on_both: OpenApi) -> None:
    flood(opened_on_both, 6)
    for alert in shown(opened_on_both):
        answer(opened_on_both, alert)
    fresh = report(opened_on_both, spot(opened_on_both))
    assert [alert["event"] for alert in shown(opened_on_both) if alert["state"] == "raised"] == [fresh]


def test_unsigned_after_five_minutes_they_open_again_as_one_alarm(
    opened_on_both: OpenApi, hand: HandClock
) -> None:
    flood(opened_on_both, 12)
    for alert in shown(opened_on_both):
        answer(opened_on_both, alert)
    hand.forward(minutes=5, seconds=1)
    runtime = opened_on_both.runtime
    while deadlines.tick(runtime.database, runtime.reference, hand.now()):
        pass
    sounding = [alert for alert in shown(opened_on_both) if alert["state"] == "raised"]
    assert sum(alert["count"] for alert in sounding) == 12
    assert len(sounding) <= ABOVE_HERE and {alert["episode"] for alert in sounding} == {2}


def test_when_the_one_is_called_off_the_next_stands_for_the_rest(opened_on_both: OpenApi) -> None:
    numbers = flood(opened_on_both, 8)
    lead = shown(opened_on_both)[-1]
    assert lead["count"] == 6
    close(opened_on_both, lead["event"])
    alerts = shown(opened_on_both)
    assert [alert["count"] for alert in alerts] == [1, 1, 5] and alerts[-1]["state"] == "raised"
    assert {alert["event"] for alert in alerts} | set(alerts[-1]["folded"]) == set(numbers) - {lead["event"]}
    close(opened_on_both, alerts[-1]["folded"][0])
    assert shown(opened_on_both)[-1]["count"] == 4


def test_whatever_it_folded_into_an_unanswered_alarm_sounds_once_that_no_longer_does(
    opened_on_both: OpenApi, hand: HandClock
) -> None:
    """As two processes leave it: one folds an alarm into another while somebody answers that."""
    flood(opened_on_both, 4)
    *_, lead, last = rows(opened_on_both)
    assert last.folded_into == lead.id
    with opened_on_both.runtime.database.write() as session:
        held = session.get(AlertRow, lead.id)
        assert held is not None
        held.state = "acknowledged"
    hand.forward(seconds=31)
    deadlines.tick(opened_on_both.runtime.database, opened_on_both.runtime.reference, hand.now())
    assert [one["event"] for one in shown(opened_on_both) if one["id"] == last.id]


def test_without_an_audible_screen_the_gateway_is_told_of_those_that_sound(opened_on_both: OpenApi) -> None:
    with opened_on_both.runtime.database.read() as session:
        assert screens.audible_screens(session, clock.now()) == 0
    flood(opened_on_both, 10)
    with opened_on_both.runtime.database.read() as session:
        owed = session.scalars(select(DeliveryRow).where(DeliveryRow.target == "alert")).all()
    assert len(owed) == ABOVE_HERE


def earlier(key: int, **more: Any) -> Earlier:
    return Earlier(
        **{"id": key, "state": "raised", "folded_into": None, "unit": "FIRE", "lng": 118.1, "lat": 24.5}
        | more
    )


@pytest.mark.parametrize(
    ("past", "into"),
    [
        ([], None),
        ([earlier(n) for n in (1, 2)], None),
        ([earlier(n) for n in (1, 2, 3)], 3),
        ([earlier(n, unit="GAS") for n in (1, 2, 3)], None),
        ([earlier(1), earlier(2), earlier(3, state="acknowledged")], 2),
        ([earlier(n, state="acknowledged") for n in (1, 2, 3)], None),
        ([earlier(n, silenced=True) for n in (1, 2, 3)], None),
        ([earlier(1), earlier(2), earlier(3, silenced=True)], 2),
        ([earlier(n, lat=24.6) for n in range(1, 10)], None),
        ([earlier(n, lat=24.6 + n) for n in range(1, 12)], 11),
        ([earlier(1), earlier(2, folded_into=1), earlier(3, folded_into=1)], 1),
        ([earlier(n, lng=None, lat=None) for n in (1, 2, 3)], None),
    ],
)
def test_what_an_alarm_folds_into(past: list[Earlier], into: int | None) -> None:
    assert folding.target(past, Called("FIRE", frozenset()), 118.1, 24.5) == into


def test_what_was_long_ago_does_not_count(opened_on_both: OpenApi, hand: HandClock) -> None:
    place = spot(opened_on_both)
    for _ in range(4):
        report(opened_on_both, place)
        hand.forward(seconds=(folding.WITHIN + timedelta(seconds=1)).total_seconds())
    assert [alert["count"] for alert in shown(opened_on_both)] == [1] * 4
    assert LEAD.name == "lead"
