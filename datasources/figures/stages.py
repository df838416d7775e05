"""How long the stages of an event took: total, count and nearest-rank 90th percentile in whole seconds.

Only owner → finish takes off what was spent on hold, and only hold under the present owner (an event is held once).
"""

from functools import lru_cache
from typing import Any

from sqlalchemy import Select, bindparam, case, func, or_, select
from sqlalchemy.orm import Session

from dashboard.rules.events.event import Status
from dashboard.rules.figures.kpis import VOID
from dashboard.rules.figures.table import STAGES
from datasources.districts.reference import Reference
from datasources.figures.narrow import narrowed
from datasources.figures.question import Question
from datasources.store.column_types import Moment
from datasources.store.dialect import whole_seconds
from datasources.store.models import EventRow, StepRow

E: Any = EventRow.__table__.c
S: Any = StepRow.__table__.c
DURATIONS = tuple(STAGES)
START, END = bindparam("start", type_=Moment()), bindparam("end", type_=Moment())
HELD = Status.ON_HOLD.value

Pair = tuple[int, int]


def stage_values(session: Session, reference: Reference, question: Question, stage: str) -> tuple[Pair, Pair]:
    """Return ((total seconds, events), (p90 seconds, events)) of a stage."""
    query = _query(stage, question.narrow.names)
    total, count, ninety = session.execute(query, question.values(reference)).one()
    return (int(total or 0), int(count)), (int(ninety or 0), int(count))


@lru_cache(maxsize=32)
def _query(code: str, names: frozenset[str]) -> Any:
    one = narrowed(taken(code), names).subquery()
    order = func.row_number().over(order_by=one.c.seconds).label("place")
    ranked = select(one.c.seconds, order, func.count().over().label("of")).subquery()
    ninety = case((ranked.c.place == (9 * ranked.c.of + 9) // 10, ranked.c.seconds))
    return select(func.sum(ranked.c.seconds), func.count(), func.max(ninety)).select_from(ranked)


def taken(code: str, *keys: Any) -> Select[Any]:
    """Return the query of the whole seconds each valid event spent in a stage that it left in a period, behind its keys."""
    stage = STAGES[code]
    begin, end = E[stage.begin], E[stage.end]
    seconds: Any = whole_seconds(begin, end)
    if code == "owner_to_finish":
        seconds = case((E.hold_count > 0, _without_hold(seconds)), else_=seconds)
    return select(*keys, seconds.label("seconds")).where(
        end >= START, end < END, end >= begin, E.status.not_in([status.value for status in VOID])
    )


def _without_hold(seconds: Any) -> Any:
    mine = S.event_id == E.id
    began = select(func.min(S.at)).where(mine, S.to_status == HELD, S.from_status != HELD).scalar_subquery()
    ended = select(func.max(S.at)).where(mine, S.from_status == HELD, S.to_status != HELD).scalar_subquery()
    rest = seconds - whole_seconds(began, ended)
    return case(
        (or_(began.is_(None), ended.is_(None), began < E.owned_at), seconds),
        (rest < 0, 0),
        else_=rest,
    )
