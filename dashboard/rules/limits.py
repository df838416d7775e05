"""Time limits: their units, their words, and the working calendar that turns a start into a due time.

Law (LIFECYCLE §6): work hours are 08–12 and 14–18 of working days. A work-day limit ends at the same local clock
time n working days later; a start outside working time first moves to the next working moment.
"""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import accumulate

UNITS = ("urgent_hour", "work_hour", "work_day", "natural_day")
# 紧急工作日 runs around the clock like 紧急工作时; 小时 and 天 without an adjective are working time (domain B.5.1).
WORDS = {
    "紧急工作时": "urgent_hour",
    "紧急工作日": "natural_day",
    "工作小时": "work_hour",
    "工作时": "work_hour",
    "工作日": "work_day",
    "工作天": "work_day",
    "自然日": "natural_day",
    "自然天": "natural_day",
    "小时": "work_hour",
    "天": "work_day",
}
SPAN = {"urgent_hour": 1, "work_hour": 1, "work_day": 8, "natural_day": 24}  # hours in one unit
ROUND_THE_CLOCK = frozenset({"urgent_hour", "natural_day"})
LARGEST_AMOUNT = 9999

_NOTE = r"[\u4e00-\u9fff、,;]"
_TEMPLATE = re.compile(rf"({_NOTE}*)([0-9]+(?:\.[0-9]+)?)个?({'|'.join(WORDS)})({_NOTE}*|\({_NOTE}+\))")


@dataclass(frozen=True, slots=True)
class Limit:
    """So many units of time; `note` keeps the words a template adds ("制止", "种植季节")."""

    amount: float
    unit: str
    note: str = ""

    def __post_init__(self) -> None:
        if self.unit not in UNITS:
            raise ValueError("时限单位只能是紧急工作时、工作时、工作日或自然日")
        if not 0 < self.amount <= LARGEST_AMOUNT:
            raise ValueError("时限必须大于零，且不超过9999")


# Defaults [P] in minutes; the district pack may set others (LIFECYCLE §6).
DEFAULT_MINUTES = {
    "claim": 30,
    "register": 15,
    "dispatch": 15,
    "accept": 30,
    "accept_emergency": 5,
    "check": 240,
    "check_emergency": 30,
}
CLAIM_BOUNDS = (5, 120)
DEFAULT_HANDLING = Limit(2, "work_day")
DEFAULT_FREEZE = Limit(3, "work_day")  # after the end of a month, quarter or year
SOON_SHARE = 0.25
SOON_AT_LEAST = timedelta(minutes=30)


def parse_limit(text: str) -> Limit:
    """Return the limit a template's words mean ("4小时" → 4 work hours); ValueError when they mean none."""
    plain = "".join(unicodedata.normalize("NFKC", text).split())
    match = _TEMPLATE.fullmatch(plain)
    if match is None:
        raise ValueError("处置时限无法识别，请写成“4工作时”“2工作日”“2紧急工作时”或“1自然日”这样的形式")
    before, amount, word, after = match.groups()
    return Limit(float(amount), WORDS[word], before + after.strip("()"))


def parse_limit_or_none(text: str | None) -> Limit | None:
    """Return the limit, or None where the template says nothing."""
    return parse_limit(text) if text and text.strip() else None


_SECOND = 1_000_000  # the work axis counts whole microseconds, so that sums are exact
_HOUR = 3600 * _SECOND
_HALF, _DAY = 4 * _HOUR, 8 * _HOUR
_MORNING, _AFTERNOON = 8 * _HOUR, 14 * _HOUR


