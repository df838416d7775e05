"""Appeals: those that wait for a review and those decided lately, as a viewer may know of them."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.rules.access import Viewer
from dashboard.rules.events.event import PENDING_APPEAL, Event
from datasources.districts.reference import Reference
from datasources.events import journal
from datasources.events.journal import EVENT_COLUMNS
from datasources.events.lists import visible
from datasources.store.models.tables import EventRow

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
