"""What events count, as SQL equal to `rules.kpis.counts`: one scan for each time that puts events into a period, CASE sums in it.

Only the time stands in WHERE, every other test in CASE: so no planner leaves the few rows of a period for an index
on a status or an action that half of all history shares.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from sqlalchemy import Select, and_, bindparam, case, exists, func, literal, select, true
from sqlalchemy.orm import Session

from dashboard.rules.events.event import GOOD_RATINGS, OPEN, Appeal, Status, Supervision
from dashboard.rules.figures.kpis import VOID, Basis
from datasources.districts.reference import Reference
from datasources.events.filters import is_overdue
from datasources.figures.narrow import narrowed
from datasources.figures.question import Question
from datasources.store.column_types import Moment
from datasources.store.dialect import unindexed
from datasources.store.models import EventRow, StepRow

E: Any = EventRow.__table__.c
S: Any = StepRow.__table__.c
START, END = bindparam("start", type_=Moment()), bindparam("end", type_=Moment())
NOW, UNTIL = bindparam("now", type_=Moment()), bindparam("until", type_=Moment())
Group = Literal["all", "unit", "path", "category", "channel", "post", "cell"]
KEYS: Mapping[str, tuple[Any, ...]] = {
    "all": (literal(""),),
    "unit": (E.unit,),
    "path": (E.area_path,),
    "category": (E.category,),
    "channel": (E.source,),
    "post": (E.unit, E.area_path),
    "cell": (E.unit, E.area_path, E.category, E.source),
}
Pairs = dict[str, tuple[int, int]]


def _is(*statuses: Status) -> Any:
    return E.status.in_([status.value for status in statuses])


ANY, VALID, IS_OPEN, CLOSED = true(), ~_is(*VOID), _is(*OPEN), _is(Status.CLOSED)
OVERDUE_NOW = is_overdue(NOW)
# `kpis.verdict`: 1 on time, 0 late, NULL while undecided
VERDICT = case(
    (E.late | E.overdue_at.is_not(None), 0),
    (and_(E.finished_at.is_not(None), _is(Status.CHECKING, Status.CLOSED)), 1),
    (OVERDUE_NOW, 0),
)
DECIDED, KEPT = and_(VALID, VERDICT.is_not(None)), func.coalesce(VERDICT, 0) == 1
JUDGED = and_(DECIDED, func.coalesce(E.appeal, "") != Appeal.UPHELD.value)
CLAIMED = exists().where(S.event_id == E.id, unindexed(S.action) == "claim", S.at >= E.pool_at)
SENT = and_(VALID, S.action == "dispatch")

# what only the present moment decides: past its deadline, and no column says so yet
LATE_NOW = and_(OVERDUE_NOW, ~E.late, E.overdue_at.is_(None))

Test = tuple[Any, Any]  # (numerator, denominator); the numerator counts only inside the denominator
HANDLED: Mapping[str, Test] = {
    "on_time_rate": (KEPT, JUDGED),
    "close_rate": (CLOSED, DECIDED),
    "on_time_close_rate": (and_(CLOSED, KEPT), JUDGED),
}
UNLIMITED = {code: (num, and_(den, E.handle_due_at.is_(None))) for code, (num, den) in HANDLED.items()}


@dataclass(frozen=True, slots=True)
class Scan:
    """One pass over the rows whose time `by` lies in the period; `end` is where it stops."""

    by: Any
    tests: Mapping[str, Test]
    end: Any = END
    where: Any = None
    basis: Basis | None = None
    steps: bool = False


SCANS = (
    Scan(
        E.reported_at,
        {
            "reported": (ANY, ANY),
            "open": (IS_OPEN, ANY),
            "overdue": (OVERDUE_NOW, IS_OPEN),
            "supervised": (and_(VALID, E.supervision != Supervision.NONE.value), ANY),
            "escalated": (and_(VALID, E.escalations > 0), ANY),
            "emergencies": (and_(VALID, E.emergency), ANY),
            "resolved_on_site": (and_(VALID, E.resolved_on_site), ANY),
            "register_rate": (E.registered_at.is_not(None), VALID),
        },
    ),
    Scan(
        E.closed_at,
        {
            "closed": (CLOSED, CLOSED),
            "first_fix_rate": (E.rework_count == 0, CLOSED),
            "rating_coverage": (E.rating.is_not(None), CLOSED),
        },
    ),
    Scan(E.pool_at, {"claim_rate": (CLAIMED, VALID)}),
    Scan(E.finished_at, {"rework_rate": (E.rework_count > 0, VALID)}),
    Scan(E.handle_due_at, HANDLED, end=UNTIL, basis="due"),
    Scan(E.finished_at, UNLIMITED, basis="due"),
    Scan(E.reported_at, HANDLED, basis="reported"),
    Scan(
        S.at,
        {"satisfaction_rate": (S.rating.in_([rating.value for rating in GOOD_RATINGS]), VALID)},
        where=and_(S.action == "check", S.rating.is_not(None)),
        steps=True,
    ),
    Scan(E.reported_at, {"dispatch_accuracy": (ANY, SENT)}, where=E.owned_at.is_not(None), steps=True),
)


class Tally(dict[Any, Pairs]):
    """{key: {code: (num, den)}} that grows by what is added; an empty key is ''."""

    def add(self, key: Any, code: str, num: int, den: int) -> None:
        """Add to one number."""
        pairs = self.setdefault(key or "", {})
        before = pairs.get(code, (0, 0))
        pairs[code] = (before[0] + num, before[1] + den)

    def add_row(self, key: Any, codes: Sequence[str], sums: Sequence[int | None]) -> None:
        """Add num and den of every code in turn."""
        for place, code in enumerate(codes):
            self.add(key, code, int(sums[2 * place] or 0), int(sums[2 * place + 1] or 0))


def scan(
    session: Session,
    found: Tally,
    question: Question,
    group: Group,
    codes: Collection[str],
    reference: Reference | None = None,
) -> None:
    """Add what the rows of a question count, by key. Durations are not scanned."""
    width, names, values = len(KEYS[group]), question.narrow.names, question.values(reference)
    for counted, query in _queries(frozenset(codes), question.basis, group, names):
        for row in session.execute(query, values):
            found.add_row(key_of(row, width), counted, row[width:])
    if "dispatch_accuracy" in codes:
        for row in session.execute(_rerouted(group, names), values):
            found.add(key_of(row, width), "dispatch_accuracy", -int(row[width]), 0)


def key_of(row: Any, width: int) -> Any:
    """Return the key that the first columns of a row are: a text, or several as a tuple."""
    return said(row[0]) if width == 1 else tuple(said(part) or "" for part in row[:width])


def said(part: Any) -> Any:
    """Return a key as it can stand beside the others: what is damaged to bytes is a text of its own."""
    return part.decode("utf-8", "replace") if isinstance(part, bytes) else part


@lru_cache(maxsize=256)
def _queries(
    codes: frozenset[str], basis: Basis, group: Group, names: frozenset[str]
) -> list[tuple[tuple[str, ...], Select[Any]]]:
    """Return the scans that the codes need, each with its codes in the order of its (num, den) columns."""
    found = []
    for one in SCANS:
        counted = tuple(code for code in one.tests if code in codes)
        if not counted or one.basis not in (None, basis):
            continue
        sums = [total for code in counted for total in _pair(*one.tests[code])]
        query = select(*KEYS[group], *sums).where(one.by >= START, one.by < one.end)
        if one.steps:
            query = query.join_from(StepRow.__table__, EventRow.__table__, S.event_id == E.id)
        if one.where is not None:
            query = query.where(one.where)
        query = narrowed(query, names)
        found.append((counted, query if group == "all" else query.group_by(*KEYS[group])))
    return found


def _pair(num: Any, den: Any) -> tuple[Any, Any]:
    """Return how many rows meet both tests, and how many the second."""
    if num is den is ANY:
        return func.count(), func.count()
    both = den if num is ANY else num if den is ANY else and_(den, num)
    return func.sum(case((both, 1), else_=0)), (
        func.count() if den is ANY else func.sum(case((den, 1), else_=0))
    )


@lru_cache(maxsize=64)
def _rerouted(group: Group, names: frozenset[str]) -> Select[Any]:
    """Return the query of dispatches that were declined and then sent to another unit, by key."""
    sent = rerouted(group, names)
    keys = [sent.c[f"key_{place}"] for place in range(len(KEYS[group]))]
    return select(*keys, func.count()).group_by(*keys)


def rerouted(group: Group, names: frozenset[str]) -> Any:
    """Return those dispatches as (key_0 …, id of the step)."""
    turn: Callable[[Any, int], Any] = lambda column, ahead: func.lead(column, ahead).over(  # noqa: E731
        partition_by=S.event_id, order_by=S.version
    )
    turns = (
        select(
            *(key.label(f"key_{place}") for place, key in enumerate(KEYS[group])),
            S.id,
            S.action,
            S.unit,
            turn(S.action, 1).label("answer"),
            turn(S.unit, 2).label("next_unit"),
        )
        .join_from(EventRow.__table__, StepRow.__table__, S.event_id == E.id)
        .where(E.reported_at >= START, E.reported_at < END, VALID, E.decline_count > 0)
        .where(unindexed(S.action).in_(["dispatch", "decline"]))
    )
    sent = narrowed(turns, names).subquery()
    elsewhere = (sent.c.action == "dispatch", sent.c.answer == "decline", sent.c.next_unit != sent.c.unit)
    return (
        select(*(column for column in sent.c if column.key.startswith("key_")), sent.c.id)
        .where(*elsewhere)
        .subquery()
    )
