"""What stands where: how many open events now, and how many stood there at an earlier moment, told from the steps.

Then = now − what has come in since + what has left since; every move of an event is a step, so nothing is guessed.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, literal_column, or_, select
from sqlalchemy.orm import Session

from dashboard.rules.events.event import Status, Supervision
from datasources.events.filters import OPEN_CODES, within
from datasources.store.dialect import unindexed
from datasources.store.models import EventRow, StepRow

E: Any = EventRow.__table__.c
S: Any = StepRow.__table__.c
MARKED = E.supervision != literal_column(f"'{Supervision.NONE.value}'")  # as its index says it, word for word


def open_by_status(session: Session, area: str | None = None) -> dict[str, int]:
    """Return status → how many events stand there, open ones only."""
    query = select(E.status, func.count()).where(E.status.in_(OPEN_CODES), *within(area)).group_by(E.status)
    return dict(session.execute(query).tuples().all())


def open_supervised(session: Session, area: str | None = None) -> int:
    """Return how many open events bear a mark of supervision."""
    marked = (MARKED, unindexed(E.status).in_(OPEN_CODES), *within(area))  # few are marked, many are open
    return session.scalar(select(func.count()).select_from(EventRow).where(*marked)) or 0


def stood(
    session: Session, standing: dict[str, int], then: datetime, now: datetime, area: str | None = None
) -> dict[str, int]:
    """Return status → how many open events stood there at an earlier moment, given how many stand there now."""
    query = (
        select(S.from_status, S.to_status, func.count())
        .where(S.at > then, S.at <= now, S.from_status.is_distinct_from(S.to_status))
        .group_by(S.from_status, S.to_status)
    )
    if area:
        query = query.join_from(StepRow.__table__, EventRow.__table__, S.event_id == E.id).where(
            *within(area)
        )
    found = dict(standing)
    for left, come, count in session.execute(query):
        if left in OPEN_CODES:
            found[left] = found.get(left, 0) + count
        if come in OPEN_CODES:
            found[come] = found.get(come, 0) - count
    return found


def stood_supervised(session: Session, then: datetime, area: str | None = None) -> int:
    """Return how many events were open and bore a mark at an earlier moment; marks are never taken off."""
    perhaps = or_(unindexed(E.status).in_([*OPEN_CODES, Status.MERGED.value]), E.closed_at > then)
    keys = session.scalars(select(E.id).where(MARKED, perhaps, *within(area))).all()
    return sum(_was_open_and_marked(steps) for steps in _steps_until(session, keys, then).values())


def _steps_until(session: Session, keys: Sequence[int], then: datetime) -> dict[int, list[tuple[str, str]]]:
    found: dict[int, list[tuple[str, str]]] = {}
    for first in range(0, len(keys), 500):
        query = (
            select(S.event_id, S.action, S.to_status)
            .where(S.event_id.in_(keys[first : first + 500]), S.at <= then)
            .order_by(S.event_id, S.version)
        )
        for key, action, status in session.execute(query):
            found.setdefault(key, []).append((action, status))
    return found


def _was_open_and_marked(steps: list[tuple[str, str]]) -> bool:
    return steps[-1][1] in OPEN_CODES and any(action == "supervise" for action, _ in steps)
