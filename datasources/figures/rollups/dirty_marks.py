"""Marks of what changed: written with every change of an event, so that a rolled-up day is never believed after one.

Law: the marks of a change are committed with it. A day with a mark is counted live until it is rolled up anew.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from dashboard.rules.events.event import Event
from dashboard.rules.figures.kpis import VOID
from datasources.store.models.rollups import RollupMarkRow
from datasources.store.models.tables import LedgerRow, StepRow

M: Any = RollupMarkRow.__table__.c
COUNTED_BY = (
    "reported_at",
    "registered_at",
    "pool_at",
    "owned_at",
    "finished_at",
    "closed_at",
    "handle_due_at",
)
COUNTED_STEPS = ("dispatch", "claim", "decline", "check")
TOLD_APART_BY = ("unit", "area_path", "category", "source")
QUARTER = timedelta(minutes=15)  # every time zone's days begin on one
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def mark(session: Session, moments: Iterable[datetime]) -> None:
    """Write down that what these moments' days count has changed."""
    found = sorted({EPOCH + (at - EPOCH) // QUARTER * QUARTER for at in moments})
    if found:
        session.execute(insert(RollupMarkRow), [{"at": at} for at in found])


def moments_of(event: Event) -> set[datetime]:
    """Return the moments by which an event is counted in periods."""
    return {at for name in COUNTED_BY if (at := getattr(event, name)) is not None}


def moments_of_change(session: Session, before: Event, after: Event) -> set[datetime]:
    """Return the moments whose days a change touches; another key or validity touches its points and steps too."""
    found = moments_of(before) | moments_of(after)
    if _told_apart(before) != _told_apart(after):
        found |= set(session.scalars(select(LedgerRow.for_at).where(LedgerRow.event_id == before.id)))
        steps = select(StepRow.at).where(StepRow.event_id == before.id, StepRow.action.in_(COUNTED_STEPS))
        found |= set(session.scalars(steps))
    return found


def _told_apart(event: Event) -> tuple[Any, ...]:
    return (*(getattr(event, name) for name in TOLD_APART_BY), event.status in VOID)


def marks(session: Session, tz: tzinfo, last_id: int | None = None) -> dict[date, int]:
    """Return local day → newest mark's id of all days that bear one, of marks up to an id or of all."""
    query = select(M.at, M.id)
    if last_id is not None:
        query = query.where(M.id <= last_id)
    found: dict[date, int] = {}
    for at, key in session.execute(query):
        day = at.astimezone(tz).date()
        found[day] = max(key, found.get(day, 0))
    return found
