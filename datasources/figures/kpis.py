"""Every KPI of a period: rolled-up days and what is counted live beside them, equal to `rules.kpis.counts`.

What depends on the present moment (overdue now, late but unfinished) is never rolled up: it is added from the few open events.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from dashboard.rules.figures.kpis import KPIS, Basis, Period
from datasources.districts.reference import Reference
from datasources.figures.narrow import check, narrowed
from datasources.figures.question import Question
from datasources.figures.rollups import frozen_times, rolled, times
from datasources.figures.rollups.rolled import Cover
from datasources.figures.scans import (
    HANDLED,
    KEYS,
    LATE_NOW,
    OVERDUE_NOW,
    E,
    Group,
    Pairs,
    Tally,
    key_of,
    scan,
)
from datasources.figures.stages import DURATIONS, stage_values
from datasources.store.column_types import Moment

ROLLED_KEYS: Mapping[Group, tuple[str, ...]] = {
    "all": (),
    "unit": ("unit",),
    "path": ("path",),
    "category": ("category",),
    "channel": ("channel",),
    "post": ("unit", "path"),
}
TIMED = frozenset({*DURATIONS, *(f"{stage}_p90" for stage in DURATIONS)})  # the lengths of time
SINCE, BEFORE = bindparam("since", type_=Moment()), bindparam("before", type_=Moment())


def kpi_values(
    session: Session,
    reference: Reference,
    question: Question,
    codes: Collection[str] = tuple(KPIS),
    cover: Cover | None = None,
) -> Pairs:
    """Return {code: (num, den)} of the asked KPIs in the order of `KPIS`; Invalid for an unknown code to narrow to.

    `cover` says how to count, as a frozen period stood for instance; lengths of time that were not kept are counted now.
    """
    check(reference, question.narrow)
    deep = reference.steps_to(question.area)
    found = kpi_groups(session, reference, question, "all", codes, cover, deep).get("", {})
    if TIMED & set(codes):
        found |= _times(session, reference, question, codes, cover)
    return {code: found.get(code, (0, 0)) for code in KPIS if code in codes}


def _times(
    session: Session, reference: Reference, question: Question, codes: Collection[str], cover: Cover | None
) -> Pairs:
    narrow = question.narrow
    timed = rolled.cover(session, question.period, question.now, weeks=False)
    stood = frozen_times.stood(session, cover, narrow) if cover else None
    found: Pairs = {}
    for stage in DURATIONS:
        if asked := {stage, f"{stage}_p90"} & set(codes):
            kept = stood[stage] if stood else times.rolled_stage(session, timed, stage, narrow, reference)
            mean, ninety = kept or stage_values(session, reference, question, stage)
            found |= {code: mean if code == stage else ninety for code in asked}
    return found


def units_together(grouped: Mapping[str, Pairs], reference: Reference) -> dict[str, Pairs]:
    """Return what is counted by unit under the units there are today; what had none is left out."""
    found: dict[str, Pairs] = {}
    for unit, pairs in grouped.items():
        if not unit:
            continue
        line = found.setdefault(reference.standing_unit(unit), {})
        for code, (num, den) in pairs.items():
            before = line.get(code, (0, 0))
            line[code] = (before[0] + num, before[1] + den)
    return found


def kpi_groups(
    session: Session,
    reference: Reference,
    question: Question,
    group: Group,
    codes: Collection[str],
    cover: Cover | None = None,
    deep: int | None = None,
) -> dict[str, Pairs]:
    """Return {key: {code: (num, den)}} of events by unit, area path, category or channel; keys without a row are absent.

    `cover` says how to count, as a frozen period stood for instance. Durations are not grouped. `deep`: how many steps
    of an area path below the district matter, None: all; the fewer, the quicker, and some paths come shortened to them.
    """
    cover = cover or rolled.cover(session, question.period, question.now)
    found = Tally()
    for run in cover.live:
        scan(session, found, replace(question, period=run), group, codes, reference)
    asked = tuple(code for code in KPIS if code in codes and code not in TIMED)
    if asked:
        columns = [_column(code, question.basis) for code in asked]
        keys = ROLLED_KEYS[group]
        for row in rolled.sums(session, reference, cover, keys, columns, question.narrow, deep):
            found.add_row(key_of(row, len(keys) or 1), asked, row[len(keys) or 1 :])
        for key, code, pair in _late_now(session, reference, question, group, asked, cover.rolled):
            found.add(key, code, *pair)
    return found


def _column(code: str, basis: Basis) -> str:
    return f"{code}_reported" if basis == "reported" and code in HANDLED else code


def _late_now(
    session: Session,
    reference: Reference,
    question: Question,
    group: Group,
    codes: Collection[str],
    runs: Iterable[Period],
) -> Iterator[tuple[Any, str, tuple[int, int]]]:
    """Yield (key, code, (num, den)) of what the present moment alone adds to rolled-up stretches."""
    late, values = HANDLED if question.basis == "reported" else (), question.narrow.values(reference)
    for code, which in (("overdue", "overdue"), *((code, "late") for code in late)):
        if code not in codes:
            continue
        query = _now(group, which, question.narrow.names)
        for run in runs:
            moments = {"since": run.start, "before": run.end, "now": question.now}
            for *keys, count in session.execute(query, moments | values):
                if count:
                    yield key_of(keys, len(keys)), code, (count, 0) if which == "overdue" else (0, count)


@lru_cache(maxsize=64)
def _now(group: Group, which: str, names: frozenset[str]) -> Select[Any]:
    """Return the query of open events reported in a stretch that are late at this very moment, by key."""
    test = OVERDUE_NOW if which == "overdue" else LATE_NOW
    query = select(*KEYS[group], func.count()).where(test, E.reported_at >= SINCE, E.reported_at < BEFORE)
    return narrowed(query, names) if group == "all" else narrowed(query, names).group_by(*KEYS[group])
