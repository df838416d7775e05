"""Small district packs for tests, written into a folder: rectangles on a map of a few hundred metres."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

WEST, SOUTH = 116.5, 40.0
TABLES = {
    "units.csv": "code,name,kind,parent,area,may_claim\nPW,Public Works,department,,,1\n",
    "categories.csv": (
        "code,name,parent,limit,claim_minutes,emergency,level,photo_required\nroad,Road,,2工作日,,0,,0\n"
    ),
    "duties.csv": "unit,category,area,priority\nPW,road,c,1\n",
    "calendar.csv": "date,kind\n",
}


def ring(west: float, east: float, south: float = 0, north: float = 1) -> list[list[float]]:
    """Return a rectangle's outline; the unit is a thousandth of a degree, about 85 × 111 m."""
    left, right = WEST + west / 1000, WEST + east / 1000
    low, high = SOUTH + south / 1000, SOUTH + north / 1000
    return [[left, low], [right, low], [right, high], [left, high], [left, low]]


def area(code: str, level: str, parent: str | None, *rings: list[list[float]], **more: Any) -> dict[str, Any]:
    """Return an area of these outlines: the first one outside, the others its holes."""
    facts = {"code": code, "name": code, "level": level, "parent": parent, "kind": "", "workers": 1} | more
    return {
        "type": "Feature",
        "properties": facts,
        "geometry": {"type": "Polygon", "coordinates": list(rings)},
    }


def two_wards(level: str = "ward") -> list[dict[str, Any]]:
    """Return a city of two wards side by side."""
    return [
        area("c", "city", None, ring(0, 2)),
        area("W1", level, "c", ring(0, 1)),
        area("W2", level, "c", ring(1, 2)),
    ]


def merged_wards(**more: Any) -> list[dict[str, Any]]:
    """Return the same city after its second ward has taken in the first."""
    return [area("c", "city", None, ring(0, 2)), area("W2", "ward", "c", ring(0, 2)), *more.get("beside", [])]


def small_pack(
    folder: Path,
    areas: Sequence[Mapping[str, Any]] | None = None,
    levels: Sequence[str] = ("city", "ward"),
    code: str = "c",
    centre: Sequence[float] = (116.501, 40.0005),
    config: str = "",
    **tables: str,
) -> Path:
    """Write a pack and return its folder; `tables` stand for files: `units=…` is units.csv."""
    folder.mkdir(parents=True, exist_ok=True)
    words = [
        f'code = "{code}"',
        f'name = "{code}"',
        f"centre = {list(centre)}",
        'language = "en"',
        'time_zone = "Asia/Shanghai"',
        f"levels = {json.dumps(list(levels))}",
        config,
    ]
    (folder / "district.toml").write_text("\n".join(words) + "\n", "utf-8")
    features = ",\n".join(json.dumps(one) for one in (two_wards() if areas is None else areas))
    (folder / "areas.geojson").write_text(
        f'{{"type": "FeatureCollection", "features": [\n{features}\n]}}\n', "utf-8"
    )
    given = {f"{name}.csv": text for name, text in tables.items()}
    for name, text in {**TABLES, **given}.items():
        (folder / name).write_text(text, "utf-8")
    return folder


def nested(levels: Sequence[str]) -> list[dict[str, Any]]:
    """Return an area of every level, one in the other, and of the innermost two side by side where it is not the only one."""
    found, above = [], None
    for level in levels[:-1]:
        found.append(area(f"{level}-1", level, above, ring(0, 2), name=f"The {level}"))
        above = f"{level}-1"
    if above is None:
        return [area(f"{levels[0]}-1", levels[0], None, ring(0, 2), name=f"The {levels[0]}")]
    inner = levels[-1]
    return [
        *found,
        area(f"{inner}-1", inner, above, ring(0, 1), name=f"West {inner}"),
        area(f"{inner}-2", inner, above, ring(1, 2), name=f"East {inner}"),
    ]
