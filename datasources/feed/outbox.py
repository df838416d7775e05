"""What the live feed reads: the outbox, open events as they now are, alerts that are open."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, select
from sqlalchemy.orm import Session, aliased, defer

from dashboard.rules.alerts.waiting import SIGNED_NO_MORE, UNSIGNED
from dashboard.rules.events.event import OPEN, Event
from datasources.events import journal
from datasources.store import sound_rows
from datasources.store.models import AccountRow, AlertRow, AssignmentRow, EventRow, OutboxRow, StepRow

CHUNK = 500
OPEN_CODES = [status.value for status in OPEN]
EVENTS = EventRow.__table__
# screens are told no person: sealed numbers stay sealed, and cost nothing
TOLD_NAMES = tuple(field.name for field in fields(Event) if field.name != "reporter_phone")
TOLD = tuple(EVENTS.c[name] for name in TOLD_NAMES)
_checked = sound_rows.checker(EVENTS, TOLD_NAMES)


def unpublished(session: Session, limit: int, locked: bool = False) -> Sequence[OutboxRow]:
    """Return outbox rows that the feed has not carried, urgent ones first.

    `locked` keeps them from other publishers until the transaction ends and skips what those hold (PostgreSQL only).
    """
    # without its moment, which nobody here asks for: a row of news is only numbers, and can always be read
    query = select(OutboxRow).options(defer(OutboxRow.at)).order_by(OutboxRow.urgent.desc(), OutboxRow.id)
    query = query.limit(limit)
    query = query.with_for_update(skip_locked=True) if locked else query
    found: list[OutboxRow] = sound_rows.rows_of(session, OutboxRow, query)
    return found


def forget(session: Session, ids: Collection[int]) -> None:
    """Delete outbox rows that the feed has carried."""
    for part in _chunks(ids):
        session.execute(delete(OutboxRow).where(OutboxRow.id.in_(part)))


def oldest_id(session: Session) -> int | None:
    """Return the id of the oldest news that the feed has not carried."""
    return session.scalar(select(func.min(OutboxRow.id)))


def newest_step(session: Session) -> int:
    """Return the id of the newest step."""
    return session.scalar(select(func.max(StepRow.id))) or 0


def versions_since(session: Session, step: int) -> dict[int, tuple[int, bool]]:
    """Return id → (version, whether it is open) of the events that have a step after a step."""
    stepped = select(StepRow.event_id).where(StepRow.id > step)
    query = select(EVENTS.c.id, EVENTS.c.version, EVENTS.c.status.in_(OPEN_CODES)).where(
        EVENTS.c.id.in_(stepped)
    )
    return {row[0]: (row[1], bool(row[2])) for row in session.execute(query)}


def events_by_id(session: Session, ids: Collection[int]) -> dict[int, Event]:
    """Return events as they now are, by id."""
    found: dict[int, Event] = {}
    for part in _chunks(ids):
        query = select(*TOLD).where(EVENTS.c.id.in_(part))
        found |= {event.id: event for event in _events(session, query)}
    return found


def _events(session: Session, query: Select[Any]) -> list[Event]:
    def told(row: Any) -> Event:
        _checked(row)
        return journal.sound(Event(**row._mapping))

    return sound_rows.read_each(session, query, EVENTS.c.id, "event", told)


def open_versions(session: Session) -> dict[int, int]:
    """Return id → version of every open event."""
    query = select(EVENTS.c.id, EVENTS.c.version).where(EVENTS.c.status.in_(OPEN_CODES))
    return {row[0]: row[1] for row in session.execute(query)}


def open_fingerprint(session: Session) -> tuple[int, int, int]:
    """Return (count, sum of ids, sum of versions) of the open events: different whenever one of them moved on."""
    sums = select(func.count(), func.sum(EVENTS.c.id), func.sum(EVENTS.c.version))
    count, ids, versions = session.execute(sums.where(EVENTS.c.status.in_(OPEN_CODES))).one()
    return int(count), int(ids or 0), int(versions or 0)


def alerts_open_or_among(session: Session, ids: Collection[int] = ()) -> Sequence[AlertRow]:
    """Return the alerts that are open, and those of the given ids whatever their state, oldest first.

    Those folded into another are told with it, not for themselves.
    """
    wanted = (AlertRow.state != "stood_down") & _for_itself()
    if ids:
        wanted = wanted | AlertRow.id.in_(list(ids)[:CHUNK])
    return _alerts(session, select(AlertRow).where(wanted).order_by(AlertRow.id))


def _alerts(session: Session, query: Select[Any]) -> list[AlertRow]:
    found: list[AlertRow] = sound_rows.rows_of(session, AlertRow, query)
    return found


def alerts_since(session: Session, since: datetime, limit: int) -> Sequence[AlertRow]:
    """Return the alerts raised at or after a moment, whatever became of them, newest first."""
    query = select(AlertRow).where(AlertRow.raised_at >= since, _for_itself())
    return _alerts(session, query.order_by(AlertRow.id.desc()).limit(limit))


def _for_itself() -> ColumnElement[bool]:
    """Return the condition for alerts that no other open one speaks for."""
    lead = aliased(AlertRow)
    spoken_for = select(lead.id).where(lead.id == AlertRow.folded_into, lead.state != "stood_down")
    return ~spoken_for.exists()


def alerts_raised_since(session: Session, since: datetime) -> int:
    """Return how many alerts were raised at or after a moment, whatever became of them."""
    query = select(func.count()).select_from(AlertRow).where(AlertRow.raised_at >= since)
    return session.scalar(query) or 0


def titles(session: Session, names: Collection[str]) -> dict[str, str]:
    """Return account → the role people know it by, for those that exist."""
    if not names:
        return {}
    query = select(AccountRow.name, AccountRow.title).where(AccountRow.name.in_(list(names)))
    return {row.name: row.title for row in session.execute(query) if isinstance(row.title, str)}


def signings(session: Session, events: Collection[Event]) -> dict[int, list[dict[str, Any]]]:
    """Return event id → [{"unit", "accepted", "due_at"}] of the round: the unit in charge first, then co-units.

    Without co-units that have not signed and can sign no more.
    """
    units: dict[int, list[dict[str, Any]]] = {
        event.id: [signing(event.unit, _has_signed(event), event.accept_due_at)] if event.unit else []
        for event in events
    }
    rounds = {event.id: event.round for event in events}
    done = {event.id for event in events if event.status in SIGNED_NO_MORE}
    for part in _chunks(list(rounds)):
        query = select(AssignmentRow).where(AssignmentRow.event_id.in_(part)).order_by(AssignmentRow.unit)
        for row in sound_rows.rows_of(session, AssignmentRow, query):
            unsigned = row.accepted_at is None
            if row.round == rounds[row.event_id] and not (unsigned and row.event_id in done):
                units[row.event_id].append(signing(row.unit, not unsigned, row.accept_due_at))
    return units


def signing(unit: str, signed: bool, due_at: datetime | None) -> dict[str, Any]:
    """Return whether a unit has signed, else until when it should."""
    return {"unit": unit, "accepted": signed, "due_at": None if signed else due_at}


def _has_signed(event: Event) -> bool:
    """Return whether the unit in charge has: who has it in hand has, also where a record does not say when."""
    return event.accepted_at is not None or event.status not in UNSIGNED


def _chunks(ids: Collection[int]) -> Iterator[list[int]]:
    ordered = sorted(ids)
    for start in range(0, len(ordered), CHUNK):
        yield ordered[start : start + CHUNK]
