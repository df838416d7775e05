"""The read side, first door: what belongs to one event, what stands where now, what is near.

Lists of events: `queries_events` (and `_filters`, `_paging`); KPIs: `queries_kpis`, `queries_stages`; boards and their
ledger: `queries_boards`; what stands where: `queries_standing`; the wall's small views: `queries_views`; what the feed
reads: `feed_queries`.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dashboard.rules.alerts.alert import Alert, AlertState
from dashboard.rules.events.event import OPEN, Event
from datasources.alerts import journal as alert_journal
from datasources.feed import outbox
from datasources.store.models import AlertRow, AssignmentRow, EventRow, PhotoRow, StepRow

E: Any = EventRow.__table__.c
OPEN_CODES = [status.value for status in OPEN]
METRES_PER_DEGREE = 111_000  # a little short, so that a box in degrees is never too small


def steps_of(session: Session, event_id: int) -> Sequence[StepRow]:
    """Return the steps of an event, oldest first."""
    return session.scalars(
        select(StepRow).where(StepRow.event_id == event_id).order_by(StepRow.at, StepRow.version)
    ).all()


def photos_of(session: Session, event_id: int) -> Sequence[PhotoRow]:
    """Return the photos of an event, in the order of its steps."""
    query = select(PhotoRow).where(PhotoRow.event_id == event_id)
    return session.scalars(query.order_by(PhotoRow.step_id, PhotoRow.id)).all()


def assignments_of(session: Session, event_id: int) -> Sequence[AssignmentRow]:
    """Return the co-units of an event, of every round."""
    query = select(AssignmentRow).where(AssignmentRow.event_id == event_id)
    return session.scalars(query.order_by(AssignmentRow.round, AssignmentRow.unit)).all()


def alerts_open(session: Session) -> list[tuple[Alert, Event]]:
    """Return the open alerts, oldest first, each with its event."""
    alerts = alert_journal.alerts_where(session, AlertRow.state != AlertState.STOOD_DOWN.value)
    events = outbox.events_by_id(session, {alert.event_id for alert in alerts})
    return [(alert, events[alert.event_id]) for alert in alerts if alert.event_id in events]


def alert_units(session: Session, event: Event) -> list[dict[str, Any]]:
    """Return [{"unit", "accepted"}]: the unit in charge first, then the co-units of this round by code."""
    found = outbox.signings(session, [event])[event.id]
    signed = [{"unit": one["unit"], "accepted": one["accepted"]} for one in found]
    return sorted(signed, key=lambda one: (one["unit"] != event.unit, one["unit"]))


def open_by_area(session: Session) -> dict[str, int]:
    """Return area code → how many open events lie in it, for every level at once."""
    query = select(E.area_path, func.count()).where(E.status.in_(OPEN_CODES)).group_by(E.area_path)
    found: dict[str, int] = {}
    for path, count in session.execute(query):
        for code in filter(None, path.split("/")):
            found[code] = found.get(code, 0) + count
    return found
