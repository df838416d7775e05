"""The stream and its bundled server, the live set, and how a process's screens come back to the truth."""

import gzip
import json
import os
import random
import select
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import redis
from hypothesis import given
from hypothesis import strategies as st

from callbacks.live.columns import MOMENTS
from callbacks.live.scopes import EVERYTHING, Scope
from callbacks.live.store import COLUMNS, LiveStore, hash_of
from callbacks.live.updates import Updates
from dashboard.rules.events.event import OPEN
from datasources.feed.embedded import Embedded, alive, socket_path
from datasources.feed.stream import Feed, FeedDown, connect
from tests.support.live_world import *  # noqa: F403 - the fixtures
from tests.support.live_world import DISPUTE, GAS, NOON, Listener, World, wipe

ALL = frozenset({"events", "views", "alerts"})


# the bundled server


def test_the_bundled_server_listens_on_a_socket_only_and_never_evicts(tmp_path: Path) -> None:
    embedded = Embedded(tmp_path)
    client = connect(embedded.ensure())
    assert client.config_get("port") == {"port": "0"}
    assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    assert client.config_get("save") == {"save": ""}
    embedded.stop()
    assert not alive(embedded.socket_path)


def test_a_second_process_on_the_folder_uses_the_server_of_the_first(tmp_path: Path) -> None:
    first, second = Embedded(tmp_path), Embedded(tmp_path)
    assert first.ensure() == second.ensure()
    assert first.is_ours and not second.is_ours
    second.stop()
    assert alive(first.socket_path)
    first.stop()


def test_a_dead_socket_file_is_replaced_and_a_surviving_process_starts_the_server_again(
    tmp_path: Path,
) -> None:
    first, second = Embedded(tmp_path), Embedded(tmp_path)
    second_url = second.ensure() if first.ensure() else ""
    first.stop()
    first.socket_path.touch()
    assert second.ensure() == second_url
    assert second.is_ours and alive(second.socket_path)
    second.stop()


def test_the_server_ends_with_the_process_that_started_it_even_when_that_is_killed(tmp_path: Path) -> None:
    starter = (
        "import os, sys; from pathlib import Path; from datasources.feed.embedded import Embedded\n"
        f"e = Embedded(Path({str(tmp_path)!r})); e.ensure()\n"
        "from datasources.feed.stream import connect\n"
        "print(connect(e.url).info('server')['process_id'], flush=True); os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", starter], capture_output=True, text=True, timeout=20)
    _wait_for_end(int(done.stdout))
    assert not alive(socket_path(tmp_path))


def _wait_for_end(pid: int) -> None:
    try:
        watched = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    assert select.select([watched], [], [], 5)[0], "the server still runs"
    os.close(watched)


def test_a_folder_with_a_long_path_gets_a_short_socket_and_a_note_of_it(tmp_path: Path) -> None:
    embedded = Embedded(tmp_path / ("x" * 90))
    embedded.ensure()
    noted = (embedded.data_dir / "valkey.sock.path").read_text().strip()
    assert noted == str(embedded.socket_path) and len(noted) < 100
    embedded.stop()


# the stream


def test_entries_come_back_in_order_with_what_was_appended(shared_valkey: Embedded) -> None:
    wipe(shared_valkey)
    feed = Feed(shared_valkey.ensure(), "huli")
    before = feed.position()
    given_ids = feed.append([{"k": "rows", "rows": [{"id": n}], "gone": []} for n in range(3)])
    assert [entry.id for entry in feed.read(before, block_ms=1)] == given_ids
    assert [e.message["rows"][0]["id"] for e in feed.range(before) or []] == [0, 1, 2]
    assert feed.position() == given_ids[-1]
    assert feed.range(given_ids[-1]) == []


