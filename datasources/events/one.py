"""The read side, first door: what belongs to one event, what stands where now, what is near.

Lists of events: `queries_events` (and `_filters`, `_paging`); KPIs: `queries_kpis`, `queries_stages`; boards and their
ledger: `queries_boards`; what stands where: `queries_standing`; the wall's small views: `queries_views`; what the feed
reads: `feed_queries`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import cos, radians
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dashboard.rules.alerts.alert import Alert, AlertState
from dashboard.rules.events.event import OPEN, Event
from dashboard.rules.figures.kpis import VOID
from datasources.alerts import journal as alert_journal
from datasources.districts.geo import metres_between
from datasources.districts.reference import Reference
from datasources.events import journal
from datasources.feed import outbox
from datasources.store import sound_rows
from datasources.store.models.tables import AlertRow, AssignmentRow, EventRow, PhotoRow, StepRow

E: Any = EventRow.__table__.c
OPEN_CODES = [status.value for status in OPEN]
METRES_PER_DEGREE = 111_000  # a little short, so that a box in degrees is never too small


@dataclass(frozen=True, slots=True)
class Near:
    """An event that may be the same matter: how far away, and how long before."""

    event: Event
    metres: float
    age: timedelta


def steps_of(session: Session, event_id: int) -> Sequence[StepRow]:
    """Return the steps of an event, oldest first."""
    query = select(StepRow).where(StepRow.event_id == event_id).order_by(StepRow.at, StepRow.version)
    return sound_rows.rows_of(session, StepRow, query)


def photos_of(session: Session, event_id: int) -> Sequence[PhotoRow]:
    """Return the photos of an event, in the order of its steps."""
    query = select(PhotoRow).where(PhotoRow.event_id == event_id)
    return sound_rows.rows_of(session, PhotoRow, query.order_by(PhotoRow.step_id, PhotoRow.id))


def assignments_of(session: Session, event_id: int) -> Sequence[AssignmentRow]:
    """Return the co-units of an event, of every round."""
    query = select(AssignmentRow).where(AssignmentRow.event_id == event_id)
    query = query.order_by(AssignmentRow.round, AssignmentRow.unit)
    return sound_rows.rows_of(session, AssignmentRow, query)


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


def duplicates_near(
    session: Session,
    reference: Reference,
    category: str,
    lng: float,
    lat: float,
    now: datetime,
    radius_m: float = 50,
    hours: float = 24,
    limit: int = 10,
) -> list[Near]:
    """Return valid events of the same kind reported close by and lately, open or closed since, nearest first.

    LIFECYCLE §2 `report`: the same minor category, ≤ 50 m, ≤ 24 h. WGS-84 degrees.
    """
    if reference.category(category) is None:
        return []
    tall = radius_m / METRES_PER_DEGREE
    wide = tall / max(cos(radians(lat)), 0.01)
    candidates = journal.events_where(
        session,
        E.category == category,
        E.reported_at >= now - timedelta(hours=hours),
        E.status.not_in([status.value for status in VOID]),
        E.lng.between(lng - wide, lng + wide),
        E.lat.between(lat - tall, lat + tall),
    )
    near = [
        Near(event, metres_between((lng, lat), (event.lng, event.lat)), now - event.reported_at)
        for event in candidates
        if event.lng is not None and event.lat is not None
    ]
    close = [one for one in near if one.metres <= radius_m]
    return sorted(close, key=lambda one: (one.metres, one.event.id))[:limit]


def open_by_area(session: Session) -> dict[str, int]:
    """Return area code → how many open events lie in it, for every level at once."""
    query = select(E.area_path, func.count()).where(E.status.in_(OPEN_CODES)).group_by(E.area_path)
    found: dict[str, int] = {}
    for path, count in session.execute(query):
        for code in filter(None, str(path).split("/")):
            found[code] = found.get(code, 0) + count
    return found
