"""Turns mapped records into history: event row and steps, in bulk, with the times that the records themselves state.

Law (LIFECYCLE §2, §6): on time is decided by the record's own target. History earns no points and carries no rating;
what a record does not say (who claimed, when it was signed for) stays empty.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from dashboard.rules.access import SYSTEM
from dashboard.rules.alerts import alert as alerts
from dashboard.rules.events.action import Action
from dashboard.rules.events.context import Context
from dashboard.rules.events.deadlines import handling_clock
from dashboard.rules.events.event import Event, Level, Status
from dashboard.rules.events.report import Report
from datasources.alerts import gateway
from datasources.districts.geo import Place
from datasources.districts.reference import Reference
from datasources.events import journal
from datasources.figures.rollups import dirty_marks
from datasources.store.database import reserve_ids
from datasources.store.models import EventRow, OutboxRow, StepRow

EVENT: Any = EventRow.__table__
STEP: Any = StepRow.__table__
OUTBOX: Any = OutboxRow.__table__
Origin = tuple[str, int]  # file name, physical line
Record = tuple[Report, Place, Origin]
# what history can say; the other columns stay empty, and leaving them out halves the cost of a row
SAID = frozenset(
    [
        "external_id",
        "category",
        "lng",
        "lat",
        "src_crs",
        "grid",
        "grid_version",
        "border",
        "unit",
        "created_at",
        "registered_at",
        "dispatch_due_at",
        "handle_from",
        "handle_due_at",
        "warn_due_at",
        "red_due_at",
        "finished_at",
        "closed_at",
        "solved_level",
        "overdue_at",
        "reported_by",
        "source_system",
        "source_id",
    ]
)
COLUMNS = tuple(column.name for column in EVENT.columns if not column.nullable or column.name in SAID)


def held(session: Session, reports: Sequence[Report]) -> dict[str, Event]:
    """Return outside number → event of the records of one source system that the database already holds."""
    system, numbers = reports[0].source_system if reports else "", [one.external_id for one in reports]
    conditions = (
        [EVENT.c.source_system == system, EVENT.c.source_id.in_(numbers)]
        if system
        else [EVENT.c.external_id.in_(numbers)]
    )
    return {event.outside_id or "": event for event in journal.events_where(session, *conditions)}


def places_of(reports: Sequence[Report], reference: Reference) -> tuple[list[Place], set[int]]:
    """Return the place of each report, and which of them lie in the district only with longitude and latitude swapped."""
    lngs = [float("nan") if one.lng is None else one.lng for one in reports]
    lats = [float("nan") if one.lat is None else one.lat for one in reports]
    found = reference.geo.locate_many(lngs, lats, None)
    outside = [n for n, place in enumerate(found) if place.grid is None and reports[n].lng is not None]
    turned = reference.geo.locate_many([lats[n] for n in outside], [lngs[n] for n in outside], None)
    return found, {n for n, place in zip(outside, turned, strict=True) if place.grid is not None}


def insert_history(
    session: Session,
    reference: Reference,
    records: Sequence[Record],
    now: datetime,
) -> None:
    """Write records as events with their steps; open ones are told to the screens, an open emergency is alerted."""
    if not records:
        return
    keys = reserve_ids(session, EventRow, len(records))
    events = [
        event_of(report, place, key, reference, now)
        for (report, place, _), key in zip(records, keys, strict=True)
    ]
    session.execute(insert(EVENT), [{name: getattr(event, name) for name in COLUMNS} for event in events])
    steps = [
        step
        for event, (report, _, origin) in zip(events, records, strict=True)
        for step in _steps(event, origin, report.closed_at)
    ]
    for key, step in zip(reserve_ids(session, StepRow, len(steps)), steps, strict=True):
        step["id"] = key
    session.execute(insert(STEP), steps)
    session.execute(insert(OUTBOX), _news(events, steps, now))
    dirty_marks.mark(session, set().union(*map(dirty_marks.moments_of, events)))
    for event in events:
        if event.emergency and event.is_open:
            gateway.raised(session, event, alerts.raised(event.id, 1, now), SYSTEM.name, now)


def event_of(report: Report, place: Place, key: int, reference: Reference, now: datetime) -> Event:
    """Return the event that a record of history is.

    Closed as it says; open and with a department: in that department's hands; else waiting for dispatch.
    """
    reported = report.reported_at or now
    category = reference.category(report.category)
    status = _status(report)
    finished = (report.finished_at or report.closed_at) if status == Status.CLOSED else None
    counts = report.open or status == Status.CLOSED
    # the desk is reminded of it as of any other
    within = timedelta(minutes=reference.policy.minutes["dispatch"])
    late = counts and report.due_at is not None and (finished or now) > report.due_at
    return Event(
        id=key,
        number=f"{reported.astimezone(reference.tz):%Y%m%d}{key:06d}",
        title=report.title,
        source=report.source,
        status=status,
        reported_at=reported,
        version=1 if report.open else 2,
        **report.identity,
        description=report.description,
        category=report.category,
        emergency=report.emergency or (category is not None and category.emergency),
        level=(category.level if category else None) or Level.GRID,
        lng=report.lng,
        lat=report.lat,
        src_crs=report.src_crs,
        address=report.address,
        grid=place.grid,
        grid_version=place.grid_version,
        area_path=place.area_path,
        border=place.border,
        unit=report.unit,
        created_at=now,
        registered_at=reported,
        dispatch_due_at=now + within if status == Status.PENDING_DISPATCH else None,
        **_clock(report, reported, reference, now),
        finished_at=finished,
        solved_level=reference.level_of(report.unit) if finished and report.unit else None,
        closed_at=report.closed_at if status in (Status.CLOSED, Status.REJECTED) else None,
        overdue_at=report.due_at if late else None,
        overdue_round=1 if late else 0,
        late=late,
        imported=True,
        reported_by=SYSTEM.name,
    )


def _clock(report: Report, reported: datetime, reference: Reference, now: datetime) -> dict[str, Any]:
    """Return the handling clock of a record by its own target; it runs where the record is open.

    What it passed before it came is history: it is due soon from now on, and nobody is told that it turned red before.
    """
    due = report.due_at
    if due is None or not report.open:
        return {"handle_from": reported, "handle_due_at": due}
    clock = handling_clock(min(reported, due), due, None, Context(now, reference))
    red = clock["red_due_at"]
    return clock | {
        "handle_from": reported,
        "warn_due_at": max(clock["warn_due_at"], min(now, due)),
        "red_due_at": red if red > now else None,
    }


def _status(report: Report) -> Status:
    if not report.open:
        return Status(report.status or Status.CLOSED)
    return Status.HANDLING if report.unit else Status.PENDING_DISPATCH


def _steps(event: Event, origin: Origin, ended: datetime | None) -> list[dict[str, Any]]:
    """Return one step for the record's opening and one for its closing, so that history counts by steps too."""
    name, line = origin
    begun = event.status if event.is_open else (Status.HANDLING if event.unit else Status.PENDING_DISPATCH)
    steps = [step(event, 1, None, begun, event.reported_at, {"file": name, "line": line})]
    if not event.is_open:
        steps.append(step(event, 2, begun, event.status, ended or event.reported_at, {}))
    return steps


def step(
    event: Event, version: int, before: str | None, after: str, at: datetime, facts: dict[str, Any]
) -> dict[str, Any]:
    """Return the columns of a step by which an import says what became of an event."""
    return {
        "event_id": event.id,
        "version": version,
        "action": Action.IMPORT.value,
        "from_status": before,
        "to_status": after,
        "round": 1,
        "at": at,
        "actor": SYSTEM.name,
        "actor_role": SYSTEM.role.value,
        "actor_unit": None,
        "unit": event.unit,
        "rating": None,
        "facts": facts,
        "late": False,
        "on_behalf": False,
    }


def _news(events: Sequence[Event], steps: Sequence[dict[str, Any]], now: datetime) -> list[dict[str, Any]]:
    """Return news of the open events; closed history was never on a screen, one of it is enough to count anew."""
    first = {step["event_id"]: step["id"] for step in steps if step["version"] == 1}
    told = [event for event in events if event.is_open] or [events[-1]]
    return [
        {
            "event_id": event.id,
            "step_id": first[event.id],
            "alert_id": None,
            "urgent": event.emergency and event.is_open,
            "at": now,
        }
        for event in told
    ]
