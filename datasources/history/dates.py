"""Reads dates and times as people write them, in the zone of the place; an order that cannot be told is never guessed.

A local time that a clock change skips is read with the offset before it; one that it repeats is the first of the two.
What is only a number is a moment where the mapping says so: seconds or milliseconds since 1970, or days as Excel counts.
"""

import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from dashboard.rules.refusals import Refusal
from dashboard.rules.text.numbers import decimal

HALF_BEFORE = "上午|下午|中午|凌晨|清晨|早上|早晨|傍晚|晚上"  # words: none
WRITTEN = re.compile(
    rf"""
    (?P<first>\d{{1,4}}) \s*[-/.年]\s* (?P<second>\d{{1,2}}) \s*[-/.月]\s* (?P<third>\d{{1,4}}) [日号]?
    (?: [,\s]* \(? (?:星期|周)[一二三四五六日天] \)? )?
    (?:
      (?: [T,\s]+ | (?<=\D) | (?={HALF_BEFORE}) )
      (?: (?P<before>{HALF_BEFORE}|[AaPp]\.?[Mm]\.?) \s* )?
      (?:
        (?P<hour>\d{{1,2}}) : (?P<minute>\d{{2}}) (?: : (?P<seconds>\d{{2}}) (?: [.,](?P<fraction>\d{{1,6}})\d* )? )?
      | (?P<said_hour>\d{{1,2}}) \s*[时点]
        (?: \s* (?: (?P<said_minute>\d{{1,2}}) \s*分? (?: \s* (?P<said_seconds>\d{{1,2}}) \s*秒 )? | (?P<half_past>半) ) )?
      )
      \s* (?P<after>[AaPp]\.?[Mm]\.?)?
    )?
    \s* (?:UTC|GMT)? \s* (?P<offset>[Zz]|[+-]\d{{2}}(?::?\d{{2}})?)?
    """,
    re.VERBOSE,
)
ISO_SECONDS = "%Y-%m-%d %H:%M:%S"
ISO_PLAIN = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", re.ASCII)
OFFSET_OF_HOURS = re.compile(r"\d\s*[+-]\d{2}$")
NO_MATCH = "does not match format"  # what strptime says of a text that is no date of a sound pattern
BARE_NUMBER = re.compile(r"\d{4,16}(\.\d+)?")
AFTERNOON = frozenset({"下午", "傍晚", "晚上"})  # words: none
EXCEL_1900, EXCEL_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)  # noqa: DTZ001 - as Excel counts: local days
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def _epoch(unit: timedelta) -> Callable[[float], datetime]:
    return lambda number: EPOCH + number * unit


def _excel(first: datetime) -> Callable[[float], datetime]:
    # Excel keeps days as a fraction and shows whole seconds: the nearest is what was meant
    return lambda number: first + timedelta(seconds=round(number * 86_400))


# date_format of a mapping → what a number means then; everything else is a pattern of strptime
NUMBERS: Mapping[str, Callable[[float], datetime]] = {
    "epoch": _epoch(SECOND),
    "epoch_ms": _epoch(SECOND / 1000),
    "excel": _excel(EXCEL_1900),
    "excel_1904": _excel(EXCEL_1904),
}


class DateCell(str):
    """A cell that holds a date as such, no text: `moment` is local unless it says otherwise; no format disagrees with it."""

    moment: datetime

    def __new__(cls, moment: datetime) -> "DateCell":
        """Return the cell, written as ISO 8601."""
        made = super().__new__(cls, moment.isoformat(sep=" "))
        made.moment = moment
        return made


@dataclass
class DateOrder:
    """What the dates of a file say about their order: shown every value, then asked once."""

    day_first: str = ""  # a value that only fits day before month
    month_first: str = ""  # a value that only fits month before day
    open: str = ""  # a value that fits both and means different days
    short: str = ""  # a value with a two-digit year
    _seen: set[str] = field(default_factory=set)

    def see(self, text: str) -> None:
        """Take note of one value."""
        text = plain(text)
        day = text[:10]
        if day in self._seen or (len(day) == 10 and day[4] == "-" and day[7] == "-"):
            return
        if len(self._seen) < 100_000:
            self._seen.add(day)
        match = WRITTEN.fullmatch(text)
        if match is None or len(match["first"]) == 4:
            return
        if len(match["third"]) != 4:
            self.short = self.short or text
            return
        first, second = int(match["first"]), int(match["second"])
        if first > 12 >= second:
            self.day_first = self.day_first or text
        elif second > 12 >= first:
            self.month_first = self.month_first or text
        elif first != second:
            self.open = self.open or text

    def decide(self) -> str:
        """Return "dmy" or "mdy" for dates that do not begin with the year; Refusal when it cannot be told."""
        if self.short:
            raise Refusal(
                "日期“{value}”的年份只有两位，无法确定顺序；请在映射中写明 date_format", value=self.short
            )
        if self.day_first and self.month_first:
            raise Refusal(
                "日期“{one}”和“{other}”的日月顺序相反，整份文件不能导入",
                one=self.day_first,
                other=self.month_first,
            )
        if self.open and not self.day_first and not self.month_first:
            raise Refusal(
                "日期“{value}”分不清先日后月还是先月后日；请在映射中写明 date_format", value=self.open
            )
        return "dmy" if self.day_first else "mdy"


