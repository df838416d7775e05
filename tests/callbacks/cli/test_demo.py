"""The simulator is believable, repeatable, and leaves to people what people reported."""

from collections import Counter
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

from PIL import Image
from sqlalchemy import func, select

from dashboard.rules.events.event import Event
from dashboard.simulation.simulator import Demo
from dashboard.simulation.town import SIMULATED, Town
from dashboard.sweeps import deadlines
from datasources.districts.reference import References
from datasources.events import journal
from datasources.store.database import Database
from datasources.store.models import AlertLogRow, PhotoRow, StepRow
from tests.conftest import FRIDAY
from tests.conftest import Town as People

AFTERNOON = FRIDAY + timedelta(hours=6, minutes=42)
SHORT = timedelta(hours=4)


def live(
    database: Database, minutes: int, seed: int = 7, folder: Path | None = None, past: timedelta = SHORT
) -> Demo:
    """Let a simulated district live from Friday afternoon on, swept every minute."""
    references = References(database)
    demo = Demo(database, references, seed, folder, past)
    for minute in range(minutes + 1):
        now = AFTERNOON + timedelta(minutes=minute)
        demo.step(now)
        deadlines.tick(database, references.get(), now)
    return demo


def events(database: Database) -> list[Event]:
    """Return every event."""
    with database.read() as session:
        return journal.events_where(session)


def story(database: Database) -> list[tuple]:
    """Return everything that happened, in order."""
    with database.read() as session:
        query = select(StepRow.event_id, StepRow.action, StepRow.at, StepRow.actor, StepRow.rating)
        return [tuple(row) for row in session.execute(query.order_by(StepRow.id))]


def test_the_same_seed_and_clock_give_the_same_run(sqlite: Database, tmp_path: Path) -> None:
    twin = Database(f"sqlite:///{tmp_path / 'twin.db'}")
    with sqlite.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    (tmp_path / "twin.db").write_bytes((tmp_path / "grid.db").read_bytes())
    live(sqlite, 15)
    live(twin, 15)
    assert [(event.number, event.status) for event in events(sqlite)] == [
        (event.number, event.status) for event in events(twin)
    ]
    assert story(sqlite) == story(twin) and len(story(twin)) > 200
    twin.close()


def test_the_wall_is_not_empty_at_minute_one_and_moves_on(sqlite: Database) -> None:
    live(sqlite, 0, past=timedelta(hours=12))
    found = events(sqlite)
    statuses = Counter(event.status for event in found)
    assert 120 < len(found) < 320
    assert statuses["closed"] > 40 and statuses["claimable"] > 3 and statuses["handling"] > 20
    assert all(event.description == SIMULATED and event.reporter_name is None for event in found)
    assert len({event.title for event in found}) > 0.9 * len(found)
    assert sum(event.grid is not None for event in found) == len(found)
    with sqlite.read() as session:
        done = Counter(
            dict(
                session.execute(select(StepRow.action, func.count()).group_by(StepRow.action)).tuples().all()
            )
        )
        answered = session.scalar(
            select(func.count()).select_from(AlertLogRow).where(AlertLogRow.what == "acknowledge")
        )
    assert min(done[action] for action in ("claim", "lapse", "dispatch", "accept", "finish", "check")) > 5
    assert done["claim"] > 3 * done["lapse"]
    assert answered and answered >= sum(event.emergency for event in found) - 2


def test_an_hour_brings_a_report_every_half_minute_or_so_and_something_all_the_time(sqlite: Database) -> None:
    live(sqlite, 60, past=timedelta(minutes=41))
    recent = [at for _, _, at, _, _ in story(sqlite) if at >= AFTERNOON]
    fresh = [event for event in events(sqlite) if event.reported_at >= AFTERNOON]
    assert 70 < len(fresh) < 220 and len(recent) > 3 * len(fresh)
    assert len({int(at.timestamp() // 60) for at in recent}) > 55


def test_an_emergency_comes_at_least_every_two_hours(sqlite: Database) -> None:
    town = Town(References(sqlite).get(), "7")
    urgent = [
        arrival.at
        for arrival in town.arrivals(FRIDAY, FRIDAY + timedelta(days=2), 5)
        if arrival.report.emergency
    ]
    gaps = [later - earlier for earlier, later in pairwise(urgent)]
    assert len(urgent) >= 47 and max(gaps) <= timedelta(hours=2)


def test_a_simulator_begun_again_takes_up_its_open_events(sqlite: Database) -> None:
    live(sqlite, 0)
    before = {event.id for event in events(sqlite) if event.is_open}
    references = References(sqlite)
    again = Demo(sqlite, references, 7)
    for minute in range(1, 120, 2):
        now = AFTERNOON + timedelta(minutes=minute)
        again.step(now)
        deadlines.tick(sqlite, references.get(), now)
    closed = {event.id for event in events(sqlite) if not event.is_open}
    assert len(before & closed) > 20


def test_what_a_person_reported_is_left_to_people(small_town: People) -> None:
    mine = small_town.report("S0406")
    demo = Demo(small_town.database, References(small_town.database), 7)
    for minute in range(25):
        demo.step(small_town.now + timedelta(minutes=minute))
    assert small_town.fresh(mine) == mine


def test_a_person_may_take_a_simulated_event_out_of_the_simulators_hands(
    sqlite: Database, small_town: People
) -> None:
    demo = live(sqlite, 0)
    pool = [event for event in events(sqlite) if event.status == "claimable"]
    small_town.hand.moment = AFTERNOON
    taken = [small_town.act(event, "claim", small_town.claimer(event)) for event in pool]
    for minute in range(1, 40):
        demo.step(AFTERNOON + timedelta(minutes=minute))
    assert {small_town.fresh(event).unit for event in taken} == {event.unit for event in taken}


def test_every_photo_says_that_it_is_simulated_and_can_be_opened(sqlite: Database, tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    live(sqlite, 0, folder=folder)
    with sqlite.read() as session:
        rows = list(session.scalars(select(PhotoRow)))
    assert len(rows) > 10
    for row in rows:
        with Image.open(folder / row.id) as picture:
            assert picture.size == (row.width, row.height)


def test_another_district_can_be_simulated_too(tmp_path: Path) -> None:
    from datasources.districts.loading import load_pack
    from datasources.districts.pack.reading import read_pack

    database = Database(f"sqlite:///{tmp_path / 'boston.db'}")
    database.upgrade()
    with database.write() as session:
        load_pack(session, read_pack("boston"), FRIDAY)
    live(database, 20, past=timedelta(hours=2))
    assert {"closed", "handling"} <= {event.status for event in events(database)}
    database.close()
