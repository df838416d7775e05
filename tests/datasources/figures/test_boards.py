"""Boards are the sum of their entries, whatever happened; ranks go by points under a week and by composite from then on."""

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from dashboard.rules.events.event import GOOD_RATINGS
from dashboard.rules.events.scoring import Points, Subject
from dashboard.rules.figures.kpis import counts, period
from dashboard.rules.refusals import Invalid
from datasources.districts.reference import References
from datasources.events import journal
from datasources.events.ledger import insert_points
from datasources.figures.boards import RATES, board_rows
from datasources.figures.kpis import kpi_values
from datasources.figures.narrow import Narrow
from datasources.figures.points import BOARDS, ledger_entries
from datasources.figures.question import Question
from datasources.figures.views.areas import unit_board_view
from datasources.figures.views.named import PACE, VIEWS, views
from datasources.figures.views.now import kpi_view, latest_view, satisfaction_view
from datasources.store.models import AccountRow, LedgerRow, StepRow
from tests.conftest import FRIDAY, OPERATOR, Town, open_account
from tests.support.depth import examples
from tests.support.histories import History, discarded, record_of

KEPT = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
ONCE = (Phase.explicit, Phase.reuse, Phase.generate)  # a seed does not get simpler by shrinking
LEVEL_OF = {"streets": 1, "communities": 2, "grids": 3}


def board(town: Town, name: str, words: str = "today"):
    with town.database.read() as session:
        asked = period(words, town.now, town.reference.tz)
        return board_rows(session, town.reference, name, Question(asked, town.now))


def line(rows, code):
    [found] = [row for row in rows if row.code == code]
    return found


def entries(session, name, code, asked):
    found, cursor = [], None
    while True:
        page, cursor = ledger_entries(session, name, code, asked, 2, cursor)
        found += page
        if cursor is None:
            return found


def check_sums(database, seed):
    """Compare every line of every board with its entries, and its rates with the plain count."""
    reference = References(database).get()
    with discarded(database) as session:
        history = History(session, reference, seed).live(events=8, steps=60)
        paths = {event.id: event.area_path for event in journal.events_where(session)}
        ledger = session.scalars(select(LedgerRow)).all()
        records = history.records()
        for words in ("today", "7d", "2026-11-19..2026-11-20"):
            asked = period(words, history.now, reference.tz)
            for name in BOARDS:
                rows = board_rows(session, reference, name, Question(asked, history.now))
                assert len({row.code for row in rows}) == len(rows)
                for row in rows:
                    if row.tenths:
                        behind = entries(session, name, row.code, asked)
                        assert len({one.id for one in behind}) == len(behind)
                        assert [one.at for one in behind] == sorted((one.at for one in behind), reverse=True)
                        assert sum(one.tenths for one in behind) == row.tenths
                    if name != "workers" and row.closed:
                        mine = [one for one in records if belongs(name, row.code, one.event)]
                        plain = counts(mine, asked, history.now)
                        assert dict(row.rates) == {code: plain[code] for code in RATES}
                kinds = {"units": ("unit",), "workers": ("worker",)}.get(name, ("unit", "worker"))
                total = sum(
                    entry.tenths
                    for entry in ledger
                    if entry.subject_kind in kinds
                    and entry.for_at in asked
                    and (name not in LEVEL_OF or paths[entry.event_id].count("/") > LEVEL_OF[name] + 1)
                )
                assert sum(row.tenths for row in rows) == total


def belongs(name, code, event):
    return event.unit == code if name == "units" else f"/{code}/" in event.area_path


@settings(max_examples=examples(10), deadline=None, suppress_health_check=KEPT, phases=ONCE)
@given(seed=st.integers(0, 10**9))
def test_the_sum_of_the_ledger_is_the_board_for_any_history(sqlite, seed):
    check_sums(sqlite, seed)


@settings(max_examples=examples(2), deadline=None, suppress_health_check=KEPT, phases=ONCE)
@given(seed=st.integers(0, 10**9))
def test_the_sum_of_the_ledger_is_the_board_on_postgresql_too(postgresql, seed):
    check_sums(postgresql, seed)


