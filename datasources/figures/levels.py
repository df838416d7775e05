"""The list behind a cell of the levels: closed events that one level finished and whose category expects another.

Law: the same tests as the number (`rollups.flow.happened`, `breakdown.matrix`), so that a list's count is the number.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_
from sqlalchemy.orm import Session

from dashboard.rules.access import Viewer
from dashboard.rules.events.event import LEVELS, Level, Status
from datasources.districts.reference import Reference
from datasources.figures.counted import CountedPage, page_of, selected
from datasources.figures.narrow import check, narrowed
from datasources.figures.question import Question
from datasources.figures.scans import Scan
from datasources.store.dialect import unindexed
from datasources.store.models import EventRow

E: Any = EventRow.__table__.c


@dataclass(frozen=True, slots=True)
class Pair:
    """One cell: the level expected and the level of who finished, of what a question is about."""

    expected: Level
    finished: Level
    question: Question


def levels_page(
    session: Session, reference: Reference, viewer: Viewer, pair: Pair, limit: int, cursor: str | None
) -> CountedPage:
    """Return one page of what a cell counted; Invalid for an unknown code or a strange cursor."""
    narrow = pair.question.narrow
    check(reference, narrow)
    query = selected(
        Scan(E.closed_at, {}),
        unindexed(E.status) == Status.CLOSED.value,
        E.solved_level == pair.finished.value,
        _expects(reference, pair.expected),
    )
    queries = [narrowed(query, narrow.names)]
    return page_of(session, reference, viewer, queries, pair.question.values(reference), limit, cursor)


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
