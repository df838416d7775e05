"""How the points of a board's lines came over a period: by day up to a month, by week beyond."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from dashboard.rules.periods import Period, days
from datasources.queries_points import points_of
from datasources.reference import Reference

MOST_DAYS = 31


def buckets_of(period: Period, now: datetime) -> list[Period]:
    """Return the days, or the weeks counted from the first day, that have begun."""
    width = 1 if (period.last - period.first).days < MOST_DAYS else 7
    found, first = [], period.first
    while first <= period.last:
        last = min(period.last, first + timedelta(days=width - 1))
        one = days(first, last, period.tz)
        if one.start > now:
            break
        found.append(one)
        first = last + timedelta(days=1)
    return found


def points(
    session: Session, reference: Reference, board: str, period: Period, now: datetime, area: str | None
) -> tuple[list[str], dict[str, list[int]]]:
    """Return (first day of every bucket, code → tenths earned in each)."""
    buckets = buckets_of(period, now)
    found: dict[str, list[int]] = {}
    for place, bucket in enumerate(buckets):
        for code, tenths in points_of(session, reference, board, bucket, area).items():
            found.setdefault(code, [0] * len(buckets))[place] = tenths
    return [bucket.first.isoformat() for bucket in buckets], found
