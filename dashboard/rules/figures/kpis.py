"""Every KPI counted from plain records: the reference that the SQL must agree with (LIFECYCLE §8, domain B.4).

Law: an event counts in a numerator only if it counts in the denominator. What each KPI is stands in `table`.
"""

from collections.abc import Iterable
from datetime import datetime

from dashboard.rules.events.event import GOOD_RATINGS
from dashboard.rules.figures.record import VOID, Asked, Basis, Record, valid, verdict
from dashboard.rules.figures.table import KPIS, STAGES, Kpi, percent, value
from dashboard.rules.periods import Period, last_year, period, previous

__all__ = [
    "KPIS",
    "VOID",
    "Basis",
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
    "verdict",
]


def counts(
    records: Iterable[Record], period: Period, now: datetime, basis: Basis = "due"
) -> dict[str, tuple[int, int]]:
    """Return {code: (num, den)} for every KPI in `KPIS`, in its order."""
    ask, rows = Asked(period, now, basis), list(records)
    found: dict[str, tuple[int, int]] = {}
    for code, kpi in KPIS.items():
        if kpi.num and kpi.den:
            base = [record for record in rows if kpi.den(record, ask)]
            found[code] = (sum(kpi.num(record, ask) for record in base), len(base))
    found["dispatch_accuracy"] = _dispatch_accuracy(rows, ask)
    found["satisfaction_rate"] = _satisfaction(rows, ask)
    for code in STAGES:
        taken = sorted(_stage_seconds(code, rows, period))
        found[code] = (sum(taken), len(taken))
        found[f"{code}_p90"] = (p90(taken), len(taken))
    return {code: found[code] for code in KPIS}


def _dispatch_accuracy(rows: list[Record], ask: Asked) -> tuple[int, int]:
    base = [record for record in rows if valid(record, ask)]
    sent = sum(record.dispatches for record in base)
    return sent - sum(min(record.rerouted, record.dispatches) for record in base), sent


def _satisfaction(rows: list[Record], ask: Asked) -> tuple[int, int]:
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
