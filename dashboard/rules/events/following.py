"""What the system does next by rule: it registers, dispatches an emergency, puts a second failure under supervision."""

from dashboard.rules.access import Role
from dashboard.rules.events import calling
from dashboard.rules.events.context import Context
from dashboard.rules.events.event import BAD_RATINGS, TRUSTED_SOURCES, Event, Status, Supervision
from dashboard.rules.events.guards import place_in_doubt
from dashboard.rules.events.outcome import HOLD_ENDED, SECOND_FAILURE, SECOND_OVERDUE
from dashboard.rules.lifecycle.transition import StepDraft

ROUTED_BY = ("emergency", "category", "area_path")


def follow_up(event: Event, draft: StepDraft, context: Context) -> list[calling.Next]:
    """Return what the system does next by rule, each with its facts; nothing when it is somebody's turn."""
    reason = _failed_again(event, draft)
    # before the case is sent on: it is who failed that is supervised
    supervised = reason is not None and event.supervision != Supervision.RED
    found = [("supervise", {"reason": reason}) if supervised else None, _way_on(event, draft, context)]
    return [one for one in found if one is not None]


def _way_on(event: Event, draft: StepDraft, context: Context) -> calling.Next | None:
    world = context.world
    if event.status == Status.REPORTED and draft.action == "report" and event.category:
        trusted = event.source in TRUSTED_SOURCES and not place_in_doubt(event)
        category = world.category(event.category)
        if trusted or event.emergency or (category is not None and category.emergency):
            return "register", {"category": event.category}
    if event.status == Status.REPORTED and draft.action == "correct" and event.emergency and event.category:
        return "register", {"category": event.category}
    if not event.emergency or not _is_routed(event, draft):
        return None
    if event.status == Status.PENDING_DISPATCH:
        return calling.sent_to(event, context)
    return calling.corrected(event, draft.before, context)


def _is_routed(event: Event, draft: StepDraft) -> bool:
    """Return whether a step says whose an emergency is: registering, correcting what decides it, being given back by rule."""
    before = draft.before
    if draft.action == "correct" and before is not None:
        return any(getattr(event, name) != getattr(before, name) for name in ROUTED_BY)
    return draft.action == "register" or (draft.action == "recall" and draft.viewer.role is Role.SYSTEM)


def _failed_again(event: Event, draft: StepDraft) -> str | None:
    if draft.action == "check" and draft.columns.get("rating") in BAD_RATINGS and event.rework_count >= 2:
        return SECOND_FAILURE
    noticed = draft.before is not None and event.overdue_round > draft.before.overdue_round
    if noticed and event.round >= 2 and event.is_open:  # by the clock, or by what came before its sweep
        return SECOND_OVERDUE
    if draft.action == "resume" and draft.viewer.role == "clock":
        return HOLD_ENDED
    return None
