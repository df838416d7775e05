"""Imported records beside the work on them: clocks that run here, points that follow, emergencies nobody silences."""

import csv
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from dashboard.rules.events.event import Event, on_time
from datasources.alerts import journal as alert_journal
from datasources.districts.reference import References
from datasources.events import journal
from datasources.feed import outbox
from datasources.history.imports import ImportJob, Outcome, import_file
from datasources.store.models import EventRow, LedgerRow, RollupMarkRow, StepRow
from tests.conftest import FRIDAY, OPERATOR, Town
from tests.datasources.history.test_imports import count, reasons

UNIT = "URBAN_MGMT"
RECORD = {
    "external_id": "A1",
    "reported_at": "2026-11-20 08:00:00",
    "handle_due_at": "2026-11-20 11:00:00",  # two hours after the import
    "finished_at": "",
    "closed_at": "",
    "title": "占道经营",
    "category": "S0406",
    "unit": UNIT,
    "lng": "118.1343",
    "lat": "24.5222",
    "status": "",
    "emergency": "",
}
ON_TIME = {"finished_at": "2026-11-20 10:00:00", "closed_at": "2026-11-20 10:30:00"}
LATE = {"finished_at": "2026-11-20 11:30:00", "closed_at": "2026-11-20 11:30:00"}
MERGED_IN = "有紧急事件并入了它，先撤销并案，否则告警会无声停止"


def bring(town: Town, folder: Path, **cells: str) -> Outcome:
    """Import the record with some cells changed."""
    path, line = folder / "records.csv", RECORD | cells
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([list(line), list(line.values())])
    return import_file(town.database, References(town.database), ImportJob(path, town.now, update=True))


def held(town: Town) -> Event:
    with town.database.read() as session:
        return journal.events_where(session, EventRow.external_id == "A1")[0]


def entries(town: Town) -> list[tuple[str, str, int, bool]]:
    with town.database.read() as session:
        rows = session.scalars(select(LedgerRow).order_by(LedgerRow.id))
        return [(row.subject, row.rule, row.tenths, row.reverses is not None) for row in rows]


def steps(town: Town, event: Event) -> list[tuple[str, datetime]]:
    with town.database.read() as session:
        rows = session.scalars(select(StepRow).where(StepRow.event_id == event.id).order_by(StepRow.id))
        return [(row.action, row.at) for row in rows]


def sounds(town: Town, event: Event) -> bool:
    with town.database.read() as session:
        return alert_journal.open_alert(session, event.id) is not None


# the clock of an open record


def test_an_open_record_is_due_soon_then_overdue_then_supervised_each_at_its_moment(
    town: Town, tmp_path: Path
) -> None:
    bring(town, tmp_path)
    begun = held(town)
    assert begun.handle_due_at == FRIDAY + timedelta(hours=2)
    assert begun.warn_due_at == FRIDAY + timedelta(minutes=75)  # a quarter of three hours is left
    assert begun.red_due_at == FRIDAY + timedelta(hours=5)
    for _ in range(12):
        town.tick(minutes=30)
    event = held(town)
    assert [action for action, _ in steps(town, event)] == ["import", "warn", "expire", "supervise"]
    assert event.supervision == "ordinary" and event.overdue_at == event.handle_due_at
    assert entries(town) == [(UNIT, "overdue", -20, False)]


def test_what_a_record_passed_before_it_came_is_neither_charged_nor_supervised(
    town: Town, tmp_path: Path
) -> None:
    bring(town, tmp_path, reported_at="2026-10-09 08:00:00", handle_due_at="2026-10-10 08:00:00")
    for _ in range(4):
        town.tick(hours=12)
    event = held(town)
    assert [action for action, _ in steps(town, event)] == ["import"] and entries(town) == []
    assert on_time(event, town.now) is False and event.supervision == "none"


def test_a_record_that_is_due_soon_when_it_comes_is_noticed_once_from_then_on(
    town: Town, tmp_path: Path
) -> None:
    bring(town, tmp_path, handle_due_at="2026-11-20 09:10:00")
    assert held(town).warn_due_at == FRIDAY
    town.tick(minutes=1)
    town.tick(minutes=1)
    assert [action for action, _ in steps(town, held(town))] == ["import", "warn"]
    assert steps(town, held(town))[1][1] >= FRIDAY


def test_a_changed_deadline_starts_a_clock_of_its_own(small_town: Town, tmp_path: Path) -> None:
    bring(small_town, tmp_path)
    small_town.tick(minutes=80)
    bring(small_town, tmp_path, title="改过")
    assert held(small_town).due_soon_at is not None
    bring(small_town, tmp_path, title="改过", handle_due_at="2026-11-20 18:00:00")
    event = held(small_town)
    assert event.due_soon_at is None
    assert event.warn_due_at == FRIDAY + timedelta(hours=6, minutes=30)
    assert event.red_due_at == FRIDAY + timedelta(hours=19)


def test_a_record_that_loses_its_unit_waits_at_the_desk_which_is_reminded(
    small_town: Town, tmp_path: Path
) -> None:
    bring(small_town, tmp_path)
    bring(small_town, tmp_path, unit="")
    assert held(small_town).status == "pending_dispatch"
    small_town.tick(minutes=16)
    assert [action for action, _ in steps(small_town, held(small_town))] == ["import", "import", "remind"]


