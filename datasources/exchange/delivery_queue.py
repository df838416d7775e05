"""Deliveries in the database: what is due, who has it in hand, what became of it, and the list that people see."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, and_, func, or_, select, update
from sqlalchemy.orm import Session, defer

from datasources.store import sound_rows
from datasources.store.models import DeliveryRow, EventRow

LEASE = timedelta(seconds=60)  # longer than any try takes
LOOKED_AT = 200
D: Any = DeliveryRow.__table__.c
COLUMNS = ("id", "target", "reason", "event_id", "payload", "created_at", "tries", "urgent", "resends")
WAITING, FAILED, SENT = "waiting", "failed", "sent"


@dataclass(slots=True)
class Owed:
    """A delivery as whoever sends it needs it; `lease` is the word that it is theirs."""

    id: int
    target: str
    reason: str
    event_id: int
    payload: dict[str, Any]
    created_at: datetime
    tries: int
    urgent: bool
    resends: int
    lease: str = field(default="", compare=False)


def due(session: Session, targets: Collection[str], now: datetime, real_now: datetime) -> list[Owed]:
    """Return what is due to targets and in nobody's hands, emergencies first, then the oldest."""
    query = (
        select(*(D[name] for name in COLUMNS))
        .where(D.done_at.is_(None), D.next_try_at <= now, D.target.in_(list(targets)), _free(real_now))
        .order_by(D.urgent.desc(), D.id)
        .limit(LOOKED_AT)
    )
    return sound_rows.read_each(session, query, D.id, "delivery", lambda row: Owed(**row._mapping))


def lease(session: Session, owed: Owed, word: str, real_now: datetime) -> bool:
    """Take a delivery in hand unless somebody else has; return whether it is ours."""
    guard = and_(D.id == owed.id, D.done_at.is_(None), _free(real_now))
    owed.lease = word
    return _wrote(session, guard, lease=word, leased_until=real_now + LEASE)


def taken(session: Session, owed: Owed, receipt: str, now: datetime) -> bool:
    """Keep the receipt of a delivery in our hands; return whether it was."""
    done = {"done_at": now, "receipt": receipt, "last_error": None, "tries": D.tries + 1, "last_try_at": now}
    return _wrote(session, _ours(owed), lease=None, leased_until=None, **done)


def not_taken(session: Session, owed: Owed, reason: str, now: datetime, pause: timedelta) -> bool:
    """Keep why a delivery in our hands was not taken, and when it is tried next; return whether it was ours."""
    tried = {"last_error": reason, "tries": D.tries + 1, "last_try_at": now, "next_try_at": now + pause}
    return _wrote(session, _ours(owed), lease=None, leased_until=None, **tried)


def again(session: Session, key: int, now: datetime) -> bool:
    """Let a delivery be tried at once; one that was sent is sent anew, as another message. Return whether there is one."""
    row = session.get(DeliveryRow, key, options=[defer(DeliveryRow.payload)])
    if row is None:
        return False
    if row.done_at is not None:
        row.done_at, row.receipt, row.resends = None, None, row.resends + 1
    row.next_try_at, row.lease, row.leased_until = now, None, None
    return True


def state_of(row: DeliveryRow) -> str:
    """Return how far a delivery is: sent, failed (tried and not taken, tried again), or waiting."""
    if row.done_at is not None:
        return SENT
    return FAILED if row.last_error else WAITING


def listed(session: Session, state: str | None, limit: int) -> Sequence[tuple[DeliveryRow, str | None]]:
    """Return (delivery, number of its event): what is owed with emergencies first, or what was sent, newest first."""
    query = select(DeliveryRow, EventRow.number).outerjoin(EventRow, EventRow.id == DeliveryRow.event_id)
    states: dict[str | None, Any] = {
        SENT: D.done_at.is_not(None),
        FAILED: and_(D.done_at.is_(None), D.last_error.is_not(None)),
        WAITING: and_(D.done_at.is_(None), D.last_error.is_(None)),
        None: D.done_at.is_(None),
    }
    query = query.where(states[state])
    query = query.options(defer(DeliveryRow.payload)).order_by(D.urgent.desc(), D.id.desc())
    return sound_rows.read_each(
        session, query.limit(limit), D.id, "delivery", lambda row: (sound_rows.sound(row[0]), row[1])
    )


def owed_count(session: Session) -> tuple[int, int]:
    """Return (how many deliveries are owed, how many of them have been refused or lost at least once)."""
    query = select(func.count(), func.count(D.last_error)).where(D.done_at.is_(None))
    owed, failed = session.execute(query).one()
    return int(owed), int(failed)


def _free(real_now: datetime) -> ColumnElement[bool]:
    return or_(D.leased_until.is_(None), D.leased_until < real_now)


def _ours(owed: Owed) -> ColumnElement[bool]:
    return and_(D.id == owed.id, D.lease == owed.lease)


def _wrote(session: Session, guard: ColumnElement[bool], **values: Any) -> bool:
    done = session.execute(update(DeliveryRow).where(guard).values(**values))
    return isinstance(done, CursorResult) and done.rowcount == 1
