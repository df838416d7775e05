"""The places of a district pack: stations, teams, offices, party buildings, key places, cameras (optional places.csv).

Every place lies on earth and near the district; its area and unit exist; without an area it is the one it lies in.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from shapely.geometry import Point, shape
from shapely.geometry.base import BaseGeometry

from dashboard.rules.text.numbers import decimal
from datasources.districts.geo import metres_between
from datasources.districts.pack.areas import FARTHEST_M, Area
from datasources.districts.pack.files import Faults, Row, read_table
from datasources.districts.pack.tables import check_known, with_codes

FILE = "places.csv"
COLUMNS = ("code", "name", "kind", "lng", "lat", "area", "unit", "note")
KINDS = ("party", "key_place", "camera", "station", "team", "office")


@dataclass(frozen=True)
class Place:
    """A point people know or come from, in WGS-84; `area` is the innermost one known, `unit` who it belongs to."""

    code: str
    name: str
    kind: str
    lng: float
    lat: float
    area: str | None
    unit: str | None
    note: str = ""


def read_places(
    folder: Path,
    areas: Collection[Area],
    units: Collection[str],
    centre: tuple[float, float] | None,
    faults: Faults,
) -> tuple[Place, ...]:
    """places.csv, checked; a pack may do without it."""
    if not (folder / FILE).is_file():
        return ()
    by_code = {area.code: area for area in areas}
    innermost = _innermost(areas)
    found = []
    for row in with_codes(read_table(folder, FILE, COLUMNS, faults), faults).values():
        point = _point(row, centre, faults)
        if row["kind"] not in KINDS:
            known = "、".join(KINDS)
            faults.fault(
                FILE, row.line, "不认识地点类型“{kind}”，可用：{known}", kind=row["kind"], known=known
            )
        if row["area"]:
            check_known(row, "area", by_code, "未知区域“{code}”", faults)
        if row["unit"]:
            check_known(row, "unit", units, "未知单位“{code}”", faults)
        if point is None:
            continue
        area = row["area"] or next((code for code, one in innermost.items() if one.covers(Point(point))), "")
        stated = by_code.get(row["area"])
        if stated is not None and not shape(stated.geometry).buffer(1e-9).covers(Point(point)):
            faults.warn(FILE, row.line, "地点“{code}”不在区域“{area}”之内", code=row["code"], area=area)
        elif not area:
            faults.warn(FILE, row.line, "地点“{code}”不在任何区域之内", code=row["code"])
        found.append(
            Place(
                row["code"], row["name"], row["kind"], *point, area or None, row["unit"] or None, row["note"]
            )
        )
    return tuple(found)


def _innermost(areas: Collection[Area]) -> Mapping[str, BaseGeometry]:
    above = {area.parent for area in areas}
    return {area.code: shape(area.geometry) for area in areas if area.code not in above}


def _point(row: Row, centre: tuple[float, float] | None, faults: Faults) -> tuple[float, float] | None:
    """The point of a place, or None with the reason noted; a swapped pair is named as such."""
    try:
        lng, lat = decimal(row["lng"]), decimal(row["lat"])
    except ValueError:
        lng = lat = float("nan")
    if not (abs(lng) < float("inf") and abs(lat) < float("inf")):
        faults.fault(FILE, row.line, "地点“{code}”的经纬度无法识别", code=row["code"])
        return None
    on_earth = abs(lng) <= 180 and abs(lat) <= 90
    if on_earth and (centre is None or metres_between((lng, lat), centre) <= FARTHEST_M):
        return lng, lat
    swapped = abs(lng) <= 90 and abs(lat) <= 180
    if centre is not None and swapped and metres_between((lat, lng), centre) <= FARTHEST_M:
        faults.fault(FILE, row.line, "地点“{code}”的经纬度颠倒：lng 是经度，lat 是纬度", code=row["code"])
    elif not on_earth:
        faults.fault(FILE, row.line, "地点“{code}”的坐标超出经度 ±180、纬度 ±90", code=row["code"])
    else:
        km = round(metres_between((lng, lat), centre or (lng, lat)) / 1000)
        faults.fault(
            FILE, row.line, "地点“{code}”离中心点 {km} 公里，坐标或坐标系有误", code=row["code"], km=km
        )
    return None
