"""A mapping file: how somebody's columns and words map onto ours. Every fault of it is one sentence (docs/import.md)."""

import hashlib
import tomllib
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Mapping as Table
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from dashboard.rules.events.event import OPEN, Source, Status
from dashboard.rules.refusals import Refusal
from dashboard.rules.text import clean
from datasources.districts.coordinates import TO_WGS84
from datasources.history import dates, encodings, pairs

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
    "point": ("point",),
    "source": ("source",),
    "emergency": ("emergency",),
}
WORDS = ("category", "unit", "source", "status", "on_time", "emergency")  # fields whose words are looked up
TRUTHS = {"1": True, "true": True, "是": True, "0": False, "false": False, "否": False}  # words: none
# what a record's state becomes; None: it is open. A cancelled one never became a case
STATES: Table[str, Status | None] = {
    "open": None,
    **{status.value: None for status in OPEN},
    "closed": Status.CLOSED,
    "rejected": Status.REJECTED,
    "cancelled": Status.REJECTED,
    "canceled": Status.REJECTED,
    "merged": Status.MERGED,
}
OTHERWISE = "otherwise"
LONGEST_SYSTEM = 50
# fields whose words stand in the rule book → those words; categories and units are the district's and told row by row
FIXED: Table[str, Iterable[str]] = {
    "status": STATES,
    "source": tuple(Source),
    "on_time": TRUTHS,
    "emergency": TRUTHS,
}


@dataclass(frozen=True)
class Mapping:
    """Our field → their column, and their words → ours by field; `digest` tells one mapping from another."""

    columns: dict[str, str]
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    otherwise: dict[str, str] = field(default_factory=dict)
    delimiter: str | None = None
    encoding: str | None = None
    time_zone: str | None = None
    date_format: str | None = None
    crs: str = "wgs84"
    blanks: frozenset[str] = frozenset({""})
    no_location: frozenset[tuple[float, float]] = frozenset()
    point_order: str | None = None
    source_system: str = ""
    digest: str = ""

    def missing(self, header: Sequence[str]) -> list[str]:
        """Return the columns that the header lacks."""
        return [column for column in self.columns.values() if column not in header]

    def on(self, header: Sequence[str]) -> "Mapping":
        """Return it for a file: where it names no columns, those of our own names that the header has."""
        return self if self.columns else replace(self, columns=own_names(header).columns)


def own_names(header: Sequence[str]) -> Mapping:
    """Return the mapping of a file that uses our own column names."""
    columns = {
        ours: name for ours, names in FIELDS.items() if (name := next((n for n in names if n in header), ""))
    }
    return Mapping(columns | {name: name for name in ("external_id", "reported_at") if name not in columns})


def read_mapping(path: Path) -> Mapping:
    """Return the mapping in a TOML file; one Refusal when it cannot be read, or something in it cannot be meant."""
    try:
        raw = path.read_bytes()
        held = tomllib.loads(raw.decode("utf-8-sig"))
    except FileNotFoundError:
        raise Refusal("找不到映射文件 {name}", name=path.name) from None
    except (OSError, ValueError, RecursionError) as error:
        raise Refusal("映射文件 {name} 读不出来：{why}", name=path.name, why=str(error)) from error
    _check_settings(path, held)
    columns, values = held.get("columns", {}), held.get("values", {})
    _check_columns(path, columns)
    _check_values(path, values)
    cleaned = {
        name: {clean.line(theirs): clean.line(ours) for theirs, ours in words.items()}
        for name, words in values.items()
    }
    otherwise = {name: words.pop(OTHERWISE) for name, words in cleaned.items() if OTHERWISE in words}
    return Mapping(
        columns={ours: clean.line(theirs) for ours, theirs in columns.items()},
        values=cleaned,
        otherwise=otherwise,
        delimiter=held.get("delimiter"),
        encoding=held.get("encoding"),
        time_zone=held.get("time_zone"),
        date_format=held.get("date_format"),
        crs=held.get("crs", "wgs84"),
        blanks=frozenset({"", *(clean.line(blank) for blank in held.get("blanks", ()))}),
        no_location=frozenset((float(lng), float(lat)) for lng, lat in held.get("no_location", ())),
        point_order=held.get("point_order"),
        source_system=clean.code(held.get("source_system", "")),
        digest=hashlib.sha256(raw).hexdigest(),
    )


