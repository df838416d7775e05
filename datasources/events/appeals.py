"""Appeals: those that wait for a review and those decided lately, as a viewer may know of them; what they may take back."""

from typing import Any

from sqlalchemy import select, true
from sqlalchemy.orm import Session

from dashboard.rules.access import Viewer
from dashboard.rules.events.event import PENDING_APPEAL, Event
from datasources.districts.reference import Reference
from datasources.events import journal
from datasources.events.journal import EVENT_COLUMNS
from datasources.events.lists import visible
from datasources.store.models import EventRow, StepRow

E: Any = EventRow.__table__.c
MOST = 200


def appealed(session: Session, reference: Reference, viewer: Viewer, *, pending: bool) -> list[Event]:
    """Return the appealed events, waiting ones oldest first, or decided ones newest first; at most 200."""
    waiting = [state.value for state in PENDING_APPEAL]
    test = E.appeal.in_(waiting) if pending else E.appeal.not_in(waiting)
    order = (E.appealed_at, E.id) if pending else (E.appealed_at.desc(), E.id.desc())
    query = select(*(E[name] for name in EVENT_COLUMNS)).where(E.appeal.is_not(None), test)
    query = query.where(visible(viewer, reference)).order_by(*order).limit(MOST)
    return journal.read_events(session, query)


def appellant(session: Session, event: Event) -> str | None:
    """Return the unit that appealed: whose the event was then."""
    query = select(StepRow.unit).where(StepRow.event_id == event.id, StepRow.action == "appeal")
    return session.scalar(query.order_by(StepRow.id.desc()).limit(1))


def supervised_by_rule(session: Session, event: Event) -> str | None:
    """Return why the system put an event under supervision before its appeal; None where a person or nobody did so last."""
    query = (
        select(StepRow)
        .where(StepRow.event_id == event.id, StepRow.action == "supervise")
        .where(StepRow.at <= event.appealed_at if event.appealed_at else true())
        .order_by(StepRow.id.desc())
        .limit(1)
    )
    step = session.scalar(query)
    return step.facts.get("reason") if step is not None and step.actor_role == "system" else None
