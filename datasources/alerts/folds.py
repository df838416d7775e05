"""Which alerts are folded into which, and what the sender of an anonymous one was: read beside the alerts themselves."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.rules.alerts.alert import AlertState
from dashboard.rules.alerts.folding import WITHIN, Earlier
from datasources.store.models.tables import AlertRow, EventRow

A, E = AlertRow, EventRow


def earlier_of(session: Session, mark: str, but: int, now: datetime) -> Sequence[Earlier]:
    """Return the alerts a sender caused within the last minutes, whatever became of them, without those of event `but`."""
    query = (
        select(A.id, A.state, A.folded_into, E.unit, E.lng, E.lat)
        .join(E, E.id == A.event_id)
        .where(A.mark == mark, A.raised_at > now - WITHIN, A.event_id != but)
        .order_by(A.id)
    )
    return [Earlier(*row) for row in session.execute(query)]


def folded_ids(session: Session, into: int) -> Sequence[int]:
    """Return the open alerts folded into one, those nobody answered first, the oldest first."""
    query = (
        select(A.id, A.state).where(A.folded_into == into, A.state != AlertState.STOOD_DOWN).order_by(A.id)
    )
    rows = session.execute(query).all()
    return [row.id for row in sorted(rows, key=lambda row: row.state != AlertState.RAISED)]


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
