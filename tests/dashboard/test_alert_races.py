"""An alert at the moment two decide about it: it ends with its event, sounds for whoever declined, is told once."""

from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from dashboard import alerting
from dashboard.rules.events.event import Event, Status
from dashboard.sweeps import deadlines, unheard
from datasources.alerts import journal as alert_journal
from datasources.store.models import AlertLogRow, AlertRow
from tests.conftest import LEAD, OPERATOR, Town
from tests.dashboard.test_emergency_heard import hear, owed
from tests.dashboard.test_emergency_law import answer, open_alert
from tests.dashboard.test_merging_races import doing, urgent
from tests.support.interleaved import Work, interleaved


def climbing(town: Town, event: Event) -> Work:
    """Return the clock's work on the alert of an event."""

    def work(session: Session) -> int:
        alert = alert_journal.open_alert(session, event.id)
        assert alert is not None
        return deadlines._climb(session, town.reference, alert, town.now)

    return work


def answering(town: Town, event: Event) -> Work:
    def work(session: Session) -> Any:
        alert = alert_journal.open_alert(session, event.id)
        assert alert is not None
        return alerting.acknowledge(session, alert.id, alert.episode, "desk-1", OPERATOR, town.now)

    return work


def logged(town: Town, event: Event) -> list[str]:
    with town.database.read() as session:
        query = select(AlertLogRow.what).join(AlertRow, AlertRow.id == AlertLogRow.alert_id)
        return list(session.scalars(query.where(AlertRow.event_id == event.id).order_by(AlertLogRow.id)))


@pytest.mark.parametrize("other", [answering, climbing])
def test_an_alarm_answered_or_climbing_as_its_event_is_rejected_ends_with_it(city: Town, other: Any) -> None:
    event = urgent(city)
    city.hand.forward(seconds=31)
    _, rejected = interleaved(
        city.database, other(city, event), doing(city, event, "reject", LEAD, reason="误报")
    )
    assert rejected.status == Status.REJECTED
    assert open_alert(city, event) is None
    assert logged(city, event)[-1] == "stand_down"


def test_an_alarm_that_opens_again_as_its_event_is_rejected_ends_with_it(city: Town) -> None:
    event = urgent(city)
    answer(city, event)
    city.hand.forward(minutes=5, seconds=1)
    _, rejected = interleaved(
        city.database, climbing(city, event), doing(city, event, "reject", LEAD, reason="误报")
    )
    assert rejected.status == Status.REJECTED
    assert open_alert(city, event) is None


@pytest.mark.parametrize("status", ["rejected", "merged", "closed"])
def test_the_alarm_of_an_event_that_is_over_is_ended_by_the_clock_instead_of_sounding_on(
    town: Town, status: str
) -> None:
    event = urgent(town)
    with town.database.write() as session:
        ended = text("UPDATE event SET status = :status WHERE id = :id")
        session.execute(ended, {"status": status, "id": event.id})
    town.tick(seconds=31)
    assert open_alert(town, event) is None
    assert logged(town, event)[-1] == "stand_down"


def test_a_unit_declines_as_the_clock_opens_the_alarm_again_and_one_alarm_sounds(city: Town) -> None:
    event = city.report("S0502", title="燃气泄漏")
    answer(city, event)
    city.hand.forward(minutes=5, seconds=1)
    declining = doing(city, event, "decline", city.unit_of(event), ground="not_our_duty", text="非本单位职责")
    _, declined = interleaved(city.database, climbing(city, event), declining)
    assert not isinstance(declined, Exception), declined
    assert city.fresh(event).status == Status.PENDING_DISPATCH
    alert = open_alert(city, event)
    assert alert is not None and (alert.state, alert.episode) == ("raised", 2)


def test_two_clocks_tell_the_gateway_once_of_an_alarm_that_nobody_hears(city: Town) -> None:
    hear(city)
    event = urgent(city)
    hear(city, audible=False)
    alert = open_alert(city, event)
    assert alert is not None

    def telling(session: Session) -> int:
        return unheard.call(session, alert.id, city.now)

    assert interleaved(city.database, telling, telling) == (1, 0)
    assert owed(city, event) == ["no_audible_screen"]
