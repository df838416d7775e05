"""What one event contributes to the numbers, and the tests that numerators and denominators are made of.

Law: rejected and merged events count as reported and nowhere else.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from dashboard.rules.events.event import Appeal, Event, Status, is_overdue, on_time
from dashboard.rules.periods import Period

Basis = Literal["due", "reported"]
VOID = frozenset({Status.REJECTED, Status.MERGED})


@dataclass(frozen=True, slots=True)
class Record:
    """What one event contributes: the event as stored, and what only its steps know.

    `claimed_at` = the last claim; `dispatches` = dispatch steps; `rerouted` = those declined and then sent elsewhere;
    `ratings` = (time, rating) of every check, each round counted; `held_seconds` = whole seconds spent on hold.
    """

    event: Event
    claimed_at: datetime | None = None
    dispatches: int = 0
    rerouted: int = 0
    ratings: tuple[tuple[datetime, str], ...] = field(default=())
    held_seconds: int = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """The period, moment and basis that a count is asked for."""

    period: Period
    now: datetime
    basis: Basis


def verdict(event: Event, now: datetime) -> bool | None:
    """Return whether a valid event was handled on time, None while undecided or void."""
    return None if event.status in VOID else on_time(event, now)


def _past(event: Event, now: datetime) -> bool:
    return event.handle_due_at is not None and event.handle_due_at < now


def should_be_handled(record: Record, ask: Asked) -> bool:
    """Return whether the event should have been handled, on the basis asked for (LIFECYCLE §8)."""
    event = record.event
    if verdict(event, ask.now) is None:
        return False
    if ask.basis == "reported":
        return event.reported_at in ask.period
    if event.handle_due_at is None:
        return event.finished_at in ask.period
    return event.handle_due_at in ask.period and _past(event, ask.now)


def judged(record: Record, ask: Asked) -> bool:
    """Return whether it enters the statistics of being on time: an upheld appeal leaves them (domain B.4)."""
    return record.event.appeal != Appeal.UPHELD and should_be_handled(record, ask)


def reported(record: Record, ask: Asked) -> bool:
    """Return whether it was reported within the period."""
    return record.event.reported_at in ask.period


def valid(record: Record, ask: Asked) -> bool:
    """Return whether it was reported within the period and is neither rejected nor merged."""
    return reported(record, ask) and record.event.status not in VOID


def still_open(record: Record, ask: Asked) -> bool:
    """Return whether it was reported within the period and is open."""
    return reported(record, ask) and record.event.is_open


def closed(record: Record, ask: Asked) -> bool:
    """Return whether it was closed within the period."""
    return record.event.status == Status.CLOSED and record.event.closed_at in ask.period


def overdue(record: Record, ask: Asked) -> bool:
    """Return whether it is overdue now."""
    return is_overdue(record.event, ask.now)


def pooled(record: Record, ask: Asked) -> bool:
    """Return whether it came into the pool within the period."""
    return record.event.status not in VOID and record.event.pool_at in ask.period


def claimed(record: Record, ask: Asked) -> bool:
    """Return whether it was claimed since it came into the pool."""
    pool_at = record.event.pool_at
    return record.claimed_at is not None and pool_at is not None and record.claimed_at >= pool_at


def finished(record: Record, ask: Asked) -> bool:
    """Return whether it was finished within the period."""
    return record.event.status not in VOID and record.event.finished_at in ask.period


def kept(record: Record, ask: Asked) -> bool:
    """Return whether it was handled on time."""
    return verdict(record.event, ask.now) is True


def is_closed(record: Record, ask: Asked) -> bool:
    """Return whether it is closed."""
    return record.event.status == Status.CLOSED


def fact(test: Callable[[Event], bool]) -> "Test":
    """Return the test of a fact of a valid event."""
    return lambda record, _: record.event.status not in VOID and test(record.event)


Test = Callable[[Record, Asked], bool]
