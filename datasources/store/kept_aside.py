"""The list of what was set aside, as the administrator's page shows it: written from what the processes noted."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from datasources.store import sound_rows
from datasources.store.models import SetAsideRow
from datasources.store.set_aside import MOST_KEPT, SHOWN_FOR, Note


def keep(session: Session, notes: Sequence[Note], now: datetime) -> None:
    """Write down what was set aside (`now` in real time), and forget what nobody has met for a while."""
    row = SetAsideRow
    for note in notes:
        held = (row.kind == note.kind, row.key == note.key)
        # written without being read: this list, too, may hold a row that cannot be
        values = {"reason": note.reason, "last_at": now, "times": row.times + note.times}
        if not session.execute(update(row).where(*held).values(values)).rowcount:  # type: ignore[attr-defined]
            first = {"kind": note.kind, "key": note.key, "first_at": now, "times": note.times}
            session.execute(insert(row).values(values | first))
    session.execute(delete(row).where(or_(row.last_at < now - SHOWN_FOR, row.last_at > now + SHOWN_FOR)))


def listed(session: Session, now: datetime, limit: int = MOST_KEPT) -> Sequence[SetAsideRow]:
    """Return what is set aside at present, the newest first."""
    query = select(SetAsideRow).where(SetAsideRow.last_at >= now - SHOWN_FOR)
    query = query.order_by(SetAsideRow.first_at.desc(), SetAsideRow.key).limit(limit)
    return sound_rows.rows_of(session, SetAsideRow, query)


def count(session: Session, now: datetime) -> int:
    """Return how many rows are set aside at present."""
    query = select(func.count()).select_from(SetAsideRow).where(SetAsideRow.last_at >= now - SHOWN_FOR)
    return session.scalar(query) or 0
