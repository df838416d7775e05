"""The Socket.IO door, asked by raw websockets over a real network: who may enter, what arrives, who is sent away."""

import json
import socket
import urllib.error
import urllib.request
from typing import Any

import pytest
import websocket
from flask import Flask

from callbacks.live.sockets import Sockets
from tests.support.live_door import *  # noqa: F403 - the fixtures
from tests.support.live_door import Door
from tests.support.live_world import *  # noqa: F403 - the fixtures
from tests.support.live_world import DISPUTE, GAS, ORIGIN, World

TOPICS = ["events", "views", "alerts"]


class Browser:
    """A Socket.IO client by hand, so that every frame is seen as it came."""

    def __init__(
        self, port: int, account: str | None, origin: str | None = None, extensions: str = "", page: str = ""
    ) -> None:
        headers = {"Authorization": f"Bearer {account}"} if account else {}
        if extensions:
            headers["Sec-WebSocket-Extensions"] = extensions
        self.socket = websocket.create_connection(
            f"ws://127.0.0.1:{port}/socket.io/?EIO=4&transport=websocket",
            timeout=15, header=headers, origin=origin, suppress_origin=origin is None,
        )  # fmt: skip
        self.hello = json.loads(self.frame()[1:])
        self.socket.send("40" + (json.dumps({"account": page}) if page else ""))
        self.entered = self.frame()

    def frame(self) -> str:
        while True:
            text = self.socket.recv()
            if text == "2":
                self.socket.send("3")
            else:
                return str(text)

    def subscribe(self, since: str | None = None, topics: Any = TOPICS) -> dict[str, Any]:
        self.socket.send("421" + json.dumps(["subscribe", {"topics": topics, "since": since}]))
        while True:
            text = self.frame()
            if text.startswith("431"):
                return dict(json.loads(text[3:])[0])
            self.early.append(tuple(json.loads(text[2:])))

    @property
    def early(self) -> list[Any]:
        return self.__dict__.setdefault("_early", [])

    def next(self, kind: str) -> dict[str, Any]:
        while True:
            for at, (name, content) in enumerate(self.early):
                if name == kind:
                    del self.early[at]
                    return dict(content)
            self.early.append(tuple(json.loads(self.frame()[2:])))


def test_a_committed_step_reaches_the_browser_chained_to_what_it_knows(
    door: Door, sqlite_world: World
) -> None:
    browser = Browser(door.port, "operator", origin=ORIGIN)
    head = browser.subscribe()["position"]
    event = sqlite_world.report()
    sqlite_world.publish()
    message = browser.next("rows")
    assert message["prev"] == head
    assert message["rows"] == [sqlite_world.row_of(event)] and message["gone"] == []
    closed = sqlite_world.close(event)
    sqlite_world.publish()
    gone = browser.next("rows")
    assert (gone["prev"], gone["gone"], gone["gone_versions"]) == (
        message["id"],
        [event.id],
        [closed.version],
    )


def test_a_browser_that_was_away_gets_exactly_what_it_missed(door: Door, sqlite_world: World) -> None:
    first = Browser(door.port, "wall")
    position = first.subscribe()["position"]
    first.socket.close()
    missed = [sqlite_world.report() for _ in range(3)]
    for _ in missed:
        sqlite_world.publish()
    watcher = Browser(door.port, "wall")
    watcher.subscribe(position)
    message = watcher.next("rows")
    assert message["prev"] == position
    assert [row["id"] for row in message["rows"]] == [event.id for event in missed]


def test_a_position_nobody_knows_means_resync(door: Door) -> None:
    for since in ("1-0", "db-dead-7", "'; drop", "99999999999999-1" * 3, 12, {"a": 1}):
        assert Browser(door.port, "wall").subscribe(since) == {"resync": True}  # type: ignore[arg-type]


def test_the_heartbeat_tells_the_newest_id_and_the_servers_time(door: Door, sqlite_world: World) -> None:
    browser = Browser(door.port, "leader")
    head = browser.subscribe()["position"]
    browser.next("tick")  # the first
    tick = browser.next("tick")
    assert tick["id"] == head and tick["clock_speed"] == 1.0 and tick["server_now"] > 1_700_000_000_000
    sqlite_world.report()
    sqlite_world.publish()
    newest = browser.next("rows")["id"]
    browser.early.clear()  # a slow machine hears more before the row
    assert browser.next("tick")["id"] == newest


def test_the_first_heartbeat_comes_with_the_answer_to_subscribing(door: Door, sqlite_world: World) -> None:
    position = Browser(door.port, "wall").subscribe()["position"]
    sqlite_world.report()
    sqlite_world.publish()
    browser = Browser(door.port, "wall")
    head = browser.subscribe(position)["position"]
    (name, tick) = browser.early[-1]  # after what was missed, before the answer
    assert (name, tick["id"]) == ("tick", head)


def test_who_must_begin_anew_hears_no_heartbeat(door: Door) -> None:
    browser = Browser(door.port, "wall")
    assert browser.subscribe("db-dead-7") == {"resync": True}
    assert browser.early == []


