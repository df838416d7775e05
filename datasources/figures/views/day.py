"""The wall's view of the day: arrivals and closings by the hour against the usual day, kinds of events, channels.

Every share adds up to what was reported today; what is usual is a mean over days that have data, else nothing.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dashboard.rules.events.event import SOURCE_WORDS, Source
from dashboard.rules.figures.kpis import period
from dashboard.rules.text.local_time import days_before
from datasources.districts.reference import Reference
from datasources.events.filters import within
from datasources.figures.memo import Memo, ask
from datasources.figures.scans import VALID
from datasources.figures.views.view import View
from datasources.store.dialect import hour_text
from datasources.store.models import EventRow

E: Any = EventRow.__table__.c
HOUR = timedelta(hours=1)
HOURS, USUAL_DAYS = 24, 7
MOST_CATEGORIES = 10


def trend_view(
    session: Session, now: datetime, reference: Reference, area: str | None = None, memo: Memo | None = None
) -> dict[str, Any]:
    """Return {"hours": [{at (epoch ms, its begin), reported, closed, usual}]}: 24 clock hours, the present one last.

    `usual` is the mean number of reports in the same hour of those of the seven days before that had any report,
    None when none had.
    """
    last = whole_hour(now, reference)
    hours = [last - HOUR * back for back in reversed(range(HOURS))]
    since, until = hours[0], last + HOUR
    reported = by_hour(session, E.reported_at, since, until, area)
    closed = by_hour(session, E.closed_at, since, until, area, VALID)
    usual = ask(memo, ("usual", area, last), lambda: _usual(session, hours, area, reference.tz))
    return {
        "hours": [
            {
                "at": round(at.timestamp() * 1000),
                "reported": reported.get(at, 0),
                "closed": closed.get(at, 0),
                "usual": usual[at],
            }
            for at in hours
        ]
    }


def category_view(
    session: Session, now: datetime, reference: Reference, area: str | None = None, memo: Memo | None = None
) -> dict[str, Any]:
    """Return {"rows": [{code, name, count}], "rest"}: the kinds most reported today; `rest` is all others together."""
    given = _today(session, now, reference, E.category, area)
    known: dict[str, int] = {}
    for stored, count in given.items():
        code = reference.standing_category(stored) or ""
        if reference.category(code):
            known[code] = known.get(code, 0) + count
    best = sorted(known.items(), key=lambda one: (-one[1], one[0]))[:MOST_CATEGORIES]
    rows = [
        {"code": code, "name": reference.category_name(code), "count": count} for code, count in best if count
    ]
    return {"rows": rows, "rest": sum(given.values()) - sum(count for _, count in best)}


def channel_view(
    session: Session, now: datetime, reference: Reference, area: str | None = None, memo: Memo | None = None
) -> dict[str, Any]:
    """Return {"rows": [{source, name, count}]}: the channels of what was reported today, most used first."""
    given = _today(session, now, reference, E.source, area)
    rows = sorted(given.items(), key=lambda one: (-one[1], one[0]))
    return {
        "rows": [
            {"source": source, "name": SOURCE_WORDS[Source(source)], "count": count} for source, count in rows
        ]
    }


def whole_hour(at: datetime, reference: Reference) -> datetime:
    """Return the begin, in UTC, of the hour as the district's clocks show it."""
    local = at.astimezone(reference.tz)
    return at.astimezone(UTC) - timedelta(
        minutes=local.minute, seconds=local.second, microseconds=local.microsecond
    )


def by_hour(
    session: Session, column: Any, since: datetime, until: datetime, area: str | None, *where: Any
) -> dict[datetime, int]:
    """Return begin of the hour in UTC → how many rows have a time in it; hours are counted from `since`."""
    found: dict[datetime, int] = {}
    part = hour_text(column)
    query = select(part, func.count()).where(column >= since, column < until, *where, *within(area))
    shift = since - since.replace(minute=0, second=0, microsecond=0)
    if shift:  # a zone whose hours begin within those of UTC: few, so they are counted one by one
        times = session.scalars(select(column).where(column >= since, column < until, *where, *within(area)))
        for at in times:
            begin = since + (at - since) // HOUR * HOUR
            found[begin] = found.get(begin, 0) + 1
        return found
    for text, count in session.execute(query.group_by(part)):
        found[datetime.strptime(text, "%Y-%m-%d %H").replace(tzinfo=UTC)] = count
    return found


def _usual(
    session: Session, hours: list[datetime], area: str | None, tz: tzinfo
) -> Mapping[datetime, float | None]:
    first = days_before(hours[0], USUAL_DAYS, tz)
    until = days_before(hours[-1], 1, tz) + HOUR
    counted = by_hour(session, E.reported_at, first, until, area)
    # the same hour of the clock, not so many times 24 hours ago: clocks may have been changed in between
    before = {at: [days_before(at, back, tz) for back in range(1, USUAL_DAYS + 1)] for at in hours}
    with_data = [back for back in range(USUAL_DAYS) if any(counted.get(before[at][back]) for at in hours)]
    if not with_data:
        return dict.fromkeys(hours)
    return {
        at: round(sum(counted.get(before[at][back], 0) for back in with_data) / len(with_data), 1)
        for at in hours
    }


def _today(
    session: Session, now: datetime, reference: Reference, column: Any, area: str | None
) -> dict[str, int]:
    today = period("today", now, reference.tz)
    query = select(column, func.count()).where(E.reported_at >= today.start, E.reported_at < today.end)
    found = session.execute(query.where(*within(area)).group_by(column))
    return {code or "": count for code, count in found}


VIEWS = {
    "trend": View(trend_view, 15.0),
    "categories": View(category_view, 10.0),
    "channels": View(channel_view, 10.0),
}
