"""One row that cannot be read, or worked on, stops nothing else: it is set aside with its reason, and counted."""

import logging
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text

from dashboard import actions, clock
from dashboard.feed.publisher import Publisher
from dashboard.rules.events.event import Event, Status
from dashboard.sweeps import deadlines
from datasources.districts.reference import References
from datasources.feed import outbox
from datasources.store import kept_aside
from datasources.store.beats import Beats
from datasources.store.database import Database
from datasources.store.models import AlertLogRow, OutboxRow
from datasources.store.set_aside import Aside
from tests.conftest import Town, make_town
from tests.support.api_world import build, runtime_of
from tests.support.live_world import *  # noqa: F403 - the fixtures
from tests.support.live_world import GAS, World


def broken(database: Database, event: Event, column: str = "border", value: str = "{bad") -> None:
    """Write into a row what no program can read."""
    with database.write() as session:
        session.execute(
            text(f"UPDATE event SET {column} = :value WHERE id = :id"), {"value": value, "id": event.id}
        )


def orphaned(database: Database, event: Event) -> None:
    """Take the event of an alert away, as no program of ours could."""
    with closing(sqlite3.connect(str(database.engine.url.database))) as raw, raw:
        raw.execute("UPDATE alert SET event_id = 987654 WHERE event_id = ?", (event.id,))


def noted(database: Database) -> set[tuple[str, str]]:
    return {(note.kind, note.key) for note in database.aside.take()}


def publisher(world: World) -> Publisher:
    return Publisher(world.db, world.feed, world.row_of, lambda: world.now, names=lambda: world.reference)


@pytest.mark.parametrize(
    ("column", "value"),
    [("border", "{bad"), ("handle_due_at", "not a moment"), ("reporter_phone", "not sealed")],
)
def test_an_unreadable_event_does_not_stop_the_deadlines_of_the_others(
    small_town: Town, column: str, value: str
) -> None:
    events = [small_town.report() for _ in range(3)]
    broken(small_town.database, events[1], column, value)
    small_town.tick(minutes=31)
    others = [small_town.fresh(events[0]), small_town.fresh(events[2])]
    assert [event.status for event in others] == [Status.PENDING_DISPATCH] * 2
    assert (
        any(key == str(events[1].id) for _, key in noted(small_town.database)) or column == "reporter_phone"
    )


def test_whoever_opens_or_acts_on_an_unreadable_event_is_told_and_it_is_counted(
    sqlite: Database, tmp_path: Path, hand: Any
) -> None:
    api = build(runtime_of(sqlite, tmp_path))
    town = make_town(sqlite, api.runtime.reference, hand)
    event = town.report()
    broken(sqlite, event)
    for method, path in (("GET", ""), ("POST", "/comment")):
        body = {"version": 1, "text": "x"} if method == "POST" else None
        answer = api.call("operator", method, f"/events/{event.number}{path}", body)
        assert answer.status_code == 409 and "搁置待修" in answer.text
    assert ("event", str(event.id)) in noted(sqlite)


def test_a_bad_event_or_an_alert_without_its_event_reaches_no_screen_and_all_others_do(
    sqlite_world: World,
) -> None:
    world = sqlite_world
    calm = [world.report() for _ in range(3)]
    alarms = [world.report(category=GAS) for _ in range(3)]
    broken(world.db, calm[1])
    orphaned(world.db, alarms[1])
    live = world.live()
    live.start()  # the product starts
    live.stop()
    shown = {event.id for event in (calm[0], calm[2], *alarms)}
    assert set(live.store.rows) == shown
    assert {alert["event_id"] for alert in live.alerts()} == {alarms[0].id, alarms[2].id}
    crier = publisher(world)
    start = world.feed.position()
    crier.cycle()
    messages = [entry.message for entry in world.feed.range(start) or []]
    carried = {row["id"] for message in messages if message["k"] == "rows" for row in message["rows"]}
    assert carried == shown
    assert sum(message["k"] == "alert" for message in messages) == 2
    assert {("event", str(calm[1].id))} < noted(world.db)
    with world.db.read() as session:
        assert session.scalar(select(func.count()).select_from(OutboxRow)) == 0


def test_an_alert_without_its_event_does_not_stop_the_ladders_of_the_others(small_town: Town) -> None:
    events = [small_town.report("S0502", title="燃气泄漏") for _ in range(3)]
    orphaned(small_town.database, events[0])
    small_town.tick(seconds=61)
    with small_town.database.read() as session:
        query = select(func.count()).where(AlertLogRow.what == "widen")
        assert session.scalar(query) == 2
    assert any(kind == "sound" for kind, _ in noted(small_town.database))


def test_a_bad_view_does_not_stop_the_news_nor_the_other_views(sqlite_world: World) -> None:
    world = sqlite_world

    def bad(_session: Any, _now: Any) -> Any:
        raise KeyError("a unit that is gone")

    views = {"bad": bad, "good": lambda _session, _now: {"n": 1}}
    crier = Publisher(world.db, world.feed, world.row_of, lambda: world.now, views)
    event = world.report()
    for _ in range(3):
        crier.cycle()
    assert world.feed.views()["good"]["data"] == {"n": 1}
    live = world.live()
    live.follow(1)
    assert event.id in live.store.rows and noted(world.db) == {("view", "bad")}


