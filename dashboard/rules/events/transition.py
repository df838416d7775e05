"""An action and what follows from it by rule (the system registers, dispatches, supervises), as one walk.

Pure. One transaction writes a whole walk: the event as it ends up, and every step on the way.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from dashboard.rules import scoring
from dashboard.rules.access import SYSTEM, Viewer
from dashboard.rules.events.change import HOLD_ENDED, SECOND_FAILURE, SECOND_OVERDUE, Change, Move
from dashboard.rules.events.context import Context
from dashboard.rules.events.effects.table import EFFECTS
from dashboard.rules.events.event import BAD_RATINGS, TRUSTED_SOURCES, Event, Level, Status, Supervision
from dashboard.rules.events.guards import place_in_doubt
from dashboard.rules.events.report import Report


@dataclass(frozen=True, slots=True)
class StepDraft:
    """One step to be written: who did what, from where to where, as which version."""

    action: str
    from_status: str | None
    to_status: str
    round: int
    version: int
    at: datetime
    viewer: Viewer
    facts: Mapping[str, Any]
    unit: str | None
    rating: str | None = None
    late: bool = False
    on_behalf: bool = False


@dataclass(slots=True)
class Walk:
    """The event at the end of a chain of actions, its steps and their changes, in order."""

    event: Event
    steps: list[tuple[StepDraft, Change]] = field(default_factory=list)


def filed(report: Report, place: Mapping[str, Any], key: int, by: Viewer, context: Context) -> Walk:
    """Return the event a report becomes, as a walk with all that follows by rule; `key` is its id.

    Resolved on the spot by a grid worker (自行处置): closed at once, level green.
    """
    policy, now = context.world.policy, context.now
    code = context.world.steered(report.category, report.title, report.description)
    category = context.world.category(code)
    emergency = report.emergency or (category is not None and category.emergency)
    moment = report.reported_at or now
    day = now.astimezone(policy.calendar.tz).strftime("%Y%m%d")
    event = Event(
        id=key,
        number=f"{day}{key:06d}",
        title=report.title,
        source=report.source,
        status=Status.REPORTED,
        reported_at=moment,
        **report.identity,
        description=report.description,
        category=code,
        emergency=emergency,
        level=(category.level if category else None) or Level.GRID,
        lng=report.lng,
        lat=report.lat,
        src_crs=report.src_crs,
        accuracy_m=report.accuracy_m,
        address=report.address,
        created_at=now,
        register_due_at=now + timedelta(minutes=policy.minutes["register"]),
        reporter_name=report.reporter_name,
        reporter_phone=report.reporter_phone,
        reported_by=by.name,
        **place,
    )
    change = Change(alert="raise" if emergency else None)
    if report.resolved_on_site and by.role == "worker":
        event = event.changed(_resolved(now))
        change = Change(
            points=scoring.for_valid_report(event, policy) + scoring.for_closing(event, now, policy, 0)
        )
    facts = (
        {"source": report.source, "photos": list(report.photos)}
        if report.photos
        else {"source": report.source}
    )
    draft = StepDraft("report", None, event.status, 1, 1, now, by, facts, event.unit)
    walk = Walk(event, [(draft, change)])
    go_on(walk, context)
    return walk


def _resolved(now: datetime) -> dict[str, Any]:
    return {
        "status": Status.CLOSED,
        "level": Level.GRID,
        "solved_level": Level.GRID,
        "resolved_on_site": True,
        "registered_at": now,
        "register_due_at": None,
        "finished_at": now,
        "closed_at": now,
    }


def follow_up(event: Event, draft: StepDraft, context: Context) -> tuple[str, dict[str, Any]] | None:
    """Return what the system does next by rule, and with which facts; None when it is somebody's turn."""
    world = context.world
    if event.status == Status.REPORTED and draft.action == "report" and event.category:
        trusted = event.source in TRUSTED_SOURCES and not place_in_doubt(event)
        category = world.category(event.category)
        if trusted or event.emergency or (category is not None and category.emergency):
            return "register", {"category": event.category}
    if event.status == Status.REPORTED and draft.action == "correct" and event.emergency and event.category:
        return "register", {"category": event.category}
    if (
        event.status == Status.PENDING_DISPATCH
        and event.emergency
        and draft.action in ("register", "correct")
    ):
        units = world.responsible(event)
        if len(units) == 1:
            return "dispatch", {"unit": units[0], "co_units": list(world.co_units(event))}
    reason = _failed_again(event, draft)
    if reason is not None and event.supervision != Supervision.RED:
        return "supervise", {"reason": reason}
    return None


def _failed_again(event: Event, draft: StepDraft) -> str | None:
    if draft.action == "check" and draft.rating in BAD_RATINGS and event.rework_count >= 2:
        return SECOND_FAILURE
    if draft.action == "expire" and event.round >= 2:
        return SECOND_OVERDUE
    if draft.action == "resume" and draft.viewer.role == "clock":
        return HOLD_ENDED
    return None


def take(
    walk: Walk,
    action: str,
    viewer: Viewer,
    found: frozenset[str],
    facts: Mapping[str, Any],
    context: Context,
    *,
    late: bool = False,
) -> None:
    """Add one action to a walk, with everything that follows from it by rule."""
    before = walk.event
    change = EFFECTS[action](Move(before, viewer, found, facts, context))
    after = before.changed({**change.set, "version": before.version + 1})
    draft = StepDraft(
        action=action,
        from_status=before.status,
        to_status=after.status,
        round=before.round,
        version=after.version,
        at=context.at,
        viewer=viewer,
        facts=facts,
        unit=after.unit or before.unit,
        rating=facts.get("rating"),
        late=late,
        on_behalf=action == "check" and "checker" not in found,
    )
    walk.event = after
    walk.steps.append((draft, change))
    go_on(walk, context)


def go_on(walk: Walk, context: Context) -> None:
    """Let the system do what follows by rule from the last step of a walk."""
    following = follow_up(walk.event, walk.steps[-1][0], context)
    if following is not None:
        late = walk.steps[-1][0].late
        take(walk, following[0], SYSTEM, frozenset({"system"}), following[1], context, late=late)