def test_strangers_and_foreign_origins_are_refused_at_the_handshake(door: Door) -> None:
    door.disable("nobody")
    for account in (None, "nobody", "resident"):
        with pytest.raises(websocket.WebSocketBadStatusException) as refusal:
            Browser(door.port, account)
        assert refusal.value.status_code in (401, 403)
    for origin in ("http://evil.test", "null", ORIGIN + ".evil.test", "https://centre.test"):
        with pytest.raises(websocket.WebSocketBadStatusException) as refusal:
            Browser(door.port, "operator", origin=origin)
        assert refusal.value.status_code == 403


def test_a_page_drawn_for_another_account_is_let_onto_no_socket(door: Door) -> None:
    assert Browser(door.port, "operator", page="operator").entered.startswith("40")
    assert Browser(door.port, "operator", page="lead").entered.startswith("44")


def test_long_polling_is_not_offered(door: Door) -> None:
    address = f"http://127.0.0.1:{door.port}/socket.io/?EIO=4&transport=polling"
    asked = urllib.request.Request(address, headers={"Authorization": "Bearer operator"})
    with pytest.raises(urllib.error.HTTPError) as refusal:
        urllib.request.urlopen(asked, timeout=5)
    assert refusal.value.code == 400


def test_a_unit_is_sent_its_own_rows_whatever_it_asks_for(door: Door, sqlite_world: World) -> None:
    gas, justice = Browser(door.port, "unit-GAS"), Browser(door.port, "unit-JUSTICE")
    for browser in (gas, justice):
        browser.subscribe(topics=["events", "all", "operator", "alerts", "views"])
    canary = sqlite_world.report("canary", category=GAS)
    dispute = sqlite_world.report("a dispute", category=DISPUTE)
    sqlite_world.publish()
    assert [row["id"] for row in gas.next("rows")["rows"]] == [canary.id]
    assert [row["id"] for row in justice.next("rows")["rows"]] == [dispute.id]
    justice.next("tick")  # the first
    justice.next("tick")
    assert "canary" not in json.dumps(justice.early)


def test_nothing_is_commanded_over_the_socket(door: Door, sqlite_world: World) -> None:
    browser = Browser(door.port, "operator")
    head = browser.subscribe()["position"]
    before = sqlite_world.truth()
    for name in ("claim", "join", "enter_room", "rows", "tick", "close", "message", "alert"):
        browser.socket.send("42" + json.dumps([name, {"room": "all", "id": 1, "rows": [{"id": 9}]}]))
    event = sqlite_world.report()
    sqlite_world.publish()
    message = browser.next("rows")
    assert message["prev"] == head and [row["id"] for row in message["rows"]] == [event.id]
    assert before != sqlite_world.truth()
    assert not [content for name, content in browser.early if name != "tick"]


def test_a_disabled_account_loses_its_socket_within_a_heartbeat_and_others_keep_theirs(door: Door) -> None:
    browser, other = Browser(door.port, "unit-GAS"), Browser(door.port, "operator")
    browser.subscribe()
    other.subscribe()
    door.disable("unit-GAS")
    browser.socket.settimeout(5)
    with pytest.raises((websocket.WebSocketConnectionClosedException, ConnectionError)):
        while True:
            browser.frame()
    assert other.next("tick")["id"]


def test_dead_links_are_noticed_in_ten_seconds_and_frames_are_not_compressed_per_client(door: Door) -> None:
    browser = Browser(door.port, "wall", extensions="permessage-deflate; client_max_window_bits")
    assert (browser.hello["pingInterval"], browser.hello["pingTimeout"]) == (5000, 5000)
    assert "sec-websocket-extensions" not in {name.lower() for name in browser.socket.headers}
    assert browser.hello["upgrades"] == []


def test_a_browser_that_stops_reading_is_cut_off_and_the_others_go_on(
    door: Door, sqlite_world: World
) -> None:
    stuck = Browser(door.port, "wall")
    stuck.socket.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    stuck.subscribe()
    good = Browser(door.port, "operator")
    head = good.subscribe()["position"]
    rows = [{"id": n, "version": 1, "title": "长" * 300, "status": "reported"} for n in range(1, 400)]
    for version in range(1, 10):
        for row in rows:
            row["version"] = version
        sqlite_world.feed.append([{"k": "rows", "rows": rows, "gone": [], "gone_versions": []}])
        message = good.next("rows")
        assert message["prev"] == head
        head = message["id"]
    stuck.socket.settimeout(8)
    with pytest.raises((websocket.WebSocketConnectionClosedException, ConnectionError)):
        while True:
            stuck.frame()


@pytest.mark.parametrize("origins", [[], ["*"], ["http://centre.test", "*"]])
def test_the_door_does_not_open_without_a_list_of_origins(origins: list[str], sqlite_world: World) -> None:
    with pytest.raises(ValueError, match="origins"):
        Sockets(Flask("x"), sqlite_world.live(), lambda _: None, origins, lambda: (sqlite_world.now, 1.0))
