"""The periods a number can be asked for, as local days, and the ones it is compared with.

Law: a period is half-open in UTC and made of whole local days, so that no moment counts twice or never.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

_RANGE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})\.\.([0-9]{4}-[0-9]{2}-[0-9]{2})")
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_YEARS = range(1970, 2200)

UNKNOWN = "统计周期无法识别，请用 today、7d、month、quarter、year 或“开始日期..结束日期”"
BACKWARDS = "统计周期的结束日期早于开始日期"


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` up to, not including, `end` (aware UTC), in whole days of the zone `tz`."""

    start: datetime
    end: datetime
    tz: tzinfo = UTC

    def __contains__(self, at: datetime | None) -> bool:
        return at is not None and self.start <= at < self.end

    @property
    def first(self) -> date:
        """Return the first local day."""
        return self.start.astimezone(self.tz).date()

    @property
    def last(self) -> date:
        """Return the last local day, itself included."""
        return (self.end.astimezone(self.tz) - timedelta(microseconds=1)).date()


def period(text: str, now: datetime, tz: tzinfo) -> Period:
    """Return the period named `text` as of `now`.

    today | 7d (today and the six days before) | month | quarter | year (the whole one `now` is in) |
    YYYY-MM-DD..YYYY-MM-DD (both included). ValueError with a Chinese sentence for anything else.
    """
    today = now.astimezone(tz).date()
    if text == "today":
        return days(today, today, tz)
    if text == "7d":
        return days(today - timedelta(days=6), today, tz)
    if text in _MONTHS:
        return calendar_of(text, today, tz)
    match = _RANGE.fullmatch(text)
    if match is None:
        raise ValueError(UNKNOWN)
    try:
        first, last = (date.fromisoformat(day) for day in match.groups())
    except ValueError:
        raise ValueError(UNKNOWN) from None
    if first.year not in _YEARS or last.year not in _YEARS:
        raise ValueError(UNKNOWN)
    if last < first:
        raise ValueError(BACKWARDS)
    return days(first, last, tz)


def days(first: date, last: date, tz: tzinfo) -> Period:
    """Return the period of the local days `first` to `last`, both included."""
    return Period(_midnight(first, tz), _midnight(last + timedelta(days=1), tz), tz)


def named(of: Period) -> str:
    """Return month, quarter or year for a whole calendar one, else nothing."""
    months = _whole_months(of)
    name = {1: "month", 3: "quarter", 12: "year"}.get(months, "")
    return name if name and (of.first.month - 1) % months == 0 else ""


def calendar_of(name: str, day: date, tz: tzinfo) -> Period:
    """Return the whole calendar month, quarter or year that a day lies in."""
    span = _MONTHS[name]
    return _months(day.year * 12 + (day.month - 1) // span * span, span, tz)


def previous(of: Period) -> Period:
    """Return the period just before (环比): as many whole months for whole months, else as many days."""
    months = _whole_months(of)
    if months:
        return _months(_month(of.first) - months, months, of.tz)
    last = of.first - timedelta(days=1)
    return days(last - (of.last - of.first), last, of.tz)


def last_year(of: Period) -> Period:
    """Return the same period a year earlier (同比); 29 February becomes the 28th, whole months stay whole."""
    months = _whole_months(of)
    if months:
        return _months(_month(of.first) - 12, months, of.tz)
    return days(_year_before(of.first), _year_before(of.last), of.tz)


def _midnight(day: date, tz: tzinfo) -> datetime:
    return datetime.combine(day, time(), tz).astimezone(UTC)


def _month(day: date) -> int:
    return day.year * 12 + day.month - 1


def _months(first: int, count: int, tz: tzinfo) -> Period:
    """Return `count` whole months from month number `first` (year × 12 + month − 1)."""
    start, end = (date(month // 12, month % 12 + 1, 1) for month in (first, first + count))
    return Period(_midnight(start, tz), _midnight(end, tz), tz)


def _whole_months(of: Period) -> int:
    """Return how many calendar months the period is, or 0 when it is not made of whole ones."""
    first, last = of.first, of.last
    whole = first.day == 1 and last.day == monthrange(last.year, last.month)[1]
    return _month(last) - _month(first) + 1 if whole else 0


def _year_before(day: date) -> date:
    leap_day = day.month == 2 and day.day == 29
    return day.replace(year=day.year - 1, day=28 if leap_day else day.day)
