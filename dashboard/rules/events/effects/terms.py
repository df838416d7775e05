"""What changes an event's terms: holds, extensions, and the clock's own notices."""

from typing import Any

from dashboard.rules.events import scoring
from dashboard.rules.events.deadlines import (
    HANDLING_CLOCK,
    accept_within,
    after_deadline,
    again,
    carried,
    handling_clock,
    minutes,
    miss_deadline,
)
from dashboard.rules.events.effects.reporter import ANSWERED
from dashboard.rules.events.event import Status
from dashboard.rules.events.outcome import EventAttempt, Outcome
from dashboard.rules.limits import Limit


def hold(attempt: EventAttempt) -> Outcome:
    columns = {"request": "hold", "request_until": attempt.facts["until"]}
    return Outcome(
        set=columns | {"request_reason": attempt.facts["reason"], "requested_by": attempt.viewer.name}
    )


def extend(attempt: EventAttempt) -> Outcome:
    columns = {"request": "extend", "request_until": None}
    return Outcome(
        set=columns | {"request_reason": attempt.facts["reason"], "requested_by": attempt.viewer.name}
    )


def approve(attempt: EventAttempt) -> Outcome:
    if attempt.matter.request == "hold":
        held = {
            "status": Status.ON_HOLD,
            "hold_from": attempt.context.now,
            "hold_until": attempt.matter.request_until,
        }
        columns = ANSWERED | held | {"hold_count": attempt.matter.hold_count + 1}
        return after_deadline(attempt, Outcome(set=columns, alert=again(attempt.matter)))
    event = attempt.matter
    assert event.handle_due_at is not None
    limit = Limit(event.limit_amount, event.limit_unit) if event.limit_amount and event.limit_unit else None
    start = event.handle_from or event.reported_at
    if limit is not None:
        due = attempt.context.world.policy.calendar.add(event.handle_due_at, limit)
        clock = handling_clock(start, due, limit, attempt.context)
    else:
        # without a limit of its own it was given a span: red is as far behind due as due was behind the start
        span = (event.red_due_at or event.handle_due_at + (event.handle_due_at - start)) - event.handle_due_at
        due = event.handle_due_at + span
        clock = handling_clock(start, due, None, attempt.context) | {"red_due_at": due + span}
    columns = ANSWERED | clock | {"extension_count": event.extension_count + 1}
    return after_deadline(attempt, Outcome(set=columns))


def refuse(attempt: EventAttempt) -> Outcome:
    return Outcome(set=dict(ANSWERED))


def resume(attempt: EventAttempt) -> Outcome:
    since = attempt.matter.hold_from or attempt.context.at
    columns: dict[str, Any] = carried(attempt.matter, HANDLING_CLOCK, since, attempt.context)
    return Outcome(set=columns | {"status": Status.HANDLING, "hold_from": None, "hold_until": None})


def remind(attempt: EventAttempt) -> Outcome:
    if attempt.matter.status in (Status.REPORTED, Status.PENDING_DISPATCH):
        # the desk's own deadline: it is told once, and an emergency that nobody took in hand sounds again
        return Outcome(set={"desk_reminded_at": attempt.context.now}, alert=again(attempt.matter))
    if attempt.matter.status == Status.DISPATCHED:
        later = attempt.context.now + accept_within(attempt.matter, attempt.context)
        return Outcome(set={"accept_reminders": attempt.matter.accept_reminders + 1, "accept_due_at": later})
    later = attempt.context.now + minutes(
        attempt.context, "check_emergency" if attempt.matter.emergency else "check"
    )
    columns: dict[str, Any] = {
        "check_reminders": attempt.matter.check_reminders + 1,
        "check_due_at": later,
    }
    if not attempt.matter.check_reminders:
        columns["check_missed_at"] = attempt.matter.check_due_at
    # every reminder moves the deadline on: the alert of an emergency opens again at the one that has passed
    outcome = Outcome(set=columns, alert=again(attempt.matter))
    if not attempt.matter.check_reminders:
        outcome.points = scoring.for_check(attempt.context.tasked, False, attempt.context.world.policy)
    return outcome


def warn(attempt: EventAttempt) -> Outcome:
    return Outcome(set={"due_soon_at": attempt.context.now})


def expire(attempt: EventAttempt) -> Outcome:
    return miss_deadline(attempt.matter, attempt.context)


def nothing(attempt: EventAttempt) -> Outcome:
    return Outcome()
