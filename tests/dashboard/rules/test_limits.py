"""Limits: the words of a template, the working calendar, and the three marks on the way to a deadline."""

from datetime import UTC, date, datetime, timedelta
from time import perf_counter
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.rules.limits import (
    CLAIM_BOUNDS,
    DEFAULT_HANDLING,
    DEFAULT_MINUTES,
    UNITS,
    Calendar,
    Limit,
    due_soon_at,
    parse_limit,
    parse_limit_or_none,
    red_at,
)

CHINA = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")

# The State Council's arrangement for 2026: Spring Festival 15–23 February, with 14 and 28 February worked.
SPRING_2026 = {date(2026, 2, day): "holiday" for day in range(15, 24)} | {
    date(2026, 2, 14): "workday",
    date(2026, 2, 28): "workday",
}
CALENDAR = Calendar(SPRING_2026, CHINA)
AUTUMN = Calendar({date(2026, 10, day): "holiday" for day in range(1, 8)}, CHINA)


def china(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


def due(start: str, words: str, times: float = 1) -> str:
    end = CALENDAR.add(china(start), parse_limit(words), times)
    assert end.tzinfo is UTC
    return end.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")


# Every distinct limit of the two Yuncheng templates (csv and xlsx), then other ways people write them.
TEMPLATE_WORDS = {
    "1工作日": Limit(1, "work_day"),
    "2工作日": Limit(2, "work_day"),
    "3工作日": Limit(3, "work_day"),
    "4工作日": Limit(4, "work_day"),
    " 5工作日": Limit(5, "work_day"),
    "5工作日": Limit(5, "work_day"),
    "7工作日": Limit(7, "work_day"),
    "10工作日": Limit(10, "work_day"),
    "种植季节15工作日": Limit(15, "work_day", "种植季节"),
    "2工作时": Limit(2, "work_hour"),
    "4工作时": Limit(4, "work_hour"),
    "2紧急工作时": Limit(2, "urgent_hour"),
    "4紧急工作时": Limit(4, "urgent_hour"),
    "1紧急工作时\n": Limit(1, "urgent_hour"),
    "1紧急工作时制止": Limit(1, "urgent_hour", "制止"),
    "1紧急工作日": Limit(1, "natural_day"),
    "2紧急工作日": Limit(2, "natural_day"),
    "2小时": Limit(2, "work_hour"),
    "4小时": Limit(4, "work_hour"),
    "1天": Limit(1, "work_day"),
    "2天": Limit(2, "work_day"),
    "3天": Limit(3, "work_day"),
    "4天": Limit(4, "work_day"),
    "5天": Limit(5, "work_day"),
    "7天": Limit(7, "work_day"),
    "10天": Limit(10, "work_day"),
    "15天": Limit(15, "work_day"),
    "2自然日": Limit(2, "natural_day"),
    "４ 工作时": Limit(4, "work_hour"),
    "０．５　自然日": Limit(0.5, "natural_day"),
    "2个工作日": Limit(2, "work_day"),
    "1紧急工作时（制止）": Limit(1, "urgent_hour", "制止"),
}


@pytest.mark.parametrize(("words", "limit"), TEMPLATE_WORDS.items())
def test_every_wording_of_the_templates_means_a_limit(words, limit):
    assert parse_limit(words) == limit


@pytest.mark.parametrize(
    "words",
    ["", "尽快", "4", "四工作时", "-1天", "0工作时", "1e3天", "2年", "4工作时5天", "99999天", "١天", "2天x"],
)
def test_words_that_mean_no_limit_are_refused_in_a_chinese_sentence(words):
    with pytest.raises(ValueError, match="时限"):
        parse_limit(words)


def test_a_template_that_says_nothing_gives_no_limit():
    assert [parse_limit_or_none(words) for words in ("", "  ", "　", None)] == [None] * 4
    assert parse_limit_or_none("2天") == Limit(2, "work_day")


def test_a_limit_of_an_unknown_unit_or_of_no_time_is_refused():
    for amount, unit in ((1, "week"), (0, "work_day"), (-1, "work_day"), (float("nan"), "work_day")):
        with pytest.raises(ValueError, match="时限"):
            Limit(amount, unit)


@pytest.mark.parametrize(
    ("start", "words", "end"),
    [
        # the afternoon of Friday 20 November 2026 ends at 18:00 after 2 h 18 min; the rest is Monday's
        ("2026-11-20 15:42", "4工作时", "2026-11-23 09:42"),
        ("2026-11-20 15:42", "4紧急工作时", "2026-11-20 19:42"),
        ("2026-11-20 15:42", "1工作日", "2026-11-23 15:42"),
        ("2026-11-20 15:42", "1自然日", "2026-11-21 15:42"),
        # ends of half-days
        ("2026-11-23 08:00", "4工作时", "2026-11-23 12:00"),
        ("2026-11-23 12:00", "1工作时", "2026-11-23 15:00"),
        ("2026-11-23 13:10", "1工作时", "2026-11-23 15:00"),
        ("2026-11-23 11:30", "1工作时", "2026-11-23 14:30"),
        ("2026-11-23 14:00", "4工作时", "2026-11-23 18:00"),
        ("2026-11-23 18:00", "8工作时", "2026-11-24 18:00"),
        # outside working time the start moves to the next working moment
        ("2026-11-23 06:00", "2工作日", "2026-11-25 08:00"),
        ("2026-11-23 12:30", "1工作日", "2026-11-24 14:00"),
        ("2026-11-23 17:59", "1工作日", "2026-11-24 17:59"),
        ("2026-11-20 18:00", "1工作日", "2026-11-24 08:00"),
        ("2026-11-21 10:00", "1工作日", "2026-11-24 08:00"),
        ("2026-11-21 10:00", "2工作时", "2026-11-23 10:00"),
        # Spring Festival: Saturday 14 is worked, then nine days off, Saturday 28 is worked
        ("2026-02-13 17:00", "2工作时", "2026-02-14 09:00"),
        ("2026-02-14 17:00", "2工作时", "2026-02-24 09:00"),
        ("2026-02-13 10:00", "2工作日", "2026-02-24 10:00"),
        ("2026-02-27 16:00", "1工作日", "2026-02-28 16:00"),
        ("2026-02-27 16:00", "2工作日", "2026-03-02 16:00"),
        ("2026-02-18 10:00", "2紧急工作时", "2026-02-18 12:00"),
        # the leap day is a Thursday like any other
        ("2024-02-28 10:00", "1工作日", "2024-02-29 10:00"),
        ("2024-02-28 10:00", "2天", "2024-03-01 10:00"),
        ("2024-02-28 10:00", "2自然日", "2024-03-01 10:00"),
    ],
)
def test_a_limit_ends_when_the_working_calendar_says(start, words, end):
    assert due(start, words) == end


def test_a_calendar_knows_weekends_holidays_and_worked_saturdays():
    worked = [day for day in range(12, 29) if CALENDAR.is_workday(date(2026, 2, day))]
    assert worked == [12, 13, 14, 24, 25, 26, 27, 28]


def test_marking_what_is_so_anyway_changes_nothing():
    usual = Calendar({}, CHINA)
    stated = Calendar({date(2026, 11, 21): "holiday", date(2026, 11, 20): "workday"}, CHINA)
    friday = china("2026-11-20 15:42")
    assert stated.add(friday, Limit(9, "work_day")) == usual.add(friday, Limit(9, "work_day"))


def test_a_calendar_of_unknown_marks_is_refused():
    with pytest.raises(ValueError, match="工作日历"):
        Calendar({date(2026, 1, 1): "half"}, CHINA)


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="zone"):
        CALENDAR.elapsed(datetime(2026, 1, 1), datetime(2026, 1, 2), "work_hour")


