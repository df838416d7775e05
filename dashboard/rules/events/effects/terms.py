"""What changes an event's terms: holds, extensions, and the clock's own notices."""

from typing import Any

from dashboard.rules import scoring
from dashboard.rules.events.change import Change, Move
from dashboard.rules.events.clocks import (
    HANDLING_CLOCK,
    accept_within,
    again,
    carried,
    handling_clock,
    minutes,
    miss_deadline,
)
from dashboard.rules.events.event import Status
from dashboard.rules.limits import Limit


def hold(move: Move) -> Change:
    columns = {"request": "hold", "request_until": move.facts["until"]}
    return Change(set=columns | {"request_reason": move.facts["reason"], "requested_by": move.viewer.name})


def extend(move: Move) -> Change:
    columns = {"request": "extend", "request_until": None}
    return Change(set=columns | {"request_reason": move.facts["reason"], "requested_by": move.viewer.name})


ANSWERED = {"request": None, "request_reason": None, "request_until": None, "requested_by": None}


def approve(move: Move) -> Change:
    if move.event.request == "hold":
        held = {
            "status": Status.ON_HOLD,
            "hold_from": move.context.now,
            "hold_until": move.event.request_until,
        }
        columns = ANSWERED | held | {"hold_count": move.event.hold_count + 1}
        return Change(set=columns, alert=again(move.event))
    event = move.event
    assert event.handle_due_at is not None
    limit = Limit(event.limit_amount, event.limit_unit) if event.limit_amount and event.limit_unit else None
    start = event.handle_from or event.reported_at
    if limit is not None:
        due = move.context.world.policy.calendar.add(event.handle_due_at, limit)
    else:
        due = event.handle_due_at + (event.handle_due_at - start)
    clock = handling_clock(start, due, limit, move.context)
    return Change(set=ANSWERED | clock | {"extension_count": event.extension_count + 1})


def refuse(move: Move) -> Change:
    return Change(set=dict(ANSWERED))


def resume(move: Move) -> Change:
    since = move.event.hold_from or move.context.at
    columns: dict[str, Any] = carried(move.event, HANDLING_CLOCK, since, move.context)
    return Change(set=columns | {"status": Status.HANDLING, "hold_from": None, "hold_until": None})


def remind(move: Move) -> Change:
    if move.event.status in (Status.REPORTED, Status.PENDING_DISPATCH):
        # the desk's own deadline: it is told once, and an emergency that nobody took in hand sounds again
        return Change(set={"desk_reminded_at": move.context.now}, alert=again(move.event))
    if move.event.status == Status.DISPATCHED:
        later = move.context.now + accept_within(move.event, move.context)
        return Change(set={"accept_reminders": move.event.accept_reminders + 1, "accept_due_at": later})
    later = move.context.now + minutes(move.context, "check_emergency" if move.event.emergency else "check")
    change = Change(set={"check_reminders": move.event.check_reminders + 1, "check_due_at": later})
    if not move.event.check_reminders:
        change.points = scoring.for_check(move.context.tasked, False, move.context.world.policy)
    return change


def warn(move: Move) -> Change:
    return Change(set={"due_soon_at": move.context.now})


def expire(move: Move) -> Change:
    return miss_deadline(move.event, move.context)


def nothing(move: Move) -> Change:
    return Change()
