"""Makes districts/huli/places.csv: the five real street offices, and schematic stations, teams and key places (示意).

Usage: python -m datasources.districts.build.huli_places DATA_FOLDER PACK_FOLDER
The offices' coordinate system is not stated by the source: taken as GCJ-02 and converted. All other points are spread
evenly over the drawn streets; no real station stands there, and every one of them says so.
"""

import csv
import json
import sys
from pathlib import Path

from shapely.geometry import shape

from datasources.districts.build import tiling
from datasources.districts.coordinates import gcj02_to_wgs84
from datasources.districts.pack.places import COLUMNS, FILE

OFFICE_NOTE = "街道办事处；来源未注明坐标系，按 GCJ-02 换算，位置供参考"
NOTE = "示意：位置均匀布设，并非真实站点"
ASPECT = 0.91  # a degree of longitude against one of latitude at 24.5° N
# What each street gets: (unit, kind, what it is called); spread in turns, so that no two of a sort stand together
FORCES = (
    ("FIRE", "station", "消防站"),
    ("POLICE", "station", "警务站"),
    ("HEALTH", "station", "急救点"),
    ("GAS", "team", "燃气抢修队"),
    ("DRAINAGE", "team", "排水抢险队"),
    ("MUNICIPAL", "team", "市政抢修队"),
    ("POLICE", "station", "警务站"),
    ("TRAFFIC_POLICE", "team", "交警中队"),
    ("HEALTH", "station", "急救点"),
    ("MUNICIPAL", "team", "市政抢修队"),
    ("", "key_place", "重点场所"),
    ("", "key_place", "重点场所"),
)
STRIDE = 5  # coprime to the number of forces: neighbours on the map are of different sorts


def main(data: Path, pack: Path) -> None:
    """Write places.csv into the pack folder."""
    areas = json.loads((pack / "areas.geojson").read_text(encoding="utf-8"))["features"]
    streets = [one for one in areas if one["properties"]["level"] == "street"]
    units = {row["area"]: row["code"] for row in _table(pack / "units.csv") if row["kind"] == "street"}
    rows = [_office(row, units) for row in _table(data / "boundaries" / "huli_street_office_points.csv")]
    counts: dict[str, int] = {}
    for street in streets:
        rows += _forces(street, counts)
    with (pack / FILE).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows)


def _table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _office(row: dict[str, str], units: dict[str, str]) -> list[str]:
    code = row["street_code"]
    lng, lat = gcj02_to_wgs84(float(row["lng"]), float(row["lat"]))
    point = [f"{lng:.6f}", f"{lat:.6f}"]
    return [
        f"OFFICE-{code[:9]}",
        f"{row['street_name']}办事处",
        "office",
        *point,
        code,
        units[code],
        OFFICE_NOTE,
    ]


def _forces(street: dict, counts: dict[str, int]) -> list[list[str]]:
    """The street's points, one in each of as many cells of like size; `counts` numbers them over the district."""
    facts, territory = street["properties"], shape(street["geometry"])
    territory = max(tiling.parts(territory), key=lambda part: part.area)
    cells = tiling.cells(territory, len(FORCES), ASPECT)
    order = tiling.band_order(cells, ASPECT)
    rows = []
    for turn, (unit, kind, word) in enumerate(FORCES):
        at = cells[order[turn * STRIDE % len(order)]].representative_point()
        counts[word] = counts.get(word, 0) + 1
        code = f"{unit or 'KEY'}-{facts['code'][:9]}-{counts[word]:02d}"
        name = f"示意{word} {counts[word]}"
        rows.append([code, name, kind, f"{at.x:.6f}", f"{at.y:.6f}", "", unit, NOTE])
    return rows


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
