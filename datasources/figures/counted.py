"""The list behind a KPI: exactly the events, ratings or dispatches that its numerator or denominator counted.

Law: the same tests as the number itself (`scans.SCANS`), so that a list's count is the number, whoever asks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session

from dashboard.rules.access import Viewer
from dashboard.rules.events.event import Event
from dashboard.rules.figures.table import KPIS, STAGES
from dashboard.rules.refusals import Invalid, NotFound
from datasources.districts.reference import Reference
from datasources.events import journal
from datasources.events.journal import EVENT_COLUMNS
from datasources.events.lists import visible
from datasources.figures.narrow import check, narrowed
from datasources.figures.question import Question
from datasources.figures.scans import (
    END,
    SCANS,
    START,
    UNTIL,
    VALID,
    Scan,
    rerouted,
)
from datasources.store import sound_rows
from datasources.store.models import EventRow, StepRow
from datasources.store.paging import bounded, cut, older

E: Any = EventRow.__table__.c
S: Any = StepRow.__table__.c
Part = Literal["num", "den"]
PARTS = ("num", "den")
RATED = "satisfaction_rate"
SENT = "dispatch_accuracy"


@dataclass(frozen=True, slots=True)
class Asked:
    """Which number: KPI, part and what it is asked about; `rating` only for the satisfaction."""

    code: str
    part: Part
    question: Question
    rating: str | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """One thing that was counted: its event, the time that put it into the period, the rating if that is counted."""

    event: Event
    at: datetime
    key: int
    rating: str | None


@dataclass(frozen=True, slots=True)
class CountedPage:
    """One page, newest first; `count` is the whole number, `hidden` how many of it the viewer may not know of."""

    items: Sequence[Counted]
    following: str | None
    count: int
    hidden: int


def counted_page(
    session: Session, reference: Reference, viewer: Viewer, asked: Asked, limit: int, cursor: str | None
) -> CountedPage:
    """Return one page of what a KPI counted.

    NotFound for an unknown code; Invalid for an unknown area or unit, a strange cursor, the seconds of a duration.
    """
    _check(reference, asked)
    names, values = asked.question.narrow.names, asked.question.values(reference)
    queries = [narrowed(query, names) for query in _queries(asked)]
    return page_of(session, reference, viewer, queries, values, limit, cursor)


def page_of(
    session: Session,
    reference: Reference,
    viewer: Viewer,
    queries: Sequence[Select[Any]],
    values: dict[str, Any],
    limit: int,
    cursor: str | None,
) -> CountedPage:
    """Return one page of what queries made by `selected` count together, newest first."""
    limit = bounded(limit)
    seen = visible(viewer, reference)
    found: list[Counted] = []
    count = shown = 0
    for query in queries:
        at, key = (query.selected_columns[name] for name in ("counted_at", "counted_key"))
        count += _size(session, query, values)
        shown += _size(session, query.where(seen), values)
        page = query.where(seen, *older(at.element, key.element, cursor))
        page = page.order_by(at.element.desc(), key.element.desc()).limit(limit + 1)
        found += sound_rows.read_each(session, page, key.element, "event", _counted, values)
    found.sort(key=lambda one: (one.at, one.key), reverse=True)
    items, following = cut(found[: limit + 1], limit, lambda one: (one.at, one.key))
    return CountedPage(items, following, count, count - shown)


def _counted(row: Any) -> Counted:
    own, rest = row[: len(EVENT_COLUMNS)], row[len(EVENT_COLUMNS) :]
    return Counted(journal.event_of(own), *rest)


def _check(reference: Reference, asked: Asked) -> None:
    if asked.code not in KPIS:
        raise NotFound("没有代码为“{code}”的指标", code=asked.code[:50])
    if asked.part == "num" and KPIS[asked.code].kind in ("duration", "percentile"):
        raise Invalid([("part", "用时指标的分子是秒数，没有清单；请用 part=den", {})])
    if asked.rating is not None and asked.code != RATED:
        raise Invalid([("rating", "只有满意率可以按评价筛选", {})])
    check(reference, asked.question.narrow)


def _queries(asked: Asked) -> list[Select[Any]]:
    """Return one query for each time that puts events into the period."""
    stage = STAGES.get(asked.code.removesuffix("_p90"))
    if stage is not None:
        begin, end = E[stage.begin], E[stage.end]
        return [selected(Scan(end, {}), end >= begin, VALID)]
    scans = [one for one in SCANS if asked.code in one.tests and one.basis in (None, asked.question.basis)]
    return [_counting(scan, asked) for scan in scans]


def _counting(scan: Scan, asked: Asked) -> Select[Any]:
    num, den = scan.tests[asked.code]
    query = selected(scan, and_(den, num) if asked.part == "num" else den)
    if asked.rating is not None:
        query = query.where(S.rating == asked.rating)
    if asked.code == SENT and asked.part == "num":
        elsewhere = rerouted("all", asked.question.narrow.names)
        query = query.where(S.id.not_in(select(elsewhere.c.id)))
    return query


def selected(scan: Scan, *tests: Any) -> Select[Any]:
    """Return the query for the events (or steps with theirs) of a scan in the period, with what orders them."""
    key, rating = (S.id, S.rating) if scan.steps else (E.id, E.rating)
    columns = [E[name] for name in EVENT_COLUMNS]
    query = select(
        *columns, scan.by.label("counted_at"), key.label("counted_key"), rating.label("counted_rating")
    )
    if scan.steps:
        query = query.join_from(StepRow.__table__, EventRow.__table__, S.event_id == E.id)
    if scan.where is not None:
        query = query.where(scan.where)
    until = UNTIL if scan.end is UNTIL else END
    return query.where(scan.by >= START, scan.by < until, *tests)


def _size(session: Session, query: Select[Any], values: dict[str, Any]) -> int:
    return session.scalar(query.with_only_columns(func.count(), maintain_column_froms=True), values) or 0
