"""Going without breaking off: told to end, a process answers what it has begun, for ten seconds at most.

Who has connected before is served once more and told that the connection ends; nobody new gets in, so that a proxy in
front asks another process at once.
"""

import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from werkzeug.wsgi import ClosingIterator

LONGEST_SECONDS = 10.0
LOOK_SECONDS = 0.02
QUIET_LOOKS = 5  # as long must nothing be in work: a request may be on its way from the socket to the app


class Leaving:
    """An app that knows how many requests it is in the middle of; sockets, which never end, are not counted."""

    def __init__(self, app: Callable[..., Any]) -> None:
        self._app = app
        self._lock = threading.Lock()
        self.in_work = 0
        self.is_ending = False

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("HTTP_UPGRADE"):
            return self._app(environ, start_response)
        self._count(1)
        try:
            answer = self._app(
                environ, lambda *begin: start_response(begin[0], self._headers(begin[1]), *begin[2:])
            )
        except BaseException:
            self._count(-1)
            raise
        return ClosingIterator(answer, lambda: self._count(-1))

    def finish(self, server: Any, seconds: float = LONGEST_SECONDS) -> bool:
        """Let nobody new in and wait until everything begun is answered; return whether it was, in time."""
        self.is_ending = True
        time.sleep(LOOK_SECONDS)  # who has connected already comes in first: closing would reset them
        server.close()
        end, quiet = time.monotonic() + seconds, 0
        while quiet < QUIET_LOOKS and time.monotonic() < end:
            time.sleep(LOOK_SECONDS)
            quiet = quiet + 1 if self.in_work == 0 else 0
        return self.in_work == 0

    def _headers(self, headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
        return [*headers, ("Connection", "close")] if self.is_ending else headers

    def _count(self, more: int) -> None:
        with self._lock:
            self.in_work += more
