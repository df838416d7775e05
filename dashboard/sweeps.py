"""The clock's work: whose deadline has passed? Each sweep asks the database and performs the same verbs as people.

Deadlines are columns, so this is safe in several processes, right after downtime, and does each overdue thing once.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import and_, or_
from sqlalchemy.orm import Session

from dashboard import actions, folding
from dashboard.clock_steps import pull_in
from dashboard.rules import alerts
from dashboard.rules.access import CLOCK
from dashboard.rules.alerts import Alert, AlertState
from dashboard.rules.change import RED_OVERDUE
from dashboard.rules.event import DUE, Event, Status, Supervision
from dashboard.rules.refusals import Refusal
from datasources import alert_journal, journal
from datasources.database import Database
from datasources.models import AlertRow, EventRow
from datasources.reference import Reference

log = logging.getLogger(__name__)

BATCH = 500
IN_HAND = (Status.DISPATCHED, Status.HANDLING)
E: Any = EventRow.__table__.c


def tick(database: Database, reference: Reference, now: datetime) -> int:
    """Do everything that is due by `now`; return how many things were done.

    A record that cannot be done is logged and left; it never stops the others.
    """
    return sum(sweep(database, reference, now) for sweep in SWEEPS)


def lapse(database: Database, reference: Reference, now: datetime) -> int:
    """End the claim window of events that nobody claimed."""
    due = and_(E.status == Status.CLAIMABLE, E.claim_due_at <= now)
    return _sweep(database, reference, now, due, E.claim_due_at, "lapse")


def wake(database: Database, reference: Reference, now: datetime) -> int:
    """End the hold of events whose time is up; still open then, they are supervised."""
    due = and_(E.status == Status.ON_HOLD, E.hold_until <= now)
    return _sweep(database, reference, now, due, E.hold_until, "resume")


def remind_signing(database: Database, reference: Reference, now: datetime) -> int:
    """Remind units that have not signed; from the second time on the desk is alarmed."""
    due = and_(E.status == Status.DISPATCHED, E.accept_due_at <= now)
    return _sweep(database, reference, now, due, E.accept_due_at, "remind")


def remind_checking(database: Database, reference: Reference, now: datetime) -> int:
    """Remind of a late check: the grid worker, then the community, then the desk."""
    due = and_(E.status == Status.CHECKING, E.check_due_at <= now)
    return _sweep(database, reference, now, due, E.check_due_at, "remind")


def remind_registering(database: Database, reference: Reference, now: datetime) -> int:
    """Remind the desk, once, of a report that nobody has registered or rejected in time."""
    due = and_(E.status == Status.REPORTED, E.register_due_at <= now, E.desk_reminded_at.is_(None))
    return _sweep(database, reference, now, due, E.register_due_at, "remind")


def remind_dispatching(database: Database, reference: Reference, now: datetime) -> int:
    """Remind the desk, once each time it waits there, of an event that nobody has dispatched in time."""
    due = and_(E.status == Status.PENDING_DISPATCH, E.dispatch_due_at <= now, E.desk_reminded_at.is_(None))
    return _sweep(database, reference, now, due, E.dispatch_due_at, "remind")


def warn(database: Database, reference: Reference, now: datetime) -> int:
    """Give one notice when a handling deadline is near (LIFECYCLE §3)."""
    due = and_(E.status.in_(IN_HAND), E.due_soon_at.is_(None), E.warn_due_at <= now, E.handle_due_at > now)
    return _sweep(database, reference, now, due, E.warn_due_at, "warn")


def expire(database: Database, reference: Reference, now: datetime) -> int:
    """Mark what is past its handling deadline, once a clock; a second failure is supervised with it."""
    due = and_(E.status.in_(IN_HAND), E.handle_due_at < now, E.overdue_round < E.round)
    return _sweep(database, reference, now, due, E.handle_due_at, "expire")


def redden(database: Database, reference: Reference, now: datetime) -> int:
    """Supervise what is overdue by once its limit again (红牌)."""
    due = and_(E.status.in_(IN_HAND), E.red_due_at <= now, E.supervision == Supervision.NONE)
    return _sweep(database, reference, now, due, E.red_due_at, "supervise", {"reason": RED_OVERDUE})


def sound(database: Database, reference: Reference, now: datetime) -> int:
    """Climb the ladder of every alert whose next consequence is due (LIFECYCLE §4)."""
    with database.read() as session:
        due = alert_journal.alerts_where(
            session,
            AlertRow.state != AlertState.STOOD_DOWN,
            or_(AlertRow.next_at <= now, AlertRow.next_at.is_(None)),
            limit=BATCH,
        )
    return sum(_guarded(partial(_climb, database, alert, now)) for alert in due)


SWEEPS: tuple[Callable[[Database, Reference, datetime], int], ...] = (
    pull_in,
    sound,
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


def _sweep(
    database: Database,
    reference: Reference,
    now: datetime,
    due: Any,
    deadline: Any,
    action: str,
    facts: dict[str, Any] | None = None,
) -> int:
    with database.read() as session:
        found = journal.events_where(session, due, limit=BATCH, order=deadline)

    def do(event: Event) -> int:
        missed = getattr(event, deadline.name)
        with database.write() as session:
            actions.perform(
                session,
                reference,
                event,
                action,
                facts or {},
                CLOCK,
                now,
                version=event.version,
                due_at=missed,
            )
        return 1

    return sum(_guarded(partial(do, event)) for event in found)


def _guarded(work: Callable[[], int]) -> int:
    try:
        return work()
    except Refusal:
        return 0  # somebody was faster: exactly what the guard is for
    except Exception:
        log.exception("a sweep could not do one record; the others go on")
        return 0


def _climb(database: Database, alert: Alert, now: datetime) -> int:
    with database.write() as session:
        event = journal.event_by_id(session, alert.event_id)
        if event is None:
            return 0
        if folding.freed(session, alert, now):
            return 1
        deadline = getattr(event, DUE[Status(event.status)]) if event.is_open else None
        after, done, again = alerts.climb(alert, now, _all_signed(session, event), deadline)
        if not alert_journal.update_alert(session, alert, after):
            return 0
        for consequence in done:
            alert_journal.log_alert(
                session, alert.id, consequence.what, consequence.due_at, "clock", late=consequence.late
            )
        shelf = alert.shelved_until
        if any(consequence.what == "webhook" for consequence in done) and (shelf is None or shelf <= now):
            actions.owe_webhook(session, event, after, "unacknowledged", now)
        if again is not None:
            again = folding.folded(session, again, event, again.mark, now)
            fresh = alert_journal.insert_alert(session, again, "clock")
            alert_journal.tell_alert(session, fresh, now)
        alert_journal.tell_alert(session, after, now)
        return len(done)


def _all_signed(session: Session, event: Event) -> bool:
    lead = event.status not in (Status.REPORTED, Status.CLAIMABLE, Status.PENDING_DISPATCH, Status.DISPATCHED)
    return lead and all(co.accepted_at is not None for co in journal.co_units(session, event))
