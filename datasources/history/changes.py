"""What a record says now that its event did not when it was imported, and taking it over.

Law: what people have worked on since is theirs, no file changes it. A change is a step of its own, with what it changed,
told to the screens, and counted anew in every period it touches.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from dashboard.rules.access import SYSTEM, Role
from dashboard.rules.alerts import alert
from dashboard.rules.events.event import Event, Status
from datasources.alerts import gateway, watch
from datasources.alerts import journal as alert_journal
from datasources.districts.reference import Reference
from datasources.events import journal
from datasources.figures.rollups import dirty_marks
from datasources.history import barred, overdue, records
from datasources.store.database import reserve_ids
from datasources.store.models import OutboxRow, StepRow

STEP: Any = StepRow.__table__
MACHINES = (Role.SYSTEM.value, Role.CLOCK.value)
# what a record says, by our columns
SAID = (
    "title",
    "source",
    "description",
    "category",
    "lng",
    "lat",
    "address",
    "unit",
    "reported_at",
    "handle_due_at",
    "finished_at",
    "closed_at",
)
PLACE = ("src_crs", "grid", "grid_version", "area_path", "border")
OUTCOME = ("status", "overdue_at", "overdue_round", "late", "registered_at", "solved_level")
DECIDED_BY = frozenset({"status", "handle_due_at", "finished_at", "reported_at", "unit"})
CLOCK = ("handle_from", "warn_due_at", "red_due_at", "due_soon_at")
CLOCKED_BY = frozenset({"handle_due_at", "reported_at"})
AT_THE_DESK = ("dispatch_due_at", "desk_reminded_at")


@dataclass(frozen=True, slots=True)
class Change:
    """An event as it stands and as its record has it now, what differs, and where in which file that stands."""

    before: Event
    after: Event
    what: tuple[str, ...]
    origin: records.Origin


def found(
    session: Session, reference: Reference, known: Sequence[tuple[Event, records.Record]], now: datetime
) -> list[Change]:
    """Return the changes of imported events that nobody has worked on since."""
    changes = []
    for event, (report, place, origin) in known:
        said = records.event_of(report, place, event.id, reference, now)
        what = _differences(event, said, urgent=report.emergency) if event.imported else ()
        if what:
            changes.append(Change(event, _after(event, said, what), what, origin))
    touched = _worked_on(session, [change.before.id for change in changes])
    return [change for change in changes if change.before.id not in touched]


def allowed(session: Session, changes: Sequence[Change]) -> tuple[list[Change], list[tuple[int, str]]]:
    """Return the changes that may be taken, and (line, reason) of those refused: for what was merged into their events."""
    why = barred.reasons(session, [(change.before, change.after) for change in changes])
    refused = [(change.origin[1], why[change.before.id]) for change in changes if change.before.id in why]
    return [change for change in changes if change.before.id not in why], refused


def take(session: Session, reference: Reference, changes: Sequence[Change], now: datetime) -> None:
    """Write the changes with their steps and their news; points, alert and counted days follow."""
    done = [change for change in changes if journal.update_event(session, change.before, change.after)]
    if not done:
        return
    last = _last_moments(session, [change.before.id for change in done])
    why = [overdue.reason(session, change.before, change.after, now) for change in done]
    steps = [
        _step(change, last[change.before.id], now, reason) for change, reason in zip(done, why, strict=True)
    ]
    for key, step in zip(reserve_ids(session, StepRow, len(steps)), steps, strict=True):
        step["id"] = key
    session.execute(insert(STEP), steps)
    session.execute(insert(OutboxRow), [_news(*pair, now) for pair in zip(done, steps, strict=True)])
    moments = {
        moment
        for change, reason, step in zip(done, why, steps, strict=True)
        for moment in overdue.settle(session, change.before, reason, step, reference.policy)
    }
    found = (dirty_marks.moments_of_change(session, change.before, change.after) for change in done)
    dirty_marks.mark(session, moments.union(*found))
    for change in done:
        _follow_with_alert(session, reference, change, now)


def _differences(event: Event, said: Event, *, urgent: bool) -> tuple[str, ...]:
    what = [name for name in SAID if getattr(event, name) != getattr(said, name)]
    if event.is_open != said.is_open or (not said.is_open and event.status != said.status):
        what.append("status")
    if urgent and not event.emergency:
        what.append("emergency")
    return tuple(what)


def _after(event: Event, said: Event, what: tuple[str, ...]) -> Event:
    columns: dict[str, Any] = {name: getattr(said, name) for name in SAID}
    if {"lng", "lat"}.intersection(what):
        columns |= {name: getattr(said, name) for name in PLACE}
    if DECIDED_BY.intersection(what):
        columns |= {name: getattr(said, name) for name in OUTCOME}
    if CLOCKED_BY.intersection(what) or said.is_open > event.is_open:
        columns |= {name: getattr(said, name) for name in CLOCK}
    if said.status != event.status:
        columns |= {name: getattr(said, name) for name in AT_THE_DESK}
    if {"emergency", "category"}.intersection(what):
        columns |= {"emergency": said.emergency, "level": said.level}
    return event.changed({**columns, "version": event.version + 1})


def _worked_on(session: Session, keys: Sequence[int]) -> set[int]:
    query = select(STEP.c.event_id).where(STEP.c.event_id.in_(keys), STEP.c.actor_role.not_in(MACHINES))
    return set(session.scalars(query)) if keys else set()


def _last_moments(session: Session, keys: Sequence[int]) -> dict[int, datetime]:
    query = select(STEP.c.event_id, func.max(STEP.c.at)).where(STEP.c.event_id.in_(keys))
    return {row[0]: row[1] for row in session.execute(query.group_by(STEP.c.event_id))}


def _step(change: Change, last: datetime, now: datetime, why: str) -> dict[str, Any]:
    """Return the step of a change: an end stands at its own moment where no later step is known, all else now."""
    name, line = change.origin
    ended = change.after.closed_at if "status" in change.what else None
    facts = {"file": name, "line": line, "changed": list(change.what)} | ({"reason": why} if why else {})
    step = records.step(
        change.after,
        change.after.version,
        change.before.status,
        change.after.status,
        max(ended or now, last),
        facts,
    )
    return step | {"round": change.after.round}


def _news(change: Change, step: dict[str, Any], now: datetime) -> dict[str, Any]:
    return {
        "event_id": change.after.id,
        "step_id": step["id"],
        "alert_id": None,
        "urgent": change.after.emergency and change.after.is_open,
        "at": now,
    }


def _follow_with_alert(session: Session, reference: Reference, change: Change, now: datetime) -> None:
    """Raise the alert of what has become an open emergency, end that of what no longer is one."""
    event, standing = change.after, alert_journal.open_alert(session, change.after.id)
    sounds = event.emergency and event.is_open and event.status != Status.MERGED
    if sounds and standing is None:
        episode = alert_journal.last_episode(session, event.id) + 1
        gateway.raised(session, event, alert.raised(event.id, episode, now), SYSTEM.name, now)
    if sounds and standing is not None:
        watch.bring_near(session, event, reference.is_unit, now)
    if not sounds and standing is not None:
        ended = alert.stood_down(standing, now)
        if alert_journal.update_alert(session, standing, ended):
            alert_journal.log_alert(session, standing.id, "stand_down", now, SYSTEM.name)
            alert_journal.tell_alert(session, ended, now)
