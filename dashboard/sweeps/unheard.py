"""The sweep for alarms that nobody in the hall can hear any more: the last audible screen went, or a silence ended."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from dashboard.rules.alerts.alert import Alert
from dashboard.sweeps import row_by_row
from dashboard.sweeps.row_by_row import Sweep
from datasources.alerts import gateway, journal
from datasources.alerts.screens import audible_screens
from datasources.districts.reference import Reference
from datasources.events import journal as events
from datasources.store.database import Database, hold_row
from datasources.store.models import AlertRow

A: Any = AlertRow.__table__.c


def unheard(database: Database, _reference: Reference, now: datetime, budget: float | None = None) -> int:
    """Owe the gateway a message, once an episode, about each alarm that sounds where no screen is audible."""
    with database.read() as session:
        if audible_screens(session, now):
            return 0

    def read(session: Session, ids: Sequence[int]) -> list[Alert]:
        return journal.alerts_where(session, A.id.in_(ids))

    def do(session: Session, alert: Alert) -> int:
        return call(session, alert.id, now)

    return row_by_row.each(
        database, Sweep("unheard", A.id, gateway.uncalled(now), A.raised_at, read, do), budget
    )


def call(session: Session, key: int, now: datetime) -> int:
    """Owe the gateway a message about one alarm, unless nothing is owed about it any more; return how many.

    Somebody may have answered, a screen may be back, another process may have called by now, or be about to.
    """
    hold_row(session, A.id, key)
    found = journal.alerts_where(session, A.id == key, gateway.uncalled(now))
    if not found:
        return 0
    (alert,) = found
    event = events.event_by_id(session, alert.event_id)
    if event is None:
        raise LookupError(f"the event {alert.event_id} of the alert is gone")
    if audible_screens(session, now):
        return 0
    gateway.call_unheard(session, event, alert, now)
    return 1
