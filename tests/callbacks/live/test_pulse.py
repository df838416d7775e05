"""What stands still is told: by the heartbeat, by /readyz and by /metrics; and rows arrive all the same."""

import time
from pathlib import Path
from typing import Any

import pytest

from callbacks.live import pulse as pulses
from callbacks.live.pulse import Pulse
from callbacks.live.scopes import EVERYTHING
from callbacks.pages import admin_health
from dashboard import clock
from dashboard.feed.publisher import Publisher
from dashboard.loops import beat, clock_loops, keep_aside
from dashboard.sweeps import deadlines
from datasources.feed.embedded import Embedded
from datasources.feed.stream import FeedDown
from datasources.store import beats
from datasources.store.beats import PUBLISHER, Beats
from datasources.store.database import Database
from tests.conftest import Town
from tests.support.api_world import OpenApi, runtime_of
from tests.support.live_world import *  # noqa: F403 - the fixtures
from tests.support.live_world import Listener, World

NAMES = tuple(sweep.__name__ for sweep in deadlines.SWEEPS)
LONG_AGO = 100.0


def old(pulse: Pulse) -> Pulse:
    """A process that has been there long enough to hear everybody."""
    pulse._begun -= 2 * LONG_AGO
    return pulse


def beating(database: Database, **late: float) -> None:
    """Everybody beat just now, but for those named, which did so many seconds ago."""
    with database.write() as session:
        ages = dict.fromkeys((*NAMES, PUBLISHER), 0.0) | late
        beats.keep(session, ages, clock.real_now())


def test_only_finished_sweeps_beat_and_all_of_them_do(small_town: Town) -> None:
    heard = Beats()
    deadlines.tick(small_town.database, small_town.reference, small_town.now, heard)
    assert set(heard.take()) == set(NAMES)

    def broken(*_args: Any) -> int:
        raise ValueError("a sweep that fails")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(deadlines, "SWEEPS", (broken, *deadlines.SWEEPS[1:]))
        deadlines.tick(small_town.database, small_town.reference, small_town.now, heard)
    assert set(heard.take()) == set(NAMES[1:])


def test_a_beat_is_kept_in_the_databases_time_and_never_goes_back(database: Database) -> None:
    with database.write() as session:
        beats.keep(session, {"lapse": 1.0}, clock.real_now())
        beats.keep(session, {"lapse": 50.0, "warn": 50.0}, clock.real_now())
    with database.read() as session:
        ages = beats.ages(session, clock.real_now())
    assert ages["lapse"] < 40 < ages["warn"]


@pytest.mark.parametrize(
    ("late", "still"),
    [
        ({}, []),
        ({NAMES[0]: LONG_AGO}, ["clock"]),
        ({NAMES[-1]: LONG_AGO}, ["clock"]),
        ({PUBLISHER: LONG_AGO}, ["publisher"]),
    ],
)
def test_one_sweep_that_stands_still_is_the_clock_standing_still(
    database: Database, late: dict[str, float], still: list[str]
) -> None:
    beating(database, **late)
    pulse = old(Pulse(database, NAMES, clock.real_now))
    pulse.look()
    assert pulse.still == still
    assert pulse.told()["still"] == still and set(pulse.told()["ages"]) == {
        "clock",
        "publisher",
        "database",
        "feed",
    }


def test_a_sweep_that_only_a_newer_clock_knows_is_not_missed_while_the_old_one_works(
    database: Database,
) -> None:
    beating(database)
    pulse = old(Pulse(database, (*NAMES, "a sweep of tomorrow"), clock.real_now))
    pulse.look()
    assert pulse.still == []


def test_a_clock_says_at_its_start_what_it_does_so_that_a_sweep_that_never_ends_is_told(
    tmp_path: Path, sqlite: Database
) -> None:
    runtime = runtime_of(sqlite, tmp_path)
    clock_loops(runtime)
    assert set(runtime.beats.take()) >= set(NAMES)


def test_a_database_that_does_not_answer_is_told_and_nothing_is_said_of_the_others() -> None:
    pulse = Pulse(Database("postgresql+psycopg://nobody@127.0.0.1:1/nothing"), NAMES, clock.real_now)
    pulse.try_look()
    assert not pulse.database_answers
    old(pulse)._looked -= LONG_AGO
    assert pulse.still == ["database"] and pulse.database_age > LONG_AGO


def test_a_tail_that_hangs_is_told(sqlite: Database) -> None:
    beating(sqlite)
    pulse = Pulse(sqlite, NAMES, clock.real_now, lambda: LONG_AGO)
    pulse.look()
    assert pulse.still == ["feed"]


