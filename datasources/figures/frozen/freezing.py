"""Freezes finished months, quarters and years: every number of a period is kept as it stood, for good.

Law: counted in one turn and stored in another, as a day is; a period that changed in between is left for the next round.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from dashboard.rules.periods import Period, calendar_of
from datasources.districts.reference import Reference
from datasources.events.journal import add_rows
from datasources.figures.kpis import ROLLED_KEYS, kpi_groups
from datasources.figures.question import Question
from datasources.figures.rollups import frozen_times
from datasources.figures.rollups.days import (
    DUE_CODES,
    TURN,
    add_reported,
    coarser,
    days_of_period,
    points_rows,
    row,
)
from datasources.figures.rollups.dirty_marks import marks
from datasources.figures.rollups.rolled import COARSER, DAY, FROZEN, GRAINS, cover
from datasources.figures.scans import HANDLED, Group, Tally
from datasources.store.database import take_turn
from datasources.store.models import FrozenTimesRow, ImportRow, RolledRow, RollupPointsRow, RollupRow


@dataclass(frozen=True, slots=True)
class Stood:
    """How a period stands: rows of its grains, of points and of times, and its days as they were rolled up then."""

    tier: str
    span: Period
    rows: Sequence[dict[str, Any]]
    points: Sequence[dict[str, Any]]
    times: Sequence[dict[str, Any]]
    seen: Mapping[date, datetime]


def due(session: Session, reference: Reference, now: datetime) -> list[tuple[str, Period]]:
    """Return (kind, period) of the finished months, quarters and years that are due to be frozen.

    Due is a period once `freeze` work days have passed since its end and all its days are rolled up unchanged. While
    an import is under way nothing is frozen.
    """
    rolled = set(session.scalars(select(RolledRow.first).where(RolledRow.tier == DAY)))
    if not rolled or session.scalar(select(func.count()).where(ImportRow.done.is_(False))):
        return []
    clean, begun = rolled - marks(session, reference.tz).keys(), min(rolled)
    frozen = set(session.execute(select(RolledRow.tier, RolledRow.first)).tuples())
    found = []
    for kind, tier in FROZEN.items():
        spans = {calendar_of(kind, day, reference.tz) for day in rolled}
        for span in sorted(spans, key=lambda one: one.start):
            if (tier, span.first) in frozen or now < reference.policy.frozen_from(span.end):
                continue
            if all(day in clean for day in days_of_period(span) if day >= begun):
                found.append((kind, span))
    return found


def count(session: Session, reference: Reference, kind: str, span: Period, now: datetime) -> Stood:
    """Return how a period stands now."""
    tier, seen, found = FROZEN[kind], _rolled(session, span), cover(session, span, now)
    asked, rows = Question(span, now), []
    groups: tuple[Group, ...] = ("channel", "category", "post")
    for group in groups:
        tally = Tally(kpi_groups(session, reference, asked, group, DUE_CODES, found))
        by_report = replace(asked, basis="reported")
        add_reported(tally, kpi_groups(session, reference, by_report, group, HANDLED, found))
        rows += [row(group, tier, span.first, ROLLED_KEYS[group], key, pairs) for key, pairs in tally.items()]
    posts = [one for one in rows if one["grain"] == "post"]
    rows += coarser(
        posts, [name for name in COARSER if GRAINS[name].keys <= GRAINS["post"].keys and name != "post"]
    )
    times = frozen_times.rows(session, reference, tier, span)
    return Stood(tier, span, rows, points_rows(session, span, span.first, tier), times, seen)


def store(session: Session, stood: Stood, reference: Reference, now: datetime) -> bool:
    """Keep how a period stood; return whether it still stood so and nobody else had frozen it."""
    take_turn(session, TURN)
    frozen = session.get(RolledRow, (stood.tier, stood.span.first)) is not None
    rolled = _rolled(session, stood.span)
    stands = rolled and rolled == stood.seen and not marks(session, reference.tz).keys() & rolled
    if frozen or not stands:
        return False
    add_rows(session, RollupRow, stood.rows)
    add_rows(session, RollupPointsRow, stood.points)
    add_rows(session, FrozenTimesRow, stood.times)
    session.execute(insert(RolledRow).values(tier=stood.tier, first=stood.span.first, at=now))
    return True


def _rolled(session: Session, span: Period) -> dict[date, datetime]:
    """Return when each day of a period was rolled up."""
    query = select(RolledRow.first, RolledRow.at).where(
        RolledRow.tier == DAY, RolledRow.first.between(span.first, span.last)
    )
    return dict(session.execute(query).tuples().all())