def test_half_an_extension_is_half_the_limit():
    assert due("2026-11-23 08:00", "4工作时", times=0.5) == "2026-11-23 10:00"
    assert due("2026-11-23 08:00", "4工作时", times=2) == "2026-11-23 18:00"


@pytest.mark.parametrize(
    ("friday", "monday_utc"),
    [("2026-03-06", "2026-03-09T13:00"), ("2026-10-30", "2026-11-02T14:00")],
)
def test_work_hours_follow_the_local_clock_over_a_change_to_and_from_summer_time(friday, monday_utc):
    calendar = Calendar({}, NEW_YORK)
    start = datetime.fromisoformat(f"{friday}T17:00").replace(tzinfo=NEW_YORK)
    end = calendar.add(start, Limit(2, "work_hour"))
    assert end.isoformat()[:16] == monday_utc
    assert end.astimezone(NEW_YORK).hour == 9
    assert calendar.elapsed(start, end, "work_hour") == 2
    assert calendar.add(start, Limit(1, "natural_day")) - start.astimezone(UTC) == timedelta(hours=24)


def test_elapsed_counts_only_the_time_of_its_unit():
    friday, monday = china("2026-11-20 15:42"), china("2026-11-23 09:42")
    assert CALENDAR.elapsed(friday, monday, "work_hour") == 4
    assert CALENDAR.elapsed(friday, monday, "work_day") == 0.5
    assert CALENDAR.elapsed(friday, monday, "urgent_hour") == 66
    assert CALENDAR.elapsed(friday, monday, "natural_day") == 2.75
    assert CALENDAR.elapsed(monday, friday, "work_hour") == -4