class Calendar:
    """A working calendar: Monday to Friday, except what `days` says.

    `days` maps a date to "holiday" or "workday" (调休); `tz` is the district's zone. Working time lies on one axis:
    8 hours for each working day since year 1, so that adding and measuring cost the same over an hour or a year.
    """

    def __init__(self, days: Mapping[date, str], tz: tzinfo) -> None:
        for kind in days.values():
            if kind not in ("holiday", "workday"):
                raise ValueError("工作日历只能标注 holiday（放假）或 workday（上班）")
        changes = sorted(
            (day.toordinal(), 1 if kind == "workday" else -1)
            for day, kind in days.items()
            if (kind == "workday") != (day.weekday() < 5)
        )
        self.tz = tz
        # holidays are announced by the year: a year with any of its days listed is known to its end
        self.known_until = date(max(days).year, 12, 31) if days else None
        self._changed = [ordinal for ordinal, _ in changes]
        self._gained = [0, *accumulate(gain for _, gain in changes)]

    def is_workday(self, day: date) -> bool:
        """Return whether people work on that local date."""
        ordinal = day.toordinal()
        return self._workdays_before(ordinal + 1) > self._workdays_before(ordinal)

    def add(self, start: datetime, limit: Limit, times: float = 1) -> datetime:
        """Return when `times` × `limit` from `start` (aware) is due, in UTC.

        Work hours may end with a half-day (12:00, 18:00); a work-day limit keeps the clock time of its start.
        """
        hours = limit.amount * times * SPAN[limit.unit]
        if limit.unit in ROUND_THE_CLOCK:
            return start.astimezone(UTC) + timedelta(hours=hours)
        end = self._worked(start) + round(hours * _HOUR)
        return max(start.astimezone(UTC), self._moment(end, ends_half_day=limit.unit == "work_hour"))

    def elapsed(self, start: datetime, end: datetime, unit: str) -> float:
        """Return the time from `start` to `end` (both aware) in `unit`; below zero when `end` comes first."""
        if unit in ROUND_THE_CLOCK:
            return (end - start) / timedelta(hours=SPAN[unit])
        return (self._worked(end) - self._worked(start)) / (SPAN[unit] * _HOUR)

    def carried(self, until: datetime, since: datetime, now: datetime, unit: str | None) -> datetime:
        """Return when a deadline ends whose clock stood still from `since` to `now` (aware), in UTC.

        What was left of it at `since`, in its own unit, is left again at `now`; without a unit the wall clock counts.
        """
        if unit is None or unit in ROUND_THE_CLOCK:
            return until.astimezone(UTC) + (now - since)
        left = self._worked(until) - self._worked(since)
        return self._moment(self._worked(now) + left, ends_half_day=unit == "work_hour" and left > 0)

    def before(self, end: datetime, span: timedelta, unit: str) -> datetime:
        """Return the first moment from which `span` or less of a limit's own unit is left until `end`, in UTC."""
        if unit in ROUND_THE_CLOCK:
            return end.astimezone(UTC) - span
        back = span // timedelta(microseconds=1)
        return min(end.astimezone(UTC), self._moment(self._worked(end) - back, ends_half_day=False))

    def _workdays_before(self, ordinal: int) -> int:
        weeks, rest = divmod(ordinal - 1, 7)  # ordinal 1 is a Monday
        return weeks * 5 + min(rest, 5) + self._gained[bisect_left(self._changed, ordinal)]

    def _worked(self, moment: datetime) -> int:
        """Return the working microseconds from the beginning of the axis to `moment`."""
        if moment.tzinfo is None:
            raise ValueError("a time without a zone has no place in the working calendar")
        local = moment.astimezone(self.tz)
        ordinal = local.toordinal()
        before = self._workdays_before(ordinal)
        if self._workdays_before(ordinal + 1) == before:
            return before * _DAY
        clock = ((local.hour * 60 + local.minute) * 60 + local.second) * _SECOND + local.microsecond
        morning = min(max(clock - _MORNING, 0), _HALF)
        return before * _DAY + morning + min(max(clock - _AFTERNOON, 0), _HALF)

    def _moment(self, worked: int, ends_half_day: bool) -> datetime:
        """Return the UTC moment at `worked`: the last one that fits (12:00), or the first (14:00)."""
        index, rest = divmod(worked, _DAY)
        if ends_half_day and rest == 0:
            index, rest = index - 1, _DAY
        afternoon = rest > _HALF if ends_half_day else rest >= _HALF
        clock = rest + (_AFTERNOON - _HALF if afternoon else _MORNING)
        midnight = datetime.combine(date.fromordinal(self._workday(index)), time(), self.tz)
        return (midnight + timedelta(microseconds=clock)).astimezone(UTC)

    def _workday(self, index: int) -> int:
        """Return the ordinal of the working day that has `index` working days before it."""
        usual = index // 5 * 7 + index % 5 + 1
        slack = 2 * len(self._changed) + 7
        around = range(max(usual - slack, 1), usual + slack)
        return around[bisect_right(around, index, key=lambda ordinal: self._workdays_before(ordinal + 1))]


def due_soon_at(start: datetime, due: datetime, limit: Limit | None, calendar: Calendar) -> datetime:
    """Return from when ≤ 25 % of the limit or ≤ 30 min of its own time is left; never before `start` (§3).

    The only definition of 临期 there is: it is stored as `warn_due_at`, and pages are told that moment.
    """
    unit = limit.unit if limit else "urgent_hour"
    whole = timedelta(hours=calendar.elapsed(start, due, unit) * SPAN[unit])
    return max(start, calendar.before(due, max(whole * SOON_SHARE, SOON_AT_LEAST), unit))


def red_at(start: datetime, due: datetime, limit: Limit | None, calendar: Calendar) -> datetime:
    """Return when the event is overdue by once its limit; without a limit, by the wall time it was given (§3)."""
    return due + (due - start) if limit is None else calendar.add(due, limit)