def test_a_closed_record_says_at_which_level_it_was_solved_however_it_came(
    small_town: Town, tmp_path: Path
) -> None:
    bring(small_town, tmp_path)
    small_town.hand.forward(hours=3)
    bring(small_town, tmp_path, **ON_TIME)
    bring(small_town, tmp_path, external_id="A2", **ON_TIME)
    with small_town.database.read() as session:
        assert {event.solved_level for event in journal.events_where(session)} == {"district"}


# what it costs


def test_a_record_that_was_on_time_gives_back_what_being_overdue_has_cost(town: Town, tmp_path: Path) -> None:
    bring(town, tmp_path)
    town.tick(hours=3)
    assert entries(town) == [(UNIT, "overdue", -20, False)]
    marked = count(town.database, RollupMarkRow)
    bring(town, tmp_path, **ON_TIME)
    event = held(town)
    assert on_time(event, town.now) is True
    assert entries(town) == [(UNIT, "overdue", -20, False), (UNIT, "overdue", 20, True)]
    assert count(town.database, RollupMarkRow) > marked
    with town.database.read() as session:
        last = session.scalars(select(StepRow).order_by(StepRow.id.desc())).first()
        given_back = session.scalars(select(LedgerRow).order_by(LedgerRow.id.desc())).first()
    assert last is not None and given_back is not None and given_back.step_id == last.id
    assert last.facts["reason"] == "按记录没有超期，超期扣分退回"
    bring(town, tmp_path, **ON_TIME | {"title": "改过"})
    assert len(entries(town)) == 2
    bring(town, tmp_path, **LATE | {"title": "改过"})  # the record changes its mind: late after all
    assert on_time(held(town), town.now) is False
    assert entries(town)[2:] == [(UNIT, "overdue", -20, False)]


def test_a_record_closed_late_is_charged_once_whether_or_not_the_sweep_came_by(
    town: Town, tmp_path: Path
) -> None:
    bring(town, tmp_path)
    town.hand.forward(hours=3)
    bring(town, tmp_path, **LATE)
    town.tick(minutes=1)
    assert on_time(held(town), town.now) is False
    assert entries(town) == [(UNIT, "overdue", -20, False)]


def test_a_deadline_that_a_record_names_only_once_it_is_over_costs_nothing(
    small_town: Town, tmp_path: Path
) -> None:
    bring(small_town, tmp_path, handle_due_at="2026-11-20 18:00:00")
    small_town.hand.forward(hours=3)
    bring(small_town, tmp_path)
    small_town.tick(minutes=1)
    assert on_time(held(small_town), small_town.now) is False and entries(small_town) == []


# what was merged into it here


@pytest.mark.parametrize(
    "changed",
    [
        {"status": "rejected", "closed_at": "2026-11-20 08:59:00"},
        {"status": "closed", "closed_at": "2026-11-20 08:59:00"},
        {"category": "S0406", "emergency": ""},
    ],
)
def test_no_record_silences_an_emergency_that_is_merged_into_its_event(
    town: Town, tmp_path: Path, changed: dict[str, str]
) -> None:
    urgent = {"category": "S0502"}
    bring(town, tmp_path, **urgent)
    original = held(town)
    other = town.report("S0502")
    other = town.act(other, "merge", OPERATOR, original=original.number)
    assert sounds(town, original) and not sounds(town, other)
    outcome = bring(town, tmp_path, **urgent | changed)
    assert (outcome.refused, outcome.held, outcome.changed) == (1, 0, 0)
    assert reasons(outcome) == [(2, MERGED_IN)]
    assert held(town) == original.changed({"demand": 2}) and sounds(town, original)
    bring(town, tmp_path, **urgent | {"title": "改过"})
    assert held(town).title == "改过", "what silences nothing is taken"
    town.act(other, "unmerge", OPERATOR)
    assert bring(town, tmp_path, **urgent | {"title": "改过"} | changed) == Outcome(0, 1, 0)
    assert not sounds(town, original) and sounds(town, other)


def test_no_record_throws_away_with_its_event_what_was_merged_into_it(
    small_town: Town, tmp_path: Path
) -> None:
    bring(small_town, tmp_path)
    small_town.act(small_town.report(), "merge", OPERATOR, original=held(small_town).number)
    outcome = bring(small_town, tmp_path, status="rejected", closed_at="2026-11-20 08:59:00")
    assert reasons(outcome) == [(2, "有事件并入了它，先撤销并案，再按文件改为不予立案或并案")]
    assert held(small_town).status == "handling"
    assert bring(small_town, tmp_path, closed_at="2026-11-20 08:59:00") == Outcome(0, 1, 0)
    assert held(small_town).status == "closed"


def test_the_unit_that_has_an_imported_emergency_in_hand_is_not_asked_to_sign_it(
    small_town: Town, tmp_path: Path
) -> None:
    bring(small_town, tmp_path, category="S0502", unit="GAS")
    event = held(small_town)
    with small_town.database.read() as session:
        (lead,) = outbox.signings(session, [event])[event.id]
    assert (event.status, lead["unit"], lead["accepted"]) == ("handling", "GAS", True)


def test_a_case_that_came_by_import_earns_no_person_points_for_reporting_it(
    small_town: Town, tmp_path: Path
) -> None:
    bring(small_town, tmp_path, source="grid_worker")
    assert held(small_town).source == "grid_worker"
    done = small_town.finished(held(small_town))
    small_town.act(done, "check", OPERATOR, rating="satisfied")
    assert held(small_town).status == "closed"
    assert "system" not in [subject for subject, *_ in entries(small_town)]
