"""What a grid worker has to check, has reported and has earned."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dashboard.rules.events.event import Event, Status
from dashboard.rules.events.scoring import Subject
from dashboard.rules.periods import Period, period
from datasources.districts.reference import Reference
from datasources.events import journal
from datasources.events.filters import OPEN_CODES, lies_in
from datasources.events.lists import EVENTS
from datasources.store import sound_rows
from datasources.store.models import EventRow, LedgerRow, PhotoRow, StepRow

E: Any = EventRow.__table__.c
L: Any = LedgerRow.__table__.c
S: Any = StepRow.__table__.c
MOST_TASKS, MOST_REPORTED = 200, 50


@dataclass(frozen=True, slots=True)
class Task:
    """An event to be checked on site: what its unit said on finishing, and every photo of it."""

    event: Event
    said: str
    photos: Sequence[PhotoRow]


@dataclass(frozen=True, slots=True)
class Done:
    """How much an account did in a period."""

    reported: int
    checked: int


def today(reference: Reference, now: datetime) -> Period:
    """Return the local day."""
    return period("today", now, reference.tz)


def month(reference: Reference, now: datetime) -> Period:
    """Return the local month."""
    return period("month", now, reference.tz)


def tasks(session: Session, area: str) -> list[Task]:
    """Return what waits for a check in an area, the soonest due first, at most 200."""
    query = EVENTS.where(E.status == Status.CHECKING.value, lies_in(area))
    events = journal.read_events(session, query.order_by(E.check_due_at, E.id).limit(MOST_TASKS))
    ids = [event.id for event in events]
    said = _said(session, ids)
    photos: dict[int, list[PhotoRow]] = {}
    found = select(PhotoRow).where(PhotoRow.event_id.in_(ids)).order_by(PhotoRow.created_at, PhotoRow.id)
    for row in sound_rows.rows_of(session, PhotoRow, found):
        photos.setdefault(row.event_id or 0, []).append(row)
    return [Task(event, said.get(event.id, ""), photos.get(event.id, ())) for event in events]


def _said(session: Session, events: Sequence[int]) -> dict[int, str]:
    """Return event id → the text of its last finishing."""
    query = select(S.event_id, S.facts).where(S.event_id.in_(events), S.action == "finish").order_by(S.id)

    def said(row: Any) -> tuple[int, str]:
        return row[0], str((row[1] or {}).get("text") or "")

    return dict(sound_rows.read_each(session, query, S.id, "step", said))


def reported(session: Session, account: str) -> list[Event]:
    """Return what an account reported, newest first, at most 50."""
    query = EVENTS.where(E.reported_by == account).order_by(E.reported_at.desc(), E.id.desc())
    return journal.read_events(session, query.limit(MOST_REPORTED))


def done_today(session: Session, account: str, span: Period) -> Done:
    """Return how much an account reported and checked in a period."""
    reports = select(func.count()).where(
        E.reported_by == account, E.reported_at >= span.start, E.reported_at < span.end
    )
    checks = select(func.count()).where(
        S.action == "check", S.actor == account, S.at >= span.start, S.at < span.end
    )
    return Done(session.scalar(reports) or 0, session.scalar(checks) or 0)


def open_in(session: Session, area: str) -> int:
    """Return how many events stand open in an area."""
    query = select(func.count()).where(E.status.in_(OPEN_CODES), lies_in(area))
    return session.scalar(query) or 0


def points(session: Session, account: str, span: Period) -> int:
    """Return the tenths an account earned in a period."""
    query = select(func.sum(L.tenths)).where(
        L.subject_kind == Subject.WORKER.value,
        L.subject == account,
        L.for_at >= span.start,
        L.for_at < span.end,
    )
    return int(session.scalar(query) or 0)
