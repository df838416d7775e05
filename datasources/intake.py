"""The way in: JSON becomes a `Report`, or every wrong field is named in words. Nothing is guessed, nothing coerced.

One table of fields; the OpenAPI description and the tests read the same table.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from dashboard.rules.access import Role, Viewer
from dashboard.rules.event import Source
from dashboard.rules.refusals import Invalid
from dashboard.rules.report import Report
from datasources.coordinates import TO_WGS84, to_wgs84
from datasources.reference import Reference

OLDEST = timedelta(days=7)
AHEAD = timedelta(minutes=2)
MOST_PHOTOS = 20
NEAR = 2.0  # degrees from the district's centre: further away is not ours, however coarse the place
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

# control characters, line and paragraph separators, bidirectional overrides and isolates, lone surrogates
_HIDDEN = "\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff"
_unsafe_line = re.compile(f"[{_HIDDEN}\t\n]")
_unsafe_text = re.compile(f"[{_HIDDEN}]")
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
    "category": Field("line", most=50, least=1),
    "lng": Field("number", most=180, least=-180),
    "lat": Field("number", most=180, least=-180),  # beyond ±90 is told apart as "exchanged" below
    "crs": Field("choice", choices=tuple(TO_WGS84)),
    "accuracy_m": Field("number", most=50_000),
    "address": Field("line", most=200),
    "source": Field("choice", choices=tuple(Source)),
    "emergency": Field("flag"),
    "reporter": Field("object"),
    "external_id": Field("line", most=100, least=1),
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
    faults = _faults(body, FIELDS, "")
    if isinstance(body.get("reporter"), dict):
        faults += _faults(body["reporter"], REPORTER, "reporter.")
    held = {fault[0] for fault in faults}
    sound = {name: value for name, value in body.items() if name not in held and value is not None}
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
    """Return what is wrong with a text: too long, or with characters that nobody can see; `lines` allows line breaks."""
    if len(value) > most:
        return "文字最长 {most} 字", {"most": int(most)}
    if (_unsafe_text if lines else _unsafe_line).search(value):
        return "文字里有不可见的控制字符，请删去", {}
    return None


def place_fault(lng: float, lat: float, reference: Reference) -> Fault | None:
    """Return what is wrong with a pair of degrees, above all whether the two were exchanged."""
    if not _near(lng, lat, reference) and _near(lat, lng, reference):
        return "lng", "经纬度可能写反了：lng 是经度，lat 是纬度", {}
    if not -90 <= lat <= 90:
        return "lat", "纬度应在 -90 到 90 之间", {}
    return None


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
    if field.least and not value.strip():
        return "不能为空", {}
    return text_fault(value, field.most, lines=False)


def _text(value: Any, field: Field) -> Problem:
    if not isinstance(value, str):
        return "应是文字", {}
    return text_fault(value.replace("\r\n", "\n"), field.most, lines=True)


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
    if any(_unsafe_line.search(one) for one in value) or len(set(value)) < len(value):
        return "照片编号有重复或无效", {}
    return None


def _when(value: Any, _field: Field) -> Problem:
    return None if moment_of(value) else ("应是带时区的时间（RFC 3339），如 2026-03-01T08:30:00+08:00", {})


CHECKS: Mapping[str, Callable[[Any, Field], Problem]] = {
    "line": _line,
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
            fault = place_fault(lng, lat, reference)
            faults += [fault] if fault else []
        elif not sound.get("address", "").strip() and "address" not in held:
            faults.append(("address", "请写明地点：坐标或地址至少一项", {}))
    code = sound.get("category")
    if code is not None and reference.category(code) is None:
        faults.append(("category", "没有代码为“{code}”的类别", {"code": code}))
    moment = moment_of(sound.get("reported_at"))
    if moment is not None and moment > now + AHEAD:
        faults.append(("reported_at", "上报时间晚于现在，请核对时钟", {}))
    if moment is not None and moment < now - OLDEST:
        faults.append(("reported_at", "上报时间早于 7 天前，历史数据请用导入", {}))
    if sound.get("resolved_on_site"):
        if viewer.role is not Role.WORKER:
            faults.append(("resolved_on_site", "只有网格员可以自行处置", {}))
        elif not sound.get("photos") and "photos" not in held:
            faults.append(("photos", "自行处置要附现场照片", {}))
    return faults


def _report(sound: Mapping[str, Any], viewer: Viewer) -> Report:
    reporter = sound.get("reporter") or {}
    report = Report(
        title=sound["title"].strip(),
        source=sound.get("source") or DEFAULT_SOURCE.get(viewer.role, Source.API),
        description=sound.get("description", "").replace("\r\n", "\n").strip(),
        category=sound.get("category"),
        address=sound.get("address", "").strip(),
        emergency=sound.get("emergency", False),
        reporter_name=(reporter.get("name") or "").strip() or None,
        reporter_phone=(reporter.get("phone") or "").strip() or None,
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


def _near(lng: float, lat: float, reference: Reference) -> bool:
    centre = reference.config["centre"]
    return abs(lng - centre[0]) < NEAR and abs(lat - centre[1]) < NEAR
