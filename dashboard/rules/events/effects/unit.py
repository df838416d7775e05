"""What happens between the pool and the closing: claim, dispatch, sign, decline, finish, check, reopen."""

from dataclasses import replace
from typing import Any

from dashboard.rules import scoring
from dashboard.rules.events.change import Change, Move
from dashboard.rules.events.clocks import (
    HANDLING_CLOCK,
    accept_within,
    again,
    handling_clock,
    minutes,
    miss_deadline,
    released,
    start_handling,
    to_dispatch,
)
from dashboard.rules.events.effects.reporter import ANSWERED
from dashboard.rules.events.event import BAD_RATINGS, Status
from dashboard.rules.events.guards import DECLINES_TO_RULING


def claim(move: Move) -> Change:
    columns = start_handling(move.event, move.context) | {
        "status": Status.HANDLING,
        "unit": move.viewer.unit,
        "handler": _handler(move),
        "how": "claim",
        "owned_at": move.context.now,
        "accepted_at": move.context.now,
    }
    return Change(set=columns)


def _handler(move: Move) -> str | None:
    """Return in whose hands the work is: a member's who takes it; what the head takes is anybody's of the unit."""
    return move.viewer.name if move.viewer.member else None


def hand_over(move: Move) -> Change:
    return Change(set={"handler": move.facts.get("handler")})


def lapse(move: Move) -> Change:
    return Change(set=to_dispatch(move.context))


def dispatch(move: Move) -> Change:
    unit = move.facts["unit"]
    ruling = move.event.decline_count >= DECLINES_TO_RULING
    # a decline does not stop the clock: the same unit again goes on where it stood, another one starts afresh
    goes_on = (
        move.event.handle_due_at is not None
        and bool(move.context.declined_by)
        and move.context.declined_by[-1] == unit
    )
    columns = {} if goes_on else start_handling(move.event, move.context)
    columns |= {
        "status": Status.DISPATCHED,
        "unit": unit,
        "handler": None,
        "how": "dispatch",
        "owned_at": move.context.now,
        "accepted_at": None,
        "accept_due_at": move.context.now + accept_within(move.event, move.context),
        "accept_reminders": 0,
        "final_dispatch": ruling,
    }
    if move.facts.get("due_at"):
        columns |= handling_clock(move.context.now, move.facts["due_at"], None, move.context)
    named = move.facts.get("co_units")
    kept = move.event.co_units if named is None and move.event.emergency else named
    others = tuple(dict.fromkeys(code for code in kept or () if code != unit))
    change = Change(set=columns | {"co_units": list(others) or None}, assign=others)
    if ruling and unit in move.context.declined_by:
        change.points = scoring.for_unfounded_decline(unit, move.context.world.policy)
    return change


def recall(move: Move) -> Change:
    # the unit never had it: its clock goes with it, and whoever is sent next starts afresh
    stopped = dict.fromkeys((*HANDLING_CLOCK, "limit_amount", "limit_unit", "due_soon_at"))
    taken_back = ("unfounded_decline",) if move.event.final_dispatch else ()
    change = released(move.event)
    change.set |= to_dispatch(move.context) | stopped
    change.reverse = taken_back
    return change


def accept(move: Move) -> Change:
    if "owner" in move.found:
        taken = {"status": Status.HANDLING, "accepted_at": move.context.now, "handler": _handler(move)}
        return Change(set=taken)
    return Change(co_accepted=move.viewer.unit)


def decline(move: Move) -> Change:
    change = released(move.event)
    change.set |= to_dispatch(move.context) | {"decline_count": move.event.decline_count + 1}
    change.alert = again(move.event)
    return change


def finish(move: Move) -> Change:
    if "owner" not in move.found:
        return Change(co_finished=(move.viewer.unit or "", move.facts["text"]))
    change = miss_deadline(move.event, move.context)
    change.set |= {
        "status": Status.CHECKING,
        "finished_at": move.context.now,
        "solved_level": move.context.world.level_of(move.event.unit),
        "check_due_at": move.context.now
        + minutes(move.context, "check_emergency" if move.event.emergency else "check"),
        "check_reminders": 0,
        "request": None,
    }
    return change


def check(move: Move) -> Change:
    policy = move.context.world.policy
    rating = move.facts["rating"]
    if rating in BAD_RATINGS:
        change = Change(points=scoring.for_return(move.event, policy), alert=again(move.event))
        change.set = start_handling(move.event, move.context) | {
            "status": Status.HANDLING,
            "round": move.event.round + 1,
            "rework_count": move.event.rework_count + 1,
            "rating": rating,
            "solved_level": None,
            "co_units": None,
        }
    else:
        columns = {"status": Status.CLOSED, "closed_at": move.context.now, "rating": rating}
        closed = replace(move.event, **columns)
        points = scoring.for_closing(closed, move.context.now, policy, move.context.claim_bonus)
        change = Change(set=columns, points=points, alert="stand_down")
    if "checker" not in move.found:
        return change
    in_time, charged = _checked_in_time(move), move.event.check_reminders > 0
    # a late check was already charged by the clock when it reminded; only an unnoticed one is charged here
    if in_time or not charged:
        whose = move.viewer.name if in_time else move.context.tasked
        change.points += scoring.for_check(whose, in_time, policy)
    if in_time and charged:  # it was made in time, only the news of it came late
        change.reverse, change.reverse_since = ("check_late",), move.event.finished_at
    return change


def _checked_in_time(move: Move) -> bool:
    """Return whether a check was made by its first deadline; a phone without a network tells the true moment later."""
    event, made = move.event, move.facts.get("checked_at") or move.context.now
    within = minutes(move.context, "check_emergency" if event.emergency else "check")
    # every reminder moves the deadline on: the first one is counted from the finishing
    due = event.finished_at + within if event.check_reminders and event.finished_at else event.check_due_at
    return due is None or made <= due


def conclude(move: Move) -> Change:
    # replayed records close without a rating: nobody invents one, and they never enter satisfaction
    columns: dict[str, Any] = {"status": Status.CLOSED, "closed_at": move.context.now, "check_due_at": None}
    closed = replace(move.event, **columns)
    points = scoring.for_closing(
        closed, move.context.now, move.context.world.policy, move.context.claim_bonus
    )
    return Change(set=columns, points=points, alert="stand_down")


def reopen(move: Move) -> Change:
    columns: dict[str, Any] = ANSWERED | {
        "round": move.event.round + 1,
        "closed_at": None,
        "finished_at": None,
        "rating": None,
        "solved_level": None,
        "co_units": None,
    }
    if move.event.unit:
        columns |= start_handling(move.event, move.context) | {
            "status": Status.HANDLING,
            "accepted_at": move.context.now,
        }
    else:
        columns |= to_dispatch(move.context)
    return Change(set=columns, reverse=scoring.CLOSING_RULES, alert="raise" if move.event.emergency else None)
