"""What a unit may claim, and what it has left to earn by claiming today."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dashboard.rules.events.event import Event, Status
from dashboard.rules.events.guards import border_in_doubt
from datasources.districts.reference import Reference, local_day
from datasources.events import journal, ledger
from datasources.events.lists import EVENTS, eligible
from datasources.store.models import EventRow, PhotoRow, StepRow

E: Any = EventRow.__table__.c
S: Any = StepRow.__table__.c
MOST = 500
OUT_OF_THE_POOL = ("claim", "lapse", "dispatch", "correct", "merge")


def claimable(session: Session, reference: Reference, unit: str, now: datetime) -> list[Event]:
    """Return the events a unit may claim now, the soonest to end first, at most 500."""
    query = EVENTS.where(
        E.status == Status.CLAIMABLE.value, E.claim_due_at > now, eligible(unit, reference)
    ).order_by(E.claim_due_at, E.id)
    found = journal.read_events(session, query.limit(MOST))
    return [event for event in found if not border_in_doubt(event)]


def photo_counts(session: Session, events: Sequence[int]) -> Mapping[int, int]:
    """Return event id → how many photos it has, without those that have none."""
    P: Any = PhotoRow.__table__.c
    query = select(P.event_id, func.count()).where(P.event_id.in_(list(events))).group_by(P.event_id)
    return dict(session.execute(query).tuples().all())


def bonus_left(session: Session, reference: Reference, unit: str, now: datetime) -> int:
    """Return how many tenths of the day's bonus for claims a unit can still earn (LIFECYCLE §7)."""
    return reference.policy.claim_cap - ledger.claim_bonus(session, unit, local_day(now, reference.tz))


def left_pool_at(session: Session, event: int) -> datetime | None:
    """Return when an event last left the pool, None while it is in it or never was."""
    query = select(func.max(S.at)).where(
        S.event_id == event, S.from_status == Status.CLAIMABLE.value, S.action.in_(OUT_OF_THE_POOL)
    )
    return session.scalar(query)
