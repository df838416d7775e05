"""Reads a district pack (CONTRACT §7) into frozen records: a district is data, the code knows no city.

Law: a pack is taken whole or not at all. Every fault is named with file and line before anything is refused.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from dashboard.rules.alerts.alert import KINDS
from dashboard.rules.events.policy import COMPOSITE, POINTS
from dashboard.rules.limits import DEFAULT_MINUTES, parse_limit
from datasources.districts.pack.areas import Area, check_areas
from datasources.districts.pack.centre import righted
from datasources.districts.pack.files import Fault, Faults, PackInvalid, read_features, read_toml, toml_line
from datasources.districts.pack.folder import FILE, pack_folder
from datasources.districts.pack.places import Place, read_places
from datasources.districts.pack.succession import Span, is_plain
from datasources.districts.pack.tables import (
    CalendarDay,
    Category,
    Condition,
    Duty,
    Unit,
    read_calendar,
    read_categories,
    read_conditions,
    read_duties,
    read_units,
    warn_of_orphans,
)

__all__ = [
    "Area",
    "CalendarDay",
    "Category",
    "Condition",
    "Duty",
    "Fault",
    "Pack",
    "PackInvalid",
    "Place",
    "Unit",
    "read_pack",
]

REQUIRED: dict[str, type | tuple[type, ...]] = {
    "code": str,
    "name": str,
    "centre": list,
    "language": str,
    "time_zone": str,
    "levels": list,
}
IN_WORDS = ("handling", "freeze")  # limits written as the standard writes them
TABLES = ("limits", "points", "composite", "emergency", "texts", "roster")
POINT_NAMES = frozenset(POINTS) | {"claim_cap"}


@dataclass(frozen=True)
class Pack:
    """A district: its places, people who answer, kinds of events and numbers.

    `limits` holds minutes by name, `handling` and `freeze` in words; `points` are decimal points as written; `emergency["co_units"]`
    names units by category, where "@street" stands for the unit of the street where it happens; `emergency["kinds"]` says
    of categories which of `rules.alerts.alert.KINDS` they are, `emergency["steer"]` by category and by the category to file it under
    instead which words lead there. What is `gone` is not there today,
    but history names it.
    """

    folder: Path
    code: str
    name: str
    centre: tuple[float, float]
    language: str
    time_zone: str
    levels: tuple[str, ...]
    areas: tuple[Area, ...]
    units: tuple[Unit, ...]
    categories: tuple[Category, ...]
    conditions: tuple[Condition, ...]
    duties: tuple[Duty, ...]
    calendar: tuple[CalendarDay, ...]
    places: tuple[Place, ...]
    digest: str
    limits: dict[str, Any] = field(default_factory=dict)
    points: dict[str, float] = field(default_factory=dict)
    composite: dict[str, float] = field(default_factory=dict)
    emergency: dict[str, Any] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    roster: dict[str, Any] = field(default_factory=dict)
    records: tuple[Path, ...] = ()
    mapping: Path | None = None
    warnings: tuple[Fault, ...] = ()
    gone_areas: tuple[Area, ...] = ()
    gone_units: tuple[Unit, ...] = ()
    gone_categories: tuple[Category, ...] = ()

    @property
    def config(self) -> dict[str, Any]:
        """Everything that is not a table, ready for JSON."""
        names = ("code", "name", "centre", "language", "time_zone", "levels", *TABLES)
        return {
            name: list(value) if isinstance(value := getattr(self, name), tuple) else value for name in names
        }


def read_pack(path_or_name: str | Path, now: datetime | None = None) -> Pack:
    """The pack in a folder or of that name, as it stands `now`; raises `PackInvalid` naming every fault."""
    folder, faults = pack_folder(path_or_name), Faults()
    if not folder.is_dir():
        faults.fault(FILE, None, "找不到片区包“{path}”", path=str(path_or_name))
        faults.stop_if_any()
    config, text = read_toml(folder, FILE, faults)
    _check_config(config, text, faults)
    today = _today(config, now)
    levels = _levels(config)
    features = read_features(folder, "areas.geojson", faults)
    centre, is_swapped = righted(_point(config.get("centre")), features)
    if is_swapped:
        swapped = "中心点与全部区域的经纬度互为颠倒：centre 应为 [经度, 纬度]"
        faults.fault(FILE, toml_line(text, "centre"), swapped)
    listed = check_areas(features, levels, centre, faults, today)
    areas, gone_areas = _parted(listed, today)
    area_codes = {area.code for area in areas}
    outermost = next((area.code for area in areas if area.parent is None), None)
    every_unit = read_units(folder, area_codes, outermost, faults, today)
    units, gone_units = _parted(every_unit, today)
    unit_codes = {unit.code for unit in units}
    every_category = read_categories(folder, faults, today)
    categories, gone_categories = _parted(every_category, today)
    category_codes = {category.code for category in categories}
    conditions = read_conditions(folder, {category.code for category in every_category}, faults)
    duties = read_duties(folder, unit_codes, category_codes, area_codes, faults)
    calendar = read_calendar(folder, faults)
    places = read_places(folder, areas, unit_codes, centre, faults)
    _check_co_units(config, text, category_codes, unit_codes, faults)
    _check_steer(config, text, category_codes, faults)
    _check_kinds(config, text, category_codes, faults)
    warn_of_orphans(categories, duties, faults)
    records = tuple(sorted((folder / "records").glob("*.csv.gz")))
    mapping = _mapping(folder, records, faults)
    faults.stop_if_any()
    return Pack(
        folder=folder,
        code=config["code"],
        name=config["name"],
        centre=centre or (0.0, 0.0),
        language=config["language"],
        time_zone=config["time_zone"],
        levels=levels,
        areas=areas,
        units=units,
        categories=categories,
        conditions=conditions,
        duties=duties,
        calendar=calendar,
        places=places,
        digest=_digest(folder, _spans(listed, every_unit, every_category), today),
        records=records,
        mapping=mapping,
        warnings=tuple(faults.warnings),
        gone_areas=gone_areas,
        gone_units=gone_units,
        gone_categories=gone_categories,
        **{name: config.get(name, {}) for name in TABLES},
    )


def _spans(*tables: Iterable[Any]) -> list[Span]:
    return [one.span for table in tables for one in table]


def _parted(listed: Iterable[Any], today: date | None) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """What is there, and what history alone names."""
    every = tuple(listed)
    return (
        tuple(one for one in every if not one.span.is_gone(today)),
        tuple(one for one in every if one.span.is_gone(today)),
    )


def _check_config(config: dict[str, Any], text: str, faults: Faults) -> None:
    if not text:
        return
    for name, kind in REQUIRED.items():
        value = config.get(name)
        if value is None:
            faults.fault(FILE, None, "缺少项“{name}”", name=name)
        elif not isinstance(value, kind) or not value:
            faults.fault(FILE, toml_line(text, name), "项“{name}”的值不对", name=name)
    for name in TABLES:
        if not isinstance(config.get(name, {}), dict):
            faults.fault(FILE, toml_line(text, name), "项“{name}”的值不对", name=name)
            config[name] = {}
    code = config.get("code")
    if isinstance(code, str) and code and (not is_plain(code) or code.startswith(".")):
        text_ = "代码“{code}”不能含逗号、竖线、斜线、问号、井号、控制字符或首尾空格，也不能以点开头"
        faults.fault(FILE, toml_line(text, "code"), text_, code=code)
    if config.get("centre") and _point(config["centre"]) is None:
        faults.fault(FILE, toml_line(text, "centre"), "中心点应为 [经度, 纬度]")
    levels = config.get("levels")
    if isinstance(levels, list) and levels:
        if not all(isinstance(level, str) and level for level in levels):
            faults.fault(FILE, toml_line(text, "levels"), "项“{name}”的值不对", name="levels")
        elif len(set(levels)) != len(levels):
            faults.fault(FILE, toml_line(text, "levels"), "层级有重复")
    zone = config.get("time_zone")
    if isinstance(zone, str) and not _is_zone(zone):
        faults.fault(FILE, toml_line(text, "time_zone"), "不认识时区“{zone}”", zone=zone)
    _check_numbers(config, text, faults)


def _check_numbers(config: dict[str, Any], text: str, faults: Faults) -> None:
    known = {
        "limits": {*DEFAULT_MINUTES, *IN_WORDS},
        "points": POINT_NAMES,
        "composite": frozenset(COMPOSITE),
    }
    for table, names in known.items():
        for name, value in config.get(table, {}).items():
            line = toml_line(text, table, name)
            if name not in names:
                faults.fault(FILE, line, "[{table}] 中不认识“{name}”", table=table, name=name)
            elif not _is_sound(table, name, value):
                faults.fault(
                    FILE, line, "[{table}] 中“{name}”的值“{value}”不对", table=table, name=name, value=value
                )
    weights = config.get("composite", {})
    numbers = [value for value in weights.values() if isinstance(value, int | float)]
    if weights and sum(numbers) != 100:
        total = f"{sum(numbers):g}"
        faults.fault(
            FILE, toml_line(text, "composite"), "综合得分的权重合计应为 100，实为 {total}", total=total
        )


def _is_sound(table: str, name: str, value: Any) -> bool:
    if name in IN_WORDS:
        try:
            parse_limit(value)
        except (ValueError, TypeError):
            return False
        return True
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    if table == "limits":
        return isinstance(value, int) and 0 < value <= 7 * 24 * 60
    if table == "points":
        return abs(value) <= 1000 and round(value * 10) == round(value * 10, 6)
    return value >= 0


def _check_co_units(
    config: dict[str, Any], text: str, categories: set[str], units: set[str], faults: Faults
) -> None:
    named = config.get("emergency", {}).get("co_units", {})
    if not isinstance(named, dict):
        faults.fault(FILE, toml_line(text, "emergency", "co_units"), "项“{name}”的值不对", name="co_units")
        return
    levels = {f"@{level}" for level in _levels(config)}
    for category, listed in named.items():
        line = toml_line(text, "emergency", "co_units", category)
        if category not in categories:
            faults.fault(FILE, line, "未知类别“{code}”", code=category)
        if not isinstance(listed, list):
            faults.fault(FILE, line, "协办单位应为列表")
            continue
        for unit in listed:
            if unit not in units and unit not in levels:
                faults.fault(FILE, line, "未知单位“{code}”", code=unit)


def _check_steer(config: dict[str, Any], text: str, categories: set[str], faults: Faults) -> None:
    steer = config.get("emergency", {}).get("steer", {})
    if not isinstance(steer, dict) or not all(isinstance(ways, dict) for ways in steer.values()):
        faults.fault(FILE, toml_line(text, "emergency", "steer"), "项“{name}”的值不对", name="steer")
        return
    for category, ways in steer.items():
        line = toml_line(text, "emergency", "steer", category)
        for code, signs in ways.items():
            if not isinstance(signs, list) or not all(
                isinstance(sign, str) and sign.strip() for sign in signs
            ):
                faults.fault(FILE, line, "项“{name}”的值不对", name=f"steer.{category}.{code}")
        for code in {category, *ways} - categories:
            faults.fault(FILE, line, "未知类别“{code}”", code=code)


def _check_kinds(config: dict[str, Any], text: str, categories: set[str], faults: Faults) -> None:
    kinds = config.get("emergency", {}).get("kinds", {})
    if not isinstance(kinds, dict):
        faults.fault(FILE, toml_line(text, "emergency", "kinds"), "项“{name}”的值不对", name="kinds")
        return
    for category, kind in kinds.items():
        line = toml_line(text, "emergency", "kinds", category)
        if kind not in KINDS:
            faults.fault(FILE, line, "项“{name}”的值不对", name=f"kinds.{category}")
        if category not in categories:
            faults.fault(FILE, line, "未知类别“{code}”", code=category)


def _mapping(folder: Path, records: tuple[Path, ...], faults: Faults) -> Path | None:
    name = "records/mapping.toml"
    if records or (folder / name).is_file():
        read_toml(folder, name, faults)
    return folder / name if (folder / name).is_file() else None


def _levels(config: dict[str, Any]) -> tuple[str, ...]:
    levels = config.get("levels")
    return tuple(map(str, levels)) if isinstance(levels, list) else ()


def _point(value: Any) -> tuple[float, float] | None:
    if (
        not isinstance(value, list)
        or len(value) != 2
        or not all(isinstance(one, int | float) for one in value)
    ):
        return None
    lng, lat = float(value[0]), float(value[1])
    return (lng, lat) if abs(lng) <= 180 and abs(lat) <= 90 else None


def _today(config: dict[str, Any], now: datetime | None) -> date | None:
    zone = config.get("time_zone")
    if now is None or not isinstance(zone, str) or not _is_zone(zone):
        return None
    return now.astimezone(ZoneInfo(zone)).date()


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def _digest(folder: Path, spans: Sequence[Span], today: date | None) -> str:
    """SHA-256 over the names and bytes of all files, so that an unchanged pack is known again.

    A pack whose areas begin or end on a day is another one from that day on.
    """
    whole = hashlib.sha256()
    if any(span.valid_from or span.valid_to for span in spans):
        whole.update(bytes(2 * span.is_to_come(today) + span.is_gone(today) for span in spans))
    for path in sorted(
        path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".")
    ):
        whole.update(path.relative_to(folder).as_posix().encode() + b"\0")
        whole.update(hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()
