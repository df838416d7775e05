"""What rolled-up days add to a number, and which days have to be counted live beside them.

Law: a day is taken from its rollup only while no mark says that it has changed; every number is the same either way.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import groupby
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, literal, or_, select
from sqlalchemy.orm import Session

from dashboard.rules.periods import Period, days, named
from datasources.models import ROLLUP_KEYS, RolledRow, RollupPointsRow, RollupRow
from datasources.queries_dialect import contains
from datasources.rollup_marks import marks

R: Any = RollupRow.__table__.c
P: Any = RollupPointsRow.__table__.c
D: Any = RolledRow.__table__.c
DAY, MONTH, POST = "day", "month", "post"
FROZEN = {"month": "frozen_month", "quarter": "frozen_quarter", "year": "frozen_year"}
ONE = timedelta(days=1)
MOST_RUNS = 24  # of days to be counted live beside rollups; beyond, counting everything live is as fast
# the grains, coarsest first: which keys each tells apart
GRAINS: Mapping[str, frozenset[str]] = {
    "channel": frozenset({"channel"}),
    "unit": frozenset({"unit"}),
    "category": frozenset({"category"}),
    "path": frozenset({"path"}),
    "post": frozenset({"unit", "path"}),
    "cell": frozenset(ROLLUP_KEYS),
}
KEPT_FROZEN = ("channel", "category", "post")
NARROW: Mapping[str, tuple[str, Any]] = {
    "area": ("path", contains(R.path, bindparam("area"))),
    "unit": ("unit", R.unit == bindparam("unit")),
    "category": ("category", R.category.in_(bindparam("category", expanding=True))),
    "channel": ("channel", R.channel == bindparam("channel")),
}


@dataclass(frozen=True, slots=True)
class Cover:
    """How a period is counted: rolled-up spans as (tier, first days), and the stretches to be counted live."""

    spans: Mapping[str, Sequence[date]]
    rolled: Sequence[Period]
    live: Sequence[Period]


def live_cover(period: Period) -> Cover:
    """Return the cover that counts everything live."""
    return Cover({}, (), (period,))


def cover(session: Session, period: Period, now: datetime) -> Cover:
    """Return what to take from rollups: whole months, then days, each over by `now` and without a mark; the rest live."""
    yesterday = now.astimezone(period.tz).date() - ONE
    last = min(period.last, yesterday)
    if last <= period.first:
        return live_cover(period)
    spans = _clean(session, period, last)
    months, singles = _by_month(spans[MONTH], spans[DAY], period.first, last)
    covered = {*singles, *(day for first in months for day in _days_of_month(first))}
    if not covered:
        return live_cover(period)
    rest = [day for day in _range(period.first, period.last) if day not in covered]
    live, rolled = _runs(rest, period), _runs(sorted(covered), period)
    if len(live) > MOST_RUNS:
        return live_cover(period)
    return Cover({DAY: singles, MONTH: months}, rolled, live)


def frozen_cover(
    session: Session, period: Period, keys: frozenset[str] = frozenset()
) -> tuple[Cover, datetime] | None:
    """Return how a frozen period stood and when it was frozen, None where it is not frozen.

    Kept is what can be told apart by unit and place together, by category, or by channel; not by other `keys` together.
    """
    tier = FROZEN.get(named(period))
    if tier is None or not any(keys <= GRAINS[name] for name in KEPT_FROZEN):
        return None
    at = session.scalar(select(D.at).where(D.tier == tier, D.first == period.first))
    return (Cover({tier: [period.first]}, (), ()), at) if at is not None else None


def sums(
    session: Session,
    found: Cover,
    keys: tuple[str, ...],
    codes: Sequence[str],
    names: frozenset[str],
    values: Mapping[str, Any],
) -> list[Any]:
    """Return rows of the keys (one empty without any), then num and den of every code, as the spans of a cover add up."""
    if not any(found.spans.values()):
        return []
    query = _sums(keys, tuple(codes), names, tuple(sorted(found.spans)))
    spans = {f"{tier}_firsts": list(firsts) for tier, firsts in found.spans.items()}
    return list(session.execute(query, {**values, **spans}))


def points_by(
    session: Session, found: Cover, key: str, kinds: Collection[str], area: str | None
) -> dict[str, int]:
    """Return subject or path → tenths of what the spans of a cover add up to."""
    if not any(found.spans.values()):
        return {}
    spans = [and_(P.tier == tier, P.first.in_(firsts)) for tier, firsts in found.spans.items()]
    grain = POST if area and key != "path" else key
    query = select(P[key], func.sum(P.tenths)).where(P.grain == grain, or_(*spans), P.kind.in_(list(kinds)))
    query = query.group_by(P[key])
    if area:
        query = query.where(contains(P.path, f"/{area}/"))
    return {code: int(total) for code, total in session.execute(query)}


@lru_cache(maxsize=256)
def _sums(
    keys: tuple[str, ...], codes: tuple[str, ...], names: frozenset[str], tiers: tuple[str, ...]
) -> Select[Any]:
    needed = {*keys, *(NARROW[name][0] for name in names)}
    kept = KEPT_FROZEN if set(tiers) & set(FROZEN.values()) else tuple(GRAINS)
    grain = next(name for name in kept if needed <= GRAINS[name])  # cover() sees to it that there is one
    spans = [
        and_(R.tier == tier, R.first.in_(bindparam(f"{tier}_firsts", expanding=True, type_=R.first.type)))
        for tier in tiers
    ]
    totals = [func.sum(R[f"{code}_{part}"]) for code in codes for part in ("num", "den")]
    tests = [NARROW[name][1] for name in sorted(names)]
    columns = [R[key] for key in keys] or [literal("")]
    query = select(*columns, *totals).where(R.grain == grain, or_(*spans), *tests)
    return query.group_by(*columns) if keys else query


def _clean(session: Session, period: Period, last: date) -> dict[str, set[date]]:
    """Return the first days of rolled spans that no mark lies in."""
    found: dict[str, set[date]] = {DAY: set(), MONTH: set()}
    query = select(D.tier, D.first).where(D.tier.in_([DAY, MONTH]), D.first >= period.first, D.first <= last)
    for tier, first in session.execute(query):
        found[tier].add(first)
    if found[DAY]:
        dirty = marks(session, period.tz).keys()
        found[DAY] -= dirty
        found[MONTH] -= {day.replace(day=1) for day in dirty}
    return found


def _by_month(
    months: set[date], singles: set[date], first: date, last: date
) -> tuple[list[date], list[date]]:
    """Return the months wholly within the days asked for, and the days beside them."""
    whole = sorted(month for month in months if first <= month and _days_of_month(month)[-1] <= last)
    within = {day for month in whole for day in _days_of_month(month)}
    return whole, sorted(singles - within)


def _days_of_month(first: date) -> list[date]:
    following = (first + 31 * ONE).replace(day=1)
    return list(_range(first, following - ONE))


def _range(first: date, last: date) -> list[date]:
    return [first + n * ONE for n in range((last - first).days + 1)]


def _runs(found: Sequence[date], period: Period) -> list[Period]:
    """Return ascending days as unbroken stretches, none beyond the period: it may end within a day."""
    runs = []
    for _, run in groupby(enumerate(found), lambda pair: pair[1].toordinal() - pair[0]):
        stretch = [day for _, day in run]
        whole = days(stretch[0], stretch[-1], period.tz)
        runs.append(Period(whole.start, min(whole.end, period.end), period.tz))
    return runs
