"""The wall's view of who does how: the areas one level below, the units, their board and their ratings, all of today.

Law: every number equals the KPI or the board of the same area, unit and day; open, overdue and supervised stand now.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from dashboard.rules import ranking
from dashboard.rules.events.event import GOOD_RATINGS, RATING_WORDS
from dashboard.rules.figures.kpis import period
from datasources.districts.reference import Area, Reference
from datasources.events.filters import OPEN_CODES, is_overdue, within
from datasources.figures.boards import board_rows
from datasources.figures.kpis import kpi_groups, units_together
from datasources.figures.memo import Memo
from datasources.figures.points import by_step, points_by_path, points_of, step_of
from datasources.figures.question import today_in
from datasources.figures.scans import VALID, Pairs
from datasources.figures.standing import MARKED
from datasources.figures.views.view import View
from datasources.store.models import EventRow, StepRow

E: Any = EventRow.__table__.c
S: Any = StepRow.__table__.c
BEST = 13
NOW_STANDING = ("open", "overdue", "supervised")
AREA_RATES = ("reported", "closed", "on_time_rate", "satisfaction_rate")
UNIT_RATES = ("on_time_rate", "satisfaction_rate", "rework_rate")


def unit_board_view(
    session: Session, now: datetime, reference: Reference, area: str | None = None, memo: Memo | None = None
) -> dict[str, Any]:
    """Return {"period", "rows": [{rank, code, name, points, tenths, on_time: [num, den], change}]}: today's best units."""
    question = today_in(area, now, reference)
    rows = board_rows(session, reference, "units", question, ("on_time_rate",))
    return {
        "period": "today",
        "rows": [
            {
                "rank": row.rank,
                "code": row.code,
                "name": row.name,
                "points": ranking.points_text(row.tenths),
                "tenths": row.tenths,
                "on_time": list(row.rates["on_time_rate"]),
                "change": row.change,
            }
            for row in rows[:BEST]
        ],
    }


def street_view(
    session: Session, now: datetime, reference: Reference, area: str | None = None, memo: Memo | None = None
) -> dict[str, Any]:
    """Return {"rows": [{code, name, open, reported, closed, on_time, satisfaction, overdue, supervised, points}]}.

    The areas one level below the selected one, by code; none below a grid. Rates are [num, den], points a text.
    """
    question = today_in(area, now, reference)
    shown, deep = below(reference, area)
    grouped = kpi_groups(session, reference, question, "path", AREA_RATES) if shown else {}
    rates: dict[str, Pairs] = {}
    for path, pairs in grouped.items():
        line = rates.setdefault(step_of(path, deep), {})
        for code, (num, den) in pairs.items():
            before = line.get(code, (0, 0))
            line[code] = (before[0] + num, before[1] + den)
    standing: dict[str, list[int]] = {}
    for path, counts in (_standing(session, now, E.area_path, area) if shown else {}).items():
        sums = standing.setdefault(step_of(path, deep), [0] * len(NOW_STANDING))
        sums[:] = [one + more for one, more in zip(sums, counts, strict=True)]
    points = by_step(points_by_path(session, question.period, area), deep) if shown else {}
    return {
        "rows": [
            {
                "code": one.code,
                "name": one.name,
                **dict(zip(NOW_STANDING, standing.get(one.code, [0] * len(NOW_STANDING)), strict=True)),
                "reported": _num(rates, one.code, "reported"),
                "closed": _num(rates, one.code, "closed"),
                "on_time": _rate(rates, one.code, "on_time_rate"),
                "satisfaction": _rate(rates, one.code, "satisfaction_rate"),
                "points": ranking.points_text(points.get(one.code, 0)),
            }
            for one in shown
        ]
    }


