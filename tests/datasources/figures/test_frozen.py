"""A month is frozen three work days after its end; what changes later stands beside it as a correction, never in it."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import delete

from dashboard.rules.events.event import Source
from dashboard.rules.figures.kpis import period
from dashboard.sweeps import rollup_keeper
from datasources.figures.boards import board_rows
from datasources.figures.frozen import freezing
from datasources.figures.frozen.corrections import corrections
from datasources.figures.kpis import TIMED, kpi_values
from datasources.figures.narrow import Narrow
from datasources.figures.points import ledger_entries, points_of
from datasources.figures.question import Question
from datasources.figures.rollups.rolled import frozen_cover, live_cover
from datasources.store.models import FrozenTimesRow, ImportRow
from tests.conftest import OPERATOR, Town

NOVEMBER = "2026-11-01..2026-11-30"
YEAR = "2026-01-01..2026-12-31"


@pytest.fixture
def closed(town: Town):
    """Return an event closed on the last evening of November, and let the month be frozen."""
    town.hand.forward(days=10)
    event = town.checked(town.finished(town.claimed()), "very_satisfied")
    town.hand.moment = at(town, "2026-12-04T09:00")
    assert rollup_keeper.keep(town.database, town.reference, town.now)
    return event


def at(town, text):
    return datetime.fromisoformat(text).replace(tzinfo=town.reference.tz)


def line(town, code, words=NOVEMBER, board="units"):
    with town.database.read() as session:
        asked = period(words, town.now, town.reference.tz)
        [row] = [
            row
            for row in board_rows(session, town.reference, board, Question(asked, town.now))
            if row.code == code
        ]
    return row


def corrected(town, words=NOVEMBER, board="units"):
    with town.database.read() as session:
        asked = period(words, town.now, town.reference.tz)
        return corrections(session, town.reference, board, Question(asked, town.now))


def test_a_month_is_open_until_three_work_days_after_its_end(town):
    town.checked(town.finished(town.claimed()))
    for text, frozen in (
        ("2026-12-01T00:05", False),
        ("2026-12-03T17:00", False),
        ("2026-12-04T09:00", True),
    ):
        town.hand.moment = at(town, text)
        assert rollup_keeper.keep(town.database, town.reference, town.now)
        with town.database.read() as session:
            assert (
                frozen_cover(session, period(NOVEMBER, town.now, town.reference.tz)) is not None
            ) is frozen


def test_a_reopened_event_leaves_the_frozen_board_alone_and_is_told_beside_it(town, closed):
    assert line(town, closed.unit).tenths == 40
    town.act(town.fresh(closed), "reopen", OPERATOR, reason="居民来电反映未解决")
    assert line(town, closed.unit).tenths == 40
    frozen_at, [told] = corrected(town)
    assert frozen_at is not None and (told.code, told.frozen_tenths, told.tenths) == (closed.unit, 40, 0)
    assert {entry.rule for entry in told.entries} == {"claim", "claim_on_time", "very_satisfied"}
    assert sum(entry.tenths for entry in told.entries) == -40
    assert told.rates["first_fix_rate"] == ((1, 1), (0, 0))


def times(town, words=NOVEMBER, *, live=False, **narrow):
    """Return the lengths of time of a period as shown, or counted now."""
    with town.database.read() as session:
        asked = period(words, town.now, town.reference.tz)
        cover = live_cover(asked) if live else (frozen_cover(session, asked) or (None,))[0]
        question = Question(asked, town.now, Narrow(**narrow))
        return kpi_values(session, town.reference, question, TIMED, cover)


def narrowings(town, event):
    """Return what one thing narrows a number to: everything the event counts under, and as many others."""
    reference = town.reference
    category = reference.categories[event.category]
    for name, own, every in (
        ("area", event.area_path.strip("/").split("/"), reference.areas),
        ("unit", [event.unit], reference.units),
        ("category", [category.code, category.parent], reference.categories),
        ("channel", [event.source], list(Source)),
    ):
        others = [str(code) for code in every if code not in own]
        yield from ({name: str(code)} for code in (*own, *others[: len(own)]))


def test_lengths_of_time_are_frozen_as_they_are_counted_for_all_that_one_thing_narrows(town, closed):
    assert times(town) == times(town, live=True) and times(town)["finish_to_close"][1] == 1
    told = 0
    for narrow in narrowings(town, closed):
        shown = times(town, **narrow)
        told += shown["finish_to_close"][1] > 0
        assert shown == times(town, live=True, **narrow), narrow
    assert (
        told == 8
    )  # the district and three areas in it, the unit, the category and its heading, the channel


def test_lengths_of_time_of_a_frozen_month_stand_through_a_reopening(town, closed):
    area = closed.area_path.split("/")[2]
    asked = ({}, {"unit": closed.unit}, {"area": area}, {"category": closed.category})
    before, year = [times(town, **narrow) for narrow in asked], times(town, YEAR)
    town.act(town.fresh(closed), "reopen", OPERATOR, reason="居民来电反映未解决")
    assert [times(town, **narrow) for narrow in asked] == before
    assert times(town, YEAR) != year


def test_a_period_frozen_before_lengths_of_time_were_kept_has_them_counted_now(town, closed):
    with town.database.write() as session:
        session.execute(delete(FrozenTimesRow))
    assert times(town) == times(town, live=True)


def test_an_open_year_follows_what_its_frozen_month_does_not(town, closed):
    assert line(town, closed.unit, YEAR).tenths == 40
    town.act(town.fresh(closed), "reopen", OPERATOR, reason="居民来电反映未解决")
    assert line(town, closed.unit, YEAR).tenths == 0
    assert corrected(town, YEAR) == (None, [])


def test_a_reversal_counts_in_the_period_of_what_it_takes_back(town, closed):
    town.act(town.fresh(closed), "reopen", OPERATOR, reason="居民来电反映未解决")
    with town.database.read() as session:
        december = period("month", town.now, town.reference.tz)
        assert points_of(session, town.reference, "units", december).get(closed.unit, 0) == 0
        november = period(NOVEMBER, town.now, town.reference.tz)
        entries, _ = ledger_entries(session, "units", closed.unit, november, 100, None)
    assert sum(entry.tenths for entry in entries) == 0 and len(entries) == 6


def test_frozen_points_and_their_corrections_are_the_ledger_on_every_board(town, closed):
    town.act(town.fresh(closed), "reopen", OPERATOR, reason="居民来电反映未解决")
    town.checked(town.finished(town.fresh(closed)))
    asked = period(NOVEMBER, town.now, town.reference.tz)
    for board in ("units", "streets", "communities", "grids", "workers"):
        with town.database.read() as session:
            rows = board_rows(session, town.reference, board, Question(asked, town.now))
            _, told = corrections(session, town.reference, board, Question(asked, town.now))
            for row in rows:
                entries, _ = ledger_entries(session, board, row.code, asked, 100, None)
                late = sum(one.tenths - one.frozen_tenths for one in told if one.code == row.code)
                assert row.tenths + late == sum(entry.tenths for entry in entries)


def test_a_merged_event_is_told_as_a_correction_of_its_rates(town):
    town.hand.forward(days=6)
    late, original = town.claimed(), town.report()
    town.tick(days=4)  # past its deadline, still in November
    town.hand.moment = at(town, "2026-12-04T09:00")
    rollup_keeper.keep(town.database, town.reference, town.now)
    assert line(town, late.unit).rates["on_time_rate"] == (0, 1)
    town.act(town.fresh(late), "merge", OPERATOR, original=original.number)
    assert line(town, late.unit).rates["on_time_rate"] == (0, 1)
    _, [told] = corrected(town)
    assert told.rates["on_time_rate"] == ((0, 1), (0, 0))


def test_a_border_decision_moves_the_event_in_open_periods_and_is_told_beside_frozen_ones(town):
    town.hand.forward(days=6)
    event = town.claimed()
    other = next(
        grid
        for grid in town.reference.grids
        if grid.path.split("/")[2] != town.reference.areas[town.grid].path.split("/")[2]
    )
    town.tick(days=4)
    town.hand.moment = at(town, "2026-12-04T09:00")
    rollup_keeper.keep(town.database, town.reference, town.now)
    here, there = event.area_path.split("/")[2], other.path.split("/")[2]
    assert line(town, here, board="streets").rates["on_time_rate"] == (0, 1)
    town.act(town.fresh(event), "correct", OPERATOR, lng=other.lng, lat=other.lat)
    assert line(town, here, board="streets").rates["on_time_rate"] == (0, 1)
    _, told = corrected(town, board="streets")
    assert {one.code for one in told} == {here, there}
    moved = {one.code: sum(entry.tenths for entry in one.entries) for one in told}
    assert moved == {
        here: 0,
        there: 0,
    }  # nobody lost or won by an entry: the ones there were lie elsewhere now


def test_nothing_is_frozen_while_an_import_is_under_way(town):
    town.checked(town.finished(town.claimed()))
    with town.database.write() as session:
        session.add(
            ImportRow(
                digest="d", name="旧账.csv", line=1, added=0, held=0, refused=0, done=False, at=town.now
            )
        )
    town.hand.moment = at(town, "2026-12-04T09:00")
    rollup_keeper.keep(town.database, town.reference, town.now)
    with town.database.read() as session:
        assert frozen_cover(session, period(NOVEMBER, town.now, town.reference.tz)) is None


def test_rebuilding_leaves_what_is_frozen_as_it_stood(town, closed):
    town.act(town.fresh(closed), "reopen", OPERATOR, reason="居民来电反映未解决")
    rollup_keeper.rebuild(town.database, town.reference, town.now)
    assert line(town, closed.unit).tenths == 40


def test_a_quarter_and_a_year_are_frozen_after_their_own_end(town):
    town.checked(town.finished(town.claimed()))
    town.hand.moment = at(town, "2027-01-10T09:00")
    rollup_keeper.keep(town.database, town.reference, town.now)
    with town.database.read() as session:
        for words in (NOVEMBER, "2026-10-01..2026-12-31", YEAR):
            asked = period(words, town.now, town.reference.tz)
            assert frozen_cover(session, asked) is not None
        assert frozen_cover(session, period("7d", town.now - timedelta(days=30), town.reference.tz)) is None


def test_holidays_do_not_count_towards_the_three_work_days(town):
    september = period("2026-09-01..2026-09-30", town.now, town.reference.tz)
    calendar = town.reference.policy.calendar
    due = town.reference.policy.frozen_from(september.end).astimezone(town.reference.tz)
    holidays = [
        day
        for day in (date(2026, 10, 1) + timedelta(days=n) for n in range(8))
        if not calendar.is_workday(day)
    ]
    assert len(holidays) >= 7 and due.date() >= date(2026, 10, 10)


@pytest.mark.parametrize("changed", [False, True])
def test_what_changes_between_counting_and_freezing_leaves_the_period_for_the_next_round(town, changed):
    event = town.checked(town.finished(town.claimed()))
    town.hand.moment = at(town, "2026-12-03T17:00")  # every day is rolled up, the month not yet due
    rollup_keeper.keep(town.database, town.reference, town.now)
    town.hand.moment = at(town, "2026-12-04T09:00")
    november = period(NOVEMBER, town.now, town.reference.tz)
    with town.database.read() as session:
        stood = freezing.count(session, town.reference, "month", november, town.now)
    if changed:
        town.act(town.fresh(event), "comment", OPERATOR, text="收到")
    with town.database.write() as session:
        assert freezing.store(session, stood, town.reference, town.now) is not changed
        assert (frozen_cover(session, november) is None) is changed


def test_a_day_rolled_up_anew_between_counting_and_freezing_leaves_the_period_for_the_next_round(town):
    town.hand.forward(days=10)
    event = town.checked(town.finished(town.claimed()))
    town.hand.moment = at(town, "2026-12-03T17:00")
    rollup_keeper.keep(town.database, town.reference, town.now)
    november = period(NOVEMBER, town.now, town.reference.tz)
    with town.database.read() as session:
        stood = freezing.count(session, town.reference, "month", november, town.now)
    town.act(town.fresh(event), "reopen", OPERATOR, reason="居民来电反映未解决")
    town.hand.forward(minutes=1)
    assert rollup_keeper.keep(town.database, town.reference, town.now)  # as another process would
    with town.database.write() as session:
        assert not freezing.store(session, stood, town.reference, town.now)