@pytest.mark.parametrize("position", ["1-0", "db-abcd-1", "nonsense", "", "9999999999999-0"])
def test_a_position_the_stream_cannot_know_means_a_fresh_snapshot(
    shared_valkey: Embedded, position: str
) -> None:
    wipe(shared_valkey)
    feed = Feed(shared_valkey.ensure(), "huli")
    feed.append([{"k": "rows", "rows": [], "gone": []}])
    assert feed.range(position) is None


def test_a_wiped_stream_has_another_epoch_and_knows_no_older_position(shared_valkey: Embedded) -> None:
    feed = Feed(shared_valkey.ensure(), "huli")
    epoch, position = feed.epoch(), feed.position()
    wipe(shared_valkey)
    assert feed.epoch() != epoch
    assert feed.range(position) is None


def test_the_latest_of_each_view_is_kept_with_its_version(shared_valkey: Embedded) -> None:
    wipe(shared_valkey)
    feed = Feed(shared_valkey.ensure(), "huli")
    feed.put_view("kpis", "a", {"n": 1})
    feed.put_view("kpis", "b", {"n": 2})
    assert feed.views() == {"kpis": {"version": "b", "data": {"n": 2}}}


def test_a_redis_that_does_not_answer_is_one_error_with_one_name(tmp_path: Path) -> None:
    feed = Feed(f"unix://{tmp_path}/nobody.sock", "huli")
    for ask in (
        feed.epoch,
        feed.position,
        feed.views,
        lambda: feed.append([{}]),
        lambda: feed.read("0-0", 1),
    ):
        with pytest.raises(FeedDown):
            ask()


def test_a_sentinel_address_names_its_service_and_password() -> None:
    client = connect("redis+sentinel://:secret@one:26379,two:26380/grid/3?sentinel_password=other")
    pool = client.connection_pool
    assert pool.service_name == "grid"
    assert pool.connection_kwargs["password"] == "secret" and pool.connection_kwargs["db"] == 3
    asked = [s.connection_pool.connection_kwargs for s in pool.sentinel_manager.sentinels]
    assert [(k["host"], k["port"], k["password"]) for k in asked] == [
        ("one", 26379, "other"),
        ("two", 26380, "other"),
    ]


# the live set: any order, any number of times

histories = st.lists(st.tuples(st.integers(1, 6), st.booleans()), min_size=1, max_size=30)


@given(histories, st.randoms(use_true_random=False))
def test_doubled_and_reordered_messages_end_in_the_same_live_set(
    history: list[tuple[int, bool]], chance: random.Random
) -> None:
    versions: dict[int, int] = {}
    messages, truth = [], {}
    for identity, is_open in history:
        version = versions[identity] = versions.get(identity, 0) + 1
        messages.append((identity, version, is_open))
        truth.pop(identity, None)
        if is_open:
            truth[identity] = version
    muddled = messages * 2
    chance.shuffle(muddled)
    store = LiveStore()
    for identity, version, is_open in muddled:
        rows, gone = ([{"id": identity, "version": version}], []) if is_open else ([], [(identity, version)])
        store.apply(rows, gone)
    assert store.hash() == hash_of(truth)
    assert store.fingerprint == (len(truth), sum(truth), sum(truth.values()))


def test_what_a_scope_may_no_longer_see_leaves_it() -> None:
    store = LiveStore()
    store.apply([{"id": 1, "version": 1, "unit": "A"}])
    change = store.apply([{"id": 1, "version": 2, "unit": "B"}])
    assert change.seen(lambda row: row["unit"] == "A") == ([], [(1, 2)])
    assert change.seen(lambda row: row["unit"] == "B") == ([{"id": 1, "version": 2, "unit": "B"}], [])
    assert change.seen(lambda row: row["unit"] == "C") == ([], [])


def test_a_snapshot_leaves_no_key_out_that_a_row_of_the_feed_can_carry(sqlite_world: World) -> None:
    known = set(COLUMNS)
    for status in OPEN:
        facts = dict.fromkeys(MOMENTS, NOON) | {
            "border": {"candidates": ["G1"]},
            "decline_count": 1,
            "round": 2,
        }
        event = replace(sqlite_world.report(), status=status, request="hold", unit="GAS", **facts)
        assert set(sqlite_world.row_of(event)) <= known, status


