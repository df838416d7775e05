"""Reads dates and times as people write them, in the zone of the place; an order that cannot be told is never guessed.

A local time that a clock change skips is read with the offset before it; one that it repeats is the first of the two.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from dashboard.rules.refusals import Refusal

WRITTEN = re.compile(
    r"(\d{1,4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,4})日?"
    r"(?:[T\s]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6})\d*)?)?\s*([AaPp]\.?[Mm]\.?)?)?"
    r"\s*(Z|[+-]\d{2}:?\d{2})?"
)
ISO_SECONDS = "%Y-%m-%d %H:%M:%S"


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
        day = text[:10]
        if day in self._seen or (len(day) == 10 and day[4] == "-" and day[7] == "-"):
            return
        if len(self._seen) < 100_000:
            self._seen.add(day)
        match = WRITTEN.fullmatch(text)
        if match is None or len(match[1]) == 4:
            return
        if len(match[3]) != 4:
            self.short = self.short or text
            return
        first, second = int(match[1]), int(match[2])
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
            raise Refusal("时间“{value}”无法识别", value=text) from None

    def _parsed(self, text: str) -> datetime:
        if len(text) == 19 and text[4] == "-" and text[10] == " " and self.format in (None, ISO_SECONDS):
            return datetime.fromisoformat(text).replace(tzinfo=self.tz)
        moment = datetime.strptime(text, self.format) if self.format else self._written(text)  # noqa: DTZ007
        return moment if moment.tzinfo else moment.replace(tzinfo=self.tz)

    def _written(self, text: str) -> datetime:
        match = WRITTEN.fullmatch(text)
        if match is None:
            raise ValueError(text)
        first, second, third, hour, minute, second_of, fraction, half, offset = match.groups()
        if len(first) == 4:
            year, month, day = int(first), int(second), int(third)
        elif self.order == "dmy":
            year, month, day = int(third), int(second), int(first)
        else:
            year, month, day = int(third), int(first), int(second)
        if year < 1900:
            raise ValueError(text)
        clock = (
            f"{_hour(hour, half):02d}:{minute or '00'}:{second_of or '00'}.{(fraction or '').ljust(6, '0')}"
        )
        return datetime.fromisoformat(f"{year:04d}-{month:02d}-{day:02d}T{clock}{offset or ''}")


def _hour(hour: str | None, half: str | None) -> int:
    clock = int(hour or 0)
    if not half:
        return clock
    if not 1 <= clock <= 12:
        raise ValueError(hour)
    return clock % 12 + (12 if half[0] in "Pp" else 0)
