"""Borders that were doubted before: the ruling to offer again, and the stretches that keep causing trouble."""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session

from dashboard.rules.advice.stretches import DAYS, Stretch, worst_first
from dashboard.rules.events.event import OPEN, Event, Ground
from datasources.districts.geo import stretch
from datasources.districts.reference import Reference
from datasources.store import sound_rows
from datasources.store.dialect import sound_json, unindexed
from datasources.store.models import BorderDecisionRow, EventRow, StepRow

E: Any = EventRow.__table__.c
S: Any = StepRow.__table__.c
B: Any = BorderDecisionRow.__table__.c
NEAR_M = 150.0  # a ruling so near speaks for this place, whatever further grids were in reach there
LOOKED_AT = 500  # rulings, newest first
BORDER = sound_json(E.border)
CANDIDATES = BORDER["candidates"].as_string()
OPEN_CODES = [status.value for status in OPEN]


def remembered(session: Session, event: Event, reference: Reference) -> BorderDecisionRow | None:
    """Return the ruling to offer: the newest of the very same stretch or near by, else the newest between the same pair.

    A ruling counts only for a grid that is a candidate here, and only where two of the candidates met there too.
    """
    grids = set((event.border or {}).get("candidates", ()))
    if not grids:
        return None
    query = select(BorderDecisionRow).where(B.grid.in_(grids)).order_by(B.at.desc(), B.id.desc())
    rulings = [
        row
        for row in sound_rows.rows_of(session, BorderDecisionRow, query.limit(LOOKED_AT))
        if len(grids & set(row.stretch.split("|"))) >= min(2, len(grids))
    ]
    own = stretch(grids)
    here = (row for row in rulings if row.stretch == own or _near(row, event, reference))
    return next(here, rulings[0] if rulings else None)


def _near(row: BorderDecisionRow, event: Event, reference: Reference) -> bool:
    if event.lng is None or event.lat is None:
        return False
    return reference.geo.distance_m((event.lng, event.lat), (row.lng, row.lat)) <= NEAR_M


def troubled(session: Session, now: datetime) -> list[Stretch]:
    """Return the stretches that caused trouble in 90 days, worst first, at most 50."""
    since = now - timedelta(days=DAYS)
    doubted = _counts(session.execute(_doubted(since)))
    declined = _counts(session.execute(_declined(since)))
    rulings: dict[str, dict[str, int]] = {}
    for name, grid, count in session.execute(_ruled(since)):
        rulings.setdefault(name, {})[grid] = count
    found = [
        Stretch(
            grids=tuple(name.split("|")),
            doubtful=doubted.get(name, (0, 0))[0],
            waiting=doubted.get(name, (0, 0))[1],
            declines=declined.get(name, (0,))[0],
            rulings=rulings.get(name, {}),
        )
        for name in {*doubted, *declined, *rulings}
        if name
    ]
    worst = worst_first(found)
    last = _last(session, [stretch(one.grids) for one in worst])
    return [
        Stretch(one.grids, one.doubtful, one.waiting, one.declines, one.rulings, last.get(stretch(one.grids)))
        for one in worst
    ]


def _doubted(since: datetime) -> Any:
    unsettled = and_(BORDER["settled"].as_boolean().is_not(True), E.status.in_(OPEN_CODES))
    return (
        select(CANDIDATES, func.count(), func.sum(case((unsettled, 1), else_=0)))
        .where(E.reported_at >= since, E.border.is_not(None), BORDER["streets"].as_integer() > 1)
        .group_by(CANDIDATES)
    )


def _declined(since: datetime) -> Any:
    ours = sound_json(S.facts)["ground"].as_string() == Ground.NOT_OUR_TERRITORY.value
    return (
        select(CANDIDATES, func.count())
        .join_from(StepRow.__table__, EventRow.__table__, S.event_id == E.id)
        .where(S.at >= since, unindexed(S.action) == "decline", ours, E.border.is_not(None))
        .group_by(CANDIDATES)
    )


def _ruled(since: datetime) -> Any:
    return select(B.stretch, B.grid, func.count()).where(B.at >= since).group_by(B.stretch, B.grid)


def _counts(rows: Iterable[Any]) -> dict[str, tuple[int, ...]]:
    """Return stretch → summed counts; the same grids in another order are the same stretch."""
    found: dict[str, tuple[int, ...]] = {}
    for candidates, *counts in rows:
        try:
            name = stretch(json.loads(candidates or "[]"))
        except (ValueError, TypeError):
            continue  # the border of a damaged event: whoever reads the event sets it aside
        before = found.get(name, (0,) * len(counts))
        found[name] = tuple(old + int(new or 0) for old, new in zip(before, counts, strict=True))
    return found


def _last(session: Session, names: list[str]) -> dict[str, tuple[str, str, datetime]]:
    query = select(B.stretch, B.grid, B.by, B.at).where(B.stretch.in_(names)).order_by(B.at, B.id)
    rows = sound_rows.read_each(session, query, B.id, "border_decision", tuple)
    return {name: (grid, by, at) for name, grid, by, at in rows}
