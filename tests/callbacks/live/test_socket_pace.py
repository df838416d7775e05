"""A browser that only has to listen and never stops talking is cut off; the others do not wait for it."""

import json
from contextlib import suppress

import pytest
import websocket

from callbacks.live.pace import MOST_MESSAGES, MOST_SUBSCRIBES, Pace
from tests.callbacks.live.test_sockets import Browser
from tests.support.live_door import *  # noqa: F403 - the fixtures
from tests.support.live_door import Door
from tests.support.live_world import *  # noqa: F403 - the fixtures
from tests.support.live_world import World

SUBSCRIBE = "42" + json.dumps(["subscribe", {"topics": ["events"], "since": None}])
UNKNOWN = "42" + json.dumps(["anything", {}])


@pytest.mark.parametrize("message", [SUBSCRIBE, UNKNOWN])
def test_a_flood_of_messages_ends_the_socket_and_nobody_elses(
    door: Door, sqlite_world: World, message: str
) -> None:
    listener = Browser(door.port, "leader")
    head = listener.subscribe()["position"]
    flood = Browser(door.port, "wall")
    with suppress(OSError, websocket.WebSocketException):
        for _ in range(30_000):
            flood.socket.send(message)
    with pytest.raises((OSError, websocket.WebSocketException)):
        while True:
            flood.socket.recv()
            flood.socket.send("3")
    event = sqlite_world.report()
    sqlite_world.publish()
    message_of_it = listener.next("rows")
    assert message_of_it["prev"] == head
    assert [row["id"] for row in message_of_it["rows"]] == [event.id]
    assert Browser(door.port, "wall").subscribe()["position"]  # it may come again


def test_a_browser_may_subscribe_as_often_as_a_page_ever_does(door: Door) -> None:
    browser = Browser(door.port, "wall")
    for _ in range(10):
        assert "position" in browser.subscribe()


def test_a_pace_counts_what_comes_within_its_time() -> None:
    pace = Pace(3, seconds=3600)
    assert [pace.allows() for _ in range(5)] == [True, True, True, False, False]
    always = Pace(1, seconds=0)
    assert all(always.allows() for _ in range(5))
    assert 10 < MOST_SUBSCRIBES < MOST_MESSAGES
