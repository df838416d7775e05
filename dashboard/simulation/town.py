"""What happens in a simulated district: how often, of which kind, where — from a seed, minute by minute.

Every report says that it is simulated; it names places and kinds of things, never people.
"""

import math
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import accumulate

from shapely.geometry import Point, shape

from dashboard.rules.access import SYSTEM, Role, Viewer
from dashboard.rules.events.event import Source
from dashboard.rules.events.report import Report
from dashboard.rules.policy import Category
from datasources.districts.reference import Area, Reference

SIMULATED = "模拟数据"
DESK = Viewer("operator", Role.OPERATOR, title="值班员")
PUBLIC = Viewer("public", Role.RESIDENT, title="居民")
# share of reports by local hour, 1 = the mean of the working day
HOURS = (
    0.2, 0.15, 0.12, 0.12, 0.15, 0.25, 0.5, 0.8, 1.1, 1.2, 1.1, 1.0, 0.8, 0.9, 1.1, 1.2, 1.1, 1.0, 0.9, 0.8, 0.7, 0.5, 0.4, 0.3,
)  # fmt: skip
# street order far before disputes and safety; emergencies come by their own clock
WEIGHTS: Mapping[str, float] = {
    "S04": 10, "S01": 8, "S02": 4, "S03": 3, "S06": 1, "S05": 0.5, "91": 3, "93": 3, "95": 3, "98": 2, "94": 1, "92": 1,
    "96": 1, "97": 1, "99": 0.7, "B": 2,
}  # fmt: skip
# snow and district heating are unknown on a subtropical island
UNKNOWN_HERE = frozenset({"S0504", "S0507", "9504"})
SOURCES: Mapping[Source, float] = {
    Source.GRID_WORKER: 55, Source.HOTLINE_12345: 14, Source.RESIDENT: 12, Source.PROPERTY: 6, Source.SENSOR: 6,
    Source.PHONE: 4, Source.WALK_IN: 2, Source.DEPARTMENT: 1,
}  # fmt: skip
SPOTS: Mapping[str, Sequence[str]] = {
    "小区": ("东门旁", "北门旁", "地下车库口", "垃圾分类亭旁", "架空层", "中心花园", "快递柜旁"),
    "村改居": ("巷口", "老街", "篮球场旁", "停车场", "菜市场旁", "公共厕所旁"),
    "园区": ("园区大门", "主干道", "停车场", "食堂旁", "装卸区", "公交站旁"),
    "混合": ("公交站旁", "农贸市场旁", "十字路口", "人行道", "过街天桥下", "小学门口", "商铺前"),
}
CROWDED: Mapping[str, float] = {"村改居": 1.4, "混合": 1.2, "小区": 1.0, "园区": 0.7}
ON_SITE_SHARE = 0.08
EMERGENCY_EVERY = 60  # minutes: one somewhere in each such stretch


@dataclass(frozen=True, slots=True)
class Arrival:
    """One report to come: when, what, and through whom."""

    at: datetime
    report: Report
    by: Viewer