def test_todays_board_goes_by_points_however_few_were_closed(town):
    closed = town.checked(town.finished(town.claimed()), "very_satisfied")
    rows = board(town, "units")
    assert (rows[0].code, rows[0].rank, rows[0].tenths, rows[0].closed) == (closed.unit, 1, 40, 1)
    assert rows[0].composite is None
    assert rows[0].as_json()["points"] == "4.0"
    assert {row.rank for row in rows[1:]} == {2}
    assert rows[0].rates["on_time_close_rate"] == (0, 0)  # its deadline is still to come
    assert rows[0].rates["claim_rate"] == (1, 1)


def test_every_area_above_an_event_and_its_grid_workers_are_on_their_board(town):
    town.checked(town.finished(town.claimed()), "very_satisfied")
    path = town.reference.areas[town.grid].path.strip("/").split("/")
    worker = sum(one.tenths for one in of(town, "workers", town.worker.name))
    assert worker > 0
    for name, level in LEVEL_OF.items():
        assert line(board(town, name), path[level]).tenths == 40 + worker
    [row] = [row for row in board(town, "workers") if row.tenths]
    assert (row.code, row.tenths) == (town.worker.name, worker)
    assert row.name == town.worker.name


def of(town, name, code, words="today"):
    with town.database.read() as session:
        return entries(session, name, code, period(words, town.now, town.reference.tz))


def test_a_reopened_event_shows_its_reversals_as_entries_of_their_own(town):
    closed = town.checked(town.finished(town.claimed()), "very_satisfied")
    town.hand.forward(hours=1)
    town.act(closed, "reopen", OPERATOR, reason="居民来电反映未解决")
    assert line(board(town, "units"), closed.unit).tenths == 0
    found = of(town, "units", closed.unit)
    assert len(found) == 6
    assert {one.event for one in found} == {closed.number}
    earned = {one.id: one.tenths for one in found if one.reverses is None}
    assert {one.reverses: -one.tenths for one in found if one.reverses} == earned


def test_a_week_goes_by_the_composite_and_lists_small_samples_apart(town):
    for _ in range(10):
        town.checked(town.finished(town.claimed()), "very_satisfied")
    other = town.act(event := town.report(), "claim", town.claimer(event, 1))
    town.checked(town.finished(other), "satisfied")
    rows = board(town, "units", "7d")
    first, few = line(rows, town.claimer(event, 0).unit), line(rows, other.unit)
    assert (first.rank, first.closed, first.composite) == (1, 10, 100.0)
    assert first.dropped == ("on_time_close_rate",)  # nothing was due yet: that part drops out
    assert (few.rank, few.closed, few.composite) == (None, 1, 100.0)
    assert line(board(town, "streets", "7d"), town.reference.areas[town.grid].path.split("/")[2]).rank == 1
    workers = board(town, "workers", "7d")
    assert (workers[0].code, workers[0].rank, workers[0].composite) == (town.worker.name, 1, None)


def test_a_line_says_how_many_places_it_gained_since_the_day_before(town):
    event = town.report()
    ahead, behind = town.claimer(event, 0), town.claimer(event, 1)
    town.checked(town.finished(town.act(event, "claim", ahead)), "very_satisfied")
    assert {row.change for row in board(town, "units")} == {None}  # yesterday nothing happened
    town.hand.forward(days=1)
    town.checked(town.finished(town.act(town.report(), "claim", behind)), "very_satisfied")
    rows = board(town, "units")
    assert (line(rows, behind.unit).rank, line(rows, behind.unit).change) == (1, 1)
    assert (line(rows, ahead.unit).rank, line(rows, ahead.unit).change) == (2, -1)


def test_a_grid_workers_line_bears_the_accounts_title(small_town):
    with small_town.database.write() as session:
        session.execute(update(AccountRow).values(title="社区网格员"))
    assert line(board(small_town, "workers"), small_town.worker.name).name == "社区网格员"


def test_the_board_of_grid_workers_lists_no_account_of_anybody_else(small_town):
    town = small_town
    open_account(town.database, OPERATOR)
    event = town.report()
    with town.database.write() as session:  # as an earlier version paid it
        given = [
            (Points(Subject.WORKER, name, "valid_report", 20), event.id, 1, town.now)
            for name in ("operator", "system")
        ]
        insert_points(session, given)
    assert [row.code for row in board(town, "workers")] == [town.worker.name]