@dataclass(frozen=True)
class Dates:
    """Reads one file's dates: by the stated `format` alone, or by the order found out."""

    tz: ZoneInfo
    format: str | None = None
    order: str = "mdy"

    def read(self, text: str) -> datetime:
        """Return the moment in UTC; Refusal when the text is none."""
        try:
            return self._parsed(text).astimezone(UTC)
        except (ValueError, OverflowError):
            if self.format:
                raise Refusal(
                    "时间“{value}”与写明的格式 {format} 不符", value=text, format=self.format
                ) from None
            if BARE_NUMBER.fullmatch(text):
                raise Refusal(
                    "时间“{value}”只是一个数；请在映射中写明 date_format（{known}）",
                    value=text,
                    known="、".join(NUMBERS),
                ) from None
            raise Refusal("时间“{value}”无法识别", value=text) from None

    def _parsed(self, text: str) -> datetime:
        if isinstance(text, DateCell):
            moment = text.moment
        elif ISO_PLAIN.fullmatch(text) and self.format in (None, ISO_SECONDS):
            return datetime.fromisoformat(text).replace(tzinfo=self.tz)
        elif self.format in NUMBERS:
            moment = self._counted(plain(text))
        else:
            moment = self._stated(plain(text), self.format) if self.format else self._written(plain(text))
        return moment if moment.tzinfo else moment.replace(tzinfo=self.tz)

    def _stated(self, text: str, pattern: str) -> datetime:
        if pattern.endswith("%z") and OFFSET_OF_HOURS.search(text):
            text += "00"  # PostgreSQL and ISO 8601 write +08, strptime reads +0800 alone
        return datetime.strptime(text, plain(pattern))  # noqa: DTZ007 - the caller gives it the zone of the place

    def _counted(self, text: str) -> datetime:
        number = decimal(text)
        moment = NUMBERS[self.format or ""](number) if math.isfinite(number) else None
        if moment is None or not 1971 <= moment.year <= 2200:  # else it is counted in another unit
            raise ValueError(text)
        return moment

    def _written(self, text: str) -> datetime:
        match = WRITTEN.fullmatch(text)
        if match is None:
            raise ValueError(text)
        first, second, third = match["first"], match["second"], match["third"]
        if len(first) == 4:
            year, month, day = int(first), int(second), int(third)
        elif self.order == "dmy":
            year, month, day = int(third), int(second), int(first)
        else:
            year, month, day = int(third), int(first), int(second)
        if year < 1900 or (match["before"] and match["after"]):
            raise ValueError(text)
        hour = _hour(match["hour"] or match["said_hour"], match["before"] or match["after"])
        minute = "30" if match["half_past"] else match["minute"] or match["said_minute"]
        second_of = match["seconds"] or match["said_seconds"]
        clock = f"{hour:02d}:{_two(minute)}:{_two(second_of)}.{(match['fraction'] or '').ljust(6, '0')}"
        return datetime.fromisoformat(f"{year:04d}-{month:02d}-{day:02d}T{clock}{_offset(match['offset'])}")


def is_format(pattern: str) -> bool:
    """Return whether a date_format can be meant: a number's, or a pattern that strptime can read dates by."""
    if pattern in NUMBERS:
        return True
    if "%" not in pattern:
        return False
    try:
        datetime.strptime("", plain(pattern))  # noqa: DTZ007 - only whether it is a pattern
    except ValueError as error:
        return NO_MATCH in str(error)
    except Exception:  # a directive twice is an error of the regular expression it becomes
        return False
    return True


def plain(text: str) -> str:
    """Return a date as written, in plain digits and signs: full width and typographic minus are the same date."""
    return unicodedata.normalize("NFKC", text).replace("\u2212", "-").strip() if not text.isascii() else text


def _two(number: str | None) -> str:
    return (number or "").rjust(2, "0")


def _offset(offset: str | None) -> str:
    """Return an offset as ISO 8601 writes it; PostgreSQL writes +08, others +0800."""
    if not offset or offset in "Zz":
        return "+00:00" if offset else ""
    digits = offset[1:].replace(":", "").ljust(4, "0")
    return f"{offset[0]}{digits[:2]}:{digits[2:]}"


def _hour(hour: str | None, half: str | None) -> int:
    """Return the hour of a day from an hour and the half of the day that was written beside it."""
    clock = int(hour or 0)
    if not half:
        return clock
    if half[0] in "AaPp":
        if not 1 <= clock <= 12:
            raise ValueError(hour)
        return clock % 12 + (12 if half[0] in "Pp" else 0)
    if half == "晚上" and clock == 12:  # words: none
        raise ValueError(hour)  # midnight of which day is not said
    if half in AFTERNOON:
        return clock if clock >= 12 else clock + 12
    if half == "中午":  # words: none
        return clock if clock >= 10 else clock + 12
    if clock > 12:
        raise ValueError(hour)
    return clock % 12
