"""Makes districts/boston from the city's own records of 2011 and the outlines of its neighbourhoods.

Usage: python -m datasources.districts.build.boston DATA_FOLDER PACK_FOLDER
Limits are the city's practice: the median of target − opening per type. Nothing here is invented but the code names.
"""

import csv
import gzip
import json
import re
import shutil
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any

import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from datasources.districts.build import tiling

CITY = "boston"
SIMPLIFIED = 3e-5  # about three metres
SLIVER = 2e-8  # about 180 m²: gaps between neighbours that are drawing errors
RECORDS = "requests-2011-q3.csv.gz"
NO_QUEUE = "NO_QUEUE"
# The eleven values of the column `department`; names as the city writes them, codes as in the records.
UNITS = {
    "PWDx": ("PWDx", "Public Works Department", "department", 1),
    "ISD": ("ISD", "Inspectional Services Department", "department", 1),
    "PARK": ("PARK", "Parks and Recreation Department", "department", 1),
    "BTDT": ("BTDT", "Boston Transportation Department", "department", 1),
    "INFO": ("INFO", "Mayor's 24 Hour Hotline", "centre", 0),
    "PROP": ("PROP", "Property Management Department", "department", 1),
    "BWSC": ("BWSC", "Boston Water and Sewer Commission", "company", 1),
    "DISB": ("DISB", "Commission for Persons with Disabilities", "department", 1),
    "BPS_": ("BPS", "Boston Public Schools", "department", 1),
    "BHA_": ("BHA", "Boston Housing Authority", "department", 1),
    "No Q": (NO_QUEUE, "No queue assigned", "department", 0),
}
SOURCES = {
    "Constituent Call": "phone",
    "Employee Generated": "department",
    "Self Service": "resident",
    "Citizens Connect App": "resident",
    "Maximo Integration": "api",
    "Twitter": "chat",
}
HOLIDAYS = "2011-01-17 2011-02-21 2011-04-18 2011-05-30 2011-07-04 2011-09-05 2011-10-10 2011-11-11 2011-11-24 2011-12-26"
COLUMNS = {
    "external_id": "case_enquiry_id",
    "reported_at": "open_dt",
    "due_at": "target_dt",
    "closed_at": "closed_dt",
    "on_time": "ontime",
    "status": "case_status",
    "title": "case_title",
    "category": "type",
    "unit": "department",
    "address": "location",
    "lng": "longitude",
    "lat": "latitude",
    "source": "source",
}

Record = dict[str, str]


def main(data: Path, pack: Path) -> None:
    """Write every file of the pack that comes from data."""
    records = read_records(data / "boston311" / RECORDS)
    (pack / "records").mkdir(parents=True, exist_ok=True)
    shutil.copyfile(data / "boston311" / RECORDS, pack / "records" / RECORDS)
    shutil.copyfile(data / "boundaries" / "click_that_hood.LICENSE", pack / "click_that_hood.LICENSE")
    write_areas(data / "boundaries" / "boston_neighborhoods.geojson", pack)
    units = [(code, name, kind, "", CITY, claims) for code, name, kind, claims in UNITS.values()]
    write(pack, "units.csv", ("code", "name", "kind", "parent", "area", "may_claim"), units)
    write_categories(records, pack)
    write(pack, "calendar.csv", ("date", "kind"), [(day, "holiday") for day in HOLIDAYS.split()])
    (pack / "records" / "mapping.toml").write_text(mapping(records), encoding="utf-8")


def read_records(path: Path) -> list[Record]:
    """All records, cells stripped."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return [{column: cell.strip() for column, cell in row.items()} for row in csv.DictReader(file)]


def slug(text: str) -> str:
    """A stable code from a name: lower case letters, digits and hyphens, at most 64."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:64]


def write_areas(source: Path, pack: Path) -> None:
    """The city and its neighbourhoods: repaired, welded so that neighbours share edges, lightly simplified."""
    raw = json.loads(source.read_text(encoding="utf-8"))["features"]
    named = sorted((feature["properties"]["name"], shape(feature["geometry"])) for feature in raw)
    shapes = weld([shapely.union_all(tiling.parts(shapely.make_valid(drawn))) for _, drawn in named])
    shapes = list(shapely.coverage_simplify(shapes, SIMPLIFIED))
    features = [_feature(CITY, "Boston", "city", None, shapely.union_all(shapes))]
    for (name, _), drawn in zip(named, shapes, strict=True):
        features.append(_feature(slug(name), name, "neighborhood", CITY, drawn))
    lines = ",\n".join(json.dumps(feature, separators=(",", ":")) for feature in features)
    text = '{"type":"FeatureCollection","features":[\n' + lines + "\n]}\n"
    (pack / "areas.geojson").write_text(text, encoding="utf-8")