class Town:
    """The places and kinds of a district, with their weights."""

    def __init__(self, reference: Reference, seed: str) -> None:
        self.reference, self.seed = reference, seed
        parents = {category.parent for category in reference.categories.values()}
        leaves = [
            category
            for code, category in reference.categories.items()
            if category.parent and code not in parents
        ]
        known = [one for one in leaves if one.code not in UNKNOWN_HERE and not one.name.startswith("其他")]
        self._ordinary = [one for one in known if not one.emergency]
        self._urgent = [one for one in leaves if one.emergency]
        self._kinds = _shares(self._ordinary)
        self._shapes: dict[str, object] = {}

    def arrivals(
        self, since: datetime, until: datetime, per_hour: float, quietest: float = 0.0
    ) -> Iterator[Arrival]:
        """Yield the reports of since ≤ time < until in order; `per_hour` at a mean working hour, never under `quietest` of it."""
        minute = int(since.timestamp() // 60)
        found: list[Arrival] = []
        while minute * 60 < until.timestamp():
            rng = random.Random(f"{self.seed}/{minute}")
            at = datetime.fromtimestamp(minute * 60, UTC)
            share = max(HOURS[at.astimezone(self.reference.tz).hour], quietest)
            offsets = sorted(rng.random() * 60 for _ in range(_poisson(rng, per_hour * share / 60)))
            for offset in offsets:
                found.append(self._ordinary_one(rng, at + timedelta(seconds=round(offset, 3))))
            if self._urgent and minute % EMERGENCY_EVERY == self._urgent_minute(minute // EMERGENCY_EVERY):
                found.append(self._urgent_one(rng, at + timedelta(seconds=round(rng.random() * 60, 3))))
            minute += 1
        return (one for one in sorted(found, key=lambda one: one.at) if since <= one.at < until)

    def _urgent_minute(self, stretch: int) -> int:
        return random.Random(f"{self.seed}/urgent/{stretch}").randrange(EMERGENCY_EVERY)

    def _ordinary_one(self, rng: random.Random, at: datetime) -> Arrival:
        category = rng.choices(self._ordinary, cum_weights=self._kinds)[0]
        source = rng.choices(list(SOURCES), weights=list(SOURCES.values()))[0]
        return self._arrival(rng, at, category, source)

    def _urgent_one(self, rng: random.Random, at: datetime) -> Arrival:
        source = rng.choice((Source.GRID_WORKER, Source.HOTLINE_12345, Source.SENSOR, Source.RESIDENT))
        return self._arrival(rng, at, rng.choice(self._urgent), source)

    def _arrival(self, rng: random.Random, at: datetime, category: Category, source: Source) -> Arrival:
        grid = rng.choices(self._grids, cum_weights=self._crowds)[0]
        lng, lat = self._point(rng, grid)
        above = self.reference.areas.get(grid.parent or "")
        place = above.name if above is not None and len(self.reference.levels) > 2 else grid.name
        spot = rng.choice(SPOTS.get(grid.kind, SPOTS["混合"]))
        by = self._reporter(grid, source)
        on_site = source is Source.GRID_WORKER and not category.emergency and rng.random() < ON_SITE_SHARE
        report = Report(
            title=f"{place}{spot}{category.name}",
            source=source,
            description=SIMULATED,
            category=category.code,
            lng=lng,
            lat=lat,
            src_crs="wgs84",
            accuracy_m=float(rng.randint(4, 20)),
            address=f"{grid.name}{spot}",
            emergency=category.emergency,
            resolved_on_site=on_site,
        )
        return Arrival(at, report, by)

    def _reporter(self, grid: Area, source: Source) -> Viewer:
        if source is Source.GRID_WORKER:
            area = grid.parent if self.reference.community_level != grid.level else grid.code
            return Viewer(f"worker-{area}", Role.WORKER, area=area)
        if source is Source.SENSOR:
            return SYSTEM
        return PUBLIC if source in (Source.RESIDENT, Source.PROPERTY) else DESK

    @cached_property
    def _grids(self) -> Sequence[Area]:
        return [grid for grid in self.reference.grids if grid.geometry]

    @cached_property
    def _crowds(self) -> list[float]:
        return list(accumulate(CROWDED.get(grid.kind, 1.0) for grid in self._grids))

    def _point(self, rng: random.Random, grid: Area) -> tuple[float, float]:
        polygon = self._shapes.get(grid.code)
        if polygon is None:
            polygon = self._shapes[grid.code] = shape(grid.geometry or {})
        west, south, east, north = polygon.bounds  # type: ignore[attr-defined]
        for _ in range(20):
            point = Point(rng.uniform(west, east), rng.uniform(south, north))
            if polygon.contains(point):  # type: ignore[attr-defined]
                return round(point.x, 6), round(point.y, 6)
        return round(grid.lng or west, 6), round(grid.lat or south, 6)


def _shares(categories: Sequence[Category]) -> list[float]:
    """Return cumulative weights: a group's weight is shared by its kinds."""
    groups = [_group(one.code) for one in categories]
    total, sums = 0.0, []
    for group in groups:
        total += WEIGHTS.get(group, 1.0) / groups.count(group)
        sums.append(total)
    return sums


def _group(code: str) -> str:
    return next((name for name in WEIGHTS if code.startswith(name)), code[:3])


def _poisson(rng: random.Random, mean: float) -> int:
    """Return a Poisson number (Knuth's product of uniforms), for small means."""
    count, product, limit = 0, rng.random(), math.exp(-mean)
    while product > limit:
        count, product = count + 1, product * rng.random()
    return count
