"""Rows that cannot be read or worked on are set aside, each with its reason, and everything else goes on.

A fault is noted in memory, so that it costs nothing where it is met; `kept_aside` writes what was noted into the
database for the administrator's page. What is mended stops being met, and leaves the list by itself.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from dashboard.rules.refusals import Refusal
from datasources.store.faults import is_outage
from datasources.store.quiet_log import Quiet

log = logging.getLogger(__name__)
T = TypeVar("T")

SHOWN_FOR = timedelta(minutes=10)  # what is broken is met again far more often than that
LONGEST_REASON = 300
MOST_KEPT = 1000
SHORTEST_REST, LONGEST_REST = 1.0, 300.0


@dataclass(slots=True)
class Note:
    """One row set aside: what it is, why, and how often it was met since the last keeping."""

    kind: str
    key: str
    reason: str
    times: int = 1


class Aside:
    """What one process has set aside, and which rows rest before they are tried again; safe from any thread."""

    def __init__(self) -> None:
        self._notes: dict[tuple[str, str], Note] = {}
        self._rests: dict[tuple[str, Any], tuple[float, int]] = {}
        self._lock = threading.Lock()
        self._quiet = Quiet(log)

    def note(self, kind: str, key: Any, error: BaseException | str) -> None:
        """Set a row aside, with the reason; logged at most once a minute and kind."""
        reason = error if isinstance(error, str) else f"{type(error).__name__}: {error}"
        reason = " ".join(reason.split())[:LONGEST_REASON]
        with self._lock:
            known = self._notes.get((kind, str(key)))
            if known is not None:
                known.times, known.reason = known.times + 1, reason
            elif len(self._notes) < MOST_KEPT:
                self._notes[kind, str(key)] = Note(kind, str(key), reason)
        self._quiet.warning(kind, "%s %s is set aside, the others go on: %s", kind, key, reason)

    def each(
        self, kind: str, things: Iterable[Any], key: Callable[[Any], Any], make: Callable[[Any], T]
    ) -> Iterator[T]:
        """Yield make(thing) of each, without those nothing can be made of: they are set aside."""
        for thing in things:
            try:
                made = make(thing)
            except Exception as error:  # whatever one holds, the others are shown
                if isinstance(error, Refusal) or is_outage(error):
                    raise
                self.note(kind, key(thing), error)
                continue
            yield made

    def take(self) -> list[Note]:
        """Return what was noted since the last time."""
        with self._lock:
            notes, self._notes = list(self._notes.values()), {}
        return notes

    def rest(self, kind: str, key: Any) -> None:
        """Leave a row alone for a while, longer each time."""
        with self._lock:
            _, tries = self._rests.get((kind, key), (0.0, 0))
            pause = min(LONGEST_REST, SHORTEST_REST * 2 ** min(tries, 20))
            self._rests[kind, key] = time.monotonic() + pause, tries + 1

    def rests(self, kind: str, key: Any) -> bool:
        """Return whether a row is to be left alone for now."""
        found = self._rests.get((kind, key))
        return found is not None and time.monotonic() < found[0]

    def tries(self, kind: str, key: Any) -> int:
        """Return how often in a row something could not be done."""
        return self._rests.get((kind, key), (0.0, 0))[1]

    def well(self, kind: str, key: Any) -> None:
        """Forget the rests of a row that could be worked on."""
        if self._rests:
            with self._lock:
                self._rests.pop((kind, key), None)


def of(session: Session) -> Aside:
    """Return where a session's database sets rows aside."""
    found: Aside | None = session.info.get("aside")
    return found if found is not None else session.info.setdefault("aside", Aside())