def test_an_unknown_board_is_refused(small_town):
    today = period("today", FRIDAY, small_town.reference.tz)
    with small_town.database.read() as session, pytest.raises(Invalid):
        board_rows(session, small_town.reference, "teams", Question(today, FRIDAY))


# --- the wall's small views ----------------------------------------------------------------------------------


@settings(max_examples=examples(6), deadline=None, suppress_health_check=KEPT, phases=ONCE)
@given(seed=st.integers(0, 10**9))
def test_the_walls_numbers_are_the_kpis_of_today(sqlite, seed):
    reference = References(sqlite).get()
    with discarded(sqlite) as session:
        history = History(session, reference, seed).live(events=8, steps=50)
        now, records = history.now, history.records()
        today = period("today", now, reference.tz)
        plain, view = counts(records, today, now), kpi_view(session, now, reference)
        shown = {code: (one["num"], one["den"]) for code, one in view["kpis"].items()}
        standing = [one.event.status for one in records if one.event.is_open]
        for status in ("pending_dispatch", "handling"):
            assert shown.pop(status) == (standing.count(status), len(standing))
        marked = [one for one in records if one.event.is_open and one.event.supervision != "none"]
        assert shown.pop("supervised") == (len(marked), len(standing))
        assert shown == {code: plain[code] for code in shown}
        assert len(shown) == 5
        satisfied = satisfaction_view(session, now, reference)
        assert (satisfied["rated"], satisfied["closed"]) == (
            plain["satisfaction_rate"][1],
            plain["closed"][0],
        )
        assert sum(satisfied["counts"][one] for one in GOOD_RATINGS) == plain["satisfaction_rate"][0]
        rows = board_rows(session, reference, "units", Question(today, now))[:13]
        slim = unit_board_view(session, now, reference)["rows"]
        assert [(one["rank"], one["code"], one["tenths"], one["change"]) for one in slim] == [
            (row.rank, row.code, row.tenths, row.change) for row in rows
        ]
        assert [one["on_time"] for one in slim] == [list(row.rates["on_time_rate"]) for row in rows]
        assert record_of(session, records[0].event) == records[0]


def test_the_latest_steps_are_newest_first_masked_and_without_accounts(town):
    event = town.claimed(title="来电 13800138000 反映占道")
    with town.database.read() as session:
        shown = latest_view(session, town.now, town.reference)["steps"]
        names = set(session.scalars(select(StepRow.actor)))
    assert [one["action"] for one in shown] == ["claim", "register", "report"]
    assert shown[0] == {
        "at": round(town.now.timestamp() * 1000),
        "number": event.number,
        "action": "claim",
        "action_name": "抢单",
        "title": "来电 138****8000 反映占道",
        "unit_name": town.reference.unit_name(event.unit),
        "to_status": "handling",
    }
    assert not any(name in str(shown) for name in names if name not in ("system", "clock"))


def test_the_publishers_table_holds_every_view_of_the_present_district(town):
    table = views(lambda: town.reference)
    assert list(table) == list(VIEWS)
    assert sorted(table) == sorted(PACE)
    town.claimed()
    with town.database.read() as session:
        for name, view in table.items():
            assert view(session, town.now) == VIEWS[name](session, town.now, town.reference)
        today = period("today", town.now, town.reference.tz)
        assert kpi_values(session, town.reference, Question(today, town.now))["reported"] == (1, 1)


@pytest.mark.parametrize("board", ["streets", "communities", "grids"])
def test_a_board_of_an_area_holds_what_lies_in_it_and_what_it_lies_in(small_town, board):
    reference = small_town.reference
    level = reference.levels[("streets", "communities", "grids").index(board) + 1]
    month = period("month", small_town.now, reference.tz)
    street, community, grid = reference.grids[0].path.strip("/").split("/")[1:]
    for area in (street, community, grid):
        road = reference.areas[area].path
        wanted = {
            code
            for code, one in reference.areas.items()
            if one.level == level and (one.path.startswith(road) or road.startswith(one.path))
        }
        with small_town.database.read() as session:
            question = Question(month, small_town.now, Narrow(area))
            rows = board_rows(session, reference, board, question)
        assert {row.code for row in rows} == wanted and all(row.name != row.code for row in rows)
