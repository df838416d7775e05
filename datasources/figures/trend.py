"""How the points of a board's lines came over a period: by day up to a month, by week up to a quarter, then by month."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from dashboard.rules.periods import Period, calendar_of, days
from datasources.districts.reference import Reference
from datasources.figures.points import points_of
from datasources.figures.question import Question

MOST_DAYS, MOST_WEEKS_DAYS = 31, 100


def buckets_of(period: Period, now: datetime) -> list[Period]:
    """Return the days, the weeks counted from the first day, or the calendar months that have begun."""
    found, first = [], period.first
    length = (period.last - period.first).days + 1
    while first <= period.last:
        if length <= MOST_WEEKS_DAYS:
            last = first + timedelta(days=0 if length <= MOST_DAYS else 6)
        else:
            last = calendar_of("month", first, period.tz).last
        one = days(first, min(period.last, last), period.tz)
        if one.start > now:
            break
        found.append(one)
        first = one.last + timedelta(days=1)
    return found


def points(
    session: Session, reference: Reference, board: str, question: Question
) -> tuple[list[str], dict[str, list[int]]]:
    """Return (first day of every bucket, code → tenths earned in each)."""
    buckets = buckets_of(question.period, question.now)
    found: dict[str, list[int]] = {}
    for place, bucket in enumerate(buckets):
        for code, tenths in points_of(session, reference, board, bucket, question.area).items():
            found.setdefault(code, [0] * len(buckets))[place] = tenths
    return [bucket.first.isoformat() for bucket in buckets], found
