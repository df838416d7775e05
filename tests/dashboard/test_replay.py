"""Real records live through the house by its verbs and end as the city's own columns say."""

import itertools
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from dashboard.rules.events.event import Event, on_time
from dashboard.rules.events.report import Report
from dashboard.rules.refusals import Invalid
from dashboard.simulation.replay import Replay
from datasources.districts.loading import load_pack
from datasources.districts.pack.folder import BUNDLED
from datasources.districts.pack.reading import read_pack
from datasources.districts.reference import References
from datasources.events import journal
from datasources.history.imports import records_of
from datasources.store.database import Database
from datasources.store.models import LedgerRow, StepRow
from tests.conftest import FRIDAY, LEAD, Town

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
QUARTER = BUNDLED / "boston" / "records" / "requests-2011-q3.csv.gz"
HOUR = timedelta(hours=1)


def fresh(path: Path) -> Database:
    """Return a new database with the Boston pack."""
    database = Database(f"sqlite:///{path}")
    database.upgrade()
    with database.write() as session:
        load_pack(session, read_pack("boston"), NOW)
    return database


@pytest.fixture
def boston(tmp_path: Path) -> Iterator[Database]:
    """A fresh SQLite database with the Boston pack loaded."""
    database = fresh(tmp_path / "boston.db")
    yield database
    database.close()


def first_records(database: Database, count: int) -> list[Report]:
    """Return the first records of the quarter."""
    reference = References(database).get()
    return list(itertools.islice(records_of(QUARTER, reference, NOW), count))


def by_record(database: Database) -> dict[str, Event]:
    """Return the events by the city's number."""
    with database.read() as session:
        return {event.external_id or "": event for event in journal.events_where(session)}


def actions_done(database: Database) -> Counter[str]:
    """Return how often each action was taken."""
    with database.read() as session:
        return Counter(
            dict(
                session.execute(select(StepRow.action, func.count()).group_by(StepRow.action)).tuples().all()
            )
        )


def test_records_are_claimed_dispatched_and_closed_when_the_city_says_so(boston: Database) -> None:
    records = {record.external_id or "": record for record in first_records(boston, 250)}
    told: list[tuple[int, int]] = []
    replay = Replay(
        boston, References(boston), records.values(), lambda done, total: told.append((done, total))
    )
    assert replay.begins_at == datetime(2011, 7, 1, 5, 32, 33, tzinfo=UTC)
    now = replay.begins_at
    for _ in range(72):
        now += HOUR
        replay.tick(now)
    assert told[-1] == (250, 250)
    lived = by_record(boston)
    closed = {key: event for key, event in lived.items() if event.status == "closed"}
    due = {key for key, record in records.items() if record.closed_at and record.closed_at <= now}
    assert set(closed) == due and len(due) > 80
    assert all(event.closed_at == records[key].closed_at for key, event in closed.items())
    assert {event.rating for event in lived.values()} == {None}
    assert all(event.unit == records[key].unit for key, event in closed.items())
    done = actions_done(boston)
    assert done["claim"] > 40 and done["lapse"] > 20 and done["dispatch"] > 40
    assert done["conclude"] == len(closed) and "check" not in done
    # where the command centre dispatched, the record's own target decides
    sent = {key: event for key, event in closed.items() if event.how == "dispatch" and records[key].due_at}
    assert len(sent) > 20
    assert all(event.handle_due_at == records[key].due_at for key, event in sent.items())
    assert all(on_time(event, now) == records[key].on_time for key, event in sent.items())


def test_a_replay_begun_again_goes_on_as_if_it_had_not_stopped(boston: Database, tmp_path: Path) -> None:
    records = first_records(boston, 80)
    through = fresh(tmp_path / "through.db")
    whole = Replay(through, References(through), records)
    for hour in range(1, 31):
        whole.tick(whole.begins_at + hour * HOUR)

    before = Replay(boston, References(boston), records)
    for hour in range(1, 9):
        before.tick(before.begins_at + hour * HOUR)
    halfway = by_record(boston)
    assert 0 < len(halfway) < len(by_record(through)) or len(halfway) == 80
    after = Replay(boston, References(boston), records)
    assert after.reported == len(halfway)
    for hour in range(9, 31):
        after.tick(after.begins_at + hour * HOUR)

    def ends(database: Database) -> dict[str, tuple]:
        return {
            key: (event.status, event.unit, event.closed_at) for key, event in by_record(database).items()
        }

    assert ends(boston) == ends(through)
    through.close()


