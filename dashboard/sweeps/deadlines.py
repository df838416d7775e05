"""The clock's work: whose deadline has passed? Each sweep asks the database and performs the same verbs as people.

Deadlines are columns, so this is safe in several processes, right after downtime, and does each overdue thing once.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_
from sqlalchemy.orm import Session

from dashboard import actions, alert_folding, alerting
from dashboard.rules.access import CLOCK
from dashboard.rules.alerts import alert as alerts
from dashboard.rules.alerts import waiting
from dashboard.rules.alerts.alert import Alert, AlertState
from dashboard.rules.events.event import Event, Status, Supervision
from dashboard.rules.events.outcome import RED_OVERDUE
from dashboard.sweeps import row_by_row
from dashboard.sweeps.clock_steps import pull_in
from dashboard.sweeps.row_by_row import Sweep
from dashboard.sweeps.unheard import unheard
from datasources.alerts import gateway
from datasources.alerts import journal as alert_journal
from datasources.districts.reference import Reference
from datasources.events import journal
from datasources.store.beats import Beats
from datasources.store.database import Database, hold_row
from datasources.store.faults import is_outage
from datasources.store.models import AlertRow, EventRow
from datasources.store.quiet_log import Quiet

quiet = Quiet(logging.getLogger(__name__))

IN_HAND = (Status.DISPATCHED, Status.HANDLING)
E: Any = EventRow.__table__.c
A: Any = AlertRow.__table__.c


def tick(
    database: Database,
    reference: Reference,
    now: datetime,
    beats: Beats | None = None,
    budget: float | None = None,
) -> int:
    """Do everything that is due by `now`; return how many things were done.

    A record that cannot be done is set aside, a sweep that fails does not stop the next one. Only a finished sweep
    beats; with a `budget` in seconds each leaves the rest of much work to the next round, so that all come by in time.
    """
    done = 0
    for sweep in SWEEPS:
        try:
            done += sweep(database, reference, now, budget)
        except Exception as error:
            quiet.exception(sweep.__name__, "The sweep %s failed and is tried again", sweep.__name__)
            if is_outage(error):
                break  # the others would fail alike, each after its own wait
            continue
        if beats is not None:
            beats.done(sweep.__name__)
    return done


@dataclass(frozen=True, slots=True)
class Round:
    """One going through of a sweep: where, by which rules, as of when, and how long it may take."""

    database: Database
    reference: Reference
    now: datetime
    budget: float | None = None


def lapse(database: Database, reference: Reference, now: datetime, budget: float | None = None) -> int:
    """End the claim window of events that nobody claimed."""
    due = and_(E.status == Status.CLAIMABLE, E.claim_due_at <= now)
    return _sweep(Round(database, reference, now, budget), due, E.claim_due_at, "lapse")


def wake(database: Database, reference: Reference, now: datetime, budget: float | None = None) -> int:
    """End the hold of events whose time is up; still open then, they are supervised."""
    due = and_(E.status == Status.ON_HOLD, E.hold_until <= now)
    return _sweep(Round(database, reference, now, budget), due, E.hold_until, "resume")


def remind_signing(
    database: Database, reference: Reference, now: datetime, budget: float | None = None
) -> int:
    """Remind units that have not signed; from the second time on the desk is alarmed."""
    due = and_(E.status == Status.DISPATCHED, E.accept_due_at <= now)
    return _sweep(Round(database, reference, now, budget), due, E.accept_due_at, "remind")


def remind_checking(
    database: Database, reference: Reference, now: datetime, budget: float | None = None
) -> int:
    """Remind of a late check: the grid worker, then the community, then the desk."""
    due = and_(E.status == Status.CHECKING, E.check_due_at <= now)
    return _sweep(Round(database, reference, now, budget), due, E.check_due_at, "remind")


def remind_registering(
    database: Database, reference: Reference, now: datetime, budget: float | None = None
) -> int:
    """Remind the desk, once, of a report that nobody has registered or rejected in time."""
    due = and_(E.status == Status.REPORTED, E.register_due_at <= now, E.desk_reminded_at.is_(None))
    return _sweep(Round(database, reference, now, budget), due, E.register_due_at, "remind")


def remind_dispatching(
    database: Database, reference: Reference, now: datetime, budget: float | None = None
) -> int:
    """Remind the desk, once each time it waits there, of an event that nobody has dispatched in time."""
    due = and_(E.status == Status.PENDING_DISPATCH, E.dispatch_due_at <= now, E.desk_reminded_at.is_(None))
    return _sweep(Round(database, reference, now, budget), due, E.dispatch_due_at, "remind")


def warn(database: Database, reference: Reference, now: datetime, budget: float | None = None) -> int:
    """Give one notice when a handling deadline is near (LIFECYCLE §3)."""
    due = and_(
        E.status.in_(IN_HAND),
        E.due_soon_at.is_(None),
        E.warn_due_at <= now,
        E.handle_due_at > now,
    )
    return _sweep(Round(database, reference, now, budget), due, E.warn_due_at, "warn")


def expire(database: Database, reference: Reference, now: datetime, budget: float | None = None) -> int:
    """Mark what is past its handling deadline, once a clock; a second failure is supervised with it."""
    due = and_(E.status.in_(IN_HAND), E.handle_due_at < now, E.overdue_round < E.round)
    return _sweep(Round(database, reference, now, budget), due, E.handle_due_at, "expire")


def redden(database: Database, reference: Reference, now: datetime, budget: float | None = None) -> int:
    """Supervise what is overdue by once its limit again (红牌)."""
    due = and_(E.status.in_(IN_HAND), E.red_due_at <= now, E.supervision == Supervision.NONE)
    return _sweep(
        Round(database, reference, now, budget), due, E.red_due_at, "supervise", {"reason": RED_OVERDUE}
    )


def sound(database: Database, reference: Reference, now: datetime, budget: float | None = None) -> int:
    """Climb the ladder of every alert whose next consequence is due (LIFECYCLE §4)."""
    due = and_(A.state != AlertState.STOOD_DOWN, or_(A.next_at <= now, A.next_at.is_(None)))

    def read(session: Session, ids: Sequence[int]) -> list[Alert]:
        return alert_journal.alerts_where(session, A.id.in_(ids))

    def do(session: Session, alert: Alert) -> int:
        return _climb(session, reference, alert, now)

    return row_by_row.each(database, Sweep("sound", A.id, due, A.next_at, read, do), budget)


SWEEPS: tuple[Callable[[Database, Reference, datetime, float | None], int], ...] = (
    pull_in,
    sound,
    unheard,
    lapse,
    wake,
    expire,
    redden,
    remind_signing,
    remind_checking,
    remind_registering,
    remind_dispatching,
    warn,
)


def _sweep(round_: Round, due: Any, deadline: Any, action: str, facts: dict[str, Any] | None = None) -> int:
    def read(session: Session, ids: Sequence[int]) -> list[Event]:
        return journal.events_where(session, E.id.in_(ids), order=deadline)

    def do(session: Session, event: Event) -> int:
        missed = getattr(event, deadline.name)
        request = actions.Request(action, facts or {}, CLOCK, round_.now, event.version, missed)
        actions.perform(session, round_.reference, event, request)
        return 1

    sweep = Sweep(f"{action} {deadline.name}", E.id, due, deadline, read, do)
    return row_by_row.each(round_.database, sweep, round_.budget)


def _climb(session: Session, reference: Reference, alert: Alert, now: datetime) -> int:
    event = journal.event_by_id(session, alert.event_id)
    if event is None:
        raise LookupError(f"the event {alert.event_id} of the alert is gone")
    if not event.is_open:
        return _ended(session, event, now)
    if alert_folding.freed(session, alert, now):
        return 1
    signed = waiting.all_signed(event, journal.co_units(session, event), reference.is_unit)
    after, done, again = alerts.climb(alert, now, signed, waiting.deadline(event))
    if not alert_journal.update_alert(session, alert, after):
        return 0
    for consequence in done:
        alert_journal.log_alert(
            session, alert.id, consequence.what, consequence.due_at, "clock", late=consequence.late
        )
    if any(consequence.what == gateway.CALLED for consequence in done):
        gateway.owe(session, event, after, "unacknowledged", now)
    if again is not None:
        again = alert_folding.folded(session, again, event, again.mark, now)
        gateway.raised(session, event, again, "clock", now)
    alert_journal.tell_alert(session, after, now)
    return len(done)


def _ended(session: Session, event: Event, now: datetime) -> int:
    """End the alert of an event that is over: nobody acts on that any more, so it would sound for ever."""
    hold_row(session, E.id, event.id)  # it may just be opened again
    found = journal.event_by_id(session, event.id)
    if found is None or found.is_open:
        return 0
    alerting.stand_down(session, event.id, now, CLOCK.name)
    return 1