moments = st.datetimes(datetime(2025, 12, 1), datetime(2026, 4, 30)).map(lambda at: at.replace(tzinfo=UTC))
amounts = st.integers(1, 4000).map(lambda quarters: quarters / 4)
limits = st.builds(Limit, amounts, st.sampled_from(list(UNITS)))
calendars = st.sampled_from([CALENDAR, Calendar({}, NEW_YORK), Calendar({}, CHINA)])


@given(calendars, moments, limits)
def test_what_has_elapsed_at_the_due_time_is_the_limit(calendar, start, limit):
    assert calendar.elapsed(start, calendar.add(start, limit), limit.unit) == limit.amount


@given(calendars, moments, moments, limits)
def test_who_starts_later_is_due_no_earlier(calendar, one, other, limit):
    first, second = sorted((one, other))
    assert calendar.add(first, limit) <= calendar.add(second, limit)


@given(calendars, moments, limits, limits)
def test_more_time_is_never_due_earlier_and_nothing_is_due_before_its_start(calendar, start, limit, other):
    more = Limit(limit.amount + other.amount, limit.unit)
    assert start < calendar.add(start, limit) < calendar.add(start, more)


@given(moments, st.integers(1, 30))
def test_counting_working_days_one_by_one_gives_the_same_day(start, days):
    """An independent, slow reading of the rule: walk the calendar day by day."""
    local = start.astimezone(CHINA)
    if local.hour >= 18 or not CALENDAR.is_workday(local.date()):
        day = local.date() + timedelta(days=1)
        while not CALENDAR.is_workday(day):
            day += timedelta(days=1)
    else:
        day = local.date()
    for _ in range(days):
        day += timedelta(days=1)
        while not CALENDAR.is_workday(day):
            day += timedelta(days=1)
    assert CALENDAR.add(start, Limit(days, "work_day")).astimezone(CHINA).date() == day


def test_a_due_time_weeks_ahead_costs_microseconds():
    start, limit = china("2026-02-13 10:00"), Limit(15, "work_day")
    best = min(_timed(start, limit) for _ in range(5))
    assert best < 50e-6  # about 7 µs here; a walk minute by minute costs milliseconds


