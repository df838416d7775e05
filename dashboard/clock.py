"""The one hand on the wall clock: `now()`, and the drill clock that replays, demos and tests run on.

Nothing else in the product reads the time of day; everything else is told it. Every clock speaks UTC: sums with moments
of a zone would count by its clocks, an hour too many or too few where those are changed.
Where the database has a clock of its own (PostgreSQL), all processes go by that one: see `agree`.
"""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

AGREES_WITHIN = 0.05  # seconds: less is how long asking took
_agreed: tuple[float, float] | None = None  # (the database's epoch s, what the monotonic clock showed then)
_skew = 0.0


def agree(theirs: datetime, asked: float = 0.0) -> None:
    """Go by the database's clock from here on: it stood at `theirs` just now, asking for it took `asked` seconds.

    Between two such moments time passes by the monotonic clock, so that a host whose clock is set loses nothing.
    """
    global _agreed, _skew
    told = theirs.timestamp() + asked / 2
    _skew = told - time.time()
    if _agreed is None or abs(told - epoch()) > max(AGREES_WITHIN, asked):
        _agreed = (told, time.monotonic())


def alone() -> None:
    """Go by the clock of this machine again: nobody else has one to agree with."""
    global _agreed, _skew
    _agreed, _skew = None, 0.0


def skew() -> float:
    """Return how many seconds the database's clock was ahead of this machine's when last asked; 0 without one."""
    return _skew


def epoch() -> float:
    """Return the real time in epoch seconds, by the database's clock where it has one."""
    if _agreed is None:
        return time.time()
    told, at = _agreed
    return told + time.monotonic() - at


@dataclass(frozen=True, slots=True)
class DrillClock:
    """A clock that stood at `start` when the real one stood at `anchor` (epoch s), and runs `speed` times as fast."""

    start: datetime
    anchor: float
    speed: float = 1.0

    def now(self) -> datetime:
        """Return the drill's moment."""
        return self.start.astimezone(UTC) + timedelta(seconds=(epoch() - self.anchor) * self.speed)


@dataclass(slots=True)
class HandClock:
    """A clock that moves only by hand: tests, and replays that must not run ahead of their records."""

    moment: datetime
    speed: float = 1.0

    def now(self) -> datetime:
        """Return the moment last set."""
        return self.moment.astimezone(UTC)

    def forward(self, **delta: float) -> datetime:
        """Move on by a timedelta's words (minutes=5) and return the new moment."""
        self.moment = self.now() + timedelta(**delta)
        return self.moment


class WallClock:
    """The time of day as it is."""

    speed = 1.0

    def now(self) -> datetime:
        """Return the present moment in UTC."""
        return real_now()


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
    return DrillClock(start, epoch(), speed)


def real_now() -> datetime:
    """Return the time of day whatever clock is used: for cookies, tokens and other things outside the drill."""
    return datetime.fromtimestamp(epoch(), UTC)
