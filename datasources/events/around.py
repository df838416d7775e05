"""What lies around an event: what may be the same matter, and what happened at this place before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import cos, radians
from typing import Any

from sqlalchemy import and_, or_
from sqlalchemy.orm import Session

from dashboard.rules.advice.doubles import CLOSED_WITHIN, SAME_M, near
from dashboard.rules.events.event import OPEN, Event, Status
from datasources.districts.geo import metres_between
from datasources.districts.reference import Reference
from datasources.events import journal
from datasources.store.models import EventRow

E: Any = EventRow.__table__.c
OPEN_CODES = [status.value for status in OPEN]
HERE_M, HERE_WITHIN = 30.0, timedelta(days=90)
MOST = 8
# few events lie at one place, many are closed: the database must not think of starting from the status
UNINDEXED = E.status.concat("")
METRES_PER_DEGREE = 111_000  # a little short, so that a box in degrees is never too small


@dataclass(frozen=True, slots=True)
class Beside:
    """An event beside another: how far away in metres, how much earlier or later, whether of the same kind.

    `metres` is None where it was found by its address alone.
    """

    event: Event
    metres: float | None
    age: timedelta
    alike: bool


def possible_duplicates(
    session: Session,
    reference: Reference,
    place: tuple[float, float] | None,
    category: str | None,
    at: datetime,
    now: datetime,
    but: int | None = None,
) -> list[Beside]:
    """Return what a report of a place (WGS-84) at a moment may double (`doubles`), nearest first.

    Without a category every one near. `but` is the id of the event asked about.
    """
    if place is None:
        return []
    found = journal.events_where(
        session,
        *_box(place, SAME_M),
        or_(
            UNINDEXED.in_(OPEN_CODES),
            and_(Status.CLOSED.value == UNINDEXED, E.closed_at >= now - CLOSED_WITHIN),
        ),
        *([E.category == category] if category else []),
    )
    close = [one for one in _beside(reference, found, place, category, at) if near(one.metres or 0, one.age)]
    return sorted((one for one in close if one.event.id != but), key=lambda one: one.metres or 0)[:MOST]


def duplicates_of(session: Session, reference: Reference, event: Event, now: datetime) -> list[Beside]:
    """Return what may be the same matter as an event; nothing once the event has ended."""
    if not event.is_open or event.lng is None or event.lat is None:
        return []
    place = (event.lng, event.lat)
    return possible_duplicates(session, reference, place, event.category, event.reported_at, now, event.id)


def history_here(session: Session, reference: Reference, event: Event) -> list[Beside]:
    """Return closed events of 90 days within 30 m of an event's place or at the very same address, newest first."""
    place = (event.lng, event.lat) if event.lng is not None and event.lat is not None else None
    since = event.reported_at
    lately = E.reported_at.between(since - HERE_WITHIN, since)
    ways = [[E.address == event.address, lately]] if event.address.strip() else []
    ways += [_box(place, HERE_M)] if place else []
    closed = Status.CLOSED.value == UNINDEXED
    found = {one.id: one for way in ways for one in journal.events_where(session, *way, closed)}
    found.pop(event.id, None)
    beside = [
        one
        for one in _beside(reference, list(found.values()), place, event.category, since)
        if timedelta(0) <= one.age <= HERE_WITHIN
        and (one.event.address == event.address or (one.metres is not None and one.metres <= HERE_M))
    ]
    return sorted(beside, key=lambda one: one.event.reported_at, reverse=True)[:MOST]


def _beside(
    reference: Reference,
    events: Sequence[Event],
    place: tuple[float, float] | None,
    category: str | None,
    now: datetime,
) -> list[Beside]:
    heading = _heading(reference, category)
    return [
        Beside(
            event,
            metres_between(place, (event.lng, event.lat))
            if place and event.lng is not None and event.lat is not None
            else None,
            now - event.reported_at,
            event.category is not None and _heading(reference, event.category) == heading,
        )
        for event in events
    ]


def _heading(reference: Reference, code: str | None) -> str | None:
    category = reference.category(code)
    return (category.parent or category.code) if category else None


def _box(place: tuple[float, float], metres: float) -> list[Any]:
    lng, lat = place
    tall = metres / METRES_PER_DEGREE
    wide = tall / max(cos(radians(lat)), 0.01)
    return [E.lng.between(lng - wide, lng + wide), E.lat.between(lat - tall, lat + tall)]
