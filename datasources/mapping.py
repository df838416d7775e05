"""How the columns and words of somebody's records map onto ours: a mapping file, the pack's own, or our own names.

A row becomes a `Report` with what only history knows (target, closing, unit), or a Refusal that says why not.
"""

import hashlib
import math
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from dashboard.rules.event import OPEN, Source, Status
from dashboard.rules.refusals import Refusal
from dashboard.rules.report import Report
from datasources.coordinates import to_wgs84
from datasources.moments import Dates
from datasources.reference import Reference

# our field → the names a header of our own may use (CONTRACT §5 first)
FIELDS: dict[str, tuple[str, ...]] = {
    "external_id": ("external_id",),
    "reported_at": ("reported_at",),
    "due_at": ("handle_due_at", "due_at"),
    "finished_at": ("finished_at",),
    "closed_at": ("closed_at",),
    "on_time": ("on_time",),
    "status": ("status",),
    "title": ("title",),
    "description": ("description",),
    "category": ("category",),
    "unit": ("unit",),
    "address": ("address",),
    "lng": ("lng",),
    "lat": ("lat",),
    "source": ("source",),
    "emergency": ("emergency",),
}
MOMENTS = ("reported_at", "due_at", "finished_at", "closed_at")
LONGEST = {"external_id": 100, "title": 100, "description": 2000, "address": 200}
KEYS = frozenset(
    {"delimiter", "encoding", "crs", "time_zone", "date_format", "blanks", "no_location", "columns", "values"}
)
TRUTHS = {"1": True, "true": True, "是": True, "0": False, "false": False, "否": False}
STATES = {Status.CLOSED.value: False, "open": True, **{status.value: True for status in OPEN}}


@dataclass(frozen=True)
class Mapping:
    """Our field → their column, and their words → ours by field; `digest` tells one mapping from another."""

    columns: dict[str, str]
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    delimiter: str | None = None
    time_zone: str | None = None
    date_format: str | None = None
    crs: str = "wgs84"
    blanks: frozenset[str] = frozenset({""})
    no_location: frozenset[tuple[float, float]] = frozenset()
    digest: str = ""

    def missing(self, header: Sequence[str]) -> list[str]:
        """Return the columns that the header lacks."""
        return [column for column in self.columns.values() if column not in header]


def read_mapping(path: Path) -> Mapping:
    """Return the mapping in a TOML file; Refusal when it cannot be read or names what does not exist."""
    try:
        raw = path.read_bytes()
        held = tomllib.loads(raw.decode("utf-8-sig"))
    except FileNotFoundError:
        raise Refusal("找不到映射文件 {name}", name=path.name) from None
    except (OSError, ValueError) as error:
        raise Refusal("映射文件 {name} 读不出来：{why}", name=path.name, why=str(error)) from error
    _check(path, held)
    return Mapping(
        columns=held["columns"],
        values=held.get("values", {}),
        delimiter=held.get("delimiter"),
        time_zone=held.get("time_zone"),
        date_format=held.get("date_format"),
        crs=held.get("crs", "wgs84"),
        blanks=frozenset({"", *(str(blank).strip() for blank in held.get("blanks", ()))}),
        no_location=frozenset((float(lng), float(lat)) for lng, lat in held.get("no_location", ())),
        digest=hashlib.sha256(raw).hexdigest(),
    )


def own_names(header: Sequence[str]) -> Mapping:
    """Return the mapping of a file that uses our own column names."""
    columns = {
        ours: name for ours, names in FIELDS.items() if (name := next((n for n in names if n in header), ""))
    }
    return Mapping(columns | {name: name for name in ("external_id", "reported_at") if name not in columns})


def _check(path: Path, held: dict[str, Any]) -> None:
    unknown = [name for name in held if name not in KEYS]
    columns, values = held.get("columns"), held.get("values", {})
    if not isinstance(columns, dict) or not isinstance(values, dict):
        raise Refusal("映射文件 {name} 缺少 [columns] 表", name=path.name)
    unknown += [name for name in (*columns, *values) if name not in FIELDS]
    if unknown:
        raise Refusal("映射文件 {name} 中不认识“{what}”", name=path.name, what="、".join(unknown))
    needed = [name for name in ("external_id", "reported_at") if name not in columns]
    if needed:
        raise Refusal("映射文件 {name} 没有写明“{what}”", name=path.name, what="、".join(needed))
    try:
        if held.get("time_zone"):
            ZoneInfo(held["time_zone"])
        to_wgs84(0.0, 0.0, held.get("crs", "wgs84"))
        for lng, lat in held.get("no_location", ()):
            float(lng), float(lat)
        if len(held.get("delimiter", ",")) != 1:
            raise ValueError("delimiter")
    except Refusal:
        raise
    except (KeyError, ValueError, TypeError, OSError) as error:
        raise Refusal("映射文件 {name} 的设置不对：{why}", name=path.name, why=str(error)) from error


