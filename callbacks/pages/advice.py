"""Gathers what an operator reads before dispatching: once for the API, for the panel of the desk and for a batch."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from dashboard.rules.access import Viewer
from dashboard.rules.advice.advice import Advice, Border, Due, Ruling, Side
from dashboard.rules.events.context import Context
from dashboard.rules.events.event import Event
from dashboard.rules.events.lifecycle import permit
from dashboard.rules.refusals import NotNow, Refusal
from datasources.districts.geo import BAND_M
from datasources.districts.reference import Reference
from datasources.events import candidates, stretches


def advise(session: Session, reference: Reference, event: Event, who: Viewer, now: datetime) -> Advice:
    """Return the advice for one event."""
    return Advice(
        event=event,
        why_not=why_not(event, "dispatch", who, reference, now),
        units=candidates.candidates(session, reference, event, now),
        limits=limits(event, reference, now),
        border=border(session, event, reference) if event.border else None,
    )


def why_not(event: Event, action: str, who: Viewer, reference: Reference, now: datetime) -> Refusal | None:
    """Return the refusal an action would meet now, or None when it is open to the viewer."""
    try:
        permit(event, action, who, Context(now, reference))
    except NotNow as refusal:
        return refusal
    return None


def limits(event: Event, reference: Reference, now: datetime) -> Sequence[Due]:
    """Return the limit of the category, then of each filing condition, and when it would be due from now."""
    policy, category = reference.policy, reference.category(event.category)
    conditions = reference.conditions.get(event.category or "", [])
    found = []
    for no, text in [(None, ""), *((one["no"], one["text"]) for one in conditions)]:
        limit = policy.limit_of(category, no)
        found.append(Due(no, text, limit, policy.calendar.add(now, limit)))
    return found


def border(session: Session, event: Event, reference: Reference) -> Border:
    """Return the grids the place may lie in, as the event names them, with the ruling offered for that stretch."""
    stored = event.border or {}
    codes = list(stored.get("candidates", ()))
    metres: dict[str, float] = {}
    if event.lng is not None and event.lat is not None:
        reach = max(BAND_M, event.accuracy_m or 0.0)
        metres = dict(reference.geo.near(event.lng, event.lat, reach))
    return Border(
        sides=[side(code, reference, metres.get(code)) for code in codes],
        accuracy_m=event.accuracy_m,
        streets=int(stored.get("streets") or 0),
        settled=bool(stored.get("settled")),
        remembered=_remembered(session, event, reference),
    )


def side(code: str, reference: Reference, metres: float | None = None) -> Side:
    """Return a grid with the name of its street."""
    return Side(
        code,
        reference.area_name(code),
        street_of(code, reference),
        None if metres is None else round(metres, 1),
    )


def street_of(code: str, reference: Reference) -> str | None:
    """Return the name of the area of the second level above a grid."""
    held = reference.area(code)
    road = [reference.area(one) for one in (held.path if held else "").split("/")]
    return next((area.name for area in road if area and area.level in reference.levels[1:2]), None)


def _remembered(session: Session, event: Event, reference: Reference) -> Ruling | None:
    row = stretches.remembered(session, event, reference)
    if row is None:
        return None
    apart = None
    if event.lng is not None and event.lat is not None:
        apart = round(reference.geo.distance_m((event.lng, event.lat), (row.lng, row.lat)), 1)
    return Ruling(row.grid, row.by, row.at, apart)
