"""Who has which event open at a desk. The first holds it; a hold ends by leaving or by 45 s of silence. Real time.

Two that came in the same instant both say they hold; the earlier one (then the name) counts, the same for everybody.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from datasources.store import sound_rows
from datasources.store.dialect import insert_of
from datasources.store.models import PresenceRow

LASTS = timedelta(seconds=45)
FORGOTTEN = timedelta(hours=1)
P = PresenceRow


def present(session: Session, event_id: int, now: datetime) -> Sequence[PresenceRow]:
    """Return who has the event open, whoever holds it first, then by when they came."""
    query = select(P).where(P.event_id == event_id, P.seen_at > now - LASTS)
    query = query.order_by(P.holds.desc(), P.since, P.account, P.seat)
    return sound_rows.rows_of(session, PresenceRow, query)


def holder(session: Session, event_id: int, now: datetime) -> PresenceRow | None:
    """Return whoever holds the event, or None."""
    found = present(session, event_id, now)
    return found[0] if found and found[0].holds else None


def announce(session: Session, event_id: int, account: str, seat: str, now: datetime) -> None:
    """Note that a seat has the event open (and no other any more); it holds the event if nobody else does."""
    leave(session, account, seat, but=event_id)
    session.execute(delete(P).where(P.event_id == event_id, P.seen_at <= now - LASTS))
    session.execute(delete(P).where(P.seen_at <= now - FORGOTTEN))
    held = holder(session, event_id, now)
    free = held is None or (held.account, held.seat) == (account, seat)
    values = {
        "event_id": event_id,
        "account": account,
        "seat": seat,
        "since": now,
        "seen_at": now,
        "holds": free,
    }
    row = insert_of(session, P).values(**values)
    session.execute(
        row.on_conflict_do_update(
            index_elements=["event_id", "account", "seat"], set_={"seen_at": now, "holds": free}
        )
    )


def take(session: Session, event_id: int, account: str, seat: str, now: datetime) -> None:
    """Hand the event to a seat, whoever held it."""
    session.execute(update(P).where(P.event_id == event_id).values(holds=False))
    announce(session, event_id, account, seat, now)


def leave(session: Session, account: str, seat: str, but: int | None = None) -> None:
    """Forget that a seat has events open, all or all but one."""
    gone = delete(P).where(P.account == account, P.seat == seat)
    session.execute(gone.where(P.event_id != but) if but is not None else gone)
