"""Logging that a fault which comes again and again cannot fill a disk with: the first time whole, then a count a minute."""

import logging
import threading
import time
from typing import Any

EVERY_SECONDS = 60.0
MOST_KEYS = 1000


class Quiet:
    """Says each kind of news at most once a minute, and then how often it came meanwhile."""

    def __init__(self, log: logging.Logger, every: float = EVERY_SECONDS) -> None:
        self._log, self._every = log, every
        self._said: dict[str, tuple[float, int]] = {}
        self._lock = threading.Lock()

    def warning(self, kind: str, text: str, *args: Any) -> bool:
        """Warn about something of a kind; return whether it was said."""
        return self._say(logging.WARNING, kind, text, args, None)

    def exception(self, kind: str, text: str, *args: Any) -> bool:
        """Say that something failed, with its traceback where it is the first of its kind for a while."""
        return self._say(logging.ERROR, kind, text, args, True)

    def _say(self, level: int, kind: str, text: str, args: tuple[Any, ...], trace: bool | None) -> bool:
        now = time.monotonic()
        with self._lock:
            at, silent = self._said.get(kind, (float("-inf"), 0))
            if now - at < self._every:
                self._said[kind] = at, silent + 1
                return False
            if len(self._said) >= MOST_KEYS:
                self._said.clear()
            self._said[kind] = now, 0
        more = f" (and {silent} times more since)" if silent else ""
        self._log.log(level, text + more.replace("%", "%%"), *args, exc_info=trace)
        return True
