"""Rows of somebody's records become reports: each a `Report` with what only history knows, or a Refusal that says why not."""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from dashboard.rules.events.event import Source, Status
from dashboard.rules.events.report import Report
from dashboard.rules.refusals import Refusal
from dashboard.rules.text import clean, degrees
from dashboard.rules.text.numbers import decimal
from datasources.districts.coordinates import to_wgs84
from datasources.districts.reference import Reference
from datasources.history import pairs
from datasources.history.dates import DateCell, Dates
from datasources.history.mapping_file import STATES, TRUTHS, WORDS, Mapping
from datasources.history.worksheets import LostDigits

MOMENTS = ("reported_at", "due_at", "finished_at", "closed_at")
LONGEST = {"external_id": 100, "title": 100, "description": 2000, "address": 200}
SHORTENED = re.compile(r"[-+]?\d(\.\d+)?[eE]\+?\d+")
SWAPPED = "经度和纬度像是写反了"


@dataclass
class Mapper:
    """Turns rows of one file into reports; `latest` is the moment after which nothing can have happened yet."""

    mapping: Mapping
    header: tuple[str, ...]
    dates: Dates
    reference: Reference
    latest: datetime
    point_order: str = pairs.LNG_FIRST

    def __post_init__(self) -> None:
        columns = dict(self.mapping.columns)
        if "lng" in columns and columns["lng"] == columns.get("lat"):  # both in one column, said twice
            columns["point"] = columns.pop("lng")
            del columns["lat"]
            self.mapping = replace(self.mapping, columns=columns)
        self._at = {ours: self.header.index(column) for ours, column in columns.items()}
        self.system = "" if self.mapping.source_system == self.reference.code else self.mapping.source_system
        self._sound: dict[str, Callable[[str], bool]] = {
            "category": self.reference.every_category.__contains__,
            "unit": self.reference.every_unit.__contains__,
            "source": set(Source).__contains__,
            "status": STATES.__contains__,
            "on_time": lambda text: text.lower() in TRUTHS,
            "emergency": lambda text: text.lower() in TRUTHS,
        }
        # the words of a file repeat, so that each is looked up once
        self._known: dict[tuple[str, str], str | None] = {}

    def key(self, cells: Sequence[str]) -> str:
        """Return the number of a row in the system it comes from."""
        return clean.code(self._text(cells, "external_id"))

    def point(self, cells: Sequence[str]) -> str:
        """Return the cell that holds both coordinates, "" where they have a column each."""
        return self._text(cells, "point")

    def unknown(self, cells: Sequence[str]) -> list[tuple[str, str]]:
        """Return (field, word) of each word of a row that neither the mapping nor the district knows."""
        if len(cells) != len(self.header):
            return []
        found = [(name, self._text(cells, name)) for name in WORDS]
        return [(name, text) for name, text in found if text and self._meant(name, text) is None]

    def moments(self, cells: Sequence[str]) -> list[str]:
        """Return the dates of a row as written."""
        return [text for name in MOMENTS if (text := self._text(cells, name))]

    def report(self, cells: Sequence[str]) -> Report:
        """Return the report of a row; Refusal naming what is wrong with it."""
        if len(cells) != len(self.header):
            raise Refusal("应有 {wanted} 列，实有 {found} 列", wanted=len(self.header), found=len(cells))
        self._refuse_lost(cells)
        texts = {name: self._plain(cells, name) for name in LONGEST}
        texts["external_id"] = clean.code(texts["external_id"])
        if not texts["external_id"]:
            raise Refusal("没有编号（{column}）", column=self.mapping.columns["external_id"])
        category = self._word(cells, "category")
        title = texts["title"] or self.reference.category_name(category)
        if not title:
            raise Refusal("既没有标题也没有类别")
        times = {name: self._moment(cells, name) for name in MOMENTS}
        status = self._status(cells, times["closed_at"])
        if status is None:
            times["closed_at"] = times["finished_at"] = None
        elif status != Status.CLOSED:  # never a case, or one of another: nothing was to be done by a time
            times["due_at"] = times["finished_at"] = None
        self._check_times(times)
        lng, lat = self._point(cells)
        return Report(
            title=title,
            source=self._word(cells, "source") or Source.API,
            description=texts["description"],
            category=category or None,
            lng=lng,
            lat=lat,
            src_crs=self.mapping.crs if lng is not None else None,
            address=texts["address"],
            emergency=bool(self._truth(cells, "emergency")),
            external_id=texts["external_id"],
            source_system=self.system,
            reported_at=times["reported_at"],
            unit=self._word(cells, "unit") or None,
            due_at=times["due_at"],
            finished_at=times["finished_at"],
            closed_at=times["closed_at"],
            on_time=self._truth(cells, "on_time"),
            open=status is None,
            status=status,
        )

    def _text(self, cells: Sequence[str], name: str) -> str:
        at = self._at.get(name)
        if at is None or at >= len(cells):
            return ""
        cell = cells[at]
        if isinstance(cell, DateCell):
            return cell
        text = clean.text(cell) if name == "description" else clean.line(cell)
        return "" if text in self.mapping.blanks else text

    def _refuse_lost(self, cells: Sequence[str]) -> None:
        for name, at in self._at.items():
            if isinstance(cells[at], LostDigits):
                raise Refusal(
                    "“{column}”的“{value}”超过 15 位，Excel 只留下前 15 位；请把这一列设为文本，重新填入完整的数",
                    column=self.mapping.columns[name],
                    value=cells[at],
                )
        if SHORTENED.fullmatch(self._text(cells, "external_id")):
            raise Refusal(
                "编号“{value}”被写成了科学计数，后面的数字已经丢失；请在 Excel 里把这一列设为文本后重新导出",
                value=self._text(cells, "external_id"),
            )

    def _plain(self, cells: Sequence[str], name: str) -> str:
        text = self._text(cells, name)
        if len(text) > LONGEST[name]:
            raise Refusal("“{column}”超过 {most} 字", column=self.mapping.columns[name], most=LONGEST[name])
        if clean.has_hidden(text):
            raise Refusal("“{column}”含有控制字符", column=self.mapping.columns[name])
        return text

    def _word(self, cells: Sequence[str], name: str) -> str:
        text = self._text(cells, name)
        if not text:
            return ""
        found = self._meant(name, text)
        if found is not None:
            return found
        column, mapped = self.mapping.columns[name], self.mapping.values.get(name, {}).get(text)
        if mapped is not None:
            raise Refusal(
                "“{column}”的值“{value}”在映射中对到“{mapped}”，没有这个代码",
                column=column,
                value=text,
                mapped=mapped,
            )
        raise Refusal("“{column}”的值“{value}”不认识", column=column, value=text)

    def _meant(self, name: str, text: str) -> str | None:
        """Return our word for one of theirs ("" means none), None where nobody knows it."""
        if (name, text) not in self._known:
            words, sound = self.mapping.values.get(name, {}), self._sound[name]
            found: str | None = words.get(text, text)
            if text not in words and not sound(text):
                found = self.mapping.otherwise.get(name)
            self._known[name, text] = found if not found or sound(found) else None
        return self._known[name, text]

    def _truth(self, cells: Sequence[str], name: str) -> bool | None:
        word = self._word(cells, name)
        return TRUTHS[word.lower()] if word else None

    def _status(self, cells: Sequence[str], closed_at: datetime | None) -> Status | None:
        """Return how a record ended, None where it is open."""
        word = self._word(cells, "status")
        if not word:
            return None if closed_at is None else Status.CLOSED
        if STATES[word] == Status.CLOSED and closed_at is None:
            raise Refusal("已办结，但没有办结时间")
        return STATES[word]

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
        texts = self._pair(cells)
        if not any(texts):
            return None, None
        if not all(texts):
            raise Refusal("经度和纬度要一起写")
        try:
            lng, lat = map(decimal, texts)
        except ValueError:
            lng = lat = math.nan
        if not (math.isfinite(lng) and math.isfinite(lat)):
            raise Refusal("坐标“{lng},{lat}”不是数字", lng=texts[0], lat=texts[1])
        if (lng, lat) in self.mapping.no_location or degrees.is_nowhere(lng, lat):
            return None, None
        if not (abs(lng) <= 180 and abs(lat) <= 90):
            if abs(lng) <= 90 and abs(lat) <= 180:
                raise Refusal("坐标“{lng},{lat}”不在地球上，请检查经纬度是否写反", lng=texts[0], lat=texts[1])
            raise Refusal("坐标“{lng},{lat}”不是经纬度，请先换算成度", lng=texts[0], lat=texts[1])
        lng, lat = to_wgs84(lng, lat, self.mapping.crs)
        fault = degrees.fault(lng, lat, self.reference.config["centre"])
        if fault is not None:
            raise Refusal(SWAPPED if fault[1] == degrees.EXCHANGED else fault[1])
        return lng, lat

    def _pair(self, cells: Sequence[str]) -> tuple[str, str]:
        """Return longitude and latitude as written."""
        if "point" not in self._at:
            return self._text(cells, "lng"), self._text(cells, "lat")
        text = self.point(cells)
        if not text:
            return "", ""
        found = pairs.read(text)
        if found is None:
            raise Refusal("坐标“{value}”读不出经度和纬度", value=text)
        (one, other), order = found
        return (one, other) if (order or self.point_order) == pairs.LNG_FIRST else (other, one)
