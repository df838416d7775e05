"""How long ago each part gave its last sign of life, as this web process sees it: database, clock, publisher, feed.

One small look at the database a second. A part that stands still is named on every screen and fails `/readyz`.
"""

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from datasources.feed import outbox
from datasources.store import beats
from datasources.store.beats import PUBLISHER
from datasources.store.database import Database
from datasources.store.quiet_log import Quiet

quiet = Quiet(logging.getLogger(__name__))

LOOK_SECONDS = 1.0
STILL_SECONDS = 8.0  # with the beat's second, the look's and the heartbeat's three: on every screen within 15
OUTBOX_OLD_SECONDS = 2.0


class Pulse:
    """The signs of life of one product, looked at from one process; safe to ask from any thread.

    `sweeps` are the names of all that the clock does; `tail_age` says how long ago the live feed last took a turn.
    """

    def __init__(
        self,
        db: Database,
        sweeps: tuple[str, ...],
        real_now: Callable[[], datetime],
        tail_age: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self._db, self._sweeps, self._real_now, self._tail_age = db, sweeps, real_now, tail_age
        self._begun = self._looked = time.monotonic()
        self._beats: dict[str, float] = {}  # name → when, by this process's monotonic clock
        self._oldest: tuple[int, float] | None = (
            None  # id of the oldest news not carried, and since when it is that
        )
        self.database_answers = True
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Look once, then every second in a thread (a greenlet under gevent) until `stop()`."""
        self.try_look()
        self._thread = threading.Thread(target=self._run, name="pulse", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the looking."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join(timeout=2)

    def look(self) -> None:
        """Ask the database how old everybody's beat is, and whether the same news still waits."""
        with self._db.read() as session:
            ages = beats.ages(session, self._real_now())
            oldest = outbox.oldest_id(session)
        now = time.monotonic()
        self._looked = now
        self._beats = {name: now - age for name, age in ages.items()}
        if oldest is None:
            self._oldest = None
        elif self._oldest is None or self._oldest[0] != oldest:
            self._oldest = oldest, now

    @property
    def outbox_age(self) -> float:
        """Return for how many seconds the same piece of news has been waiting to be carried."""
        return time.monotonic() - self._oldest[1] if self._oldest is not None else 0.0

    @property
    def outbox_is_old(self) -> bool:
        """Return whether news waits for longer than a publisher that works lets it."""
        return self.outbox_age > OUTBOX_OLD_SECONDS

    @property
    def database_age(self) -> float:
        """Return how many seconds ago the database last answered."""
        return time.monotonic() - self._looked

    @property
    def sweep_ages(self) -> dict[str, float]:
        """Return how many seconds ago each sweep was last finished, in whatever process.

        A clock says at its start what it does. What none has said belongs to a newer version than the clock that runs:
        while a product is upgraded piece by piece its new webs do not call the old clock dead.
        """
        now = time.monotonic()
        said = [name for name in self._sweeps if name in self._beats]
        return {name: now - self._beat_of(name) for name in said or self._sweeps}

    @property
    def ages(self) -> dict[str, float]:
        """Return part → seconds since its last sign of life; the clock is as old as its oldest sweep."""
        now = time.monotonic()
        publisher = now - self._beat_of(PUBLISHER)
        return {
            "clock": max(self.sweep_ages.values(), default=0.0),
            "publisher": max(publisher, self.outbox_age),
            "database": self.database_age,
            "feed": self._tail_age(),
        }

    @property
    def still(self) -> list[str]:
        """Return the parts that stand still; without the database nothing can be said of the others."""
        ages = self.ages
        if ages["database"] > STILL_SECONDS:
            return ["database"]
        return [part for part, age in ages.items() if age > STILL_SECONDS]

    def told(self) -> dict[str, Any]:
        """Return what the heartbeat of the sockets carries."""
        return {"ages": {part: round(age, 1) for part, age in self.ages.items()}, "still": self.still}

    def _beat_of(self, name: str) -> float:
        """Return when a part last beat; nobody is late before this process has been there long enough to hear it."""
        return max(self._begun, self._beats.get(name, self._begun))

    def try_look(self) -> None:
        """Look, or note that the database does not answer."""
        try:
            self.look()
            self.database_answers = True
        except Exception:
            self.database_answers = False
            quiet.exception("pulse", "The database does not tell how the product is")

    def _run(self) -> None:
        while not self._ended.wait(LOOK_SECONDS):
            self.try_look()
