"""Who gets which update: rooms chosen by the server per (scope, topics), each message serialised once per room.

`prev` is the id of the message before it on the same socket, whatever its kind; a hole is seen and repaired.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from callbacks.live.connection import text_frame
from callbacks.live.scopes import Scope, Visibility
from callbacks.live.updates import TOPICS, Update
from datasources.feed.stream import older


class Connection(Protocol):
    """Somebody who can be sent frames."""

    def push(self, frame: bytes) -> None:
        """Send a websocket frame."""


@dataclass(slots=True, eq=False)
class Channel:
    """The lines that see the same; newcomers still have a head of their own."""

    scope: Scope
    topics: frozenset[str]
    lines: dict[Connection, None] = field(default_factory=dict)
    newcomers: dict[Connection, str] = field(default_factory=dict)
    head: str = ""

    def heads(self) -> Iterable[tuple[str, list[Connection]]]:
        """Yield (head, lines) for each group of lines that got the same message last."""
        if self.lines:
            yield self.head, list(self.lines)
        for line, head in list(self.newcomers.items()):
            yield head, [line]


class Channels:
    """All rooms of this process. Not locked: the live feed calls it under its own lock."""

    def __init__(self, sight: Visibility) -> None:
        self._sight = sight
        self._rooms: dict[tuple[Scope, frozenset[str]], Channel] = {}
        self._at: dict[Connection, Channel] = {}

    def join(
        self, line: Connection, scope: Scope, topics: frozenset[str], head: str, missed: Iterable[Update]
    ) -> str:
        """Send what was missed, seat the line in its room and return its new head."""
        self.leave(line)
        room = self._rooms.setdefault((scope, topics), Channel(scope, topics))
        self._at[line] = room
        for update in missed:
            body = self._body(update, room)
            if body is not None:
                line.push(message(update, head, body))
                head = update.id
        room.newcomers[line] = head
        return head

    def leave(self, line: Connection) -> None:
        """Forget a line."""
        room = self._at.pop(line, None)
        if room is None:
            return
        room.lines.pop(line, None)
        room.newcomers.pop(line, None)
        if not room.lines and not room.newcomers:
            del self._rooms[room.scope, room.topics]

    def send(self, update: Update) -> int:
        """Send an update to every line that may see it; return how many."""
        count = 0
        for room in list(self._rooms.values()):
            body = self._body(update, room)
            if body is None:
                continue
            for head, lines in room.heads():
                if ahead(head, update.id):
                    continue
                frame = message(update, head, body)
                for line in lines:
                    line.push(frame)
                    room.newcomers.pop(line, None)
                    room.lines[line] = None
                count += len(lines)
            room.head = update.id
        return count

    def tick(self, server_now: int, clock_speed: float, told: Mapping[str, Any]) -> None:
        """Send the heartbeat: the id of the line's newest message, the server's moment in epoch ms, its speed, and more."""
        for room in list(self._rooms.values()):
            for head, lines in room.heads():
                frame = heartbeat(head, server_now, clock_speed, told)
                for line in lines:
                    line.push(frame)

    def _body(self, update: Update, room: Channel) -> dict[str, Any] | None:
        return update.body(room.scope, self._sight) if TOPICS[update.kind] in room.topics else None


def ahead(head: str, update_id: str) -> bool:
    """Return whether a line already knows an update: its snapshot came from a process that had read further."""
    return head[:1].isdigit() and update_id[:1].isdigit() and not older(head, update_id)


def heartbeat(head: str, server_now: int, clock_speed: float, told: Mapping[str, Any]) -> bytes:
    """Return the frame of the heartbeat for lines whose newest message is `head`."""
    return packet("tick", {"id": head, "server_now": server_now, "clock_speed": clock_speed, **told})


def message(update: Update, prev: str, body: dict[str, Any]) -> bytes:
    """Return the frame of an update for lines whose last message was `prev`."""
    return packet(update.kind, {"id": update.id, "prev": prev, **body})


def packet(name: str, content: dict[str, Any]) -> bytes:
    """Return the frame of a Socket.IO event (engine.io message 4, Socket.IO event 2)."""
    return text_frame("42" + json.dumps([name, content], ensure_ascii=False, separators=(",", ":")))
