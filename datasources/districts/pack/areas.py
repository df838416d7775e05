"""The areas of a district pack: read, and checked as one map (CONTRACT §7, seed 000 H09).

Faults: shapes that are none, overlaps, broken parents, no or several outermost areas. Warnings: slivers, gaps, and a
part lying outside the area above. Areas of history are no part of the map: their place is that of their successor.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import shapely
from shapely.errors import ShapelyError
from shapely.geometry import Point, shape
from shapely.geometry.base import BaseGeometry

from datasources.districts.geo import metres_between
from datasources.districts.pack.files import Faults
from datasources.districts.pack.succession import ALWAYS, Span, check_heirs, is_plain, span_of

FILE = "areas.geojson"
PROPERTIES = ("code", "name", "level", "parent", "kind")
TOLERATED_M2 = 1.0
SLIVER_M2 = (
    1000.0  # outlines of real files touch with such strips: what lies there is in doubt, as at every border
)
MOST_WORKERS = 100_000
FARTHEST_M = 300_000.0


@dataclass(frozen=True)
class Area:
    """An area of the district; `lng`, `lat` is where its name is written, `workers` its full-time grid workers."""

    code: str
    name: str
    level: str
    parent: str | None
    kind: str
    geometry: dict[str, Any]
    lng: float
    lat: float
    note: str = ""
    workers: int | None = None
    span: Span = ALWAYS


@dataclass(frozen=True)
class _Drawn:
    area: Area
    line: int
    shape: BaseGeometry


def check_areas(
    features: Sequence[tuple[int, Any]],
    levels: Sequence[str],
    centre: tuple[float, float] | None,
    faults: Faults,
    today: date | None = None,
) -> tuple[Area, ...]:
    """The sound areas among (line, feature) pairs, with every fault and warning noted; those of history come last.

    `today` decides which ones are there; areas that begin later are left out and told.
    """
    listed = _codes(features)
    read = [_read(line, feature, levels, centre, listed, faults) for line, feature in features]
    drawn: dict[str, _Drawn] = {}
    for one in filter(None, read):
        if one.area.code in drawn:
            first = drawn[one.area.code].line
            faults.fault(
                FILE, one.line, "代码“{code}”重复（首次在第 {first} 行）", code=one.area.code, first=first
            )
        else:
            drawn[one.area.code] = one
    spans = {code: one.area.span for code, one in drawn.items()}
    check_heirs(FILE, {code: one.line for code, one in drawn.items()}, spans, today, faults)
    gone = {code: one for code, one in drawn.items() if spans[code].is_gone(today)}
    present = {
        code: one for code, one in drawn.items() if code not in gone and not spans[code].is_to_come(today)
    }
    for code, one in drawn.items():
        if code not in gone and code not in present:
            begin = spans[code].valid_from
            faults.warn(FILE, one.line, "区域“{code}”自 {day} 起生效，到时请再次载入", code=code, day=begin)
    _check_outermost(present, levels, faults)
    _check_parents(present, levels, faults)
    _check_map(present, faults)
    _check_workers(present, levels, faults)
    return tuple(one.area for one in (*present.values(), *gone.values()))


def _codes(features: Sequence[tuple[int, Any]]) -> set[str]:
    facts = (one.get("properties") for _, one in features if isinstance(one, dict))
    return {code for one in facts if isinstance(one, dict) and isinstance(code := one.get("code"), str)}


def _read(
    line: int,
    feature: Any,
    levels: Sequence[str],
    centre: tuple[float, float] | None,
    listed: set[str],
    faults: Faults,
) -> _Drawn | None:
    facts = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(facts, dict):
        faults.fault(FILE, line, "区域缺少 properties")
        return None
    missing = [name for name in PROPERTIES if name not in facts]
    for name in missing:
        faults.fault(FILE, line, "区域缺少属性“{name}”", name=name)
    code = facts.get("code")
    if not isinstance(code, str) or not code.strip() or "/" in code:
        faults.fault(FILE, line, "代码必须是不含“/”的非空文字，实为 {code}", code=repr(code))
        return None
    if not is_plain(code):
        faults.fault(
            FILE, line, "代码“{code}”不能含逗号、竖线、斜线、问号、井号、控制字符或首尾空格", code=code
        )
        return None
    level = facts.get("level")
    if "level" not in missing and level not in levels:
        faults.fault(FILE, line, "区域“{code}”的层级“{level}”不在 levels 之中", code=code, level=level)
    drawing = _shape(line, code, feature.get("geometry"), centre, faults)
    if missing or drawing is None:
        return None
    if not facts["name"]:
        faults.fault(FILE, line, "名称为空")
    workers = facts.get("workers")
    if workers is not None and (type(workers) is not int or not 0 <= workers <= MOST_WORKERS):
        text = "区域“{code}”的 workers 应为 0 到 {most} 的整数"
        faults.fault(FILE, line, text, code=code, most=MOST_WORKERS)
        workers = None
    lng, lat = _label(facts, drawing)
    area = Area(
        code=code,
        name=str(facts["name"] or ""),
        level=str(level),
        parent=str(facts["parent"]) if facts["parent"] else None,
        kind=str(facts["kind"] or ""),
        geometry=feature["geometry"],
        lng=lng,
        lat=lat,
        note=str(facts.get("note") or ""),
        workers=workers,
        span=span_of(FILE, line, code, facts, listed, faults),
    )
    return _Drawn(area, line, drawing)


def _label(facts: dict[str, Any], drawing: BaseGeometry) -> tuple[float, float]:
    """Where the name is written: the stated point where it lies inside, else a point of the area."""
    lng, lat = facts.get("lng"), facts.get("lat")
    stated = isinstance(lng, int | float) and isinstance(lat, int | float) and (float(lng), float(lat))
    if stated and drawing.intersects(Point(stated)):
        return stated
    inner = drawing.representative_point()
    return inner.x, inner.y


def _shape(
    line: int, code: str, geometry: Any, centre: tuple[float, float] | None, faults: Faults
) -> BaseGeometry | None:
    """The drawing of an area, or None with the reason noted."""
    try:
        drawing = shape(geometry)
    except (ShapelyError, ValueError, TypeError, AttributeError, KeyError, IndexError, OverflowError):
        drawing = None
    if drawing is None or not (drawing.is_empty or np.isfinite(drawing.bounds).all()):
        faults.fault(FILE, line, "区域“{code}”的图形无法读取", code=code)
        return None
    if drawing.is_empty or drawing.geom_type not in ("Polygon", "MultiPolygon", "Point"):
        faults.fault(FILE, line, "区域“{code}”应为面（或点），实为 {kind}", code=code, kind=drawing.geom_type)
        return None
    if not _is_placed(line, code, drawing, centre, faults):
        return None
    if not drawing.is_valid:
        reason = shapely.is_valid_reason(drawing)
        faults.fault(FILE, line, "区域“{code}”的图形无效：{reason}", code=code, reason=reason)
        return None
    return drawing


def _is_placed(
    line: int, code: str, drawing: BaseGeometry, centre: tuple[float, float] | None, faults: Faults
) -> bool:
    """Whether the drawing lies on earth and near the district; a swapped pair is named as such."""
    west, south, east, north = drawing.bounds
    middle = ((west + east) / 2, (south + north) / 2)
    swapped = (middle[1], middle[0])
    on_earth = west >= -180 and east <= 180 and south >= -90 and north <= 90
    near = on_earth and (centre is None or metres_between(middle, centre) <= FARTHEST_M)
    if near:
        return True
    if centre is not None and abs(swapped[1]) <= 90 and metres_between(swapped, centre) <= FARTHEST_M:
        faults.fault(FILE, line, "区域“{code}”的经纬度颠倒：应为 [经度, 纬度]", code=code)
    elif not on_earth:
        faults.fault(FILE, line, "区域“{code}”的坐标超出经度 ±180、纬度 ±90", code=code)
    else:
        km = round(metres_between(middle, centre or middle) / 1000)
        faults.fault(FILE, line, "区域“{code}”离中心点 {km} 公里，坐标或坐标系有误", code=code, km=km)
    return False


def _check_outermost(drawn: dict[str, _Drawn], levels: Sequence[str], faults: Faults) -> None:
    """Everything lies in one area, the district: units and numbers of the whole need it."""
    if not drawn or not levels:
        return
    tops = [one for one in drawn.values() if one.area.level == levels[0] and one.area.parent is None]
    if not tops:
        faults.fault(
            FILE,
            None,
            "缺少最外层（{level}）的区域：须有一个包含全部区域、parent 为空的区域",
            level=levels[0],
        )
    if len(tops) > 1:
        faults.fault(
            FILE,
            tops[1].line,
            "最外层应只有一个区域，实有 {count} 个（{codes}）：请加一个包含它们的区域，并在 levels 最前面写明它的层级",
            count=len(tops),
            codes="、".join(one.area.code for one in tops[:5]) + ("…" if len(tops) > 5 else ""),
        )


def _check_parents(drawn: dict[str, _Drawn], levels: Sequence[str], faults: Faults) -> None:
    depth = {level: at for at, level in enumerate(levels)}
    has_top = any(one.area.level == levels[0] for one in drawn.values()) if levels else True
    for one in drawn.values():
        area, line = one.area, one.line
        if area.parent is None:
            if depth.get(area.level, 0) > 0 and has_top:  # without any top, one sentence says so for all
                faults.fault(FILE, line, "区域“{code}”缺少上级", code=area.code)
        elif area.parent not in drawn:
            faults.fault(FILE, line, "区域“{code}”的上级“{parent}”不存在", code=area.code, parent=area.parent)
        elif _runs_in_a_circle(area.code, drawn):
            faults.fault(FILE, line, "区域“{code}”的上级关系成环", code=area.code)
        elif depth.get(drawn[area.parent].area.level, -1) >= depth.get(area.level, len(levels)):
            faults.fault(
                FILE, line, "区域“{code}”的上级“{parent}”不在更外一层", code=area.code, parent=area.parent
            )


def _runs_in_a_circle(code: str, drawn: dict[str, _Drawn]) -> bool:
    above = drawn[code].area.parent
    for _ in range(len(drawn)):
        if above is None or above not in drawn:
            return False
        if above == code:
            return True
        above = drawn[above].area.parent
    return False


def _check_map(drawn: dict[str, _Drawn], faults: Faults) -> None:
    """Overlaps between siblings of the lowest level; gaps below and parts outside each parent."""
    polygons = [one for one in drawn.values() if one.shape.area > 0]
    parents = {one.area.parent for one in polygons}
    _check_overlaps([one for one in polygons if one.area.code not in parents], faults)
    below: dict[str, list[_Drawn]] = {}
    for one in polygons:
        below.setdefault(one.area.parent or "", []).append(one)
    for code, children in below.items():
        parent = drawn.get(code)
        if parent is None or parent.shape.area == 0:
            continue
        for child in children:
            _warn_outside(child, parent, faults)
        gap = _m2(parent.shape.difference(shapely.union_all([child.shape for child in children])))
        if gap >= TOLERATED_M2:
            faults.warn(
                FILE, parent.line, "区域“{code}”内有 {m2} 平方米不属于任何下级", code=code, m2=round(gap)
            )


def _check_overlaps(grids: list[_Drawn], faults: Faults) -> None:
    shapes = np.array([grid.shape for grid in grids], dtype=object)
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    for a, b in sorted(
        {(min(pair), max(pair)) for pair in zip(first.tolist(), second.tolist(), strict=True)}
    ):
        if a == b:
            continue
        m2 = _m2(grids[a].shape.intersection(grids[b].shape))
        if m2 < TOLERATED_M2:
            continue
        line, names = (
            max(grids[a].line, grids[b].line),
            {"one": grids[a].area.code, "other": grids[b].area.code},
        )
        if m2 <= SLIVER_M2:
            text = "网格“{one}”与“{other}”重叠 {m2} 平方米，其中的位置存疑，须由人裁定"
            faults.warn(FILE, line, text, **names, m2=round(m2))
        else:
            faults.fault(FILE, line, "网格“{one}”与“{other}”重叠 {m2} 平方米", **names, m2=round(m2))


def _warn_outside(child: _Drawn, parent: _Drawn, faults: Faults) -> None:
    outside = _m2(child.shape.difference(parent.shape))
    if outside >= TOLERATED_M2:
        code, above = child.area.code, parent.area.code
        faults.warn(
            FILE,
            child.line,
            "区域“{code}”有 {m2} 平方米在上级“{parent}”之外",
            code=code,
            m2=round(outside),
            parent=above,
        )


def _check_workers(drawn: dict[str, _Drawn], levels: Sequence[str], faults: Faults) -> None:
    """Every grid has at least one full-time worker (seed 000 H10); a pack that says nothing is told so once."""
    grids = [one for one in drawn.values() if levels and one.area.level == levels[-1]]
    if grids and all(grid.area.workers is None for grid in grids):
        faults.warn(FILE, None, "没有说明网格员配备（属性 workers）")
        return
    for grid in grids:
        if not grid.area.workers:
            faults.warn(FILE, grid.line, "网格“{code}”没有专职网格员", code=grid.area.code)


def _m2(drawing: BaseGeometry) -> float:
    """Square metres of a drawing in degrees."""
    if drawing.is_empty:
        return 0.0
    west, south, east, north = drawing.bounds
    middle = ((west + east) / 2, (south + north) / 2)
    per_lng = metres_between((middle[0] - 0.005, middle[1]), (middle[0] + 0.005, middle[1])) * 100
    per_lat = metres_between((middle[0], middle[1] - 0.005), (middle[0], middle[1] + 0.005)) * 100
    return float(drawing.area * per_lng * per_lat)