def test_news_without_a_readable_moment_is_carried_like_any_other(sqlite_world: World) -> None:
    world = sqlite_world
    event = world.report()
    with world.db.write() as session:
        session.execute(text("UPDATE outbox SET at = 'not a moment'"))
    start = world.feed.position()
    world.publish()
    (message,) = [entry.message for entry in world.feed.range(start) or []]
    assert [row["id"] for row in message["rows"]] == [event.id]
    with world.db.read() as session:
        assert outbox.oldest_id(session) is None


def test_a_message_in_the_stream_that_makes_no_sense_is_passed_over(sqlite_world: World) -> None:
    world = sqlite_world
    live = world.live()
    live.follow(1)
    raw = world.feed._quick
    for content in (
        {"m": "{bad"},
        {"other": "x"},
        {"m": '{"k":"rows"}'},
        {"m": "[]"},
        {"m": '{"k":"alert","alert":{}}'},
    ):
        raw.xadd(world.feed.stream, content)
    event = world.report()
    world.publish()
    live.follow(1)
    assert event.id in live.store.rows and live.position == world.feed.position()


def test_rows_that_cannot_lapse_starve_nobody_and_do_not_fill_the_log(
    small_town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    stuck = [small_town.report() for _ in range(12)]
    for event in stuck:
        broken(small_town.database, event, "level", "nowhere")  # read well, but no rule can work on it
        broken(small_town.database, event, "status", "claimable")
    sound = small_town.report()
    small_town.hand.forward(minutes=31)
    small_town.database.aside.take()

    def refuse(*_args: Any, **_more: Any) -> Any:
        raise ValueError("no rule knows this level")

    real = actions.perform

    def perform(session: Any, reference: Any, event: Event, request: actions.Request) -> Any:
        return (refuse if event.level == "nowhere" else real)(session, reference, event, request)

    with pytest.MonkeyPatch.context() as patch, caplog.at_level(logging.WARNING):
        patch.setattr(actions, "perform", perform)
        patch.setattr("dashboard.sweeps.row_by_row.BATCH", 5)  # fewer than the rows that cannot be done
        for _ in range(3):
            deadlines.tick(small_town.database, small_town.reference, small_town.now)
    assert small_town.fresh(sound).status == Status.PENDING_DISPATCH
    assert len(caplog.records) < 4
    assert len(noted(small_town.database)) >= 12


def test_a_row_somebody_else_holds_stops_no_other_ladder(postgresql: Database, hand: Any) -> None:
    town = make_town(postgresql, References(postgresql).get(), hand)
    events = [town.report("S0502", title="燃气泄漏") for _ in range(4)]
    town.hand.forward(seconds=61)
    with postgresql.write() as other:
        other.execute(text("SELECT * FROM alert WHERE event_id = :id FOR UPDATE"), {"id": events[0].id})
        beats = Beats()
        deadlines.tick(postgresql, town.reference, town.now, beats)
        with postgresql.read() as session:
            assert session.scalar(select(func.count()).where(AlertLogRow.what == "widen")) == 3
        assert {sweep.__name__ for sweep in deadlines.SWEEPS} == set(beats.take())


def test_what_was_set_aside_is_listed_with_reason_and_count_and_leaves_when_it_is_mended(
    sqlite: Database,
) -> None:
    for _ in range(3):
        sqlite.aside.note("event", 7, ValueError("Expecting value"))
    with sqlite.write() as session:
        kept_aside.keep(session, sqlite.aside.take(), clock.real_now())
    sqlite.aside.note("event", 7, ValueError("Expecting value"))
    with sqlite.write() as session:
        kept_aside.keep(session, sqlite.aside.take(), clock.real_now())
    with sqlite.read() as session:
        (row,) = kept_aside.listed(session, clock.real_now())
        assert (row.kind, row.key, row.times, row.reason) == ("event", "7", 4, "ValueError: Expecting value")
        assert kept_aside.listed(session, clock.real_now() + timedelta(minutes=11)) == []


def test_what_cannot_be_done_rests_longer_each_time() -> None:
    aside = Aside()
    assert not aside.rests("lapse", 1)
    aside.rest("lapse", 1)
    assert aside.rests("lapse", 1) and not aside.rests("lapse", 2) and aside.tries("lapse", 1) == 1
    aside.well("lapse", 1)
    assert not aside.rests("lapse", 1) and aside.tries("lapse", 1) == 0


def test_a_damaged_co_unit_stops_neither_the_publisher_nor_a_restart(sqlite_world: World) -> None:
    world = sqlite_world
    alarms = [world.report(category=GAS) for _ in range(2)]
    with world.db.write() as session:
        damaged = text("UPDATE assignment SET accepted_at = 'x' WHERE event_id = :id")
        assert session.execute(damaged, {"id": alarms[0].id}).rowcount  # type: ignore[attr-defined]
    start = world.feed.position()
    publisher(world).cycle()
    messages = [entry.message for entry in world.feed.range(start) or []]
    assert sum(message["k"] == "alert" for message in messages) == 2
    live = world.live()  # as after a restart
    live.follow(1)
    assert set(live.store.rows) == {event.id for event in alarms} and not live.is_down
    assert {alert["event_id"] for alert in live.alerts()} == {event.id for event in alarms}
    assert "assignment" in {kind for kind, _ in noted(world.db)}
