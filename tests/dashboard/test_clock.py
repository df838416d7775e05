"""Whose clock counts, and in which zone: moments are UTC, the district's zone is applied once, the database decides."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from dashboard import actions, clock
from dashboard.rules.events.report import Report
from dashboard.rules.text.local_time import days_before, moment_of
from dashboard.runtime.runtime import Runtime, share_clock, start_clock
from dashboard.settings import Settings
from datasources.districts.reference import References
from datasources.figures.views.day import trend_view
from datasources.figures.views.named import VIEWS
from datasources.store import clock_anchor
from datasources.store.database import Database
from tests.conftest import OPERATOR, Town

NEW_YORK = ZoneInfo("America/New_York")
HOUR = timedelta(hours=1)
NINE = datetime(2026, 11, 20, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def afterwards() -> Iterator[None]:
    """Leave the clock as it was found."""
    yield
    clock.use(clock.WallClock())
    clock.alone()


def drilled(database: Database, folder: Path, start: str) -> Runtime:
    """Return a house whose drill clock began at a local time."""
    settings = Settings(data_dir=folder, clock_start=start)
    runtime = Runtime(settings, "huli", "huli", database, References(database))
    start_clock(runtime)
    return runtime


def processes_of(database: Database, folder: Path) -> Runtime:
    """Return a house that drills ten times as fast, whose mark was written five seconds ago."""
    settings = Settings(data_dir=folder, clock_start="2026-11-20T09:00", clock_speed=10.0)
    runtime = Runtime(settings, "huli", "huli", database, References(database))
    mark(runtime, timedelta(seconds=5))
    return runtime


def mark(runtime: Runtime, ago: timedelta) -> None:
    """Let the drill have stood at nine some time ago, by the mark of whoever keeps it."""
    with runtime.database.write() as session:
        clock_anchor.save(session, NINE, 10.0, clock.real_now() - ago)


def marked(runtime: Runtime) -> tuple[datetime, float]:
    """Where the drill stands now by the mark of whoever keeps it, and how old that is in seconds."""
    with runtime.database.read() as session:
        found = clock_anchor.load(session)
    assert found is not None
    age = clock.real_now() - found.saved_at
    return found.drill_at + age * found.speed, age.total_seconds()


@pytest.mark.parametrize("role", ["web", "clock"])
def test_a_process_that_starts_beside_others_joins_the_drill_and_puts_it_back_for_nobody(
    database: Database, tmp_path: Path, role: str
) -> None:
    runtime = processes_of(database, tmp_path)
    start_clock(runtime, role)
    at, age = marked(runtime)
    assert abs(clock.now() - at) < timedelta(seconds=5) and age >= 5
    assert clock.now() - NINE >= timedelta(seconds=50)


@pytest.mark.parametrize("role", ["all", "web", "clock"])
def test_a_drill_that_nobody_kept_goes_on_at_the_moment_it_had_reached(
    database: Database, tmp_path: Path, role: str
) -> None:
    runtime = processes_of(database, tmp_path)
    mark(runtime, timedelta(minutes=5))
    start_clock(runtime, role)
    assert timedelta(0) <= clock.now() - NINE < timedelta(minutes=1)


def test_the_one_product_of_a_folder_goes_on_at_the_moment_it_had_reached_however_soon_it_is_back(
    sqlite: Database, tmp_path: Path
) -> None:
    start_clock(processes_of(sqlite, tmp_path), "all")
    assert timedelta(0) <= clock.now() - NINE < timedelta(seconds=40)


def test_who_goes_on_without_the_keeper_of_the_drill_keeps_it_until_that_one_joins_again(
    database: Database, tmp_path: Path
) -> None:
    runtime = processes_of(database, tmp_path)
    share_clock(runtime)
    mark(runtime, timedelta(minutes=5))  # the keeper is away for long
    share_clock(runtime)
    here, (at, age) = clock.now(), marked(runtime)
    assert age < 5 and abs(here - at) < timedelta(seconds=5)
    start_clock(runtime, "clock")
    assert clock.now() >= here


def test_what_is_reported_at_nine_by_a_drill_clock_stands_in_the_bar_of_nine(
    database: Database, tmp_path: Path
) -> None:
    runtime = drilled(database, tmp_path, "2026-11-20T09:00")
    with database.write() as session:
        filed = Report("占道堆物", "phone", category="S0406", address="湖里区")
        actions.report(session, runtime.reference, filed, OPERATOR, clock.now())
    with database.read() as session:
        bars = VIEWS["trend"](session, clock.now(), runtime.reference)["hours"]
    nine = round(datetime(2026, 11, 20, 1, tzinfo=UTC).timestamp() * 1000)
    assert {bar["at"]: bar["reported"] for bar in bars if bar["reported"]} == {nine: 1}


@pytest.mark.parametrize(
    "made",
    [
        clock.WallClock(),
        clock.drill(datetime(2026, 11, 20, 9, tzinfo=NEW_YORK), 60.0),
        clock.HandClock(datetime(2026, 11, 20, 9, tzinfo=NEW_YORK)),
    ],
)
def test_every_clock_speaks_utc(made: clock.Clock) -> None:
    assert made.now().tzinfo is UTC


@pytest.mark.parametrize("evening", [(2026, 10, 31), (2026, 3, 7)])
def test_a_drill_through_the_night_of_a_clock_change_takes_as_long_as_it_takes(
    evening: tuple[int, int, int],
) -> None:
    begins = datetime(*evening, 22, tzinfo=NEW_YORK)
    hand = clock.HandClock(begins)
    assert hand.forward(hours=8) == begins.astimezone(UTC) + 8 * HOUR


def test_a_local_time_that_is_skipped_or_repeated_is_read_by_the_offset_before() -> None:
    assert moment_of(datetime(2026, 3, 8, 2, 30), NEW_YORK) == datetime(2026, 3, 8, 7, 30, tzinfo=UTC)
    assert moment_of(datetime(2026, 11, 1, 1, 30), NEW_YORK) == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)


@pytest.mark.parametrize(("month", "day", "hours"), [(3, 8, 23), (11, 1, 25)])
def test_a_day_before_is_the_same_time_by_the_clock(month: int, day: int, hours: int) -> None:
    noon = moment_of(datetime(2026, month, day, 12), NEW_YORK)
    assert noon - days_before(noon, 1, NEW_YORK) == timedelta(hours=hours)


def test_the_usual_hour_stays_the_same_hour_when_clocks_were_changed_in_between(small_town: Town) -> None:
    small_town.hand.moment = moment_of(datetime(2026, 11, 3, 9, 30), NEW_YORK)
    for days in range(1, 6):  # at 09:10 each day; the clocks went back on the night before 1 November
        small_town.report(reported_at=days_before(small_town.now, days, NEW_YORK) - timedelta(minutes=20))
    reference = SimpleNamespace(tz=NEW_YORK)
    with small_town.database.read() as session:
        usual = [bar["usual"] for bar in trend_view(session, small_town.now, reference)["hours"]]  # type: ignore[arg-type]
    assert usual[-1] == 1.0 and sum(usual) == 1.0