def test_a_position_that_fell_out_of_memory_is_not_guessed() -> None:
    updates = Updates("here", kept=3)
    updates.begin("10-0")
    for n in range(11, 16):
        updates.next("view", f"{n}-0", content={})
    assert updates.since("11-0") is None
    assert [u.id for u in updates.since("12-0") or []] == ["13-0", "14-0", "15-0"]
    assert updates.since("15-0") == []
    assert updates.since("db-elsewhere-1") is None
    assert updates.since("5-0") is None


# one process's live feed


def test_a_resumed_screen_gets_exactly_the_rows_it_missed(sqlite_world: World) -> None:
    world = sqlite_world
    live = world.live()
    live.follow(1)
    screen = Listener()
    head = live.subscribe(screen, EVERYTHING, ALL, None)["position"]
    first = world.report()
    world.publish()
    live.follow(1)
    live.leave(screen)
    second, third = world.report(), world.report()
    world.publish()
    world.close(second)
    world.publish()
    live.follow(1)
    again = Listener()
    last = screen.of("rows")[-1]["id"]
    answer = live.subscribe(again, EVERYTHING, ALL, last)
    assert screen.chain_holds(head) and again.chain_holds(last)
    assert [row["id"] for row in screen.of("rows")[0]["rows"]] == [first.id]
    assert [row["id"] for m in again.of("rows") for row in m["rows"]] == [second.id, third.id]
    assert [identity for m in again.of("rows") for identity in m["gone"]] == [second.id]
    assert answer == {"position": again.of("rows")[-1]["id"]}


def test_the_snapshot_and_what_follows_it_is_the_truth(world: World) -> None:
    live = world.live()
    events = [world.report() for _ in range(5)]
    world.publish()
    live.follow(1)
    world.close(events[0])
    world.publish()
    live.follow(1)
    assert live.hash()["hash"] == world.truth()
    assert live.hash()["position"] == world.feed.position()


def test_screens_converge_through_the_database_while_redis_is_gone_and_after(
    sqlite_world: World, tmp_path: Path
) -> None:
    world = sqlite_world
    world.embedded = Embedded(tmp_path / "own")
    world.feed = world.new_feed()
    live = world.live()
    live.follow(1)
    screen = Listener()
    head = live.subscribe(screen, EVERYTHING, ALL, None)["position"]
    kept = world.report()
    world.publish()
    live.follow(1)
    world.embedded.stop()
    moved, urgent = world.report(), world.report(category=GAS)
    world.close(kept)
    with pytest.raises(FeedDown):
        world.publish()
    live.follow(1)
    assert live.is_down
    assert live.hash()["hash"] == world.truth()
    assert {row["id"] for m in screen.of("rows") for row in m["rows"]} == {kept.id, moved.id, urgent.id}
    assert screen.of("rows")[-1]["gone"] == [kept.id]
    assert screen.of("alert")[-1]["alert"]["event"] == urgent.number
    world.embedded.ensure()
    world.publish()
    live.follow(1)
    last = world.report()
    world.publish()
    live.follow(1)
    assert not live.is_down
    assert screen.of("rows")[-1]["rows"][0]["id"] == last.id
    assert screen.chain_holds(head)
    assert live.hash()["hash"] == world.truth()
    world.embedded.stop()


def test_a_wiped_redis_is_noticed_and_the_difference_sent(sqlite_world: World) -> None:
    world = sqlite_world
    live = world.live()
    live.follow(1)
    screen = Listener()
    head = live.subscribe(screen, EVERYTHING, ALL, None)["position"]
    lost = world.report()
    world.publish()
    wipe(world.embedded)
    live.follow(1)
    assert [row["id"] for row in screen.of("rows")[-1]["rows"]] == [lost.id]
    world.close(lost)
    world.publish()
    live.follow(1)
    assert screen.of("rows")[-1]["gone"] == [lost.id]
    assert screen.chain_holds(head)
    assert live.hash()["hash"] == world.truth()


