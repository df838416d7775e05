"""What folds into an alarm is heard with it: never into a silenced one, and every unit that has to sign is called."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from dashboard import clock
from dashboard.clock import HandClock
from dashboard.rules.alerts import folding
from dashboard.rules.alerts.folding import ABOVE_HERE, Called
from dashboard.sweeps import deadlines
from datasources.store.models import AlertRow, DeliveryRow, EventRow
from tests.dashboard.test_folding import answer, earlier, flood, report, rows, shown, spot
from tests.support.api_world import OpenApi

pytestmark = pytest.mark.usefixtures("hand")


def silence(opened_on_both: OpenApi, alert: dict[str, Any], minutes: int = 28, **more: Any) -> Any:
    until = (clock.now() + timedelta(minutes=minutes)).isoformat()
    body = {"reason": "误报，正在核实", "until": until} | more
    return opened_on_both.call("lead", "POST", f"/alerts/{alert['id']}/shelve", body)


def audible(opened_on_both: OpenApi) -> list[str]:
    """Return the events that sound for themselves or lie in an alarm that sounds."""
    return [
        number
        for alert in shown(opened_on_both)
        if alert["state"] == "raised" and alert["shelved"] is None
        for number in (alert["event"], *alert["folded"])
    ]


def test_an_emergency_that_comes_when_all_of_its_sender_are_silenced_sounds_for_itself(
    opened_on_both: OpenApi,
) -> None:
    flood(opened_on_both, 3)
    for alert in shown(opened_on_both):
        assert silence(opened_on_both, alert).status_code == 200
    fresh = report(opened_on_both, spot(opened_on_both))
    assert audible(opened_on_both) == [fresh]
    with opened_on_both.runtime.database.read() as session:
        key = session.scalars(select(EventRow.id).where(EventRow.number == fresh)).one()
        owed = session.scalars(select(DeliveryRow.event_id).where(DeliveryRow.target == "alert")).all()
    assert key in owed, "nobody is there to hear it"


def test_silencing_an_alarm_silences_what_it_holds_and_whatever_comes_later_is_heard(
    opened_on_both: OpenApi, hand: HandClock
) -> None:
    flood(opened_on_both, 6)
    lead = shown(opened_on_both)[-1]
    assert silence(opened_on_both, lead, count=lead["count"]).status_code == 200
    for row in rows(opened_on_both)[ABOVE_HERE - 1 :]:
        assert row.shelved_until is not None and row.shelved_by == "lead"
    for _ in range(3):
        hand.forward(seconds=31)
        deadlines.tick(opened_on_both.runtime.database, opened_on_both.runtime.reference, hand.now())
    assert len(audible(opened_on_both)) == ABOVE_HERE - 1, "what was silenced knowingly stays silent"
    fresh = report(opened_on_both, spot(opened_on_both))
    assert fresh in audible(opened_on_both)


def test_an_alarm_that_holds_more_than_whoever_silences_it_saw_is_not_silenced(
    opened_on_both: OpenApi,
) -> None:
    flood(opened_on_both, 5)
    lead = shown(opened_on_both)[-1]
    report(opened_on_both, spot(opened_on_both))
    answered = silence(opened_on_both, lead, count=lead["count"])
    assert answered.status_code == 409 and "4" in answer_words(answered)
    assert all(row.shelved_until is None for row in rows(opened_on_both))
    assert silence(opened_on_both, lead, count="3").status_code == 422


def answer_words(answered: Any) -> str:
    return str(answered.json["detail"])


def test_what_folds_into_an_alarm_while_somebody_silences_it_sounds_for_itself(
    opened_on_both: OpenApi, hand: HandClock
) -> None:
    """As two processes leave it."""
    numbers = flood(opened_on_both, 4)
    *_, lead, last = rows(opened_on_both)
    with opened_on_both.runtime.database.write() as session:
        held = session.get(AlertRow, lead.id)
        assert held is not None
        held.shelved_until = clock.now() + timedelta(minutes=20)
    assert last.folded_into == lead.id
    hand.forward(seconds=31)
    deadlines.tick(opened_on_both.runtime.database, opened_on_both.runtime.reference, hand.now())
    assert numbers[-1] in audible(opened_on_both)


def test_an_alarm_folds_only_into_one_that_calls_every_unit_it_has_to_call() -> None:
    past = [earlier(1, co_units=("GAS",)), earlier(2), earlier(3, co_units=None)]
    assert folding.target(past, Called("FIRE", frozenset({"GAS"})), 118.1, 24.5) == 1
    assert folding.target(past, Called("FIRE", frozenset({"WATER"})), 118.1, 24.5) is None
    assert folding.target(past, Called("FIRE", frozenset()), 118.1, 24.5) == 2


def test_of_those_that_lose_what_they_lay_in_the_first_stands_for_all_that_call_nobody_else() -> None:
    fire, gas = Called("FIRE", frozenset({"GAS"})), Called("GAS", frozenset())
    found = [(4, fire), (5, gas), (6, Called("FIRE", frozenset())), (7, None), (8, fire)]
    assert folding.standing(found) == {4: None, 5: None, 6: 4, 7: None, 8: 4}


def act(opened_on_both: OpenApi, number: str, action: str, **facts: Any) -> dict[str, Any]:
    before = opened_on_both.call("operator", "GET", f"/events/{number}").json["event"]
    done = opened_on_both.call(
        "operator", "POST", f"/events/{number}/{action}", {"version": before["version"]} | facts
    )
    assert done.status_code == 200, done.text
    return dict(done.json)


def test_a_folded_emergency_that_gets_a_unit_later_calls_that_unit(opened_on_both: OpenApi) -> None:
    numbers = flood(opened_on_both, 6)
    last = numbers[-1]
    assert act(opened_on_both, last, "register", category="S0502")["unit"]["code"] == "GAS"
    assert [alert["event"] for alert in shown(opened_on_both, "unit-GAS")] == [last]
    assert last in audible(opened_on_both) and len(audible(opened_on_both)) == 6
    for beside in shown(opened_on_both, "unit-GAS")[0]["units"]:
        assert last in [alert["event"] for alert in shown(opened_on_both, f"unit-{beside['unit']}")]


def test_when_the_alarm_others_lie_in_gets_a_unit_they_stand_up_under_the_first_of_them(
    opened_on_both: OpenApi,
) -> None:
    numbers = flood(opened_on_both, 6)
    lead = shown(opened_on_both)[-1]
    act(opened_on_both, lead["event"], "register", category="S0502")
    alerts = shown(opened_on_both)
    assert [alert["count"] for alert in alerts] == [1, 1, 1, 3]
    assert sorted(audible(opened_on_both)) == sorted(numbers)
    act(opened_on_both, alerts[-1]["folded"][0], "register", category="S0502")
    assert len(shown(opened_on_both, "unit-GAS")) == 2


def test_a_folded_emergency_that_gets_another_co_unit_calls_it(opened_on_both: OpenApi) -> None:
    numbers = flood(opened_on_both, 4)
    first = act(opened_on_both, numbers[-1], "register", category="S0502")
    for number in numbers[2:3]:
        act(opened_on_both, number, "register", category="S0502")
    assert first["unit"]["code"] == "GAS"
    with opened_on_both.runtime.database.write() as session:  # as if the second had come for the same units
        lead, last = sorted(session.scalars(select(AlertRow)), key=lambda row: row.id)[2:4]
        last.folded_into = lead.id
    event = act(opened_on_both, numbers[-1], "recall", reason="改派")
    event = act(opened_on_both, numbers[-1], "dispatch", unit="GAS", co_units=["URBAN_MGMT"])
    assert event["unit"]["code"] == "GAS"
    assert [alert["event"] for alert in shown(opened_on_both, "unit-URBAN_MGMT")] == [numbers[-1]]


def test_a_unit_that_an_older_version_left_uncalled_in_a_folded_alarm_is_called_by_the_clock(
    opened_on_both: OpenApi, hand: HandClock
) -> None:
    numbers = flood(opened_on_both, 4)
    act(opened_on_both, numbers[-1], "register", category="S0502")
    with opened_on_both.runtime.database.write() as session:
        *_, lead, last = session.scalars(select(AlertRow).order_by(AlertRow.id))
        last.folded_into = lead.id
    assert shown(opened_on_both, "unit-GAS") == []
    hand.forward(seconds=31)
    deadlines.tick(opened_on_both.runtime.database, opened_on_both.runtime.reference, hand.now())
    assert [alert["event"] for alert in shown(opened_on_both, "unit-GAS")] == [numbers[-1]]


def test_an_answered_folded_emergency_that_gets_a_unit_is_shown_to_that_unit(opened_on_both: OpenApi) -> None:
    numbers = flood(opened_on_both, 4)
    answer(opened_on_both, shown(opened_on_both)[-1])
    act(opened_on_both, numbers[-1], "register", category="S0502")
    assert [alert["state"] for alert in shown(opened_on_both, "unit-GAS")] == ["acknowledged"]


def test_a_damaged_row_of_the_same_sender_keeps_no_other_emergency_from_sounding(
    opened_on_both: OpenApi,
) -> None:
    numbers = flood(opened_on_both, 3)
    if opened_on_both.runtime.database.is_sqlite:  # PostgreSQL keeps no broken JSON
        with opened_on_both.runtime.database.write() as session:
            session.execute(
                text("UPDATE event SET co_units = '[\"GAS' WHERE number = :n"), {"n": numbers[-1]}
            )
    fresh = report(opened_on_both, spot(opened_on_both))
    assert fresh in audible(opened_on_both)


def test_the_gateway_is_told_how_many_an_alarm_holds(opened_on_both: OpenApi, hand: HandClock) -> None:
    flood(opened_on_both, 5)
    for _ in range(4):
        hand.forward(minutes=1)
        deadlines.tick(opened_on_both.runtime.database, opened_on_both.runtime.reference, hand.now())
    with opened_on_both.runtime.database.read() as session:
        told = list(
            session.scalars(select(DeliveryRow.payload).where(DeliveryRow.reason == "unacknowledged"))
        )
    assert sorted(payload["count"] for payload in told) == [1] * (ABOVE_HERE - 1) + [3]
