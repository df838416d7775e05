"""Rollups: every number is the same with and without them, after any history; rolled up anew they come out the same."""

import itertools
from dataclasses import replace
from datetime import timedelta

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from dashboard.rules.events.report import Report
from dashboard.rules.figures.kpis import KPIS, counts
from dashboard.rules.periods import period
from dashboard.sweeps import rollup_keeper
from datasources.districts.reference import References
from datasources.figures.boards import RATES, standings
from datasources.figures.breakdown import handoffs, levels
from datasources.figures.kpis import ROLLED_KEYS, kpi_groups, kpi_values
from datasources.figures.narrow import Narrow
from datasources.figures.points import BOARDS, points_of
from datasources.figures.question import Question
from datasources.figures.rollups import days as rollups
from datasources.figures.rollups.rolled import cover, live_cover
from datasources.figures.rollups.times import rolled_stage
from datasources.figures.stages import DURATIONS, stage_values
from datasources.history.records import insert_history, places_of
from datasources.store.models import RollupPointsRow, RollupRow, RollupTimesRow
from tests.conftest import OPERATOR
from tests.support.depth import examples
from tests.support.histories import History, discarded

KEPT = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
ONCE = (Phase.explicit, Phase.reuse, Phase.generate)  # a seed does not get simpler by shrinking
COUNTED = tuple(code for code, kpi in KPIS.items() if kpi.kind in ("rate", "count"))
TABLES = (RollupRow, RollupPointsRow, RollupTimesRow)
WIDE = "2026-10-01..2026-12-31"


def roll(session, reference, now):
    """Roll up everything that is due, as the keeper does."""
    for day in rollups.unrolled_days(session, now, reference.tz):
        assert rollups.store_day(session, rollups.count_day(session, day, reference.tz), now, reference.tz)
    rollups.clear_idle_marks(session, now, reference.tz)
    for tier, first in rollups.unrolled_spans(session, reference.tz):
        rollups.store_span(session, tier, first, now)


def contents(session):
    """Return every row that is not all zeros, without when it was made."""
    found = set()
    for table in TABLES:
        for row in session.execute(select(table.__table__)):
            if any(isinstance(value, int | bytes) and value for value in row):
                found.add(tuple(row))
    return found


def narrows(history):
    """Return what numbers are narrowed to here: nothing, each dimension, and some together."""
    event = history.dice.choice(history.events)
    street = event.area_path.strip("/").split("/")[1] if event.area_path.count("/") > 2 else None
    return [
        Narrow(),
        Narrow(area=street),
        Narrow(unit="URBAN_MGMT"),
        Narrow(category="S0406"),
        Narrow(channel="resident"),
        Narrow(area=street, unit="URBAN_MGMT", channel="grid_worker"),
    ]


def check_numbers(session, reference, history):
    """Compare what rollups say with the plain count, and every group with the live count."""
    records, now = history.records(), history.now
    for words in (WIDE, "7d", "month", "2026-11-19..2026-11-22"):
        asked = period(words, now, reference.tz)
        for basis in ("due", "reported"):
            plain = counts(records, asked, now, basis)
            whole = Question(asked, now, basis=basis)
            assert kpi_values(session, reference, whole) == plain
            for narrow in narrows(history):
                question = replace(whole, narrow=narrow)
                live = kpi_values(session, reference, question, COUNTED, live_cover(asked))
                assert kpi_values(session, reference, question, COUNTED) == live
                for stage in DURATIONS:
                    rolled = rolled_stage(session, cover(session, asked, now), stage, narrow, reference)
                    assert rolled in (None, stage_values(session, reference, question, stage))
            for group in ROLLED_KEYS:
                live = kpi_groups(session, reference, whole, group, COUNTED, live_cover(asked))
                assert solid(kpi_groups(session, reference, whole, group, COUNTED)) == solid(live)
        for narrow in narrows(history):
            for told in (handoffs, levels):
                question = Question(asked, now, narrow)
                assert told(session, reference, question) == told(
                    session, reference, question, live_cover(asked)
                )
        for board, area in itertools.product(BOARDS, [None, *some_areas(history)]):
            live = points_of(session, reference, board, asked, area, cover=live_cover(asked))
            rolled = points_of(session, reference, board, asked, area)
            assert {k: v for k, v in rolled.items() if v} == {k: v for k, v in live.items() if v}
            question = Question(asked, now, Narrow(area))
            told = standings(session, reference, board, question, RATES)
            counted = standings(session, reference, board, question, RATES, live_cover(asked))
            assert lines_of(told) == lines_of(counted)


