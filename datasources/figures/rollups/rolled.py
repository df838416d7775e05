"""What rolled-up days add to a number, and which days have to be counted live beside them.

Law: a day is taken from its rollup only while no mark says that it has changed; every number is the same either way.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import groupby
from typing import Any

from sqlalchemy import Select, bindparam, func, literal, select
from sqlalchemy.orm import Session

from dashboard.rules.periods import Period, days, named
from datasources.districts.reference import Reference
from datasources.events.filters import within
from datasources.figures.narrow import Narrow, narrowed
from datasources.figures.rollups.dirty_marks import marks
from datasources.store.models import ROLLUP_KEYS, RolledRow, RollupPointsRow, RollupRow

R: Any = RollupRow.__table__.c
P: Any = RollupPointsRow.__table__.c
D: Any = RolledRow.__table__.c
DAY, WEEK, MONTH = "day", "week", "month"
FROZEN = {"month": "frozen_month", "quarter": "frozen_quarter", "year": "frozen_year"}
ONE = timedelta(days=1)
MOST_RUNS = 24  # of days to be counted live beside rollups; beyond, counting everything live is as fast
CELL = "cell"


@dataclass(frozen=True, slots=True)
class Grain:
    """Which keys a grain tells apart; of an area path it keeps `deep` steps below the district, None: all of them."""

    keys: frozenset[str]
    deep: int | None = None

    def tells(self, needed: frozenset[str], deep: int | None) -> bool:
        """Return whether it tells the needed keys apart, area paths `deep` steps down (None: all the way)."""
        whole = self.deep is None or "path" not in needed
        return needed <= self.keys and (whole or (deep is not None and deep <= (self.deep or 0)))

    def key(self, values: Mapping[str, str]) -> tuple[str, ...]:
        """Return the values of all keys as this grain keeps them: '' for what it does not tell apart."""
        kept = {name: values[name] for name in self.keys}
        if self.deep is not None:
            kept["path"] = shortened(values["path"], self.deep)
        return tuple(kept.get(name, "") for name in ROLLUP_KEYS)


def shortened(path: str, deep: int) -> str:
    """Return an area path down to so many steps below the district."""
    return "/".join(path.split("/")[: deep + 2]) + "/" if path else ""


# the grains, coarsest first; `1` and `2` are streets and communities where a district has these levels
GRAINS: Mapping[str, Grain] = {
    "channel": Grain(frozenset({"channel"})),
    "unit": Grain(frozenset({"unit"})),
    "category": Grain(frozenset({"category"})),
    "path1": Grain(frozenset({"path"}), 1),
    "path2": Grain(frozenset({"path"}), 2),
    "path": Grain(frozenset({"path"})),
    "post1": Grain(frozenset({"unit", "path"}), 1),
    "post2": Grain(frozenset({"unit", "path"}), 2),
    "post": Grain(frozenset({"unit", "path"})),
    CELL: Grain(frozenset(ROLLUP_KEYS)),
}
# of points, by who earned them and where
POINT_GRAINS = ("subject", "path1", "path2", "path", "post1", "post2", "post")
# kept of longer spans and of frozen periods too
COARSER = tuple(name for name in GRAINS if name != CELL)
# the columns that the filters of numbers are about, by their names in the table of events
FILTERED = {"area_path": R.path, "unit": R.unit, "category": R.category, "source": R.channel}


@dataclass(frozen=True, slots=True)
class Cover:
    """How a period is counted: rolled-up spans as (tier, first days), and the stretches to be counted live."""

    spans: Mapping[str, Sequence[date]]
    rolled: Sequence[Period]
    live: Sequence[Period]


def live_cover(period: Period) -> Cover:
    """Return the cover that counts everything live."""
    return Cover({}, (), (period,))


def cover(session: Session, period: Period, now: datetime, *, weeks: bool = True) -> Cover:
    """Return what to take from rollups: whole months, weeks, days, each over by `now` and without a mark; the rest live."""
    yesterday = now.astimezone(period.tz).date() - ONE
    last = min(period.last, yesterday)
    if last <= period.first:
        return live_cover(period)
    clean = _clean(session, period, last)
    left = {day for day in clean[DAY] if period.first <= day <= last}
    spans: dict[str, list[date]] = {}
    for tier in (MONTH, WEEK) if weeks else (MONTH,):
        whole = [first for first in clean[tier] if left.issuperset(days_of_span(tier, first))]
        spans[tier] = sorted(whole)
        left.difference_update(day for first in whole for day in days_of_span(tier, first))
    spans[DAY] = sorted(left)
    covered = {day for tier, firsts in spans.items() for first in firsts for day in days_of_span(tier, first)}
    if not covered:
        return live_cover(period)
    rest = [day for day in _range(period.first, period.last) if day not in covered]
    live, rolled = _runs(rest, period), _runs(sorted(covered), period)
    if len(live) > MOST_RUNS:
        return live_cover(period)
    return Cover(spans, rolled, live)


def frozen_cover(
    session: Session, period: Period, keys: frozenset[str] = frozenset()
) -> tuple[Cover, datetime] | None:
    """Return how a frozen period stood and when it was frozen, None where it is not frozen.

    Kept is what can be told apart by unit and place together, by category, or by channel; not by other `keys` together.
    """
    tier = FROZEN.get(named(period))
    if tier is None or not any(GRAINS[name].tells(keys, None) for name in COARSER):
        return None
    at = session.scalar(select(D.at).where(D.tier == tier, D.first == period.first))
    return (Cover({tier: [period.first]}, (), ()), at) if at is not None else None


def sums(
    session: Session,
    reference: Reference,
    found: Cover,
    keys: tuple[str, ...],
    codes: Sequence[str],
    narrow: Narrow,
    deep: int | None = None,
) -> list[Any]:
    """Return rows of the keys (one empty without any), then num and den of every code: the parts that add up to the
    spans of a cover, keys may come more than once.

    `deep`: how many steps of an area path below the district matter, None: all; a path may come shortened to them.
    """
    needed = narrow.keys | set(keys)
    frozen = bool(set(found.spans) & set(FROZEN.values()))
    kept = COARSER if frozen else GRAINS  # frozen_cover() sees to it that there is one
    grain = next(name for name in kept if GRAINS[name].tells(needed, deep))
    spans = {tier: firsts for tier, firsts in found.spans.items() if firsts}
    if grain == CELL:
        # hardly two events share a cell: longer spans would have as many rows, so they are not kept
        all_days = [
            day for tier, firsts in spans.items() for one in firsts for day in days_of_span(tier, one)
        ]
        spans = {DAY: all_days}
    query, values = _sums(grain, keys, tuple(codes), narrow.names), narrow.values(reference)
    # a question a tier: asked together, no database finds its rows by their key
    return [
        row
        for tier, firsts in spans.items()
        for row in session.execute(query, {**values, "tier": tier, "firsts": list(firsts)})
    ]


def points_by(
    session: Session,
    found: Cover,
    key: str,
    kinds: Collection[str],
    area: str | None,
    deep: int | None = None,
) -> dict[str, int]:
    """Return subject or path → tenths of what the spans of a cover add up to; a path may come shortened to `deep` steps."""
    grain = key
    if key == "path" or area:
        needed = frozenset({"path"} if key == "path" else {"unit", "path"})
        grain = next(name for name in POINT_GRAINS[1:] if GRAINS[name].tells(needed, deep))
    query = select(P[key], func.sum(P.tenths)).where(P.grain == grain, P.kind.in_(list(kinds)))
    query = query.group_by(P[key])
    query = query.where(*within(area, P.path))
    totals: dict[str, int] = {}
    for tier, firsts in found.spans.items():
        for code, total in session.execute(query.where(P.tier == tier, P.first.in_(firsts))):
            totals[code] = totals.get(code, 0) + int(total)
    return totals


@lru_cache(maxsize=256)
def _sums(grain: str, keys: tuple[str, ...], codes: tuple[str, ...], names: frozenset[str]) -> Select[Any]:
    firsts = bindparam("firsts", expanding=True, type_=R.first.type)
    totals = [func.sum(R[f"{code}_{part}"]) for code in codes for part in ("num", "den")]
    columns = [R[key] for key in keys] or [literal("")]
    query = select(*columns, *totals).where(
        R.grain == grain, R.tier == bindparam("tier"), R.first.in_(firsts)
    )
    query = narrowed(query, names, FILTERED)
    return query.group_by(*columns) if keys else query


def _clean(session: Session, period: Period, last: date) -> dict[str, set[date]]:
    """Return the first days of rolled spans that no mark lies in."""
    found: dict[str, set[date]] = {DAY: set(), WEEK: set(), MONTH: set()}
    query = select(D.tier, D.first).where(D.tier.in_(list(found)), D.first >= period.first, D.first <= last)
    for tier, first in session.execute(query):
        found[tier].add(first)
    if found[DAY]:
        dirty = marks(session, period.tz).keys()
        for tier in found:
            found[tier] -= {first_of_span(tier, day) for day in dirty}
    return found


def first_of_span(tier: str, day: date) -> date:
    """Return the first day of the day, week (from Monday) or month that a day lies in."""
    return {DAY: day, WEEK: day - day.weekday() * ONE, MONTH: day.replace(day=1)}[tier]


def days_of_span(tier: str, first: date) -> list[date]:
    """Return the days of a day, week or month by its first."""
    following = {DAY: first + ONE, WEEK: first + 7 * ONE, MONTH: (first + 31 * ONE).replace(day=1)}[tier]
    return _range(first, following - ONE)


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