def weld(shapes: list[BaseGeometry]) -> list[BaseGeometry]:
    """Faces claimed by two go to the first by name, slivers claimed by none to the nearest."""
    faces = tiling.snapped_faces([drawn.boundary for drawn in shapes])
    whole = shapely.union_all(shapes)
    shapely.prepare(whole)
    kept = [face for face in faces if face.area < SLIVER or whole.contains(face.representative_point())]
    return [shapely.union_all([kept[at] for at in held]) for held in tiling.gather(kept, shapes)]


def _feature(code: str, name: str, level: str, parent: str | None, drawn: BaseGeometry) -> dict[str, Any]:
    at = tiling.parts(drawn)[0].representative_point()
    properties = {"code": code, "name": name, "level": level, "parent": parent, "kind": ""}
    place: dict[str, Any] = {"lng": round(at.x, 6), "lat": round(at.y, 6)}
    return {"type": "Feature", "properties": properties | place, "geometry": tiling.rounded(drawn)}


def write_categories(records: Iterable[Record], pack: Path) -> None:
    """Reasons as majors, types below them; each type is the duty of the department that handled most of it."""
    hours: dict[str, list[float]] = defaultdict(list)
    reasons: dict[str, str] = {}
    handlers: dict[str, Counter[str]] = defaultdict(Counter)
    for record in records:
        reasons.setdefault(record["type"], record["reason"])
        handlers[record["type"]][UNITS[record["department"]][0]] += 1
        hours[record["type"]] += _hours(record)
    head = (
        "code",
        "name",
        "parent",
        "limit",
        "claim_minutes",
        "emergency",
        "level",
        "photo_required",
        "kind",
    )
    rows: list[Sequence[object]] = []
    for reason in sorted(set(reasons.values())):
        rows.append(("reason-" + slug(reason), reason, "", "", "", 0, "", 0, "reason"))
        for name in sorted(name for name in reasons if reasons[name] == reason):
            parent = "reason-" + slug(reason)
            rows.append((slug(name), name, parent, limit(hours[name]), "", 0, "", 0, "type"))
    write(pack, "categories.csv", head, rows)
    duties = [(_busiest(handlers[name]), slug(name), CITY, 1) for name in sorted(handlers)]
    write(pack, "duties.csv", ("unit", "category", "area", "priority"), duties)


def _hours(record: Record) -> list[float]:
    if not record["target_dt"]:
        return []
    opened, target = (datetime.fromisoformat(record[column]) for column in ("open_dt", "target_dt"))
    span = (target - opened).total_seconds() / 3600
    return [span] if span > 0 else []  # three targets lie before the opening


def limit(hours: list[float]) -> str:
    """The usual target in the words of the rule book: whole days from two days on, else hours round the clock."""
    if not hours:
        return ""
    usual = median(hours)
    return f"{round(usual / 24)}自然日" if usual >= 47.5 else f"{max(1, round(usual))}紧急工作时"


def _busiest(handlers: Counter[str]) -> str:
    ranked = sorted(handlers, key=lambda unit: (unit == NO_QUEUE, -handlers[unit], unit))
    return ranked[0]


def mapping(records: Iterable[Record]) -> str:
    """How the records' columns and words map onto ours."""
    types = sorted({record["type"] for record in records})
    tables = {
        "columns": COLUMNS,
        "values.source": SOURCES,
        "values.unit": {theirs: ours for theirs, (ours, *_) in UNITS.items()},
        "values.status": {"Open": "open", "Closed": "closed"},
        "values.on_time": {"ONTIME": "1", "OVERDUE": "0"},
        "values.category": {name: slug(name) for name in types},
    }
    lines = [
        "# How the city's columns and words map onto ours; made by datasources/districts/build/boston.py.",
        'delimiter = ","',
        'encoding = "utf-8"',
        'crs = "wgs84"',
        'time_zone = "America/New_York"',
        'date_format = "%Y-%m-%d %H:%M:%S"',
        'blanks = ["", " "]',
        '# The city\'s point for "no location".',
        "no_location = [[-71.0587, 42.3594]]",
    ]
    for name, table in tables.items():
        lines += ["", f"[{name}]", *(f"{_toml(key)} = {_toml(value)}" for key, value in table.items())]
    return "\n".join(lines) + "\n"


def _toml(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def write(pack: Path, name: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """One table as CSV."""
    with (pack / name).open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(head)
        table.writerows(rows)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
