"""Which alerts are folded into which, whom each calls, and what the sender of an anonymous one was.

Whom an alert calls is read as text: one damaged row must not keep another emergency from being raised.
"""

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, cast, select
from sqlalchemy.orm import Session

from dashboard.rules.alerts.alert import AlertState
from dashboard.rules.alerts.folding import WITHIN, Called, Earlier
from datasources.store.models import AlertRow, EventRow

A, E = AlertRow, EventRow
BESIDE = cast(E.co_units, Text)


def earlier_of(session: Session, mark: str, but: int, now: datetime) -> Sequence[Earlier]:
    """Return the alerts a sender caused within the last minutes, whatever became of them, without those of event `but`."""
    query = (
        select(A.id, A.state, A.folded_into, E.unit, E.lng, E.lat, _silenced(now), BESIDE)
        .join(E, E.id == A.event_id)
        .where(A.mark == mark, A.raised_at > now - WITHIN, A.event_id != but)
        .order_by(A.id)
    )
    return [Earlier(*row[:-1], co_units=_units(row[-1])) for row in session.execute(query)]


def called_by(session: Session, alert_id: int) -> Called | None:
    """Return whom an alert calls, by its event as it now is; None where nobody can read that."""
    row = session.execute(select(E.unit, BESIDE).join(A, E.id == A.event_id).where(A.id == alert_id)).first()
    return _called(row.unit, row[1]) if row else None


def folded_calls(session: Session, into: int, now: datetime) -> Sequence[tuple[int, Called | None]]:
    """Return the open alerts folded into one with whom each calls: what would be heard first, the oldest first."""
    query = (
        select(A.id, A.state, _silenced(now), E.unit, BESIDE)
        .join(E, E.id == A.event_id)
        .where(A.folded_into == into, A.state != AlertState.STOOD_DOWN)
    )
    rows = session.execute(query.order_by(A.id)).all()
    rows = sorted(rows, key=lambda row: (row[1] != AlertState.RAISED, row[2]))
    return [(row[0], _called(row[3], row[4])) for row in rows]


def folded_ids(session: Session, into: int) -> Sequence[int]:
    """Return the open alerts folded into one, the oldest first."""
    query = select(A.id).where(A.folded_into == into, A.state != AlertState.STOOD_DOWN)
    return session.scalars(query.order_by(A.id)).all()


def _silenced(now: datetime) -> ColumnElement[bool]:
    return and_(A.shelved_until.is_not(None), A.shelved_until > now)


def _called(unit: str | None, beside: str | None) -> Called | None:
    units = _units(beside)
    return None if units is None else Called(unit, frozenset(units))


def _units(text: str | None) -> tuple[str, ...] | None:
    try:
        held: Any = json.loads(text) if text else []
    except ValueError:
        return None
    if not isinstance(held, list | None):
        return None
    return tuple(one for one in held or () if isinstance(one, str))


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
