"""The law of the rollups, checked over one history: every number is the same with and without them."""

import itertools
from dataclasses import replace

from sqlalchemy import select

from dashboard.rules.figures.kpis import KPIS, counts
from dashboard.rules.periods import period
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
from datasources.store.models import RollupPointsRow, RollupRow, RollupTimesRow
from tests.support.histories import History, discarded

COUNTED = tuple(code for code, kpi in KPIS.items() if kpi.kind in ("rate", "count"))
TABLES = (RollupRow, RollupPointsRow, RollupTimesRow)
WIDE = "2026-10-01..2026-12-31"
SHORTER = itertools.cycle(
    ("7d", "month", "2026-11-19..2026-11-22")
)  # each meets every history in some of its states


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
    """Return what numbers are narrowed to here: nothing, and two of each dimension and some together."""
    event = history.dice.choice(history.events)
    street = event.area_path.strip("/").split("/")[1] if event.area_path.count("/") > 2 else None
    found = [
        Narrow(area=street),
        Narrow(unit="URBAN_MGMT"),
        Narrow(category="S0406"),
        Narrow(channel="resident"),
        Narrow(area=street, unit="URBAN_MGMT", channel="grid_worker"),
    ]
    return [Narrow(), *history.dice.sample(found, 2)]


def check_numbers(session, reference, history):
    """Compare what rollups say with the plain count, and every group with the live count."""
    records, now = history.records(), history.now
    for words in (WIDE, next(SHORTER)):
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
        # what happens after a day was rolled up is marked, counted live, then rolled up again
        for _ in range(3):
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
