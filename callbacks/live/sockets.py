"""The Socket.IO door: websocket only, live news out, nothing commanded over it.

Who may enter is asked at the handshake, before the upgrade, and again on every tick: hooks of Flask do not run here.
"""

import logging
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime
from typing import Any

from flask import Flask, request
from flask_socketio import SocketIO

from callbacks.live.connection import SocketConnection
from callbacks.live.feed import LiveFeed
from callbacks.live.scopes import Scope, scope_of
from callbacks.live.updates import TOPICS
from callbacks.security.credential import belongs
from dashboard.rules.access import Viewer
from datasources.store.quiet_log import Quiet

quiet = Quiet(logging.getLogger(__name__))

PATH = "/socket.io"
TICK_SECONDS = 3.0
PING_SECONDS = 5
LARGEST_MESSAGE = 64 * 1024
Environ = dict[str, Any]
ViewerOf = Callable[[Environ], Viewer | None]
Clock = Callable[[], tuple[datetime, float]]


class Gate:
    """Lets nobody upgrade to a socket without an account or from a foreign origin."""

    def __init__(self, app: Callable[..., Any], viewer_of: ViewerOf, origins: Iterable[str]) -> None:
        self._app, self._viewer_of, self._origins = app, viewer_of, frozenset(origins)

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Any:
        if not environ.get("PATH_INFO", "").startswith(PATH):
            return self._app(environ, start_response)
        origin = environ.get("HTTP_ORIGIN")
        if origin and origin not in self._origins:
            return _refuse(start_response, "403 Forbidden")
        viewer = self._viewer_of(environ)
        scope = scope_of(viewer) if viewer else None
        if viewer is None or scope is None:
            return _refuse(start_response, "401 Unauthorized" if viewer is None else "403 Forbidden")
        environ["grid.viewer"] = viewer
        return self._app(environ, start_response)


def _refuse(start_response: Callable[..., Any], status: str) -> list[bytes]:
    start_response(status, [("Content-Type", "text/plain"), ("Content-Length", "0")])
    return []


class Sockets:
    """The sockets of one process: who sits where, and the heartbeat."""

    def __init__(
        self,
        app: Flask,
        live: LiveFeed,
        viewer_of: ViewerOf,
        origins: list[str],
        clock: Clock,
        told: Callable[[], dict[str, Any]] = dict,
    ) -> None:
        if not origins or "*" in origins:
            raise ValueError("the list of allowed origins must not be empty and must not hold a wildcard")
        self._live, self._viewer_of, self._clock, self._told = live, viewer_of, clock, told
        self._seats: dict[str, tuple[SocketConnection, Viewer, Environ]] = {}
        self._ended = threading.Event()
        self._threads: list[threading.Thread] = []
        self.io = SocketIO(
            app,
            async_mode="gevent",
            path=PATH,
            transports=["websocket"],
            cors_allowed_origins=origins,
            ping_interval=PING_SECONDS,
            ping_timeout=PING_SECONDS,
            max_http_buffer_size=LARGEST_MESSAGE,
            manage_session=False,
            async_handlers=False,
        )
        # engine.io copies its driver table per server, so this server alone gets the direct wire
        self.io.server.eio._async = {**self.io.server.eio._async, "websocket": SocketConnection}
        self.io.on_event("connect", self._enter)
        self.io.on_event("disconnect", self._go)
        self.io.on_event("subscribe", self._subscribe)
        app.wsgi_app = Gate(app.wsgi_app, viewer_of, origins)  # type: ignore[method-assign]

    def start(self) -> None:
        """Begin the heartbeat, and the asking who may stay: that asks the database, which may hang; the heart beats on."""
        for work, name in ((self._beat, "heartbeat"), (self._ask, "doorkeeper")):
            thread = threading.Thread(target=work, name=name, daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        """End the heartbeat and close every socket."""
        self._ended.set()
        for wire, _, _ in list(self._seats.values()):
            wire.drop()

    @property
    def count(self) -> int:
        """Return how many sockets are open."""
        return len(self._seats)

    def _enter(self, auth: Any = None) -> bool:
        sid, environ = _sid(), request.environ
        viewer = environ.get("grid.viewer")
        page = auth.get("account") if isinstance(auth, dict) else None
        if viewer is None or not belongs(page, viewer):
            return False  # a page that comes back under another one's login gets nothing of theirs
        eio_sid = self.io.server.manager.eio_sid_from_sid(sid, "/")
        self._seats[sid] = (self.io.server.eio.sockets[eio_sid].wire, viewer, environ)
        return True

    def _go(self, _reason: Any = None) -> None:
        seat = self._seats.pop(_sid(), None)
        if seat is not None:
            self._live.leave(seat[0])

    def _subscribe(self, wish: Any = None) -> dict[str, Any]:
        seat = self._seats.get(_sid())
        if seat is None:
            return {"resync": True}
        wire, viewer, _ = seat
        if not wire.subscribes.allows():
            wire.drop()
            return {"resync": True}
        scope: Scope | None = scope_of(viewer)
        wish = wish if isinstance(wish, dict) else {}
        asked, since = wish.get("topics"), wish.get("since")
        known = frozenset(TOPICS.values())
        topics = (
            known.intersection(t for t in asked if isinstance(t, str)) if isinstance(asked, list) else known
        )
        if scope is None or not (since is None or isinstance(since, str)):
            return {"resync": True}
        return self._live.subscribe(wire, scope, topics, since, (*self._clock(), self._told()))

    def _beat(self) -> None:
        while not self._ended.wait(TICK_SECONDS):
            try:
                self._live.tick(*self._clock(), self._told())
            except Exception:
                quiet.exception("heartbeat", "The heartbeat failed and tries again")

    def _ask(self) -> None:
        while not self._ended.wait(TICK_SECONDS):
            try:
                self._dismiss()
            except Exception:
                quiet.exception("doorkeeper", "Nobody can be asked who may stay; everybody stays for now")

    def _dismiss(self) -> None:
        """Cut the sockets of whoever logged out, was disabled or became somebody else; ask once per login."""
        answers: dict[tuple[Any, Any], Viewer | None] = {}
        for wire, viewer, environ in list(self._seats.values()):
            login = (environ.get("HTTP_COOKIE"), environ.get("HTTP_AUTHORIZATION"))
            if login not in answers:
                answers[login] = self._viewer_of(environ)
            if answers[login] != viewer:
                with suppress(OSError):
                    wire.drop()


def _sid() -> str:
    return request.sid  # type: ignore[attr-defined]
