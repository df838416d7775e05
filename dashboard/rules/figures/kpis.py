"""Every KPI counted from plain records: the reference that the SQL must agree with (LIFECYCLE §8, domain B.4).

Law: rejected and merged events count as reported and nowhere else; a numerator is counted only inside its
denominator. The words and the table itself are in `kpi_words`, the periods in `periods`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from dashboard.rules.events.event import GOOD_RATINGS, Appeal, Event, Status, Supervision, is_overdue, on_time
from dashboard.rules.figures.words import KPIS, STAGES, Kpi, percent, value
from dashboard.rules.periods import Period, last_year, period, previous

__all__ = [
    "KPIS",
    "Kpi",
    "Period",
    "Record",
    "counts",
    "last_year",
    "p90",
    "percent",
    "period",
    "previous",
    "value",
]

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
class _Question:
    """The period, moment and basis that a count is asked for."""

    period: Period
    now: datetime
    basis: Basis


def verdict(event: Event, now: datetime) -> bool | None:
    """Return whether a valid event was handled on time, None while undecided or void."""
    return None if event.status in VOID else on_time(event, now)


def _past(event: Event, now: datetime) -> bool:
    return event.handle_due_at is not None and event.handle_due_at < now


def _should(record: Record, ask: _Question) -> bool:
    """Return whether the event should have been handled, on the basis asked for (LIFECYCLE §8)."""
    event = record.event
    if verdict(event, ask.now) is None:
        return False
    if ask.basis == "reported":
        return event.reported_at in ask.period
    if event.handle_due_at is None:
        return event.finished_at in ask.period
    return event.handle_due_at in ask.period and _past(event, ask.now)


def _judged(record: Record, ask: _Question) -> bool:
    """Return whether it enters the statistics of being on time: an upheld appeal leaves them (domain B.4)."""
    return record.event.appeal != Appeal.UPHELD and _should(record, ask)


def _reported(record: Record, ask: _Question) -> bool:
    return record.event.reported_at in ask.period


def _valid(record: Record, ask: _Question) -> bool:
    return _reported(record, ask) and record.event.status not in VOID


def _open(record: Record, ask: _Question) -> bool:
    return _reported(record, ask) and record.event.is_open


def _closed(record: Record, ask: _Question) -> bool:
    return record.event.status == Status.CLOSED and record.event.closed_at in ask.period


def _overdue(record: Record, ask: _Question) -> bool:
    return is_overdue(record.event, ask.now)


def _pooled(record: Record, ask: _Question) -> bool:
    return record.event.status not in VOID and record.event.pool_at in ask.period


def _claimed(record: Record, ask: _Question) -> bool:
    pool_at = record.event.pool_at
    return record.claimed_at is not None and pool_at is not None and record.claimed_at >= pool_at


def _finished(record: Record, ask: _Question) -> bool:
    return record.event.status not in VOID and record.event.finished_at in ask.period


def _kept(record: Record, ask: _Question) -> bool:
    return verdict(record.event, ask.now) is True


def _is_closed(record: Record, ask: _Question) -> bool:
    return record.event.status == Status.CLOSED


def _fact(test: Callable[[Event], bool]) -> "_Test":
    return lambda record, _: record.event.status not in VOID and test(record.event)


_Test = Callable[[Record, _Question], bool]

# code: (numerator, denominator); an event counts in the numerator only if it counts in the denominator
_EVENTS: dict[str, tuple[_Test, _Test]] = {
    "reported": (_reported, _reported),
    "open": (_open, _reported),
    "overdue": (_overdue, _open),
    "supervised": (_fact(lambda event: event.supervision != Supervision.NONE), _reported),
    "escalated": (_fact(lambda event: event.escalations > 0), _reported),
    "emergencies": (_fact(lambda event: event.emergency), _reported),
    "resolved_on_site": (_fact(lambda event: event.resolved_on_site), _reported),
    "closed": (_closed, _closed),
    "register_rate": (_fact(lambda event: event.registered_at is not None), _valid),
    "claim_rate": (_claimed, _pooled),
    "on_time_rate": (_kept, _judged),
    "close_rate": (_is_closed, _should),
    "on_time_close_rate": (lambda record, ask: _is_closed(record, ask) and _kept(record, ask), _judged),
    "rework_rate": (_fact(lambda event: event.rework_count > 0), _finished),
    "first_fix_rate": (_fact(lambda event: event.rework_count == 0), _closed),
    "rating_coverage": (_fact(lambda event: event.rating is not None), _closed),
}


def counts(
    records: Iterable[Record], period: Period, now: datetime, basis: Basis = "due"
) -> dict[str, tuple[int, int]]:
    """Return {code: (num, den)} for every KPI in `KPIS`, in its order."""
    ask, rows = _Question(period, now, basis), list(records)
    found: dict[str, tuple[int, int]] = {}
    for code, (num, den) in _EVENTS.items():
        base = [record for record in rows if den(record, ask)]
        found[code] = (sum(num(record, ask) for record in base), len(base))
    found["dispatch_accuracy"] = _dispatch_accuracy(rows, ask)
    found["satisfaction_rate"] = _satisfaction(rows, ask)
    for code in STAGES:
        taken = sorted(_stage_seconds(code, rows, period))
        found[code] = (sum(taken), len(taken))
        found[f"{code}_p90"] = (p90(taken), len(taken))
    return {code: found[code] for code in KPIS}


def _dispatch_accuracy(rows: list[Record], ask: _Question) -> tuple[int, int]:
    base = [record for record in rows if _valid(record, ask)]
    sent = sum(record.dispatches for record in base)
    return sent - sum(min(record.rerouted, record.dispatches) for record in base), sent


def _satisfaction(rows: list[Record], ask: _Question) -> tuple[int, int]:
    given = [
        rating
        for record in rows
        if record.event.status not in VOID
        for at, rating in record.ratings
        if at in ask.period
    ]
    return sum(rating in GOOD_RATINGS for rating in given), len(given)


def _stage_seconds(code: str, rows: list[Record], period: Period) -> Iterable[int]:
    """Yield the whole seconds each valid event spent in the stage that it left within the period."""
    stage = STAGES[code]
    for record in rows:
        begin, end = getattr(record.event, stage.begin), getattr(record.event, stage.end)
        if record.event.status in VOID or begin is None or end not in period or end < begin:
            continue
        seconds = int((end - begin).total_seconds())
        yield max(0, seconds - record.held_seconds) if code == "owner_to_finish" else seconds


def p90(ordered: list[int]) -> int:
    """Return the nearest-rank 90th percentile of ascending values (PostgreSQL's percentile_disc), 0 for none."""
    return ordered[(9 * len(ordered) + 9) // 10 - 1] if ordered else 0