def test_rows_arrive_by_comparison_when_nobody_publishes(world: World) -> None:
    live = world.live()
    live.follow(1)
    line = Listener()
    live.subscribe(line, EVERYTHING, frozenset({"events", "alerts"}), None)
    event = world.report()
    live._caught_up = float("-inf")  # five seconds later
    live.follow(1)
    assert [row["id"] for message in line.of("rows") for row in message["rows"]] == [event.id]
    closed = world.close(event)
    live.news_waits = lambda: True  # one second later, when news waits
    live._caught_up = time.monotonic() - 1.5
    live.follow(1)
    assert line.of("rows")[-1]["gone"] == [closed.id] and live.hash()["hash"] == world.truth()


def test_a_valkey_that_takes_nothing_stops_the_publishers_beat_and_no_row(
    sqlite_world: World, tmp_path: Path
) -> None:
    world = sqlite_world
    shared, world.embedded = world.embedded, Embedded(tmp_path / "full")
    world.feed = world.new_feed()
    heard = Beats()
    crier = Publisher(world.db, world.feed, world.row_of, lambda: world.now, beats=heard)
    crier.cycle()
    assert PUBLISHER in heard.take()
    live = world.live()
    live.follow(1)
    world.feed._quick.config_set("maxmemory", "1")  # reads go on, writes are refused
    event = world.report()
    with pytest.raises(FeedDown):
        crier.cycle()
    assert heard.take() == {}
    pulse = Pulse(world.db, NAMES, clock.real_now)
    pulse.look()
    pulse._oldest = (pulse._oldest[0], time.monotonic() - LONG_AGO) if pulse._oldest else None
    pulse.look()
    assert pulse.outbox_is_old and pulse.ages["publisher"] > pulses.STILL_SECONDS
    live.news_waits = lambda: pulse.outbox_is_old
    live._caught_up = float("-inf")
    live.follow(1)
    assert event.id in live.store.rows
    world.embedded.stop()
    world.embedded = shared


def test_readyz_fails_and_names_what_stands_still(opened: OpenApi) -> None:
    database = opened.runtime.database
    beating(database, sound=LONG_AGO)
    pulse = opened.app.extensions["grid.pulse"] = old(Pulse(database, NAMES, clock.real_now))
    pulse.look()
    answer = opened.client.get("/readyz")
    assert (answer.status_code, answer.json["ready"], answer.json["still"]) == (503, False, ["clock"])
    assert answer.json["clock_age"] > LONG_AGO - 1 > answer.json["sweeps"]["lapse"]
    beating(database)
    pulse.look()
    answer = opened.client.get("/readyz")
    assert (answer.status_code, answer.json["still"]) == (200, [])


def test_metrics_tell_ages_debts_disk_pool_and_skew(opened: OpenApi) -> None:
    opened.call("operator", "POST", "/events", {"title": "火情", "address": "南山路", "emergency": True})
    text = opened.client.get("/metrics", headers=opened.token("admin")).text
    found = {
        line.split()[0]: float(line.split()[1])
        for line in text.splitlines()
        if line.startswith("grid_") and "{" not in line
    }
    assert {f"grid_{name}" for name in WANTED} <= set(found)
    assert (found["grid_alerts_open"], found["grid_alerts_overdue"], found["grid_deliveries_owed"]) == (
        1,
        0,
        1,
    )
    assert found["grid_unpublished"] > 0 and found["grid_disk_free_bytes"] > 0 and found["grid_pool_size"] > 0
    assert 'grid_sweep_age_seconds{sweep="sound"}' in text


WANTED = ("clock_age_seconds", "alerts_overdue", "deliveries_owed", "oldest_unpublished_seconds", "disk_free_bytes", "pool_in_use", "clock_skew_seconds", "set_aside", "ready")  # fmt: skip


def test_the_beats_of_a_process_are_written_down(opened: OpenApi) -> None:
    runtime = opened.runtime
    deadlines.tick(runtime.database, runtime.reference, clock.now(), runtime.beats)
    beat(runtime)
    with runtime.database.read() as session:
        assert set(beats.ages(session, clock.real_now())) == set(NAMES)


def test_set_aside_rows_and_parts_stand_on_the_administrators_page(opened: OpenApi) -> None:
    opened.runtime.database.aside.note("event", 7, ValueError("Expecting value: 电话 13800138000"))
    keep_aside(opened.runtime)
    admin_health.install(opened.app)
    told = opened.client.get("/admin/health", headers=opened.token("auditor")).json
    assert [(one["kind"], one["key"], one["times"]) for one in told["aside"]] == [("event", "7", 1)]
    assert "13800138000" not in told["aside"][0]["reason"] and "still" in told["parts"]
    assert opened.client.get("/admin/health", headers=opened.token("operator")).status_code == 403
