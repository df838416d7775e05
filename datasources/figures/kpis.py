"""Every KPI of a period: rolled-up days and what is counted live beside them, equal to `rules.kpis.counts`.

What depends on the present moment (overdue now, late but unfinished) is never rolled up: it is added from the few open events.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from dashboard.rules.figures.kpis import KPIS, Basis, Period
from datasources.districts.reference import Reference
from datasources.figures.narrow import NOTHING, Narrow, check, narrowed
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
    bound,
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
    period: Period,
    now: datetime,
    narrow: Narrow = NOTHING,
    basis: Basis = "due",
    codes: Collection[str] = tuple(KPIS),
    cover: Cover | None = None,
) -> Pairs:
    """Return {code: (num, den)} of the asked KPIs in the order of `KPIS`; Invalid for an unknown code to narrow to.

    `cover` says how to count, as a frozen period stood for instance; lengths of time that were not kept are counted now.
    """
    check(reference, narrow)
    deep = reference.steps_to(narrow.area)
    found = kpi_groups(session, period, now, "all", codes, basis, narrow, reference, cover, deep).get("", {})
    values = bound(period, now, narrow, reference)
    timed = (
        rolled.cover(session, period, now, weeks=False) if TIMED & set(codes) else rolled.live_cover(period)
    )
    stood = frozen_times.stood(session, cover, narrow) if cover and TIMED & set(codes) else None
    for stage in DURATIONS:
        if asked := {stage, f"{stage}_p90"} & set(codes):
            kept = stood[stage] if stood else times.rolled_stage(session, timed, stage, narrow, reference)
            mean, ninety = kept or stage_values(session, stage, values, narrow.names)
            found |= {code: mean if code == stage else ninety for code in asked}
    return {code: found.get(code, (0, 0)) for code in KPIS if code in codes}


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
    period: Period,
    now: datetime,
    group: Group,
    codes: Collection[str],
    basis: Basis = "due",
    narrow: Narrow = NOTHING,
    reference: Reference | None = None,
    cover: Cover | None = None,
    deep: int | None = None,
) -> dict[str, Pairs]:
    """Return {key: {code: (num, den)}} of events by unit, area path, category or channel; keys without a row are absent.

    `cover` says how to count, as a frozen period stood for instance. Durations are not grouped. `deep`: how many steps
    of an area path below the district matter, None: all; the fewer, the quicker, and some paths come shortened to them.
    """
    cover = cover or rolled.cover(session, period, now)
    found = Tally()
    for run in cover.live:
        scan(session, found, bound(run, now, narrow, reference), group, codes, basis, narrow.names)
    _add_rolled(session, found, cover, now, group, codes, basis, narrow, reference, deep)
    return found


def _add_rolled(
    session: Session,
    found: Tally,
    cover: Cover,
    now: datetime,
    group: Group,
    codes: Collection[str],
    basis: Basis,
    narrow: Narrow,
    reference: Reference | None,
    deep: int | None,
) -> None:
    asked = tuple(code for code in KPIS if code in codes and code not in TIMED)
    if not asked:
        return
    reported = basis == "reported"
    columns = [f"{code}_reported" if reported and code in HANDLED else code for code in asked]
    values = narrow.values(reference)
    keys = ROLLED_KEYS[group]
    for row in rolled.sums(session, cover, keys, columns, narrow.names, values, deep):
        found.add_row(key_of(row, len(keys) or 1), asked, row[len(keys) or 1 :])
    for code, which in (("overdue", "overdue"), *((code, "late") for code in HANDLED if reported)):
        if code not in codes:
            continue
        for run in cover.rolled:
            moments = {"since": run.start, "before": run.end, "now": now}
            for *keys_of, count in session.execute(_now(group, which, narrow.names), moments | values):
                if count:
                    pair = (count, 0) if which == "overdue" else (0, count)
                    found.add(key_of(keys_of, len(keys_of)), code, *pair)


@lru_cache(maxsize=64)
def _now(group: Group, which: str, names: frozenset[str]) -> Select[Any]:
    """Return the query of open events reported in a stretch that are late at this very moment, by key."""
    test = OVERDUE_NOW if which == "overdue" else LATE_NOW
    query = select(*KEYS[group], func.count()).where(test, E.reported_at >= SINCE, E.reported_at < BEFORE)
    return narrowed(query, names) if group == "all" else narrowed(query, names).group_by(*KEYS[group])
