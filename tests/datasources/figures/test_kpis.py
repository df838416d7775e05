"""KPIs: who counts in which numerator and denominator, how a number is written, which days a period holds."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.rules.events.event import LEVELS, SUPERVISIONS, Event, Rating, Status
from dashboard.rules.figures.kpis import (
    KPIS,
    Period,
    Record,
    counts,
    last_year,
    p90,
    percent,
    period,
    previous,
    value,
)
from dashboard.rules.periods import days
from tests.support.depth import examples

CHINA = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 20, 7, 42, 36, tzinfo=UTC)  # 15:42:36 in China, the moment of the mockups
TODAY = period("today", NOW, CHINA)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MORNING = NOW - 5 * HOUR
YESTERDAY = NOW - DAY


def record(status: str = Status.HANDLING, *, reported_at: datetime = MORNING, **facts: Any) -> Record:
    extra = {name: facts.pop(name) for name in list(facts) if name in Record.__dataclass_fields__}
    return Record(Event(1, "20261120000001", "井盖缺失", "resident", status, reported_at, **facts), **extra)


def finished(at: datetime, due: datetime | None, status: str = Status.CLOSED, **facts: Any) -> Record:
    closed = {"closed_at": at + HOUR} if status == Status.CLOSED else {}
    return record(status, handle_due_at=due, finished_at=at, **{**closed, **facts})


def count(code: str, *records: Record, basis: str = "due", over: Period = TODAY) -> tuple[int, int]:
    return counts(records, over, NOW, basis)[code]


ONE_HOUR_AGO, IN_AN_HOUR = NOW - HOUR, NOW + HOUR


@pytest.mark.parametrize(
    ("num", "den", "text"),
    [
        (3130, 3134, "99.87 %"),
        (1209, 1214, "99.59 %"),
        (3130 + 1209, 3134 + 1214, "99.79 %"),
        (911, 972, "93.72 %"),
        (737, 972, "75.82 %"),
        (0, 0, "—"),
        (0, 7, "0.00 %"),
        (7, 7, "100.00 %"),
        (1, 20000, "0.01 %"),  # exactly half a hundredth goes up
        (1, 20001, "0.00 %"),
        (3, 20000, "0.02 %"),  # where half-even and binary floats would differ
    ],
)
def test_a_rate_is_written_with_two_decimals_rounded_half_up(num, den, text):
    assert percent(num, den) == text


@given(st.integers(0, 10**9), st.integers(1, 10**9))
def test_a_written_rate_is_never_further_than_half_a_hundredth_from_the_truth(num, den):
    shown = Fraction(percent(num, den).removesuffix(" %"))
    assert -Fraction(1, 200) < shown - Fraction(num * 100, den) <= Fraction(1, 200)


def test_every_kind_of_number_is_written_with_its_numerator_and_denominator():
    assert value("on_time_rate", 118, 121) == {
        "name": "按期处置率",
        "num": 118,
        "den": 121,
        "text": "97.52 %",
    }
    assert value("open", 136, 158)["text"] == "136"
    assert value("open", 0, 0)["text"] == "0"
    assert value("owner_to_finish", 3 * 3600, 4)["text"] == "45.0"
    assert value("owner_to_finish_p90", 5430, 4)["text"] == "90.5"
    assert [value(f"owner_to_finish{end}", 0, 0)["text"] for end in ("", "_p90")] == ["—", "—"]


def test_every_kpi_is_counted_and_explained():
    assert list(counts([], TODAY, NOW)) == list(KPIS)
    assert set(counts([], TODAY, NOW).values()) == {(0, 0)}
    assert len({kpi.name for kpi in KPIS.values()}) == len(KPIS)
    for code, kpi in KPIS.items():
        assert code == kpi.code
        assert all((kpi.name, kpi.num_words, kpi.den_words, kpi.formula, kpi.by))
    contract = "register claim on_time close on_time_close rework first_fix satisfaction"
    assert {f"{name}_rate" for name in contract.split()} | {"dispatch_accuracy", "supervised"} <= set(KPIS)


# --- should have been handled, and was it on time -------------------------------------------------------------

ON_TIME = {
    "closed in time": (finished(NOW - 2 * HOUR, ONE_HOUR_AGO), (1, 1)),
    "finished in time, still to be checked": (
        finished(NOW - 2 * HOUR, ONE_HOUR_AGO, Status.CHECKING),
        (1, 1),
    ),
    "finished late": (finished(NOW - HOUR / 2, ONE_HOUR_AGO, late=True), (0, 1)),
    "in time the second round, late the first": (finished(NOW - 2 * HOUR, ONE_HOUR_AGO, late=True), (0, 1)),
    "overdue and open": (record(handle_due_at=ONE_HOUR_AGO), (0, 1)),
    "unsigned past its deadline": (record(Status.DISPATCHED, handle_due_at=ONE_HOUR_AGO), (0, 1)),
    "declined, then past its deadline": (record(Status.PENDING_DISPATCH, handle_due_at=ONE_HOUR_AGO), (0, 1)),
    "deadline at this very moment": (record(handle_due_at=NOW), (0, 0)),
    "deadline still to come": (record(handle_due_at=IN_AN_HOUR), (0, 0)),
    "finished early, deadline at this very moment": (finished(NOW - HOUR, NOW), (0, 0)),
    "finished early, deadline still to come": (finished(NOW - HOUR, IN_AN_HOUR), (0, 0)),
    "deadline yesterday": (finished(YESTERDAY - HOUR, YESTERDAY), (0, 0)),
    "on hold past its old deadline": (record(Status.ON_HOLD, handle_due_at=ONE_HOUR_AGO), (0, 0)),
    "no limit and finished today": (finished(ONE_HOUR_AGO, None), (1, 1)),
    "no limit and finished yesterday": (finished(YESTERDAY, None), (0, 0)),
    "no limit and open": (record(), (0, 0)),
    "rejected": (record(Status.REJECTED, handle_due_at=ONE_HOUR_AGO), (0, 0)),
    "merged though overdue": (record(Status.MERGED, handle_due_at=ONE_HOUR_AGO, overdue_at=NOW), (0, 0)),
}


@pytest.mark.parametrize(("one", "expected"), ON_TIME.values(), ids=ON_TIME)
def test_on_time_counts_what_was_due_in_the_period_and_is_past(one, expected):
    assert count("on_time_rate", one) == expected


def test_on_time_by_report_counts_what_was_reported_in_the_period_and_is_decided():
    early = finished(NOW - HOUR, IN_AN_HOUR)
    old = finished(NOW - 2 * HOUR, ONE_HOUR_AGO, reported_at=YESTERDAY)
    undecided = record(handle_due_at=IN_AN_HOUR)
    overdue = record(handle_due_at=ONE_HOUR_AGO)
    assert count("on_time_rate", early, old, undecided, overdue, basis="reported") == (1, 2)
    assert count("on_time_rate", early, old, undecided, overdue, basis="due") == (1, 2)
    assert count("on_time_rate", early, basis="due") == (0, 0)
    assert count("on_time_rate", old, basis="reported") == (0, 0)


def test_closing_rates_share_the_denominator_of_what_should_have_been_handled():
    rows = [
        finished(NOW - 2 * HOUR, ONE_HOUR_AGO),
        finished(NOW - 2 * HOUR, ONE_HOUR_AGO, Status.CHECKING),
        finished(NOW - HOUR / 2, ONE_HOUR_AGO, late=True),
        record(handle_due_at=ONE_HOUR_AGO),
    ]
    found = counts(rows, TODAY, NOW)
    assert found["close_rate"] == (2, 4)
    assert found["on_time_close_rate"] == (1, 4)
    assert found["on_time_rate"] == (2, 4)


# --- the other rates and counts -----------------------------------------------------------------------------


def test_registration_leaves_out_what_was_rejected_or_merged():
    rows = [
        record(registered_at=MORNING + HOUR),
        record(Status.REPORTED),
        record(Status.REJECTED),
        record(Status.MERGED, registered_at=MORNING),
        record(registered_at=NOW, reported_at=YESTERDAY),
    ]
    assert count("register_rate", *rows) == (1, 2)
    assert count("reported", *rows) == (4, 4)


def test_the_claim_rate_asks_who_entered_the_pool_in_the_period_and_was_claimed_from_it():
    rows = [
        record(pool_at=MORNING, claimed_at=MORNING + HOUR),
        record(pool_at=MORNING),
        record(pool_at=YESTERDAY, claimed_at=MORNING),
        record(pool_at=MORNING, claimed_at=YESTERDAY),  # claimed once, then routed into the pool again
        record(),
        record(Status.MERGED, pool_at=MORNING, claimed_at=MORNING),
    ]
    assert count("claim_rate", *rows) == (1, 3)


def test_a_dispatch_that_was_declined_and_sent_elsewhere_was_not_accurate():
    assert count("dispatch_accuracy", record(dispatches=3, rerouted=1), record(dispatches=1), record()) == (
        3,
        4,
    )
    assert count("dispatch_accuracy", record(dispatches=1, rerouted=2)) == (0, 1)


def test_rework_counts_events_not_rounds_and_first_fix_is_its_mirror_among_the_closed():
    rows = [
        finished(NOW - 2 * HOUR, None, rework_count=2),
        finished(NOW - 2 * HOUR, None),
        finished(NOW - 2 * HOUR, None, Status.CHECKING, rework_count=1),
    ]
    assert count("rework_rate", *rows) == (2, 3)
    assert count("first_fix_rate", *rows) == (1, 2)
    assert count("closed", *rows) == (2, 2)


def test_satisfaction_counts_every_rating_given_and_coverage_owns_up_to_the_unrated():
    good, bad = Rating.VERY_SATISFIED, Rating.DISSATISFIED
    twice = finished(
        NOW - 2 * HOUR, None, rating=good, ratings=((MORNING, bad), (NOW - HOUR, good)), rework_count=1
    )
    fair = finished(NOW - 2 * HOUR, None, rating=Rating.FAIR, ratings=((NOW - HOUR, Rating.FAIR),))
    imported = finished(NOW - 2 * HOUR, None, imported=True)
    last_week = finished(NOW - 7 * DAY, None, rating=good, ratings=((NOW - 7 * DAY, good),))
    assert count("satisfaction_rate", twice, fair, imported, last_week) == (1, 3)
    assert count("rating_coverage", twice, fair, imported, last_week) == (2, 3)
    assert count("satisfaction_rate", imported) == (0, 0)


def test_a_rejected_or_merged_event_counts_as_reported_and_nowhere_else():
    for status in (Status.REJECTED, Status.MERGED):
        void = record(
            status,
            registered_at=MORNING,
            pool_at=MORNING,
            owned_at=MORNING,
            handle_due_at=ONE_HOUR_AGO,
            finished_at=ONE_HOUR_AGO,
            closed_at=ONE_HOUR_AGO,
            supervision="red",
            level="district",
            emergency=True,
            late=True,
            resolved_on_site=True,
            rework_count=1,
            rating=Rating.FAIR,
            claimed_at=MORNING,
            dispatches=2,
            ratings=((MORNING, Rating.FAIR),),
        )
        parts_of_reported = {code for code, kpi in KPIS.items() if kpi.kind == "count"} - {
            "overdue",
            "closed",
        }
        for basis in ("due", "reported"):
            found = counts([void], TODAY, NOW, basis)
            assert found.pop("reported") == (1, 1)
            for code, pair in found.items():
                assert pair == ((0, 1) if code in parts_of_reported else (0, 0)), code


def test_the_five_levels_of_the_mockups_give_its_satisfaction():
    given_ratings = zip(Rating, (59, 36, 6, 2, 1), strict=True)
    rows = [record(ratings=((MORNING, rating),)) for rating, number in given_ratings for _ in range(number)]
    assert count("satisfaction_rate", *rows) == (95, 104)


def test_counts_are_parts_of_what_was_reported():
    rows = [
        record(
            handle_due_at=ONE_HOUR_AGO, supervision="yellow", escalations=2, level="district", emergency=True
        ),
        record(Status.ON_HOLD, handle_due_at=ONE_HOUR_AGO),
        record(Status.CHECKING, handle_due_at=ONE_HOUR_AGO),
        record(handle_due_at=IN_AN_HOUR),
        finished(MORNING, None, resolved_on_site=True),
        record(reported_at=YESTERDAY, supervision="red"),
    ]
    found = counts(rows, TODAY, NOW)
    expected = {
        "reported": (5, 5),
        "open": (4, 5),
        "overdue": (1, 4),
        "supervised": (1, 5),
        "escalated": (1, 5),
        "emergencies": (1, 5),
        "resolved_on_site": (1, 5),
    }
    assert {code: found[code] for code in expected} == expected


def test_a_stage_is_measured_where_it_ended_and_hold_time_is_taken_off():
    one = record(
        Status.CLOSED,
        reported_at=YESTERDAY,
        registered_at=MORNING,
        owned_at=MORNING + HOUR,
        finished_at=MORNING + 4 * HOUR,
        closed_at=MORNING + 4.5 * HOUR,
        held_seconds=3600,
    )
    found = counts([one], TODAY, NOW)
    assert found["report_to_register"] == (19 * 3600, 1)
    assert found["register_to_owner"] == (3600, 1)
    assert found["owner_to_finish"] == (2 * 3600, 1)
    assert found["finish_to_close"] == found["finish_to_close_p90"] == (1800, 1)
    yesterday = counts([one], previous(TODAY), NOW)
    assert yesterday["report_to_register"] == (0, 0)


@given(st.lists(st.integers(0, 10**6), min_size=1).map(sorted))
def test_ninety_percent_took_no_longer_than_the_p90_and_it_is_the_least_such_value(values):
    least = p90(values)
    assert sum(one <= least for one in values) * 10 >= 9 * len(values)
    assert sum(one < least for one in values) * 10 < 9 * len(values)


times = st.one_of(st.none(), st.integers(-5000, 200).map(lambda minutes: NOW + timedelta(minutes=minutes)))
any_record = st.builds(
    record,
    st.sampled_from(list(Status)),
    reported_at=times.filter(bool),
    registered_at=times,
    pool_at=times,
    claimed_at=times,
    owned_at=times,
    handle_due_at=times,
    finished_at=times,
    closed_at=times,
    overdue_at=times,
    late=st.booleans(),
    level=st.sampled_from(LEVELS),
    supervision=st.sampled_from(SUPERVISIONS),
    rework_count=st.integers(0, 2),
    rating=st.sampled_from([None, *Rating]),
    dispatches=st.integers(0, 3),
    rerouted=st.integers(0, 3),
    held_seconds=st.integers(0, 10**6),
)


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(any_record, max_size=12), st.sampled_from(["due", "reported"]))
def test_a_numerator_never_exceeds_its_denominator_and_sums_do_not_depend_on_the_split(records, basis):
    week = period("7d", NOW, CHINA)
    whole = counts(records, week, NOW, basis)
    halves = [counts(part, week, NOW, basis) for part in (records[::2], records[1::2])]
    for code, (num, den) in whole.items():
        assert num >= 0 and den >= 0
        if KPIS[code].kind in ("rate", "count"):
            assert num <= den
        if KPIS[code].kind != "percentile":
            assert (num, den) == tuple(map(sum, zip(*(half[code] for half in halves), strict=True)))
    assert whole["on_time_close_rate"][0] <= min(whole["close_rate"][0], whole["on_time_rate"][0])


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(any_record, max_size=12))
def test_two_days_counted_apart_add_up_to_both_together(records):
    yesterday, both = previous(TODAY), Period(previous(TODAY).start, TODAY.end, CHINA)
    apart = [counts(records, one, NOW) for one in (yesterday, TODAY)]
    for code, together in counts(records, both, NOW).items():
        if KPIS[code].kind != "percentile":
            assert together == tuple(map(sum, zip(*(one[code] for one in apart), strict=True)))


# --- periods ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("today", "2026-11-20", "2026-11-20"),
        ("7d", "2026-11-14", "2026-11-20"),
        ("month", "2026-11-01", "2026-11-30"),
        ("quarter", "2026-10-01", "2026-12-31"),
        ("year", "2026-01-01", "2026-12-31"),
        ("2026-02-03..2026-02-03", "2026-02-03", "2026-02-03"),
        ("2024-02-28..2024-03-01", "2024-02-28", "2024-03-01"),
    ],
)
def test_a_period_is_made_of_local_days_both_included(text, first, last):
    found = period(text, NOW, CHINA)
    assert (found.first.isoformat(), found.last.isoformat()) == (first, last)
    assert found.start == datetime.fromisoformat(f"{first}T00:00+08:00")
    assert found.end == datetime.fromisoformat(f"{last}T00:00+08:00") + DAY
    assert found.start in found and found.end not in found and None not in found


def test_today_is_the_day_of_the_district_not_of_greenwich():
    after_midnight = datetime(2026, 11, 20, 16, 5, tzinfo=UTC)
    assert period("today", after_midnight, CHINA).first == date(2026, 11, 21)


def test_a_day_of_the_change_to_summer_time_has_23_hours():
    new_york = ZoneInfo("America/New_York")
    day = period("2026-03-08..2026-03-08", NOW, new_york)
    assert day.end - day.start == 23 * HOUR
    assert previous(day).end == day.start and previous(day).end - previous(day).start == 24 * HOUR


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tomorrow",
        "Today",
        "2026-02-30..2026-03-01",
        "2026-01-01",
        "20260101..20260102",
        "2026-01-02..2026-01-01",
        "0001-01-01..9999-12-31",
        "２０２６-01-01..2026-01-02",
        "2026-01-01..2026-01-02\n",
    ],
)
def test_a_period_that_makes_no_sense_is_refused_in_a_chinese_sentence(text):
    with pytest.raises(ValueError, match="统计周期"):
        period(text, NOW, CHINA)


@pytest.mark.parametrize(
    ("text", "before", "year_before"),
    [
        ("today", "2026-11-19..2026-11-19", "2025-11-20..2025-11-20"),
        ("7d", "2026-11-07..2026-11-13", "2025-11-14..2025-11-20"),
        ("month", "2026-10-01..2026-10-31", "2025-11-01..2025-11-30"),
        ("quarter", "2026-07-01..2026-09-30", "2025-10-01..2025-12-31"),
        ("year", "2025-01-01..2025-12-31", "2025-01-01..2025-12-31"),
        ("2024-02-29..2024-02-29", "2024-02-28..2024-02-28", "2023-02-28..2023-02-28"),
        ("2025-02-01..2025-02-28", "2025-01-01..2025-01-31", "2024-02-01..2024-02-29"),
        ("2026-03-02..2026-03-31", "2026-01-31..2026-03-01", "2025-03-02..2025-03-31"),
    ],
)
def test_a_period_is_compared_with_the_one_before_and_the_one_a_year_before(text, before, year_before):
    found = period(text, NOW, CHINA)
    assert previous(found) == period(before, NOW, CHINA)
    assert last_year(found) == period(year_before, NOW, CHINA)


@given(st.dates(date(1971, 1, 1), date(2190, 1, 1)), st.integers(0, 800))
def test_the_period_before_ends_where_the_period_begins(first, length):
    one = days(first, first + timedelta(days=length), CHINA)
    assert previous(one).end == one.start
    assert (one.first, one.last) == (first, first + timedelta(days=length))
