"""What is known of the units an event could be sent to: a handful of set queries, however many units there are."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dashboard.rules.event import Event, Status
from dashboard.rules.periods import days
from dashboard.rules.recommend import Candidate, Facts, recommend
from datasources import journal
from datasources.geo import stretch
from datasources.models import BorderDecisionRow, EventRow, StepRow
from datasources.queries_dialect import unindexed
from datasources.queries_kpis import kpi_groups
from datasources.reference import Reference

E: Any = EventRow.__table__.c
S: Any = StepRow.__table__.c
MOST = 8
LOOKED_BACK = 30  # local days, today included
IN_HAND = [status.value for status in (Status.DISPATCHED, Status.HANDLING, Status.ON_HOLD)]


def candidates(session: Session, reference: Reference, event: Event, now: datetime) -> list[Candidate]:
    """Return the units an event could be sent to, best first, at most 8."""
    known = dict(_known(reference, event))
    loads = _loads(session, known)
    today = now.astimezone(reference.tz).date()
    lately = days(today - timedelta(days=LOOKED_BACK - 1), today, reference.tz)
    kept = kpi_groups(session, lately, now, "unit", ["on_time_rate"])
    declines = _declines(session, event, known, lately.start)
    declined = set(journal.declined_by(session, event))
    facts = [
        Facts(
            unit,
            priority,
            covers,
            loads.get(unit, 0),
            kept.get(unit, {}).get("on_time_rate", (0, 0)),
            declines.get(unit, 0),
            unit in declined,
        )
        for unit, (priority, covers) in known.items()
    ]
    return recommend(facts)[:MOST]


def remembered(session: Session, event: Event) -> BorderDecisionRow | None:
    """Return the newest ruling on the stretch of border an event lies on."""
    grids = (event.border or {}).get("candidates", ())
    if not grids:
        return None
    query = select(BorderDecisionRow).where(BorderDecisionRow.stretch == stretch(grids))
    return session.scalar(query.order_by(BorderDecisionRow.at.desc(), BorderDecisionRow.id.desc()).limit(1))


def _known(reference: Reference, event: Event) -> Iterator[tuple[str, tuple[int | None, bool]]]:
    """Yield (unit, (priority, whether the place is its own)): same kind elsewhere, unit of the place, matching duties.

    A later line about a unit is the one that counts.
    """
    for duty in reference.duties.get(event.category or "", ()):
        yield duty.unit, (duty.priority, False)
    for level in reference.levels:
        for unit in reference.units_at(level, event):
            yield unit, (None, True)
    for duty in reference.matched(event):
        yield duty.unit, (duty.priority, True)


def _loads(session: Session, units: Collection[str]) -> dict[str, int]:
    query = select(E.unit, func.count()).where(E.unit.in_(units), E.status.in_(IN_HAND)).group_by(E.unit)
    return dict(session.execute(query).tuples().all())


def _declines(session: Session, event: Event, units: Collection[str], since: datetime) -> dict[str, int]:
    """Return how often each unit declined other events of the same category since a moment."""
    query = (
        select(S.unit, func.count())
        .join_from(StepRow.__table__, EventRow.__table__, S.event_id == E.id)
        .where(S.action == "decline", S.at >= since, S.event_id != event.id, S.unit.in_(units))
        .where(unindexed(E.category) == (event.category or ""))
        .group_by(S.unit)
    )
    return dict(session.execute(query).tuples().all())
