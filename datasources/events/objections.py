"""Closed events whose reporter is not content and waits for an answer."""

from typing import Any

from sqlalchemy.orm import Session

from dashboard.rules.events.event import Event, Status
from dashboard.rules.events.guards import OBJECTION
from datasources.events import journal
from datasources.events.lists import EVENTS
from datasources.store.models.tables import EventRow

E: Any = EventRow.__table__.c
MOST = 200


def standing(session: Session) -> list[Event]:
    """Return them, the oldest closing first, at most 200."""
    query = EVENTS.where(E.request == OBJECTION, E.status == Status.CLOSED.value).order_by(E.closed_at, E.id)
    return journal.read_events(session, query.limit(MOST))
