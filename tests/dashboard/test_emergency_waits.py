"""What an answered emergency waits for: signatures that can still be given, and the deadline of what is to be done now."""

from datetime import timedelta

from dashboard.rules.alerts.alert import SIGN_WITHIN, AlertState
from dashboard.rules.events.event import Event, Status
from datasources.alerts import watch
from datasources.events import journal
from datasources.feed import outbox
from datasources.store.models import AlertRow
from tests.conftest import LEAD, OPERATOR, Town, unit_viewer
from tests.dashboard.test_emergency_heard import logged
from tests.dashboard.test_emergency_law import answer, open_alert, signed


def finished(town: Town, event: Event) -> Event:
    facts = {"text": "已处置", "photos": [town.photo()], "reason": "协办未到"}
    return town.act(event, "finish", town.unit_of(event), **facts)


def until(town: Town, moment: object) -> None:
    town.tick(seconds=(moment - town.now).total_seconds())  # type: ignore[operator]


def taken(town: Town) -> Event:
    """An emergency that its lead unit has signed for, and no co-unit."""
    event = town.report("S0502", title="燃气泄漏")
    answer(town, event)
    held = town.act(event, "accept", town.unit_of(event))
    assert held.co_units
    return held


def test_an_emergency_whose_check_is_late_opens_again_at_the_deadline_of_the_check(town: Town) -> None:
    raised = town.act(town.claimed(), "correct", OPERATOR, emergency=True)
    answer(town, raised)
    town.tick(minutes=5)
    assert open_alert(town, raised).next_at == town.fresh(raised).handle_due_at
    done = finished(town, town.fresh(raised))
    assert done.check_due_at < done.handle_due_at
    assert open_alert(town, done).next_at == done.check_due_at
    until(town, done.check_due_at)
    alert = open_alert(town, done)
    assert (alert.state, alert.episode) == (AlertState.RAISED, 2)


def test_an_emergency_whose_check_stays_late_opens_again_at_every_reminder(town: Town) -> None:
    done = finished(town, signed(town))
    for episode in (2, 3, 4):
        until(town, town.fresh(done).check_due_at)
        town.tick(seconds=1)
        assert (open_alert(town, done).state, open_alert(town, done).episode) == (AlertState.RAISED, episode)
        answer(town, done)


def test_a_late_check_of_an_emergency_sounds_where_only_the_reminder_saw_the_deadline(town: Town) -> None:
    """As an older version left it: the alert looks at a deadline far away."""
    done = finished(town, signed(town))
    alert = open_alert(town, done)
    with town.database.write() as session:
        session.get(AlertRow, alert.id).next_at = town.now + timedelta(hours=9)
    until(town, done.check_due_at)
    assert open_alert(town, done).state == AlertState.RAISED


def test_a_finished_emergency_does_not_wait_for_co_units_that_can_sign_no_more(town: Town) -> None:
    held = taken(town)
    done = finished(town, held)
    assert logged(town, done, watch.LET_GO) == 1
    answered = open_alert(town, done)
    town.tick(minutes=5)
    alert = open_alert(town, done)
    assert (alert.id, alert.state) == (answered.id, AlertState.ACKNOWLEDGED)
    assert alert.next_at == done.check_due_at
    with town.database.read() as session:
        shown = outbox.signings(session, [done])[done.id]
    assert [one["unit"] for one in shown] == [done.unit], "and no screen says that it waits"


def test_an_emergency_on_hold_waits_for_its_co_units_again_once_it_is_resumed(town: Town) -> None:
    held = taken(town)
    lapse = town.now + timedelta(days=2)
    asked = town.act(held, "hold", town.unit_of(held), reason="等待停气", until=lapse)
    kept = town.act(asked, "approve", LEAD, request="hold")
    assert kept.status == Status.ON_HOLD
    answer(town, kept)
    town.tick(minutes=5)
    assert (open_alert(town, kept).state, open_alert(town, kept).next_at) == (AlertState.ACKNOWLEDGED, lapse)
    town.tick(minutes=5)
    back = town.act(town.fresh(kept), "resume", LEAD)
    assert open_alert(town, back).next_at == town.now + SIGN_WITHIN
    town.tick(minutes=5)
    assert open_alert(town, back).state == AlertState.RAISED


def test_a_signature_that_can_still_be_given_is_waited_for(town: Town) -> None:
    held = taken(town)
    town.tick(minutes=5)
    assert open_alert(town, held).state == AlertState.RAISED
    answer(town, held)
    with town.database.read() as session:
        beside = [co.unit for co in journal.co_units(session, held)]
    for unit in beside:
        held = town.act(town.fresh(held), "accept", unit_viewer(unit))
    town.tick(minutes=5)
    assert open_alert(town, held).state == AlertState.ACKNOWLEDGED