def lines_of(standings):
    """Return code → what a line of a board says, without what is nothing."""
    parts = {
        one.code: {name: pair for name, pair in one.parts.items() if pair != (0, 0)} for one in standings
    }
    said = {one.code: (one.points, one.closed, one.composite, parts[one.code]) for one in standings}
    return {code: line for code, line in said.items() if any(line)}


def some_areas(history):
    """Return a street, a community and a grid in which something happened."""
    path = next((one.area_path for one in history.events if one.area_path.count("/") > 4), "")
    return path.strip("/").split("/")[1:]


def solid(groups):
    """Return groups without what is nothing."""
    found = {
        key: {code: pair for code, pair in pairs.items() if pair != (0, 0)} for key, pairs in groups.items()
    }
    return {key: pairs for key, pairs in found.items() if pairs}


def check_history(database, seed):
    reference = References(database).get()
    with discarded(database) as session:
        history = History(session, reference, seed).live(events=7, steps=35)
        roll(session, reference, history.now)
        check_numbers(session, reference, history)
        for _ in range(
            3
        ):  # what happens after a day was rolled up is marked, counted live, then rolled up again
            for _ in range(12):
                history.step()
            check_numbers(session, reference, history)
            roll(session, reference, history.now)
        check_numbers(session, reference, history)
        kept = contents(session)
        rollups.forget_all(session)
        assert not contents(session)
        roll(session, reference, history.now)
        assert contents(session) == kept


@settings(max_examples=examples(5), deadline=None, suppress_health_check=KEPT, phases=ONCE)
@given(seed=st.integers(0, 10**9))
def test_rolled_up_as_it_comes_equals_rebuilt_and_the_plain_count_for_any_history(sqlite, seed):
    check_history(sqlite, seed)


@settings(max_examples=examples(1), deadline=None, suppress_health_check=KEPT, phases=ONCE)
@given(seed=st.integers(0, 10**9))
def test_rollups_on_postgresql_equal_rebuilt_and_the_plain_count_too(postgresql, seed):
    check_history(postgresql, seed)


def rolled_numbers(town, words=WIDE):
    with town.database.read() as session:
        asked = period(words, town.now, town.reference.tz)
        assert cover(session, asked, town.now).rolled  # else this would compare the live count with itself
        question = Question(asked, town.now)
        shown = kpi_values(session, town.reference, question, COUNTED)
        live = kpi_values(session, town.reference, question, COUNTED, live_cover(asked))
    assert shown == live
    return shown


def test_a_check_of_a_day_rolled_up_long_ago_leaves_it_when_its_event_is_merged(town):
    original = town.report()
    sent_back = town.checked(town.finished(town.claimed()), "dissatisfied")
    town.hand.forward(days=3)
    assert rollup_keeper.keep(town.database, town.reference, town.now)
    assert rolled_numbers(town)["satisfaction_rate"] == (0, 1)
    town.act(town.fresh(sent_back), "merge", OPERATOR, original=original.number)
    assert rolled_numbers(town)["satisfaction_rate"] == (0, 0)
    assert rollup_keeper.keep(town.database, town.reference, town.now)
    assert rolled_numbers(town)["satisfaction_rate"] == (0, 0)


def test_a_day_that_changes_between_counting_and_storing_is_left_for_the_next_round(town):
    event = town.finished(town.claimed())
    town.hand.forward(days=2)
    tz, day = town.reference.tz, event.reported_at.astimezone(town.reference.tz).date()
    with town.database.read() as session:
        counted = rollups.count_day(session, day, tz)
    town.act(event, "comment", OPERATOR, text="收到")
    with town.database.write() as session:
        assert not rollups.store_day(session, counted, town.now, tz)
    with town.database.read() as session:
        assert day in rollups.unrolled_days(session, town.now, tz)


def test_the_month_is_added_up_once_all_its_days_are(town):
    town.hand.forward(days=11)  # into December
    town.checked(town.finished(town.claimed()))
    town.report(reported_at=town.now - timedelta(days=6))
    town.hand.forward(days=32)
    assert rollup_keeper.keep(town.database, town.reference, town.now)
    with town.database.read() as session:
        asked = period("2026-12-01..2026-12-31", town.now, town.reference.tz)
        found = cover(session, asked, town.now)
    assert found.spans == {"day": [], "week": [], "month": [asked.first]} and not found.live
    assert rolled_numbers(town, "2026-12-01..2026-12-31")["reported"] == (1, 1)
    town.report(reported_at=town.now - timedelta(days=2))
    with town.database.read() as session:
        assert cover(session, asked, town.now).spans["month"] == []


