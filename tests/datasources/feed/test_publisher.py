"""From the outbox to the stream: nothing skipped, nothing carried without its commit, emergencies first."""

import time
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from dashboard import alerting
from dashboard.feed.publisher import LONGEST_REST, Publisher, publish
from dashboard.rules.events.event import Event
from datasources.feed import outbox
from datasources.feed.embedded import Embedded
from datasources.feed.stream import FeedDown
from datasources.figures.views.named import PACE
from datasources.store.models import OutboxRow
from tests.browser.waiting import until
from tests.support.live_world import *  # noqa: F403 - the fixtures
from tests.support.live_world import GAS, NOON, OPERATOR, World, wipe


def carried(world: World, start: str) -> list[dict[str, Any]]:
    return [entry.message for entry in world.feed.range(start) or []]


def ids(messages: list[dict[str, Any]]) -> list[list[int]]:
    return [[row["id"] for row in message["rows"]] for message in messages if message["k"] == "rows"]


def waiting(world: World) -> int:
    with world.db.read() as session:
        return len(session.scalars(select(OutboxRow.id)).all())


def publisher(world: World, **extras: Any) -> Publisher:
    return Publisher(world.db, world.feed, world.row_of, lambda: world.now, **extras)


def test_ordinary_steps_share_an_entry_and_an_emergency_has_its_own_and_the_first(world: World) -> None:
    start = world.feed.position()
    calm = [world.report(), world.report()]
    urgent = world.report(category=GAS)
    world.publish()
    assert ids(carried(world, start)) == [[urgent.id], [calm[0].id, calm[1].id]]
    assert waiting(world) == 0
    assert world.publish() == 0


def test_a_row_is_what_the_event_is_now_and_a_leaver_is_gone_with_its_version(world: World) -> None:
    start = world.feed.position()
    event = world.report()
    closed = world.close(event)
    other = world.report()
    world.publish()
    (message,) = carried(world, start)
    assert (message["gone"], message["gone_versions"]) == ([closed.id], [closed.version])
    assert message["rows"] == [world.row_of(other)]


def test_what_redis_did_not_take_stays_in_the_outbox(world: World, tmp_path: Any) -> None:
    world.report()
    before = waiting(world)
    own = Embedded(tmp_path / "own")
    shared, world.embedded = world.embedded, own
    dead = world.new_feed()
    own.stop()
    with pytest.raises(FeedDown):
        publish(world.db, dead, world.row_of)
    assert waiting(world) == before > 0
    world.embedded = shared
    start = world.feed.position()
    world.publish()
    assert waiting(world) == 0 and len(carried(world, start)) == 1


def test_a_late_commit_is_not_skipped(postgresql_world: World) -> None:
    world = postgresql_world
    start = world.feed.position()
    with world.db.write() as slow:
        late = world.report("took its number first", session=slow)
        early = world.report("commits first")
        world.publish()
        assert ids(carried(world, start)) == [[early.id]]
        assert late.id < early.id
    world.publish()
    assert ids(carried(world, start)) == [[early.id], [late.id]]


def test_two_publishers_split_the_work(postgresql_world: World) -> None:
    world = postgresql_world
    first = [world.report() for _ in range(3)]
    start = world.feed.position()
    with world.db.write() as held:
        mine = outbox.unpublished(held, 100, locked=True)
        second = [world.report() for _ in range(2)]
        world.publish()
        assert ids(carried(world, start)) == [[event.id for event in second]]
        assert {row.event_id for row in mine} == {event.id for event in first}
    world.publish()
    assert [i for part in ids(carried(world, start)) for i in part] == [e.id for e in second + first]


def test_a_publisher_that_dies_after_redis_answered_loses_nothing(sqlite_world: World) -> None:
    world = sqlite_world
    event = world.report()
    with world.db.read() as session:
        kept = [
            (row.id, row.event_id, row.step_id, row.urgent, row.at)
            for row in session.scalars(select(OutboxRow))
        ]
    world.publish()
    with world.db.write() as session:  # as if the deletion had not been committed
        session.add_all(
            OutboxRow(id=i, event_id=e, step_id=s, alert_id=None, urgent=u, at=at) for i, e, s, u, at in kept
        )
    world.publish()
    live = world.live()
    live.follow(1)
    assert live.hash()["hash"] == world.truth()
    assert event.id in live.store.rows


def test_an_event_that_cannot_be_shown_does_not_stop_the_others(sqlite_world: World) -> None:
    world = sqlite_world
    bad, good = world.report("bad"), world.report("good")

    def row_of(event: Event) -> dict[str, Any]:
        if event.id == bad.id:
            raise ValueError("cannot be shown")
        return world.row_of(event)

    start = world.feed.position()
    publish(world.db, world.feed, row_of)
    assert ids(carried(world, start)) == [[good.id]]
    assert waiting(world) == 0


def test_an_alert_is_carried_whenever_it_looks_different(world: World) -> None:
    crier = publisher(world, names=lambda: world.reference)
    start = world.feed.position()
    event = world.report(category=GAS)
    crier.cycle()
    crier.cycle()
    world.acknowledge(world.alerts()[0])
    crier.cycle()
    world.act(event, "accept", world.viewer_of_unit("GAS"))
    crier.cycle()
    alerts = [message["alert"] for message in carried(world, start) if message["k"] == "alert"]
    looks = [(a["state"], [u["accepted"] for u in a["units"] if u["unit"] == "GAS"]) for a in alerts]
    assert looks == [("raised", [False]), ("acknowledged", [False]), ("acknowledged", [True])]
    assert alerts[0]["event"] == event.number and alerts[0]["next"]["what"] == "repeat"
    assert alerts[1]["acknowledged"]["screen"] == "席位一"


