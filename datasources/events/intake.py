"""The way in: JSON becomes a `Report`, or every wrong field is named in words. Nothing is guessed, nothing coerced.

One table of fields; the OpenAPI description and the tests read the same table. Texts come in clean (`rules.clean`).
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from dashboard.rules.access import Role, Viewer
from dashboard.rules.events.capacities import SOURCES
from dashboard.rules.events.event import Source
from dashboard.rules.events.report import Report
from dashboard.rules.refusals import Invalid
from dashboard.rules.text import clean, degrees, phones
from datasources.districts.coordinates import TO_WGS84, to_wgs84
from datasources.districts.reference import Reference

OLDEST = timedelta(days=7)
AHEAD = timedelta(minutes=2)
MOST_PHOTOS = 20
DEFAULT_SOURCE = {
    Role.WORKER: Source.GRID_WORKER,
    Role.UNIT: Source.DEPARTMENT,
    Role.OPERATOR: Source.PHONE,
    Role.LEAD: Source.PHONE,
    Role.LEADER: Source.LEADER,
    Role.RESIDENT: Source.RESIDENT,
}

Params = dict[str, Any]
Fault = tuple[str, str, Params]
Problem = tuple[str, Params] | None

YEARS = range(2, 9999)
_moment = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a report: its kind, its bounds, whether it must be there."""

    kind: str
    most: float = 0
    least: float = 0
    choices: tuple[str, ...] = ()


FIELDS: Mapping[str, Field] = {
    "title": Field("line", most=100, least=1),
    "description": Field("text", most=2000),
    "category": Field("code", most=50, least=1),
    "lng": Field("number", most=180, least=-180),
    "lat": Field("number", most=180, least=-180),  # beyond ±90 is told apart as "exchanged" below
    "crs": Field("choice", choices=tuple(TO_WGS84)),
    "accuracy_m": Field("number", most=50_000),
    "address": Field("line", most=200),
    "source": Field("choice", choices=tuple(Source)),
    "emergency": Field("flag"),
    "reporter": Field("object"),
    "external_id": Field("code", most=100, least=1),
    "resolved_on_site": Field("flag"),
    "photos": Field("ids", most=MOST_PHOTOS),
    "reported_at": Field("moment"),
}
REPORTER: Mapping[str, Field] = {"name": Field("line", most=50), "phone": Field("line", most=30)}
DOOR_FIELDS = ("title", "description", "category", "lng", "lat", "crs", "accuracy_m", "address", "source", "emergency", "reporter", "photos", "reported_at")  # fmt: skip
DOOR_SOURCES = (Source.RESIDENT, Source.PROPERTY)


def report_from(body: Any, reference: Reference, viewer: Viewer, now: datetime) -> Report:
    """Return the report a JSON body makes; Invalid naming every wrong field. Outside the district is accepted."""
    if not isinstance(body, dict):
        raise Invalid([("", "应是一个 JSON 对象", {})])
    body = _cleaned(body, FIELDS)
    faults = _faults(body, FIELDS, "")
    if isinstance(body.get("reporter"), dict):
        body["reporter"] = _cleaned(body["reporter"], REPORTER)
        faults += _faults(body["reporter"], REPORTER, "reporter.")
    held = {fault[0] for fault in faults}
    sound = {name: value for name, value in body.items() if name not in held and value is not None}
    if "lng" in sound and "lat" in sound and degrees.is_nowhere(sound["lng"], sound["lat"]):
        del sound["lng"], sound["lat"]  # a device without a fix says so: the address has to do
    faults += _together(sound, held, reference, viewer, now)
    if faults:
        raise Invalid(faults)
    return _report(sound, viewer)


def door_report_from(body: Any, reference: Reference, viewer: Viewer, now: datetime) -> Report:
    """Return the report of the anonymous door: fewer fields, and only a resident's or a property's word."""
    if isinstance(body, dict):
        faults = [(name, "不认识字段“{field}”", {"field": name}) for name in body if name not in DOOR_FIELDS]
        if body.get("source") not in (None, *DOOR_SOURCES):
            faults.append(("source", "只能是 {choices}", {"choices": "、".join(DOOR_SOURCES)}))
        if faults:
            raise Invalid(faults)
    return report_from(body, reference, viewer, now)


def moment_of(text: Any) -> datetime | None:
    """Return the instant an RFC 3339 text with an offset names, or None when it is none or lies beyond every calendar."""
    if not isinstance(text, str) or not _moment.fullmatch(text):
        return None
    return instant(text.upper())


def instant(text: str) -> datetime | None:
    """Return the instant in UTC of an ISO 8601 text with an offset; None for what is none or cannot be reckoned with.

    Year 1 and year 9999 are dates, but an hour further they are not: no zone, no span may be applied to them.
    """
    try:
        found = datetime.fromisoformat(text)
        at = found.astimezone(UTC) if found.tzinfo else None
    except (ValueError, OverflowError):
        return None
    return at if at is not None and at.year in YEARS else None


def text_fault(value: str, most: float, *, lines: bool) -> Problem:
    """Return what is wrong with a clean text: too long, or holding what could hide something; `lines` allows breaks."""
    if len(value) > most:
        return "文字最长 {most} 字", {"most": int(most)}
    if clean.has_hidden(value) or (not lines and ("\n" in value or "\t" in value)):
        return "文字里有不可见的控制字符，请删去", {}
    return None


def _cleaned(body: Mapping[str, Any], fields: Mapping[str, Field]) -> dict[str, Any]:
    """Return a body with its texts clean, each as its field is written."""
    return {
        name: CLEAN[fields[name].kind](value)
        if isinstance(value, str) and name in fields and fields[name].kind in CLEAN
        else value
        for name, value in body.items()
    }