def test_a_merge_takes_back_what_a_unit_declined_days_before(town):
    original, event = town.report(), town.report()
    town.hand.forward(days=2)
    event = town.act(event, "dispatch", OPERATOR, unit="URBAN_MGMT", reason="直接派单")
    event = town.act(event, "decline", town.unit_of(event), ground="not_our_duty", text="不属于本单位")
    town.hand.forward(days=2)
    event = town.act(event, "dispatch", OPERATOR, unit="HOUSING")
    town.hand.forward(days=2)
    assert rollup_keeper.keep(town.database, town.reference, town.now)
    asked = period("7d", town.now, town.reference.tz)
    for declined in (1, 0):
        with town.database.read() as session:
            question = Question(asked, town.now)
            told = handoffs(session, town.reference, question)
            assert told == handoffs(session, town.reference, question, live_cover(asked))
            assert sum(one.declined for one in told) == declined
        if declined:
            town.act(town.fresh(event), "merge", OPERATOR, original=original.number)


def test_months_weeks_and_days_together_say_what_the_live_count_says_on_every_board_in_every_area(town):
    for _ in range(8):  # from Friday 20 November into January
        town.checked(town.finished(town.claimed()))
        town.report()
        town.hand.forward(days=7)
    assert rollup_keeper.keep(town.database, town.reference, town.now)
    reference, area_of = town.reference, town.report().area_path.strip("/").split("/")
    asked = period("2026-11-28..2027-01-13", town.now, reference.tz)
    with town.database.read() as session:
        found = cover(session, asked, town.now)
        assert [len(found.spans[tier]) for tier in ("month", "week", "day")] == [1, 1, 9]
        for told, area in itertools.product((handoffs, levels), [None, *area_of[1:]]):
            question = Question(asked, town.now, Narrow(area))
            live = told(session, reference, question, live_cover(asked))
            assert told(session, reference, question) == live and live
        for board, area in itertools.product(BOARDS, [None, *area_of[1:]]):
            question = Question(asked, town.now, Narrow(area))
            rolled = lines_of(standings(session, reference, board, question, RATES))
            assert rolled == lines_of(
                standings(session, reference, board, question, RATES, live_cover(asked))
            )
            assert rolled


def test_a_changed_day_takes_its_week_out_until_both_are_rolled_up_anew(town):
    town.hand.forward(days=17)  # Monday 7 December
    event = town.checked(town.finished(town.claimed()))
    town.hand.forward(days=15)
    asked = period("2026-12-07..2026-12-20", town.now, town.reference.tz)

    def weeks():
        with town.database.read() as session:
            return [day.day for day in cover(session, asked, town.now).spans.get("week", ())]

    rollup_keeper.keep(town.database, town.reference, town.now)
    assert weeks() == [7, 14]
    town.act(event, "comment", OPERATOR, text="补充")
    assert weeks() == [14]
    rollup_keeper.keep(town.database, town.reference, town.now)
    assert weeks() == [7, 14] and rolled_numbers(town, "2026-12-07..2026-12-20")["reported"] == (1, 1)


def test_history_that_is_brought_in_later_is_counted(town):
    town.checked(town.finished(town.claimed()))
    town.hand.forward(days=3)
    rollup_keeper.keep(town.database, town.reference, town.now)
    before = rolled_numbers(town)["reported"][0]
    record = Report(
        title="路面坑槽",
        source="hotline_12345",
        category="S0406",
        reported_at=town.now - timedelta(days=2),
        closed_at=town.now - timedelta(days=1),
    )
    with town.database.write() as session:
        places, _ = places_of([record], town.reference)
        insert_history(session, town.reference, [(record, places[0], ("旧账.csv", 2))], town.now)
    assert rolled_numbers(town)["reported"][0] == before + 1
    rollup_keeper.keep(town.database, town.reference, town.now)
    assert rolled_numbers(town)["reported"][0] == before + 1


def test_rebuilding_throws_wrong_rollups_away(town):
    town.checked(town.finished(town.claimed()))
    town.hand.forward(days=3)
    rollup_keeper.keep(town.database, town.reference, town.now)
    with town.database.write() as session:
        session.execute(update(RollupRow).values(closed_num=99))
    assert rollup_keeper.rebuild(town.database, town.reference, town.now) >= 2
    assert rolled_numbers(town)["closed"] == (1, 1)
