"""The list behind a cell of the levels: closed events that one level finished and whose category expects another.

Law: the same tests as the number (`rollup_flow.happened`, `queries_breakdown.matrix`), so that a list's count is the number.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, or_
from sqlalchemy.orm import Session

from dashboard.rules.access import Viewer
from dashboard.rules.events.event import LEVELS, Level, Status
from dashboard.rules.figures.kpis import Period
from datasources.districts.reference import Reference
from datasources.figures.counted import CountedPage, page_of, selected
from datasources.figures.narrow import Narrow, check, narrowed
from datasources.figures.scans import Scan
from datasources.store.dialect import unindexed
from datasources.store.models.tables import EventRow

E: Any = EventRow.__table__.c


@dataclass(frozen=True, slots=True)
class Pair:
    """One cell: the level expected and the level of who finished, in a period, narrowed."""

    expected: Level
    finished: Level
    period: Period
    narrow: Narrow


def levels_page(
    session: Session, reference: Reference, viewer: Viewer, pair: Pair, limit: int, cursor: str | None
) -> CountedPage:
    """Return one page of what a cell counted; Invalid for an unknown code or a strange cursor."""
    check(reference, pair.narrow)
    query = selected(
        Scan(E.closed_at, {}),
        unindexed(E.status) == Status.CLOSED.value,
        E.solved_level == pair.finished.value,
        _expects(reference, pair.expected),
    )
    narrow: Select[Any] = narrowed(query, pair.narrow.names)
    values = {"start": pair.period.start, "end": pair.period.end, **pair.narrow.values(reference)}
    return page_of(session, reference, viewer, [narrow], values, limit, cursor)


def _expects(reference: Reference, expected: Level) -> Any:
    """Return the test for categories that expect a level; what names none is expected of the innermost."""
    levels = {
        code: found.level
        for code in reference.every_category
        if (found := reference.category(code)) is not None
    }
    if expected != LEVELS[0]:
        return E.category.in_([code for code, level in levels.items() if level == expected])
    further = [code for code, level in levels.items() if (level or LEVELS[0]) != LEVELS[0]]
    return or_(E.category.is_(None), E.category.not_in(further))
