"""What the system does next by rule: it registers, dispatches an emergency, puts a second failure under supervision."""

from typing import Any

from dashboard.rules.events.context import Context
from dashboard.rules.events.event import BAD_RATINGS, TRUSTED_SOURCES, Event, Status, Supervision
from dashboard.rules.events.guards import needs_ruling, place_in_doubt
from dashboard.rules.events.outcome import HOLD_ENDED, SECOND_FAILURE, SECOND_OVERDUE
from dashboard.rules.lifecycle.transition import StepDraft

ROUTED_BY = ("emergency", "category", "area_path")


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
    if event.status == Status.PENDING_DISPATCH and event.emergency and _is_routed(event, draft):
        units = world.responsible(event)
        # whoever declined it, and what the lead has to rule on, is for people to decide
        if len(units) == 1 and not needs_ruling(event) and units[0] not in context.declined_by:
            return "dispatch", {"unit": units[0], "co_units": list(world.co_units(event))}
    reason = _failed_again(event, draft)
    if reason is not None and event.supervision != Supervision.RED:
        return "supervise", {"reason": reason}
    return None


def _is_routed(event: Event, draft: StepDraft) -> bool:
    """Return whether a step says whose an emergency is: registering, or correcting what decides it."""
    before = draft.before
    if draft.action == "correct" and before is not None:
        return any(getattr(event, name) != getattr(before, name) for name in ROUTED_BY)
    return draft.action == "register"


def _failed_again(event: Event, draft: StepDraft) -> str | None:
    if draft.action == "check" and draft.columns.get("rating") in BAD_RATINGS and event.rework_count >= 2:
        return SECOND_FAILURE
    noticed = draft.before is not None and event.overdue_round > draft.before.overdue_round
    if noticed and event.round >= 2 and event.is_open:  # by the clock, or by what came before its sweep
        return SECOND_OVERDUE
    if draft.action == "resume" and draft.viewer.role == "clock":
        return HOLD_ENDED
    return None
