"""Lists of events: who sees which (exactly `access.sees`, as SQL), filtered, newest first, in pages.

Searching never finds what a viewer would see masked: the words must stand in the text as that viewer reads it.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select, true
from sqlalchemy.orm import Session

from dashboard.rules.access import PERMISSIONS, Role, Viewer
from dashboard.rules.events.event import Event, Status
from dashboard.rules.text.masking import mask_text
from datasources.districts.reference import Reference
from datasources.events import journal
from datasources.events.filters import Condition, Filters, conditions, lies_in, with_children
from datasources.events.journal import EVENT_COLUMNS
from datasources.store import sealing
from datasources.store.models import AssignmentRow, EventRow
from datasources.store.paging import bounded, cut, older

E: Any = EventRow.__table__.c
A: Any = AssignmentRow.__table__.c
EVENTS = select(*(E[name] for name in EVENT_COLUMNS))
CHUNK = 500
MOST_FOUND = 1_000_000
TEXTS = ("number", "title", "address", "description")
LISTED_TEXTS = ("number", "title", "address")
PERSONAL = ("reporter_name",)


def events_page(
    session: Session,
    reference: Reference,
    viewer: Viewer,
    filters: Filters,
    limit: int,
    cursor: str | None,
    now: datetime,
) -> tuple[list[Event], str | None]:
    """Return one page of the events a viewer may know of, and the cursor of the next; Invalid for a strange cursor."""
    limit = bounded(limit)
    query = (
        EVENTS.where(visible(viewer, reference), *conditions(filters, reference, now))
        .where(*older(E.reported_at, E.id, cursor))
        .order_by(E.reported_at.desc(), E.id.desc())
    )
    if not filters.q:
        found = journal.read_events(session, query.limit(limit + 1))
    else:
        found = _search(session, query, filters.q, viewer, limit + 1)
    return cut(found, limit, lambda event: (event.reported_at, event.id))


def events_by_number(
    session: Session, reference: Reference, viewer: Viewer, numbers: Sequence[str]
) -> dict[str, Event]:
    """Return the events of these numbers that a viewer may know of."""
    query = EVENTS.where(visible(viewer, reference), E.number.in_(numbers))
    return {event.number: event for event in journal.read_events(session, query)}


def numbers_seen(
    session: Session, reference: Reference, viewer: Viewer, numbers: Sequence[str]
) -> frozenset[str]:
    """Return those of these numbers whose events a viewer may know of."""
    if viewer.may("feed.all"):
        return frozenset(numbers)
    query = select(E.number).where(visible(viewer, reference), E.number.in_(numbers))
    return frozenset(session.scalars(query))


def events_count(
    session: Session, reference: Reference, viewer: Viewer, filters: Filters, now: datetime
) -> int:
    """Return how many events all pages of a list hold together."""
    query = EVENTS.where(visible(viewer, reference), *conditions(filters, reference, now))
    if filters.q:
        return len(_search(session, query, filters.q, viewer, MOST_FOUND))
    return session.scalar(query.with_only_columns(func.count(), maintain_column_froms=True)) or 0


def visible(viewer: Viewer, reference: Reference) -> Condition:
    """Return `access.sees` as a condition; co-units count in the present round."""
    if viewer.may("feed.all") or viewer.role in (Role.SYSTEM, Role.CLOCK):
        return true()
    reported = E.reported_by == viewer.name
    if viewer.role is Role.UNIT and viewer.unit:
        joint = exists().where(A.event_id == E.id, A.unit == viewer.unit, A.round == E.round)
        pool = and_(E.status == Status.CLAIMABLE.value, eligible(viewer.unit, reference))
        own = E.unit == viewer.unit
        if viewer.member:
            own = and_(own, or_(E.handler.is_(None), E.handler == viewer.name))
        return or_(own, reported, joint, pool)
    if viewer.role is Role.WORKER:
        return or_(lies_in(viewer.area), reported) if viewer.area else reported
    return false()


def eligible(unit: str, reference: Reference) -> Condition:
    """Return whether a unit's duties match category and territory (`Reference.eligible`), as a condition."""
    held = reference.units.get(unit)
    if held is None or not held.may_claim:
        return false()
    duties = [duty for lines in reference.duties.values() for duty in lines if duty.unit == unit]
    places: dict[str, set[str]] = {}
    for duty in duties:
        places.setdefault(duty.area, set()).add(duty.category)
    return or_(
        false(),
        *(
            and_(E.category.in_(sorted(with_children(codes, reference))), _within(area, reference))
            for area, codes in sorted(places.items())
        ),
    )


def _within(area: str, reference: Reference) -> ColumnElement[bool]:
    return true() if area == reference.root else lies_in(area)


def _search(session: Session, query: Select[Any], words: str, viewer: Viewer, most: int) -> list[Event]:
    """Return the first events that hold the words in a text as the viewer reads it, or that a whole number names."""
    personal = viewer.may("personal.see")
    texts = texts_of(viewer)
    names = texts + PERSONAL if personal else texts
    found = [E[name].icontains(words, autoescape=True) for name in names]
    # whoever reveals numbers for a reason finds by one they know, whole: its parts are not to be asked for
    number = sealing.digest(words) if viewer.role in PERMISSIONS["personal.see"] else None
    if number:
        found.append(E.reporter_phone_digest == number)
    query = query.where(or_(*found))
    if personal:
        return journal.read_events(session, query.limit(most))

    def readable(event: Event) -> bool:
        if number and sealing.digest(event.reporter_phone) == number:
            return True
        return any(words.lower() in mask_text(getattr(event, name)).lower() for name in texts)

    streamed = query.execution_options(yield_per=CHUNK)
    with suppress(ValueError, TypeError), session.execute(streamed) as rows:
        return list(islice(filter(readable, (journal.event_of(row) for row in rows)), most))
    # a row that cannot be read: then part by part
    return list(islice(filter(readable, _in_parts(session, query)), most))


def texts_of(viewer: Viewer) -> tuple[str, ...]:
    """Return the texts somebody reads of an event: a wall lists no descriptions, so it finds nothing by them."""
    return LISTED_TEXTS if viewer.role is Role.WALL else TEXTS


def _in_parts(session: Session, query: Select[Any]) -> Iterator[Event]:
    """Yield the events of a query, some hundred in memory at a time; one that cannot be read is set aside."""
    keys = session.scalars(query.with_only_columns(E.id)).all()
    for start in range(0, len(keys), CHUNK):
        part = keys[start : start + CHUNK]
        found = {event.id: event for event in journal.read_events(session, EVENTS.where(E.id.in_(part)))}
        yield from (found[key] for key in part if key in found)