def _timed(start: datetime, limit: Limit) -> float:
    began = perf_counter()
    for _ in range(200):
        CALENDAR.add(start, limit)
    return (perf_counter() - began) / 200


@pytest.mark.parametrize(
    ("minutes", "soon_after"),
    [(20, 0), (30, 0), (60, 30), (120, 90), (240, 180), (2880, 2160)],
)
def test_an_event_is_due_soon_at_a_quarter_or_half_an_hour_left_whichever_comes_first(minutes, soon_after):
    start, limit = china("2026-11-20 08:00"), Limit(minutes / 60, "urgent_hour")
    due = start + timedelta(minutes=minutes)
    assert due_soon_at(start, due, limit, CALENDAR) == start + timedelta(minutes=soon_after)
    assert due_soon_at(start, due, None, CALENDAR) == start + timedelta(minutes=soon_after)


@pytest.mark.parametrize(
    ("limit", "start", "due", "soon"),
    [
        (Limit(4, "work_hour"), "2026-11-27 17:00", "2026-11-30 11:00", "2026-11-30 10:00"),
        (Limit(4, "work_hour"), "2026-09-30 16:00", "2026-10-08 10:00", "2026-10-08 09:00"),
        (Limit(1, "work_hour"), "2026-11-27 17:45", "2026-11-30 08:45", "2026-11-30 08:15"),
        (Limit(2, "work_day"), "2026-11-27 10:00", "2026-12-01 10:00", "2026-11-30 16:00"),
        (Limit(1, "natural_day"), "2026-11-27 17:00", "2026-11-28 17:00", "2026-11-28 11:00"),
    ],
)
def test_due_soon_is_counted_in_the_limits_own_unit_and_never_while_nobody_works(limit, start, due, soon):
    assert AUTUMN.add(china(start), limit) == china(due)
    assert due_soon_at(china(start), china(due), limit, AUTUMN) == china(soon)


@pytest.mark.parametrize(
    ("unit", "due", "since", "now", "again"),
    [
        ("work_hour", "2026-11-27 18:00", "2026-11-27 12:47", "2026-11-27 17:47", "2026-11-30 11:47"),
        ("work_hour", "2026-09-30 17:00", "2026-09-30 09:00", "2026-10-08 09:00", "2026-10-08 17:00"),
        ("work_day", "2026-11-27 10:00", "2026-11-25 10:00", "2026-11-30 10:00", "2026-12-02 10:00"),
        ("urgent_hour", "2026-11-27 18:00", "2026-11-27 16:00", "2026-11-28 01:00", "2026-11-28 03:00"),
        (None, "2026-11-27 18:00", "2026-11-27 16:00", "2026-11-28 01:00", "2026-11-28 03:00"),
        ("work_hour", "2026-11-27 10:00", "2026-11-27 12:00", "2026-11-30 12:00", "2026-11-30 10:00"),
    ],
)
def test_what_was_left_of_a_limit_is_left_again_after_its_clock_stood_still(unit, due, since, now, again):
    assert AUTUMN.carried(china(due), china(since), china(now), unit) == china(again)


def test_an_event_turns_red_when_overdue_by_once_its_limit():
    start, limit = china("2026-11-20 15:42"), Limit(4, "work_hour")
    end = CALENDAR.add(start, limit)
    red = red_at(start, end, limit, CALENDAR)
    assert red == china("2026-11-23 15:42")
    assert CALENDAR.elapsed(end, red, "work_hour") == limit.amount
    assert red_at(start, end, None, CALENDAR) == end + (end - start)


def test_the_defaults_are_those_of_the_rule_book():
    assert DEFAULT_MINUTES == {
        "claim": 30,
        "register": 15,
        "dispatch": 15,
        "accept": 30,
        "accept_emergency": 5,
        "check": 240,
        "check_emergency": 30,
    }
    assert CLAIM_BOUNDS == (5, 120)
    assert DEFAULT_HANDLING.unit == "work_day" and DEFAULT_HANDLING.amount == 2
