"""The one hand on the wall clock: `now()`, and the drill clock that replays, demos and tests run on.

Nothing else in the house reads the time of day; everything else is told it.
"""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True, slots=True)
class DrillClock:
    """A clock that stood at `start` when the wall clock stood at `anchor` (epoch s), and runs `speed` times as fast."""

    start: datetime
    anchor: float
    speed: float = 1.0

    def now(self) -> datetime:
        """Return the drill's moment."""
        return self.start + timedelta(seconds=(time.time() - self.anchor) * self.speed)


@dataclass(slots=True)
class HandClock:
    """A clock that moves only by hand: tests, and replays that must not run ahead of their records."""

    moment: datetime
    speed: float = 1.0

    def now(self) -> datetime:
        """Return the moment last set."""
        return self.moment

    def forward(self, **delta: float) -> datetime:
        """Move on by a timedelta's words (minutes=5) and return the new moment."""
        self.moment += timedelta(**delta)
        return self.moment


class WallClock:
    """The time of day as it is."""

    speed = 1.0

    def now(self) -> datetime:
        """Return the present moment in UTC."""
        return datetime.now(UTC)


Clock = WallClock | DrillClock | HandClock
_clock: Clock = WallClock()


def use(clock: Clock) -> None:
    """Set the clock of this process."""
    global _clock
    _clock = clock


def current() -> Clock:
    """Return the clock of this process."""
    return _clock


def now() -> datetime:
    """Return the present moment in UTC, on the clock of this process."""
    return _clock.now()


def speed() -> float:
    """Return how many seconds pass per real second."""
    return _clock.speed


def drill(start: datetime, speed: float) -> DrillClock:
    """Return a drill clock that stands at `start` now."""
    return DrillClock(start, time.time(), speed)


def real_now() -> datetime:
    """Return the time of day whatever clock is used: for cookies, tokens and other things outside the drill."""
    return datetime.now(UTC)
