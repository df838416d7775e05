"""Deadlines of an event as columns: when a clock starts, moves, and is missed (LIFECYCLE §3, §6)."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from dashboard.rules.events import scoring
from dashboard.rules.events.context import Context
from dashboard.rules.events.event import RUNNING, Event, Status
from dashboard.rules.events.outcome import EventAttempt, Outcome
from dashboard.rules.limits import Limit, due_soon_at, red_at


def minutes(context: Context, name: str) -> timedelta:
    return timedelta(minutes=context.world.policy.minutes[name])


def accept_within(event: Event, context: Context) -> timedelta:
    return minutes(context, "accept_emergency" if event.emergency else "accept")


def handling_clock(start: datetime, due: datetime, limit: Limit | None, context: Context) -> dict[str, Any]:
    """Return the columns of a handling clock: from when, until when, when to warn, when it turns red."""
    return {
        "limit_amount": limit.amount if limit else None,
        "limit_unit": limit.unit if limit else None,
        "handle_from": start,
        "handle_due_at": due,
        "warn_due_at": due_soon_at(start, due, limit, context.world.policy.calendar),
        "red_due_at": red_at(start, due, limit, context.world.policy.calendar),
        "due_soon_at": None,
    }


def hurried(event: Event, columns: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """Return the deadlines of signing and checking of a case that became an emergency: never later than its own."""
    spans = {"accept_due_at": "accept_emergency", "check_due_at": "check_emergency"}
    due = {name: columns.get(name, getattr(event, name)) for name in spans}
    return {
        name: min(at, context.now + minutes(context, spans[name]))
        for name, at in due.items()
        if at is not None
    }


def start_handling(event: Event, context: Context) -> dict[str, Any]:
    """Return the columns of a new handling clock, by the category's limit on the work calendar."""
    policy = context.world.policy
    limit = policy.limit_of(context.world.category(event.category), event.condition)
    due = policy.calendar.add(context.now, limit)
    return handling_clock(context.now, due, limit, context) | {"overdue_round": 0} | NOT_DONE


def to_dispatch(context: Context) -> dict[str, Any]:
    """Return the columns of an event that waits for the command centre."""
    return {
        "status": Status.PENDING_DISPATCH,
        "unit": None,
        "handler": None,
        "how": None,
        "accept_due_at": None,
        "accepted_at": None,
        "final_dispatch": False,
        "dispatch_due_at": context.now + minutes(context, "dispatch"),
        "desk_reminded_at": None,
    }


def again(event: Event) -> str | None:
    """Return what an event that left its unit's hands does to its alert: an emergency sounds again, for everybody."""
    return "again" if event.emergency else None


def released(event: Event) -> Outcome:
    """Return what happens to the co-units when the lead goes: an emergency keeps them, they are on their way."""
    return Outcome() if event.emergency else Outcome(set={"co_units": None}, assign=())


# whatever says that it is done, by whom, and that somebody has to look: gone wherever there is work to do again
NOT_DONE: dict[str, Any] = {
    "finished_at": None,
    "solved_level": None,
    "resolved_on_site": False,
    "check_due_at": None,
    "check_reminders": 0,
    "check_missed_at": None,
}
HANDLING_CLOCK = ("handle_from", "handle_due_at", "warn_due_at", "red_due_at")
# whoever is sent next starts afresh
NO_CLOCK = dict.fromkeys((*HANDLING_CLOCK, "limit_amount", "limit_unit", "due_soon_at"))


MINUTE_CLOCKS = (
    "register_due_at",
    "claim_due_at",
    "dispatch_due_at",
    "accept_due_at",
    "check_due_at",
    "hold_until",
)


def carried(event: Event, names: Iterable[str], since: datetime, context: Context) -> dict[str, Any]:
    """Return deadlines after their clock stood still from `since` on: what was left of each is left again.

    The handling clock counts in its limit's own unit, every other one in minutes of the wall clock.
    """
    calendar = context.world.policy.calendar
    return {
        name: calendar.carried(value, since, context.at, event.limit_unit if name in HANDLING_CLOCK else None)
        for name in names
        if (value := getattr(event, name)) is not None
    }


def miss_deadline(event: Event, context: Context) -> Outcome:
    """Return what a handling deadline passed costs, once a round; nothing when it is not passed or already noted."""
    due = event.handle_due_at
    if event.status not in RUNNING or due is None or context.now <= due or event.overdue_round >= event.round:
        return Outcome()
    columns = {"overdue_at": event.overdue_at or due, "overdue_round": event.round, "late": True}
    return Outcome(set=columns, points=scoring.for_overdue(event, context.world.policy))


def after_deadline(attempt: EventAttempt, outcome: Outcome) -> Outcome:
    """Return what an action does that stops or moves the handling clock, with what a deadline passed before it costs.

    Whether the sweep came by before it changes nothing.
    """
    missed = miss_deadline(attempt.matter, attempt.context)
    outcome.set = missed.set | outcome.set
    outcome.points = [*missed.points, *outcome.points]
    return outcome