def test_a_unit_sees_only_its_own_rows_and_what_it_may_claim(sqlite_world: World) -> None:
    world = sqlite_world
    live = world.live()
    live.follow(1)
    scopes = {name: Scope("unit", name) for name in ("JUSTICE", "POLICE", "GAS", "CULTURE")}
    lines = {name: Listener() for name in scopes}
    for name, line in lines.items():
        live.subscribe(line, scopes[name], ALL, None)
    world.report("canary: only for the desk")
    pool = world.report("canary: a dispute", category=DISPUTE)
    leak = world.report("canary: gas", category=GAS)
    world.publish()
    world.act(pool, "claim", world.viewer_of_unit("JUSTICE"))
    world.publish()
    live.follow(1)
    seen = {name: [row["id"] for m in line.of("rows") for row in m["rows"]] for name, line in lines.items()}
    # the police are called to a gas leak beside the gas company
    assert {name: sorted(ids) for name, ids in seen.items()} == {
        "JUSTICE": [pool.id, pool.id], "POLICE": [pool.id, leak.id], "GAS": [leak.id], "CULTURE": []
    }  # fmt: skip
    assert [m["gone"] for m in lines["POLICE"].of("rows") if m["gone"]] == [[pool.id]]
    assert lines["CULTURE"].messages == []
    snapshots = {name: json.loads(gzip.decompress(live.snapshot(scope))) for name, scope in scopes.items()}
    assert {name: [row[0] for row in s["rows"]] for name, s in snapshots.items()} == {
        "JUSTICE": [pool.id], "POLICE": [leak.id], "GAS": [leak.id], "CULTURE": []
    }  # fmt: skip
    assert live.hash(scopes["GAS"])["hash"] == hash_of({leak.id: leak.version})


def test_every_room_has_an_unbroken_chain_whatever_its_topics(sqlite_world: World) -> None:
    world = sqlite_world
    live = world.live()
    live.follow(1)
    seats = []
    for n in range(12):
        scope = (EVERYTHING, Scope("unit", "POLICE"), Scope("worker", world.grid.code))[n % 3]
        topics = (ALL, frozenset({"events"}), frozenset({"alerts"}), frozenset({"views"}))[n % 4]
        line = Listener()
        seats.append((line, live.subscribe(line, scope, topics, None)["position"]))
        world.report(category=(DISPUTE, GAS, None)[n % 3])
        world.publish()
        world.feed.put_view("kpis", str(n), {"n": n})
        live.reconcile()
        live.follow(1)
    assert all(line.chain_holds(head) for line, head in seats)
    assert sum(len(line.messages) for line, _ in seats) > 50


def test_no_personal_data_is_in_any_entry_of_the_feed(sqlite_world: World) -> None:
    world = sqlite_world
    start = world.feed.position()
    event = world.report(
        "请联系13812345678处理", address="枋湖路9号 13812345678", description="秘密", category=GAS,
        reporter_name="某甲乙", reporter_phone="13987654321",
    )  # fmt: skip
    world.publish()
    live = world.live()
    live.follow(1)
    texts = [str(entry.message) for entry in world.feed.range(start) or []]
    texts += [str(live.alerts()), str(live.store.rows[event.id])]
    for canary in ("13812345678", "13987654321", "某甲乙", "秘密"):
        assert not any(canary in text for text in texts)


def test_redis_is_never_a_copy_that_matters(sqlite_world: World) -> None:
    world = sqlite_world
    world.report()
    world.publish()
    redis.Redis.from_url(world.embedded.url).flushall()
    assert world.live().hash()["hash"] == hash_of({})
    fresh = world.live()
    fresh.follow(1)
    assert fresh.hash()["hash"] == world.truth() != hash_of({})
