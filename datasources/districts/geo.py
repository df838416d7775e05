"""Where a point lies: its grid, the road of areas above it, and whether a border puts it in doubt (LIFECYCLE §5).

Pure geometry in WGS-84; distances are metres in a local equirectangular projection around the district.
A point in reach of a second grid is never silently given to the first: both are named as candidates.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import shapely
from shapely.geometry import shape

from dashboard.rules.figures.boards import STREETS, depth_of
from datasources.districts.coordinates import (
    UnknownCoordinates,
    bd09_to_gcj02,
    bd09_to_wgs84,
    gcj02_to_bd09,
    gcj02_to_wgs84,
    in_china,
    to_wgs84,
    wgs84_to_bd09,
    wgs84_to_gcj02,
)

__all__ = [
    "GeoIndex",
    "Place",
    "UnknownCoordinates",
    "bd09_to_gcj02",
    "bd09_to_wgs84",
    "gcj02_to_bd09",
    "gcj02_to_wgs84",
    "in_china",
    "metres_between",
    "stretch",
    "to_wgs84",
    "wgs84_to_bd09",
    "wgs84_to_gcj02",
]

EARTH_RADIUS_M = 6371008.8
BAND_M = 30.0
MAX_CANDIDATES = 8  # a report with kilometres of accuracy must not store the whole district
TOUCH_M = 0.001  # a point on a shared edge lies in both, whatever rounding says


class AreaLike(Protocol):
    """What the index needs of an area: a pack's `Area` and a stored row both have it."""

    @property
    def code(self) -> str: ...
    @property
    def level(self) -> str: ...
    @property
    def parent(self) -> str | None: ...
    @property
    def geometry(self) -> dict[str, Any] | None: ...


@dataclass(frozen=True)
class Place:
    """The answer for one point.

    `border` is None or `{"candidates": [codes, nearest first], "distance_m", "streets", "settled"}`: `distance_m` to the
    nearest grid that is not the first candidate (or to the only one), `streets` = different streets in reach.
    """

    grid: str | None = None
    grid_version: int | None = None
    area_path: str = ""
    border: dict[str, Any] | None = None


NOWHERE = Place()


def stretch(candidates: Iterable[str]) -> str:
    """The name of the stretch of border between grids, whichever side a point lies on."""
    return "|".join(sorted(set(candidates)))