def _is_zone(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(ZoneInfo(value))
    except (KeyError, ValueError, OSError):
        return False


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _are_pairs(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(pair, list) and len(pair) == 2 and all(map(_is_number, pair)) for pair in value
    )


def _is_system(value: Any) -> bool:
    return (
        isinstance(value, str)
        and 0 < len(clean.code(value)) <= LONGEST_SYSTEM
        and not clean.has_hidden(value)
    )


# setting → (whether a value can be meant, the sentence where it cannot)
SETTINGS: Table[str, tuple[Callable[[Any], bool], str]] = {
    "delimiter": (lambda value: isinstance(value, str) and len(value) == 1, "映射文件 {name} 的 delimiter 应是一个字符，例如 \",\""),
    "encoding": (lambda value: encodings.known(value) is not None, "映射文件 {name} 的 encoding 应是编码的名字，例如 \"gb18030\"、\"big5\""),
    "crs": (lambda value: value in tuple(TO_WGS84), "映射文件 {name} 的 crs 应是坐标系：wgs84、cgcs2000、gcj02 或 bd09"),
    "time_zone": (_is_zone, "映射文件 {name} 的 time_zone 应是时区的名字，例如 \"Asia/Shanghai\""),
    "date_format": (
        lambda value: isinstance(value, str) and dates.is_format(value),
        "映射文件 {name} 的 date_format 应是日期格式，例如 \"%Y-%m-%d %H:%M:%S\"，或 \"epoch\"、\"epoch_ms\"、\"excel\"、\"excel_1904\"",
    ),
    "blanks": (
        lambda value: isinstance(value, list) and all(isinstance(one, str) for one in value),
        "映射文件 {name} 的 blanks 应是文字的列表，例如 [\"NA\", \"-\"]",
    ),
    "no_location": (_are_pairs, "映射文件 {name} 的 no_location 应是 [经度, 纬度] 的列表，例如 [[0, 0]]"),
    "point_order": (lambda value: value in pairs.ORDERS, "映射文件 {name} 的 point_order 应是 \"lnglat\" 或 \"latlng\""),
    "source_system": (_is_system, "映射文件 {name} 的 source_system 应是来源系统的名字，最长 50 字，例如 \"12345\""),
    "columns": (lambda value: isinstance(value, dict), "映射文件 {name} 的 columns 应是一张 [columns] 表"),
    "values": (lambda value: isinstance(value, dict), "映射文件 {name} 的 values 应是 [values.字段名] 的表"),
}  # fmt: skip


def _check_settings(path: Path, held: Table[str, Any]) -> None:
    _refuse_unknown(path, [name for name in held if name not in SETTINGS])
    for name, value in held.items():
        sound, sentence = SETTINGS[name]
        if not sound(value):
            raise Refusal(sentence, name=path.name)


def _check_columns(path: Path, columns: Table[str, Any]) -> None:
    _refuse_unknown(path, [name for name in columns if name not in FIELDS])
    for name, column in columns.items():
        if not isinstance(column, str) or not clean.line(column):
            raise Refusal(
                "映射文件 {name} 的 columns.{field} 应是一个列名（加引号的文字）", name=path.name, field=name
            )
    needed = [name for name in ("external_id", "reported_at") if columns and name not in columns]
    if needed:
        raise Refusal("映射文件 {name} 没有写明“{what}”", name=path.name, what="、".join(needed))
    if "point" in columns and ("lng" in columns or "lat" in columns):
        raise Refusal("映射文件 {name} 里 point 与 lng、lat 只能写一种", name=path.name)
    if ("lng" in columns) != ("lat" in columns):
        raise Refusal("映射文件 {name} 里 lng 和 lat 要一起写；两者在同一列时写 point", name=path.name)


def _check_values(path: Path, values: Table[str, Any]) -> None:
    _refuse_unknown(path, [name for name in values if name not in WORDS])
    for name, words in values.items():
        if not isinstance(words, dict):
            raise Refusal(
                '映射文件 {name} 的 values.{field} 应是一张表：每行 "他们的词" = "我们的代码"',
                name=path.name,
                field=name,
            )
        for theirs, ours in words.items():
            _check_word(path, name, theirs, ours)


def _check_word(path: Path, name: str, theirs: str, ours: Any) -> None:
    where = {"name": path.name, "field": name, "word": theirs}
    if not isinstance(ours, str):
        raise Refusal(
            '映射文件 {name} 的 values.{field} 里“{word}”应对到加引号的文字，例如 "{example}"',
            **where,
            example=next(iter(FIXED.get(name, ("S0101",)))),
        )
    if not clean.line(ours) and theirs != OTHERWISE:
        raise Refusal(
            "映射文件 {name} 的 values.{field} 里“{word}”还没有填；要当作空白，请写进 blanks", **where
        )
    if name in FIXED and clean.line(ours) and not _is_one(name, clean.line(ours)):
        raise Refusal(
            "映射文件 {name} 的 values.{field} 把“{word}”对到“{ours}”，而它只能是 {choices}",
            **where,
            ours=ours,
            choices="、".join(FIXED[name]),
        )


def _is_one(name: str, word: str) -> bool:
    return (word.lower() if FIXED[name] is TRUTHS else word) in set(FIXED[name])


def _refuse_unknown(path: Path, names: list[str]) -> None:
    if names:
        raise Refusal("映射文件 {name} 中不认识“{what}”", name=path.name, what="、".join(names))