def unit_view(
    session: Session, now: datetime, reference: Reference, area: str | None = None, memo: Memo | None = None
) -> dict[str, Any]:
    """Return {"rows": [{code, name, open, on_time, satisfaction, rework, points, overdue}]}, most points first.

    Every unit with duties and every other that has anything today. Rates are [num, den], points a text.
    """
    question = today_in(area, now, reference)
    rates = units_together(kpi_groups(session, reference, question, "unit", UNIT_RATES), reference)
    standing: dict[str, tuple[int, ...]] = {}
    for unit, counts in _standing(session, now, E.unit, area).items():
        code = reference.standing_unit(unit)
        before = standing.get(code, (0,) * len(NOW_STANDING))
        standing[code] = tuple(one + more for one, more in zip(before, counts, strict=True))
    points = points_of(session, reference, "units", question.period, area)
    on_duty = reference.on_duty(area)
    codes = {code for code in (*on_duty, *rates, *standing, *points) if code in reference.every_unit}
    return {
        "rows": [
            {
                "code": code,
                "name": reference.unit_name(code),
                "open": standing.get(code, (0, 0, 0))[0],
                "overdue": standing.get(code, (0, 0, 0))[1],
                "on_time": _rate(rates, code, "on_time_rate"),
                "satisfaction": _rate(rates, code, "satisfaction_rate"),
                "rework": _rate(rates, code, "rework_rate"),
                "points": ranking.points_text(points.get(code, 0)),
            }
            for code in sorted(codes, key=lambda code: (-points.get(code, 0), code))
        ]
    }


def rating_view(
    session: Session, now: datetime, reference: Reference, area: str | None = None, memo: Memo | None = None
) -> dict[str, Any]:
    """Return {"rows": [{code, name, counts: {rating: n}, rated, satisfaction: [num, den]}]}: ratings given today.

    Per unit in charge, most rated first; nobody is listed who was not rated.
    """
    today = period("today", now, reference.tz)
    query = (
        select(E.unit, S.rating, func.count())
        .join_from(StepRow.__table__, EventRow.__table__, S.event_id == E.id)
        .where(S.action == "check", S.at >= today.start, S.at < today.end, S.rating.is_not(None), VALID)
        .where(E.unit.is_not(None), *within(area))
        .group_by(E.unit, S.rating)
    )
    given: dict[str, dict[str, int]] = {}
    for unit, rating, count in session.execute(query):
        code = reference.standing_unit(unit)
        counts = given.setdefault(code, dict.fromkeys((one.value for one in RATING_WORDS), 0))
        counts[rating] += count
    rows = [
        {
            "code": unit,
            "name": reference.unit_name(unit),
            "counts": counts,
            "rated": sum(counts.values()),
            "satisfaction": [sum(counts[one.value] for one in GOOD_RATINGS), sum(counts.values())],
        }
        for unit, counts in sorted(given.items())
    ]
    return {"rows": sorted(rows, key=lambda row: -int(str(row["rated"])))}


def below(reference: Reference, area: str | None) -> tuple[list[Area], int]:
    """Return the areas one level below a selected one (the outermost one when none is), and their depth in a path."""
    roots = [one for one in reference.areas.values() if one.parent is None]
    if area is None and len(roots) != 1:
        return sorted(roots, key=lambda one: one.code), 0
    selected = reference.area(area) or roots[0]
    children = [one for one in reference.areas.values() if one.parent == selected.code]
    return sorted(children, key=lambda one: one.code), selected.path.strip("/").count("/") + 1


def _standing(session: Session, now: datetime, key: Any, area: str | None) -> dict[str, tuple[int, int, int]]:
    """Return key → how many of its events are open, open and overdue, open and supervised."""
    query = (
        select(
            key,
            func.count(),
            func.sum(case((is_overdue(now), 1), else_=0)),
            func.sum(case((MARKED, 1), else_=0)),
        )
        .where(E.status.in_(OPEN_CODES), *within(area))
        .group_by(key)
    )
    return {
        code or "": (count, int(late), int(marked)) for code, count, late, marked in session.execute(query)
    }


def _num(rates: Mapping[str, Pairs], code: str, kpi: str) -> int:
    return rates.get(code, {}).get(kpi, (0, 0))[0]


def _rate(rates: Mapping[str, Pairs], code: str, kpi: str) -> list[int]:
    return list(rates.get(code, {}).get(kpi, (0, 0)))


VIEWS = {
    "board": View(unit_board_view, 8.0),
    "streets": View(street_view, 8.0),
    "units": View(unit_view, 30.0),
    "ratings": View(rating_view, 30.0),
}
