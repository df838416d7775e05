"""What the HTTP API reads beside an event's own row: photos, steps, who holds an outside number."""

from collections.abc import Collection, Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from dashboard.rules.events.event import Event
from datasources.events import journal
from datasources.events.journal import EVENT, EVENT_COLUMNS
from datasources.store import sound_rows
from datasources.store.models import PhotoRow, StepRow

CHUNK = 500
_EVENT = tuple(EVENT.c[name] for name in EVENT_COLUMNS)


def photos_of(session: Session, event_id: int) -> Sequence[PhotoRow]:
    """Return the photos of an event, oldest first."""
    query = select(PhotoRow).where(PhotoRow.event_id == event_id)
    return sound_rows.rows_of(session, PhotoRow, query.order_by(PhotoRow.created_at, PhotoRow.id))


def photo(session: Session, key: str) -> PhotoRow | None:
    """Return a photo's row."""
    return session.get(PhotoRow, key)


def steps_of(session: Session, event_id: int) -> Sequence[StepRow]:
    """Return the steps of an event, oldest first."""
    query = select(StepRow).where(StepRow.event_id == event_id).order_by(StepRow.at, StepRow.version)
    return sound_rows.rows_of(session, StepRow, query)


def held(session: Session, external_ids: Collection[str]) -> dict[str, Event]:
    """Return external id → the event that carries it."""
    ordered = list(external_ids)
    found: dict[str, Event] = {}
    for start in range(0, len(ordered), CHUNK):
        query = select(*_EVENT).where(EVENT.c.external_id.in_(ordered[start : start + CHUNK]))
        found |= {event.external_id or "": event for event in journal.read_events(session, query)}
    return found


def give_secret(session: Session, event_id: int, digest: str) -> None:
    """Keep the digest of the secret by which an anonymous reporter follows the event."""
    session.execute(update(EVENT).where(EVENT.c.id == event_id).values(follow_secret=digest))