def _faults(body: Mapping[str, Any], fields: Mapping[str, Field], prefix: str) -> list[Fault]:
    faults: list[Fault] = []
    for name, value in body.items():
        field = fields.get(name)
        if field is None:
            faults.append((prefix + name[:100], "不认识字段“{field}”", {"field": name[:100]}))
        elif value is not None:
            problem = CHECKS[field.kind](value, field)
            if problem is not None:
                faults.append((prefix + name, *problem))
    return faults


def _line(value: Any, field: Field) -> Problem:
    if not isinstance(value, str):
        return "应是文字", {}
    if field.least and not value:
        return "不能为空", {}
    return text_fault(value, field.most, lines=False)


def _text(value: Any, field: Field) -> Problem:
    if not isinstance(value, str):
        return "应是文字", {}
    return text_fault(value, field.most, lines=True)


def _number(value: Any, field: Field) -> Problem:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return "应是数字", {}
    if not (-math.inf < value < math.inf) or not field.least <= value <= field.most:
        return "应在 {least} 到 {most} 之间", {"least": int(field.least), "most": int(field.most)}
    return None


def _choice(value: Any, field: Field) -> Problem:
    if isinstance(value, str) and value in field.choices:
        return None
    return "只能是 {choices}", {"choices": "、".join(field.choices)}


def _flag(value: Any, _field: Field) -> Problem:
    return None if isinstance(value, bool) else ("只能是 true 或 false", {})


def _object(value: Any, _field: Field) -> Problem:
    return None if isinstance(value, dict) else ("应是一个 JSON 对象", {})


def _ids(value: Any, field: Field) -> Problem:
    if not isinstance(value, list) or not all(isinstance(one, str) and 0 < len(one) <= 64 for one in value):
        return "应是照片编号的列表", {}
    if len(value) > field.most:
        return "照片最多 {most} 张", {"most": int(field.most)}
    if any(text_fault(one, 64, lines=False) for one in value) or len(set(value)) < len(value):
        return "照片编号有重复或无效", {}
    return None


def _when(value: Any, _field: Field) -> Problem:
    return None if moment_of(value) else ("应是带时区的时间（RFC 3339），如 2026-03-01T08:30:00+08:00", {})


CLEAN: Mapping[str, Callable[[str], str]] = {"line": clean.line, "text": clean.text, "code": clean.code}
CHECKS: Mapping[str, Callable[[Any, Field], Problem]] = {
    "line": _line,
    "code": _line,
    "text": _text,
    "number": _number,
    "choice": _choice,
    "flag": _flag,
    "object": _object,
    "ids": _ids,
    "moment": _when,
}


def _together(
    sound: Mapping[str, Any], held: set[str], reference: Reference, viewer: Viewer, now: datetime
) -> list[Fault]:
    """Return what is wrong between fields that are each well formed; `held` are those already found wrong."""
    faults: list[Fault] = []
    if "title" not in sound and "title" not in held:
        faults.append(("title", "请写明标题", {}))
    lng, lat = sound.get("lng"), sound.get("lat")
    if "lng" not in held and "lat" not in held:
        if (lng is None) != (lat is None):
            faults.append(("lat" if lat is None else "lng", "经度和纬度要一起写", {}))
        elif lng is not None and lat is not None:
            fault = degrees.fault(lng, lat, reference.config["centre"])
            faults += [fault] if fault else []
        elif not sound.get("address") and "address" not in held:
            faults.append(("address", "请写明地点：坐标或地址至少一项", {}))
    source = sound.get("source")
    if source is not None and source not in SOURCES.get(viewer.role, frozenset()):
        faults.append(("source", "您的账号不能以“{source}”为来源上报", {"source": source}))
    code = sound.get("category")
    category = reference.category(code)
    if code is not None and category is None:
        faults.append(("category", "没有代码为“{code}”的类别", {"code": code}))
    moment = moment_of(sound.get("reported_at"))
    if moment is not None and moment > now + AHEAD:
        faults.append(("reported_at", "上报时间晚于现在，请核对时钟", {}))
    if moment is not None and moment < now - OLDEST:
        faults.append(("reported_at", "上报时间早于 7 天前，历史数据请用导入", {}))
    urgent = sound.get("emergency") or (category is not None and category.emergency)
    if sound.get("resolved_on_site"):
        if viewer.role is not Role.WORKER:
            faults.append(("resolved_on_site", "只有网格员可以自行处置", {}))
        # an emergency is not closed by it and waits for no picture
        elif not (sound.get("photos") or "photos" in held or urgent):
            faults.append(("photos", "自行处置要附现场照片", {}))
    return faults


def _report(sound: Mapping[str, Any], viewer: Viewer) -> Report:
    reporter = sound.get("reporter") or {}
    report = Report(
        title=sound["title"],
        source=sound.get("source") or DEFAULT_SOURCE.get(viewer.role, Source.API),
        description=sound.get("description", ""),
        category=sound.get("category"),
        address=sound.get("address", ""),
        emergency=sound.get("emergency", False),
        reporter_name=reporter.get("name") or None,
        reporter_phone=phones.kept(reporter.get("phone") or "") or None,
        external_id=sound.get("external_id"),
        resolved_on_site=sound.get("resolved_on_site", False),
        photos=tuple(sound.get("photos", ())),
        reported_at=moment_of(sound.get("reported_at")),
    )
    if "lng" not in sound:
        return report
    crs = sound.get("crs", "wgs84")
    lng, lat = to_wgs84(float(sound["lng"]), float(sound["lat"]), crs)
    return replace(report, lng=lng, lat=lat, src_crs=crs, accuracy_m=sound.get("accuracy_m"))