def test_a_shelf_and_a_stand_down_are_carried(sqlite_world: World) -> None:
    world = sqlite_world
    crier = publisher(world)
    event = world.report(category=GAS)
    crier.cycle()
    start = world.feed.position()
    alert = world.alerts()[0]
    with world.db.write() as session:
        alerting.shelve(session, alert.id, "正在通话", world.now + timedelta(minutes=10), OPERATOR, world.now)
    crier.cycle()
    with world.db.write() as session:
        alerting.stand_down(session, event.id, world.now, "operator")
    crier.cycle()
    alerts = [message["alert"] for message in carried(world, start) if message["k"] == "alert"]
    assert [a["state"] for a in alerts] == ["raised", "stood_down"]
    assert alerts[0]["shelved"]["reason"] == "正在通话"


def test_a_view_is_pushed_when_its_data_changed_and_not_otherwise(sqlite_world: World) -> None:
    world = sqlite_world
    data = {"n": 1}
    crier = publisher(world, views={"kpis": lambda _session, now: {**data, "day": now.day}})
    start = world.feed.position()
    crier.cycle()
    crier._counted.clear()
    crier.cycle()
    data["n"] = 2
    crier._counted.clear()
    crier.cycle()
    assert [m["k"] for m in carried(world, start)] == ["view", "view"]
    assert world.feed.views()["kpis"]["data"] == {"n": 2, "day": NOON.day}


def test_views_are_not_recomputed_while_nothing_changes(sqlite_world: World) -> None:
    world = sqlite_world
    asked = []
    crier = publisher(world, views={"kpis": lambda _session, _now: asked.append(1)})
    for _ in range(3):
        crier.cycle()
    assert len(asked) == 1


def counting(world: World, *names: str) -> tuple[Publisher, list[str]]:
    """Return a publisher whose views have just been counted once, and the list they write themselves into."""
    asked: list[str] = []
    views = {name: lambda _session, _now, name=name: asked.append(name) for name in names}
    crier = publisher(world, views=views)
    crier.cycle()
    assert sorted(asked) == sorted(names)
    asked.clear()
    return crier, asked


def let_pass(crier: Publisher, seconds: float) -> None:
    for name in crier._counted:
        crier._counted[name] -= seconds


def test_each_view_is_counted_at_its_own_pace(sqlite_world: World) -> None:
    crier, asked = counting(sqlite_world, "kpis", "units")
    sqlite_world.report()
    crier.cycle()
    assert asked == []
    let_pass(crier, PACE["kpis"])
    crier.cycle()
    assert asked == ["kpis"]
    let_pass(crier, PACE["units"] - PACE["kpis"])
    crier.cycle()
    assert asked == ["kpis", "units"]


def test_an_emergency_hastens_the_quick_views_alone(sqlite_world: World) -> None:
    crier, asked = counting(sqlite_world, "kpis", "units")
    sqlite_world.report(category=GAS)
    let_pass(crier, 0.25)
    crier.cycle()
    assert asked == ["kpis"]


def test_a_dear_view_waits_longer_and_lets_the_news_go_first(sqlite_world: World) -> None:
    asked: list[str] = []

    def dear(_session: Any, _now: Any) -> None:
        asked.append("dear")
        end = time.perf_counter() + 0.03
        while time.perf_counter() < end:
            pass

    crier = publisher(sqlite_world, views={"a": dear, "b": lambda *_: asked.append("b")})
    crier.cycle()
    assert asked == ["dear"]
    crier.cycle()
    assert asked == ["dear", "b"]
    sqlite_world.report()
    crier._took["a"] = 0.1
    let_pass(crier, 1.0)
    crier.cycle()
    assert asked == ["dear", "b", "b"]
    let_pass(crier, 1.0)
    crier.cycle()
    assert asked == ["dear", "b", "b", "dear"]


def test_one_slow_count_keeps_no_view_from_the_walls_for_long(sqlite_world: World) -> None:
    crier, asked = counting(sqlite_world, "a")
    crier.cycle()
    crier._took["a"] = 30.0
    sqlite_world.report()
    before = len(asked)
    let_pass(crier, LONGEST_REST - 1)
    crier.cycle()
    assert len(asked) == before
    let_pass(crier, 1.0)
    crier.cycle()
    assert len(asked) == before + 1


def test_a_view_that_fails_is_tried_again_and_stops_no_other(sqlite_world: World) -> None:
    asked: list[str] = []

    def broken(_session: Any, _now: Any) -> None:
        asked.append("broken")
        raise ValueError("cannot be counted")

    crier = publisher(sqlite_world, views={"a": broken, "b": lambda *_: asked.append("b")})
    crier.cycle()
    crier.cycle()
    let_pass(crier, 1.0)
    crier.cycle()
    assert asked == ["broken", "b", "broken"]
    assert {note.key for note in sqlite_world.db.aside.take()} == {"a"}


def test_after_a_wipe_views_and_alerts_are_carried_again(sqlite_world: World) -> None:
    world = sqlite_world
    crier = publisher(world, views={"kpis": lambda _session, _now: {"n": 1}})
    world.report(category=GAS)
    crier.cycle()
    wipe(world.embedded)
    start = world.feed.position()
    crier._looked = float("-inf")
    crier.cycle()
    assert sorted(message["k"] for message in carried(world, start)) == ["alert", "view"]


def test_a_commit_wakes_the_publisher(sqlite_world: World) -> None:
    world = sqlite_world
    start = world.feed.position()
    crier = publisher(world)
    crier.start()
    urgent = world.report(category=GAS)
    until(lambda: ids(carried(world, start)), within=5)
    crier.stop()
    assert ids(carried(world, start))[0] == [urgent.id]