@dataclass
class Mapper:
    """Turns rows of one file into reports; `latest` is the moment after which nothing can have happened yet."""

    mapping: Mapping
    header: tuple[str, ...]
    dates: Dates
    reference: Reference
    latest: datetime

    def __post_init__(self) -> None:
        self._at = {ours: self.header.index(column) for ours, column in self.mapping.columns.items()}
        # the words of a file repeat, so that each is looked up once
        self._known: dict[tuple[str, str], str] = {}

    def key(self, cells: Sequence[str]) -> str:
        """Return the number of a row in the system it comes from."""
        return self._text(cells, "external_id")

    def moments(self, cells: Sequence[str]) -> list[str]:
        """Return the dates of a row as written."""
        return [text for name in MOMENTS if (text := self._text(cells, name))]

    def report(self, cells: Sequence[str]) -> Report:
        """Return the report of a row; Refusal naming what is wrong with it."""
        if len(cells) != len(self.header):
            raise Refusal("应有 {wanted} 列，实有 {found} 列", wanted=len(self.header), found=len(cells))
        texts = {name: self._plain(cells, name) for name in LONGEST}
        if not texts["external_id"]:
            raise Refusal("没有编号（{column}）", column=self.mapping.columns["external_id"])
        category = self._word(cells, "category", self.reference.every_category.__contains__)
        title = texts["title"] or self.reference.category_name(category)
        if not title:
            raise Refusal("既没有标题也没有类别")
        times = {name: self._moment(cells, name) for name in MOMENTS}
        is_open = self._open(cells, times["closed_at"])
        if is_open:
            times["closed_at"] = times["finished_at"] = None
        self._check_times(times)
        lng, lat = self._point(cells)
        return Report(
            title=title,
            source=self._word(cells, "source", set(Source).__contains__) or Source.API,
            description=texts["description"],
            category=category or None,
            lng=lng,
            lat=lat,
            src_crs=self.mapping.crs if lng is not None else None,
            address=texts["address"],
            emergency=bool(self._truth(cells, "emergency")),
            external_id=texts["external_id"],
            reported_at=times["reported_at"],
            unit=self._word(cells, "unit", self.reference.every_unit.__contains__) or None,
            due_at=times["due_at"],
            finished_at=times["finished_at"],
            closed_at=times["closed_at"],
            on_time=self._truth(cells, "on_time"),
            open=is_open,
        )

    def _text(self, cells: Sequence[str], name: str) -> str:
        at = self._at.get(name)
        if at is None or at >= len(cells):
            return ""
        text = cells[at].strip()
        return "" if text in self.mapping.blanks else text

    def _plain(self, cells: Sequence[str], name: str) -> str:
        text = self._text(cells, name)
        if len(text) > LONGEST[name]:
            raise Refusal("“{column}”超过 {most} 字", column=self.mapping.columns[name], most=LONGEST[name])
        if not text.isprintable():
            text = " ".join(text.split()) if name != "description" else text
            if any((ord(mark) < 32 and mark not in "\t\r\n") or ord(mark) == 127 for mark in text):
                raise Refusal("“{column}”含有控制字符", column=self.mapping.columns[name])
        return text

    def _word(self, cells: Sequence[str], name: str, known: Callable[[str], bool]) -> str:
        text = self._text(cells, name)
        if not text:
            return ""
        found = self._known.get((name, text))
        if found is None:
            found = self.mapping.values.get(name, {}).get(text, text)
            if not known(found):
                raise Refusal("“{column}”的值“{value}”不认识", column=self.mapping.columns[name], value=text)
            self._known[name, text] = found
        return found

    def _truth(self, cells: Sequence[str], name: str) -> bool | None:
        word = self._word(cells, name, lambda text: text.lower() in TRUTHS)
        return TRUTHS[word.lower()] if word else None

    def _open(self, cells: Sequence[str], closed_at: datetime | None) -> bool:
        word = self._word(cells, "status", STATES.__contains__)
        if word and not STATES[word] and closed_at is None:
            raise Refusal("已办结，但没有办结时间")
        return STATES[word] if word else closed_at is None

    def _moment(self, cells: Sequence[str], name: str) -> datetime | None:
        text = self._text(cells, name)
        return self.dates.read(text) if text else None

    def _check_times(self, times: dict[str, datetime | None]) -> None:
        reported, closed, finished = times["reported_at"], times["closed_at"], times["finished_at"]
        if reported is None:
            raise Refusal("没有上报时间（{column}）", column=self.mapping.columns["reported_at"])
        if reported > self.latest:
            raise Refusal("上报时间在将来")
        for moment in (closed, finished):
            if moment is not None and moment < reported:
                raise Refusal("办结时间早于上报时间")
            if moment is not None and moment > self.latest:
                raise Refusal("办结时间在将来")

    def _point(self, cells: Sequence[str]) -> tuple[float | None, float | None]:
        texts = self._text(cells, "lng"), self._text(cells, "lat")
        if not any(texts):
            return None, None
        try:
            lng, lat = map(float, texts)
        except ValueError:
            raise Refusal("坐标“{lng},{lat}”不是数字", lng=texts[0], lat=texts[1]) from None
        if (lng, lat) in self.mapping.no_location:
            return None, None
        if not (math.isfinite(lng) and math.isfinite(lat) and abs(lng) <= 180 and abs(lat) <= 90):
            raise Refusal("坐标“{lng},{lat}”不在地球上，请检查经纬度是否写反", lng=texts[0], lat=texts[1])
        return to_wgs84(lng, lat, self.mapping.crs)
