"""The small views that the publisher pushes whole: today's KPIs, the units' board, satisfaction, the latest steps.

Cheap enough to be counted every second: only today's rows are touched. No personal data: titles masked, no accounts.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dashboard.rules import kpi_words
from dashboard.rules.access import mask_text
from dashboard.rules.event import RATING_WORDS, Status
from dashboard.rules.kpis import period
from dashboard.rules.lifecycle import ACTION_WORDS
from datasources.models import EventRow, StepRow
from datasources.queries import open_by_status, open_supervised
from datasources.queries_boards import board_rows
from datasources.queries_kpis import VALID, kpi_values
from datasources.reference import Reference

E: Any = EventRow.__table__.c
S: Any = StepRow.__table__.c
COUNTED = ("reported", "claim_rate", "closed", "on_time_rate", "satisfaction_rate")
# how many stand there now, of all open
STANDING = {"pending_dispatch": "待派单", "handling": "处置中", "supervised": "督办中"}
ORDER = (
    "reported",
    "claim_rate",
    "pending_dispatch",
    "handling",
    "closed",
    "on_time_rate",
    "satisfaction_rate",
    "supervised",
)
BEST = 13
LATEST = 20
NOTICES = ("remind", "warn", "comment", "import")  # steps that move nothing on the wall

View = Callable[[Session, datetime], Any]


def views(reference: Callable[[], Reference]) -> dict[str, View]:
    """Return the publisher's table: name → function of (session, now); `reference` gives the district as loaded now."""
    return {
        name: lambda session, now, view=view: view(session, now, reference())  # type: ignore[misc]
        for name, view in VIEWS.items()
    }


def kpi_view(session: Session, now: datetime, reference: Reference) -> dict[str, Any]:
    """Return {"period", "kpis": {code: {name, num, den, text}}} of today; what stands in a status is counted now."""
    today = period("today", now, reference.tz)
    values = kpi_values(session, reference, today, now, codes=COUNTED)
    shown: dict[str, Any] = {code: kpi_words.value(code, *pair) for code, pair in values.items()}
    standing = open_by_status(session)
    of_all = sum(standing.values())
    standing["supervised"] = open_supervised(session)
    for code, name in STANDING.items():
        count = standing.get(code, 0)
        shown[code] = {"name": name, "num": count, "den": of_all, "text": str(count)}
    return {"period": "today", "kpis": {code: shown[code] for code in ORDER}}


def unit_board_view(session: Session, now: datetime, reference: Reference) -> dict[str, Any]:
    """Return {"period", "rows": [{rank, code, name, points, tenths, on_time: [num, den], change}]}: today's best units."""
    today = period("today", now, reference.tz)
    rows = board_rows(session, reference, "units", today, now, rates=("on_time_rate",))
    return {
        "period": "today",
        "rows": [
            {
                "rank": row.rank,
                "code": row.code,
                "name": row.name,
                "points": row.as_json()["points"],
                "tenths": row.tenths,
                "on_time": list(row.rates["on_time_rate"]),
                "change": row.change,
            }
            for row in rows[:BEST]
        ],
    }


def satisfaction_view(session: Session, now: datetime, reference: Reference) -> dict[str, Any]:
    """Return {"counts": {rating: n}, "rated": n, "closed": n}: every rating given today, and what closed today."""
    today = period("today", now, reference.tz)
    query = (
        select(S.rating, func.count())
        .join_from(StepRow.__table__, EventRow.__table__, S.event_id == E.id)
        .where(S.action == "check", S.at >= today.start, S.at < today.end, S.rating.is_not(None), VALID)
        .group_by(S.rating)
    )
    given: dict[Any, int] = dict(session.execute(query).tuples().all())
    closed = kpi_values(session, reference, today, now, codes=("closed",))["closed"][0]
    counts = {rating.value: given.get(rating, 0) for rating in RATING_WORDS}
    return {"counts": counts, "rated": sum(counts.values()), "closed": closed}


def latest_view(session: Session, now: datetime, reference: Reference) -> dict[str, Any]:
    """Return {"steps": [{at (epoch ms), number, action, action_name, title, unit_name, to_status}]}, newest first."""
    query = (
        select(S.at, E.number, S.action, E.title, S.unit, S.to_status)
        .join_from(StepRow.__table__, EventRow.__table__, S.event_id == E.id)
        .where(S.action.not_in(NOTICES), S.at <= now)
        .order_by(S.at.desc(), S.id.desc())
        .limit(LATEST)
    )
    return {
        "steps": [
            {
                "at": round(at.timestamp() * 1000),
                "number": number,
                "action": action,
                "action_name": ACTION_WORDS[action],
                "title": mask_text(title),
                "unit_name": reference.unit_name(unit),
                "to_status": Status(to_status).value,
            }
            for at, number, action, title, unit, to_status in session.execute(query)
        ]
    }


VIEWS: dict[str, Callable[[Session, datetime, Reference], Any]] = {
    "kpis": kpi_view,
    "board": unit_board_view,
    "satisfaction": satisfaction_view,
    "latest": latest_view,
}