def metres_between(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Great-circle distance of two (lng, lat) points in metres."""
    (lng_a, lat_a), (lng_b, lat_b) = np.radians(a), np.radians(b)
    half = np.sin((lat_b - lat_a) / 2) ** 2 + np.cos(lat_a) * np.cos(lat_b) * np.sin((lng_b - lng_a) / 2) ** 2
    return float(2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(half)))


class GeoIndex:
    """The areas of one boundary version, ready to be asked.

    Grids are the polygons that have no polygon below them; areas drawn as points cover nothing. `levels` runs from the
    outermost inwards; `version` names the boundary version (an area with its own `version` keeps that).
    """

    def __init__(self, areas: Iterable[AreaLike], levels: Sequence[str], version: int = 1) -> None:
        listed = list(areas)
        self.levels = tuple(levels)
        self._parents = {area.code: area.parent for area in listed}
        self._level_of = {area.code: area.level for area in listed}
        drawn = [(area, shape(area.geometry)) for area in listed if area.geometry]
        drawn = [(area, polygon) for area, polygon in drawn if polygon.area > 0]
        with_children = {area.parent for area, _ in drawn}
        leaves = [pair for pair in drawn if pair[0].code not in with_children]
        outer = [pair for pair in drawn if pair[0].code in with_children]
        outer.sort(key=lambda pair: -self._depth(pair[0].level))
        bounds = shapely.total_bounds([polygon for _, polygon in drawn]) if drawn else np.zeros(4)
        self._origin = (float(bounds[0] + bounds[2]) / 2, float(bounds[1] + bounds[3]) / 2)
        self._scale = _metres_per_degree(self._origin[1])
        self.codes = [area.code for area, _ in leaves]
        self._ranks = np.argsort(np.argsort(np.array(self.codes, dtype=str)))  # equally near: by code
        self._versions = [int(getattr(area, "version", None) or version) for area, _ in leaves]
        self._paths = [self.path(code) for code in self.codes]
        self._streets = [self._second_level(code) for code in self.codes]
        self._shapes = np.array([self._project(polygon) for _, polygon in leaves], dtype=object)
        self._tree = shapely.STRtree(self._shapes)
        self._outer_areas = [(area.code, int(getattr(area, "version", None) or version)) for area, _ in outer]
        self._outer = np.array([self._project(polygon) for _, polygon in outer], dtype=object)
        shapely.prepare(self._shapes)
        shapely.prepare(self._outer)

    def locate(self, lng: float, lat: float, accuracy_m: float | None = None) -> Place:
        """The place of one WGS-84 point known to `accuracy_m` metres."""
        return self.locate_many([lng], [lat], [accuracy_m])[0]

    def locate_many(
        self,
        lngs: Sequence[float] | np.ndarray,
        lats: Sequence[float] | np.ndarray,
        accuracies: Sequence[float | None] | np.ndarray | None = None,
    ) -> list[Place]:
        """The places of many WGS-84 points, in their order; NaN or infinite coordinates lie nowhere.

        Outside every grid but in reach of one, `grid` is the nearest, in doubt (`border`) and to be settled.
        """
        points, known = self._points(lngs, lats)
        reach = _reach(accuracies, len(points))
        asked, grids, distances = self._in_reach(points, known, reach)
        places = [NOWHERE] * len(points)
        edges = np.flatnonzero(np.diff(asked)) + 1
        starts = [0, *edges.tolist()] if len(asked) else []
        ends = [*edges.tolist(), len(asked)] if len(asked) else []
        numbers, metres = grids.tolist(), distances.tolist()
        for start, end in zip(starts, ends, strict=True):
            places[asked[start]] = self._place(numbers[start:end], metres[start:end])
        for at in np.flatnonzero(known):
            if places[at] is NOWHERE:
                places[at] = self._outer_place(points[at])
        return places

    def near(self, lng: float, lat: float, radius_m: float) -> list[tuple[str, float]]:
        """Grids within `radius_m` metres of a point as (code, metres), nearest first; 0 where it lies inside."""
        points, known = self._points([lng], [lat])
        _, grids, distances = self._in_reach(points, known, np.array([float(radius_m)]))
        return [
            (self.codes[grid], metres)
            for grid, metres in zip(grids.tolist(), distances.tolist(), strict=True)
        ]

    def distance_m(self, a: tuple[float, float], b: tuple[float, float]) -> float:
        """Metres between two (lng, lat) points of this district."""
        return float(np.hypot((b[0] - a[0]) * self._scale[0], (b[1] - a[1]) * self._scale[1]))

    def path(self, code: str) -> str:
        """The codes from the outermost area down to `code`, as `/a/b/c/`."""
        road = [code]
        while (above := self._parents.get(road[-1])) and above not in road:
            road.append(above)
        return "/" + "/".join(reversed(road)) + "/"

    def _in_reach(self, points: np.ndarray, known: np.ndarray, reach: np.ndarray) -> tuple[np.ndarray, ...]:
        """(point number, grid number, metres) of every grid in reach, by point, nearest first, then by code."""
        which = np.flatnonzero(known)
        asked, grids = self._tree.query(points[which], predicate="dwithin", distance=reach[which])
        asked = which[asked]
        metres = shapely.distance(self._shapes[grids], points[asked]) if len(grids) else np.empty(0)
        metres = np.where(metres < TOUCH_M, 0.0, metres)
        order = np.lexsort((self._ranks[grids], metres, asked))
        return asked[order], grids[order], metres[order]

    def _place(self, grids: list[int], metres: list[float]) -> Place:
        first = grids[0]
        border = None
        if len(grids) > 1 or metres[0] > 0:
            border = {
                "candidates": [self.codes[grid] for grid in grids[:MAX_CANDIDATES]],
                "distance_m": round(metres[0] if metres[0] > 0 else metres[1], 1),
                "streets": len({self._streets[grid] for grid in grids}),
                "settled": False,
            }
        return Place(self.codes[first], self._versions[first], self._paths[first], border)

    def _outer_place(self, point: shapely.Point) -> Place:
        """A point in a gap between grids belongs to the deepest area that still covers it."""
        covering = np.flatnonzero(shapely.intersects(self._outer, point))
        if not len(covering):
            return NOWHERE
        code, version = self._outer_areas[covering[0]]
        return Place(grid=code, grid_version=version, area_path=self.path(code))

    def _points(self, lngs: Any, lats: Any) -> tuple[np.ndarray, np.ndarray]:
        lng, lat = np.asarray(lngs, dtype=float), np.asarray(lats, dtype=float)
        known = np.isfinite(lng) & np.isfinite(lat)
        x = (np.where(known, lng, 0.0) - self._origin[0]) * self._scale[0]
        y = (np.where(known, lat, 0.0) - self._origin[1]) * self._scale[1]
        return np.atleast_1d(shapely.points(x, y)), known

    def _project(self, polygon: Any) -> Any:
        return shapely.transform(polygon, lambda at: (at - self._origin) * self._scale)

    def _depth(self, level: str) -> int:
        return self.levels.index(level) if level in self.levels else -1

    def _second_level(self, code: str) -> str:
        """The ancestor on the level of streets, or the outermost where there is none."""
        road = self.path(code).strip("/").split("/")
        wanted = self.levels[depth_of(self.levels, STREETS)] if len(self.levels) > 1 else None
        return next((step for step in road if self._level_of.get(step) == wanted), road[0])


def _metres_per_degree(lat: float) -> np.ndarray:
    one_degree = np.pi * EARTH_RADIUS_M / 180.0
    return np.array([one_degree * np.cos(np.radians(lat)), one_degree])


def _reach(accuracies: Any, count: int) -> np.ndarray:
    """max(30 m, accuracy) for each point; an unknown accuracy counts as none."""
    if accuracies is None:
        return np.full(count, BAND_M)
    given = np.array([np.nan if value is None else value for value in accuracies], dtype=float)
    return np.maximum(BAND_M, np.nan_to_num(given, nan=0.0, posinf=1e6, neginf=0.0))
