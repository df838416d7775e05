"""Rolls finished days up: what `rollups.rolled` reads is made here, from events alone.

Law: counting and storing are two turns, so that nobody waits for the counting; a day that changed in between is left
for the next round. Rolled up again at any time, a day comes out the same.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

import numpy as np
from sqlalchemy import Date, String, delete, func, insert, literal, select
from sqlalchemy.orm import Session

from dashboard.rules.periods import Period, days
from datasources.events.journal import add_rows
from datasources.figures.question import Question
from datasources.figures.rollups import flow as rollup_flow
from datasources.figures.rollups import times as rollup_times
from datasources.figures.rollups.dirty_marks import COUNTED_BY, EPOCH, marks
from datasources.figures.rollups.rolled import (
    CELL,
    COARSER,
    DAY,
    FROZEN,
    GRAINS,
    MONTH,
    POINT_GRAINS,
    WEEK,
    days_of_span,
    first_of_span,
    shortened,
)
from datasources.figures.scans import HANDLED, SCANS, Pairs, Tally, said, scan
from datasources.store import sound_rows
from datasources.store.database import take_turn
from datasources.store.models import (
    ROLLUP_CODES,
    ROLLUP_KEYS,
    EventRow,
    LedgerRow,
    RolledRow,
    RollupFlowRow,
    RollupMarkRow,
    RollupPointsRow,
    RollupRow,
    RollupTimesRow,
)

E: Any = EventRow.__table__.c
L: Any = LedgerRow.__table__.c
ROLLUP: Any = RollupRow.__table__
R: Any = ROLLUP.c
POINTS: Any = RollupPointsRow.__table__
P: Any = POINTS.c
M: Any = RollupMarkRow.__table__.c
TABLES = (RollupRow, RollupPointsRow, RollupTimesRow, RollupFlowRow, RolledRow)
ONE = timedelta(days=1)
EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
TURN = 20263  # those who roll up take turns, so that none stores what another has stored
SUMS = tuple(f"{code}_{part}" for code in ROLLUP_CODES for part in ("num", "den"))
DUE_CODES = tuple(code for code in ROLLUP_CODES if not code.endswith("_reported"))
BY_REPORT = frozenset(
    code for one in SCANS if one.by is E.reported_at and one.basis is None for code in one.tests
)


@dataclass(frozen=True, slots=True)
class Counted:
    """What one day adds: rows of sums, points, times and happenings, and the newest mark of it seen while counting."""

    day: date
    sums: Sequence[dict[str, Any]]
    points: Sequence[dict[str, Any]]
    times: Sequence[dict[str, Any]]
    flow: Mapping[str, Any]
    seen: int


def unrolled_days(session: Session, now: datetime, tz: tzinfo) -> list[date]:
    """Return the finished days that are not rolled up or have changed since, oldest first."""
    begun = _first_day(session, tz)
    if begun is None:
        return []
    yesterday = now.astimezone(tz).date() - ONE
    rolled = set(session.scalars(select(RolledRow.first).where(RolledRow.tier == DAY)))
    changed = marks(session, tz)
    every = (begun + n * ONE for n in range((yesterday - begun).days + 1))
    return [day for day in every if day not in rolled or day in changed]


def count_day(session: Session, day: date, tz: tzinfo) -> Counted:
    """Return what a finished day adds to every number, told apart by unit, place, category and channel."""
    period = days(day, day, tz)
    seen = marks(session, tz).get(day, 0)
    tally, timeless = Tally(), Tally()
    # what is still to be decided stays out: the present moment adds it when the number is read (`kpis._late_now`)
    settled = Question(period, EPOCH)
    scan(session, tally, settled, "cell", BY_REPORT)
    scan(session, tally, Question(period, period.end), "cell", set(DUE_CODES) - BY_REPORT)
    scan(session, timeless, replace(settled, basis="reported"), "cell", HANDLED)
    add_reported(tally, timeless)
    cells = [row(CELL, DAY, day, ROLLUP_KEYS, key, pairs) for key, pairs in tally.items()]
    times = rollup_times.count(session, period, day, DAY)
    sums = [*cells, *coarser(cells, COARSER)]
    flow = rollup_flow.count_day(session, period, day)
    return Counted(day, sums, points_rows(session, period, day, DAY), times, flow, seen)


def store_day(session: Session, counted: Counted, now: datetime, tz: tzinfo) -> bool:
    """Put a counted day in place of what it added before; return whether it was still as counted."""
    take_turn(session, TURN)
    newest = marks(session, tz).get(counted.day, 0)
    if newest > counted.seen:
        return False
    for tier in (DAY, WEEK, MONTH):
        _forget(session, tier, first_of_span(tier, counted.day))
    add_rows(session, RollupRow, counted.sums)
    add_rows(session, RollupPointsRow, counted.points)
    add_rows(session, RollupTimesRow, counted.times)
    session.execute(insert(RollupFlowRow).values(**counted.flow))
    session.execute(insert(RolledRow).values(tier=DAY, first=counted.day, at=now))
    _clear_marks(session, counted.day, tz, counted.seen)
    return True


def clear_idle_marks(session: Session, now: datetime, tz: tzinfo) -> None:
    """Throw away the marks of days that are not over yet: they are counted live anyway."""
    today = now.astimezone(tz).date()
    session.execute(delete(RollupMarkRow).where(M.at >= days(today, today, tz).start))


def unrolled_spans(session: Session, tz: tzinfo) -> list[tuple[str, date]]:
    """Return (tier, first day) of the finished weeks and months whose days are all rolled up and unchanged, and which are
    not added up themselves."""
    rolled = set(session.scalars(select(RolledRow.first).where(RolledRow.tier == DAY)))
    rolled -= marks(session, tz).keys()
    have = set(session.execute(select(RolledRow.tier, RolledRow.first)).tuples())
    spans = sorted({(tier, first_of_span(tier, day)) for day in rolled for tier in (WEEK, MONTH)} - have)
    return [(tier, first) for tier, first in spans if rolled.issuperset(days_of_span(tier, first))]


def store_span(session: Session, tier: str, first: date, now: datetime) -> None:
    """Add the days of a week or month up."""
    take_turn(session, TURN)
    within = days_of_span(tier, first)
    _forget(session, tier, first)
    keys, totals = [R[name] for name in ROLLUP_KEYS], [func.sum(R[name]) for name in SUMS]
    days_of = (R.grain.in_(COARSER), R.tier == DAY, R.first.between(within[0], within[-1]))
    added = select(R.grain, _as(tier), _as(first), *keys, *totals).where(*days_of).group_by(R.grain, *keys)
    session.execute(insert(ROLLUP).from_select(["grain", "tier", "first", *ROLLUP_KEYS, *SUMS], added))
    names = [P.kind, P.subject, P.path]
    of_days = (P.tier == DAY, P.first.between(within[0], within[-1]))
    earned = select(P.grain, _as(tier), _as(first), *names, func.sum(P.tenths)).where(*of_days)
    earned = earned.group_by(P.grain, *names)
    columns = ["grain", "tier", "first", "kind", "subject", "path", "tenths"]
    session.execute(insert(POINTS).from_select(columns, earned))
    if tier == MONTH:  # a week of seconds is as long as its seven days
        _store_times(session, tier, first, within)
        flow = rollup_flow.added_up(session, within[0], within[-1])
        session.execute(insert(RollupFlowRow).values(tier=tier, first=first, flow=flow))
    session.execute(insert(RolledRow).values(tier=tier, first=first, at=now))


def _store_times(session: Session, tier: str, first: date, within: Sequence[date]) -> None:
    added = rollup_times.added_up(session, DAY, within[0], within[-1])
    rows = [
        {"grain": grain, "tier": tier, "first": first, "stage": stage, "key": key, "seconds": seconds}
        for (grain, stage, key), seconds in added.items()
    ]
    add_rows(session, RollupTimesRow, rows)


def forget_all(session: Session) -> None:
    """Throw every rollup away, what is frozen excepted: it cannot be made again."""
    take_turn(session, TURN)
    kept = list(FROZEN.values())
    for row in TABLES:
        session.execute(delete(row).where(row.__table__.c.tier.not_in(kept)))


def add_reported(tally: Tally, found: Mapping[Any, Pairs]) -> None:
    """Add what was counted on the basis of reporting, under names of its own."""
    for key, pairs in found.items():
        for code, pair in pairs.items():
            tally.add(key, f"{code}_reported", *pair)


def row(grain: str, tier: str, first: date, names: Sequence[str], key: Any, pairs: Pairs) -> dict[str, Any]:
    """Return a row of a grain; `key` are the values of the keys `names`, bare where there is one."""
    keys = dict(zip(names, [key] if len(names) == 1 else key, strict=True))
    sums = {
        f"{code}_{part}": pairs.get(code, (0, 0))[place]
        for code in ROLLUP_CODES
        for place, part in enumerate(("num", "den"))
    }
    return {"grain": grain, "tier": tier, "first": first, **dict.fromkeys(ROLLUP_KEYS, ""), **keys, **sums}


def coarser(rows: Sequence[Mapping[str, Any]], grains: Collection[str]) -> list[dict[str, Any]]:
    """Return the rows of coarser grains that rows of one span and one grain add up to."""
    if not rows:
        return []
    numbers = np.array([[one[name] for name in SUMS] for one in rows], dtype=np.int64)
    span = {name: rows[0][name] for name in ("tier", "first")}
    found = []
    for grain in grains:
        places: dict[tuple[str, ...], int] = {}
        place = [places.setdefault(GRAINS[grain].key(one), len(places)) for one in rows]
        totals = np.zeros((len(places), len(SUMS)), dtype=np.int64)
        np.add.at(totals, place, numbers)
        for key, line in zip(places, totals.tolist(), strict=True):
            keys = dict(zip(ROLLUP_KEYS, key, strict=True))
            found.append({"grain": grain, **span, **keys, **dict(zip(SUMS, line, strict=True))})
    return found


def _as(value: Any) -> Any:
    """Return a value as a column of a query."""
    return literal(value, Date() if isinstance(value, date) else String())


def points_rows(session: Session, period: Period, first: date, tier: str) -> list[dict[str, Any]]:
    """Return what each unit and worker earned in a period for the events of each place, and each alone, as rows of a tier."""
    query = (
        select(L.subject_kind, L.subject, E.area_path, func.sum(L.tenths))
        .join_from(LedgerRow.__table__, EventRow.__table__, L.event_id == E.id)
        .where(L.for_at >= period.start, L.for_at < period.end)
        .group_by(L.subject_kind, L.subject, E.area_path)
    )
    sums: dict[tuple[str, ...], int] = {}
    for kind, subject, path, tenths in session.execute(query):
        for grain in POINT_GRAINS:
            key = (grain, kind, *_whose(grain, said(subject), said(path)))
            sums[key] = sums.get(key, 0) + int(tenths)
    names = ("grain", "kind", "subject", "path")
    return [
        {**dict(zip(names, key, strict=True)), "tier": tier, "first": first, "tenths": tenths}
        for key, tenths in sums.items()
    ]


def _whose(grain: str, subject: str, path: str) -> tuple[str, str]:
    """Return subject and path as a grain of points keeps them."""
    if grain == "subject":
        return subject, ""
    kept = GRAINS[grain]
    return subject if "unit" in kept.keys else "", path if kept.deep is None else shortened(path, kept.deep)


def _first_day(session: Session, tz: tzinfo) -> date | None:
    columns = [
        *(E[name] for name in COUNTED_BY),
        L.for_at,
    ]  # each has an index, some only of what is not empty
    # nothing was counted before: a year that was damaged must not be a thousand years of days
    found: Iterable[datetime | None] = (
        sound_rows.first_value(session, column, column >= EARLIEST) for column in columns
    )
    known = [at for at in found if at is not None]
    return min(known).astimezone(tz).date() if known else None


def _forget(session: Session, tier: str, first: date) -> None:
    for row in TABLES:
        columns = row.__table__.c
        session.execute(delete(row).where(columns.tier == tier, columns.first == first))


def _clear_marks(session: Session, day: date, tz: tzinfo, last_id: int) -> None:
    span = days(day, day, tz)
    session.execute(delete(RollupMarkRow).where(M.at >= span.start, M.at < span.end, M.id <= last_id))


def days_of_period(span: Period) -> list[date]:
    """Return the local days of a period."""
    return [span.first + n * ONE for n in range((span.last - span.first).days + 1)]
