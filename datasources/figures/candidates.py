"""What is known of the units an event could be sent to: a handful of set queries, however many units there are."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dashboard.rules.advice.recommend import Candidate, Facts, recommend
from dashboard.rules.events.event import Event
from dashboard.rules.periods import days
from datasources.districts.reference import Reference
from datasources.events.filters import IN_HAND
from datasources.figures.kpis import kpi_groups
from datasources.figures.question import Question
from datasources.store import sound_rows
from datasources.store.dialect import unindexed
from datasources.store.models import EventRow, StepRow

E: Any = EventRow.__table__.c
S: Any = StepRow.__table__.c
MOST = 8
LOOKED_BACK = 30  # local days, today included


def candidates(session: Session, reference: Reference, event: Event, now: datetime) -> list[Candidate]:
    """Return the units an event could be sent to, best first, at most 8."""
    return candidates_of(session, reference, [event], now)[event.id]


def candidates_of(
    session: Session, reference: Reference, events: Sequence[Event], now: datetime
) -> dict[int, list[Candidate]]:
    """Return id → the units each event could be sent to; as many queries for two hundred events as for one."""
    known = {event.id: dict(_known(reference, event)) for event in events}
    units = sorted({unit for found in known.values() for unit in found})
    today = now.astimezone(reference.tz).date()
    lately = days(today - timedelta(days=LOOKED_BACK - 1), today, reference.tz)
    loads = _loads(session, units)
    kept = kpi_groups(session, reference, Question(lately, now), "unit", ["on_time_rate"])
    declines = _declines(session, {event.category or "" for event in events}, units, lately.start)
    own = _own_declines(session, events)
    found = {}
    for event in events:
        facts = []
        for unit, (priority, covers) in known[event.id].items():
            here = own.get((event.id, unit), [])
            others = declines.get((event.category or "", unit), 0) - sum(at >= lately.start for at in here)
            on_time = kept.get(unit, {}).get("on_time_rate", (0, 0))
            facts.append(
                Facts(unit, priority, covers, loads.get(unit, 0), on_time, max(0, others), bool(here))
            )
        found[event.id] = recommend(facts)[:MOST]
    return found


def _known(reference: Reference, event: Event) -> Iterator[tuple[str, tuple[int | None, bool]]]:
    """Yield (unit, (priority, whether the place is its own)): same kind elsewhere, unit of the place, matching duties.

    A later line about a unit is the one that counts.
    """
    for duty in reversed(reference.best_first(reference.duties.get(event.category or "", ()))):
        yield duty.unit, (duty.priority, False)
    for level in reference.levels:
        for unit in reference.units_at(level, event):
            yield unit, (None, True)
    for duty in reference.matched(event):
        yield duty.unit, (duty.priority, True)


def _loads(session: Session, units: Collection[str]) -> dict[str, int]:
    query = select(E.unit, func.count()).where(E.unit.in_(units), E.status.in_(IN_HAND)).group_by(E.unit)
    return dict(session.execute(query).tuples().all())


def _declines(
    session: Session, categories: Collection[str], units: Collection[str], since: datetime
) -> dict[tuple[str, str], int]:
    """Return (category, unit) → how often it declined events of the category since a moment."""
    category = unindexed(E.category)
    query = (
        select(category, S.unit, func.count())
        .join_from(StepRow.__table__, EventRow.__table__, S.event_id == E.id)
        .where(S.action == "decline", S.at >= since, S.unit.in_(units), category.in_(categories))
        .group_by(category, S.unit)
    )
    return {(code, unit): count for code, unit, count in session.execute(query)}


def _own_declines(session: Session, events: Sequence[Event]) -> dict[tuple[int, str], list[datetime]]:
    """Return (event, unit) → when that unit declined that very event."""
    asked = [event.id for event in events if event.decline_count]
    if not asked:
        return {}
    found: dict[tuple[int, str], list[datetime]] = {}
    query = select(S.event_id, S.unit, S.at).where(S.event_id.in_(asked), S.action == "decline")
    for key, unit, at in sound_rows.read_each(session, query, S.id, "step", tuple):
        found.setdefault((key, unit), []).append(at)
    return found
