"""Which alerts are folded into which, and what the sender of an anonymous one was: read beside the alerts themselves."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from dashboard.rules.alerts.alert import AlertState
from dashboard.rules.alerts.folding import WITHIN, Earlier
from datasources.store.models import AlertRow, EventRow

A, E = AlertRow, EventRow


def earlier_of(session: Session, mark: str, but: int, now: datetime) -> Sequence[Earlier]:
    """Return the alerts a sender caused within the last minutes, whatever became of them, without those of event `but`."""
    query = (
        select(A.id, A.state, A.folded_into, E.unit, E.lng, E.lat, _silenced(now))
        .join(E, E.id == A.event_id)
        .where(A.mark == mark, A.raised_at > now - WITHIN, A.event_id != but)
        .order_by(A.id)
    )
    return [Earlier(*row) for row in session.execute(query)]


def folded_ids(session: Session, into: int, now: datetime) -> Sequence[int]:
    """Return the open alerts folded into one: those that would be heard first, then the silenced, the oldest first."""
    query = select(A.id, A.state, _silenced(now)).where(
        A.folded_into == into, A.state != AlertState.STOOD_DOWN
    )
    rows = session.execute(query.order_by(A.id)).all()
    return [row[0] for row in sorted(rows, key=lambda row: (row[1] != AlertState.RAISED, row[2]))]


def _silenced(now: datetime) -> ColumnElement[bool]:
    return and_(A.shelved_until.is_not(None), A.shelved_until > now)


def numbers_folded(session: Session, into: Collection[int]) -> dict[int, list[str]]:
    """Return alert id → the numbers of the events folded into it, for those that hold any."""
    found: dict[int, list[str]] = {}
    if into:
        query = (
            select(A.folded_into, E.number)
            .join(E, E.id == A.event_id)
            .where(A.folded_into.in_(list(into)), A.state != AlertState.STOOD_DOWN)
            .order_by(A.id)
        )
        for lead, number in session.execute(query):
            found.setdefault(int(lead or 0), []).append(number)
    return found