def test_what_people_did_in_between_is_not_done_again(boston: Database) -> None:
    from dashboard import actions
    from dashboard.rules.access import Role, Viewer

    records = first_records(boston, 2)
    replay = Replay(boston, References(boston), records)
    replay.step(records[1].reported_at or replay.begins_at)
    original, event = by_record(boston).values()
    assert event.is_open
    desk = Viewer("operator", Role.OPERATOR)
    with boston.write() as session:
        merging = actions.Request("merge", {"original": original.number}, desk, replay.begins_at)
        actions.perform(session, References(boston).get(), event, merging)
    replay.tick(replay.begins_at + 24 * HOUR)
    assert by_record(boston)[event.external_id or ""].status == "merged"
    assert by_record(boston)[original.external_id or ""].status != "merged"


def lived(town: Town, category: str, unit: str, **facts: Any) -> tuple[Replay, Report]:
    """A record of the town's grid that was finished and closed within its time, and its replay."""
    area = town.reference.areas[town.grid]
    told: dict[str, Any] = {
        "due_at": FRIDAY + 3 * HOUR,
        "finished_at": FRIDAY + HOUR,
        "closed_at": FRIDAY + 2 * HOUR,
        "open": False,
        "status": "closed",
    }
    record = Report(
        "记录", "api", category=category, lng=area.lng, lat=area.lat, external_id="R1", reported_at=FRIDAY, unit=unit,
        **told | facts,
    )  # fmt: skip
    return Replay(town.database, References(town.database), [record]), record


def run(town: Town, replay: Replay, hours: int) -> Event:
    """Let the replay go on for some hours; return the record's event."""
    for _ in range(6 * hours):
        town.hand.forward(minutes=10)
        replay.tick(town.now)
    return by_record(town.database)["R1"]


@pytest.mark.parametrize(("category", "unit"), [("S0401", "URBAN_MGMT"), ("S0502", "GAS")])
def test_a_record_of_a_category_that_asks_for_a_photo_ends_when_the_record_says_so(
    small_town: Town, category: str, unit: str
) -> None:
    assert small_town.reference.categories[category].photo_required
    replay, record = lived(small_town, category, unit)
    event = run(small_town, replay, 6)
    assert (event.status, event.unit) == ("closed", unit)
    assert (event.finished_at, event.closed_at) == (record.finished_at, record.closed_at)
    assert (event.late, event.supervision, event.rating) == (False, "none", None)
    assert replay.finished and not replay.stuck
    with small_town.database.read() as session:
        assert session.scalars(select(LedgerRow.rule).where(LedgerRow.tenths < 0)).all() == []


def test_a_record_whose_check_took_days_costs_nobody_a_late_check(small_town: Town) -> None:
    replay, _ = lived(small_town, "S0401", "URBAN_MGMT", closed_at=FRIDAY + 20 * HOUR)
    event = run(small_town, replay, 24)
    assert (event.status, event.check_reminders) == ("closed", 0)


def test_people_still_finish_with_a_photo_and_set_no_deadline_of_the_check(small_town: Town) -> None:
    event = small_town.claimed("S0401")
    with pytest.raises(Invalid) as refused:
        small_town.act(event, "finish", small_town.unit_of(event), text="已处置", due_at=FRIDAY)
    assert {field for field, _, _ in refused.value.errors} == {"photos", "due_at"}


def test_a_record_that_people_put_on_hold_is_looked_at_again(small_town: Town) -> None:
    town = small_town
    replay, _ = lived(town, "S0401", "URBAN_MGMT", finished_at=FRIDAY + 3 * HOUR, closed_at=FRIDAY + 3 * HOUR)
    event = run(town, replay, 2)
    assert event.status == "handling"
    event = town.act(event, "hold", town.unit_of(event), reason="等待材料", until=FRIDAY + 6 * HOUR)
    town.act(event, "approve", LEAD, request="hold")
    assert run(town, replay, 8).status == "closed" and replay.finished


def test_what_cannot_be_brought_to_its_end_is_counted(small_town: Town) -> None:
    town = small_town
    replay, record = lived(
        town, "S0401", "URBAN_MGMT", finished_at=FRIDAY + 3 * HOUR, closed_at=FRIDAY + 3 * HOUR
    )
    event = run(town, replay, 2)
    event = town.act(event, "hold", town.unit_of(event), reason="等待材料", until=FRIDAY + 300 * HOUR)
    town.act(event, "approve", LEAD, request="hold")
    run(town, replay, 40)
    assert replay.finished and replay.stuck == [record]
