"""What the system does next by rule: it registers, dispatches an emergency, puts a second failure under supervision."""

from typing import Any

from dashboard.rules.events.context import Context
from dashboard.rules.events.event import BAD_RATINGS, TRUSTED_SOURCES, Event, Status, Supervision
from dashboard.rules.events.guards import place_in_doubt
from dashboard.rules.events.outcome import HOLD_ENDED, SECOND_FAILURE, SECOND_OVERDUE
from dashboard.rules.lifecycle.transition import StepDraft


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
    if draft.action == "check" and draft.columns.get("rating") in BAD_RATINGS and event.rework_count >= 2:
        return SECOND_FAILURE
    noticed = draft.before is not None and event.overdue_round > draft.before.overdue_round
    if noticed and event.round >= 2 and event.is_open:  # by the clock, or by what came before its sweep
        return SECOND_OVERDUE
    if draft.action == "resume" and draft.viewer.role == "clock":
        return HOLD_ENDED
    return None
