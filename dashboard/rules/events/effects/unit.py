"""What happens between the pool and the closing: claim, dispatch, sign, decline, finish, check, reopen."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from dashboard.rules.events import calling, scoring
from dashboard.rules.events.deadlines import (
    NO_CLOCK,
    NOT_DONE,
    accept_within,
    after_deadline,
    again,
    handling_clock,
    minutes,
    released,
    start_handling,
    to_dispatch,
)
from dashboard.rules.events.effects import levels
from dashboard.rules.events.effects.reporter import ANSWERED
from dashboard.rules.events.effects.terms import resume
from dashboard.rules.events.event import BAD_RATINGS, Event, Status
from dashboard.rules.events.guards import ANSWERS_FOR_IT, DECLINES_TO_RULING
from dashboard.rules.events.outcome import EventAttempt, Outcome, Reversal


def claim(attempt: EventAttempt) -> Outcome:
    columns = start_handling(attempt.matter, attempt.context) | {
        "status": Status.HANDLING,
        "unit": attempt.viewer.unit,
        "handler": _handler(attempt),
        "how": "claim",
        "owned_at": attempt.context.now,
        "accepted_at": attempt.context.now,
    }
    return Outcome(set=columns)


def _handler(attempt: EventAttempt) -> str | None:
    """Return in whose hands the work is: a member's who takes it; what the head takes is anybody's of the unit."""
    return attempt.viewer.name if attempt.viewer.member else None


def hand_over(attempt: EventAttempt) -> Outcome:
    return Outcome(set={"handler": attempt.facts.get("handler")})


def lapse(attempt: EventAttempt) -> Outcome:
    return Outcome(set=to_dispatch(attempt.context))


def dispatch(attempt: EventAttempt) -> Outcome:
    unit = attempt.facts["unit"]
    ruling = attempt.matter.decline_count >= DECLINES_TO_RULING
    # a decline does not stop the clock: the same unit again goes on where it stood, another one starts afresh
    goes_on = (
        attempt.matter.handle_due_at is not None
        and bool(attempt.context.declined_by)
        and attempt.context.declined_by[-1] == unit
    )
    columns = {} if goes_on else start_handling(attempt.matter, attempt.context)
    columns |= {
        "status": Status.DISPATCHED,
        "unit": unit,
        "handler": None,
        "how": "dispatch",
        "owned_at": attempt.context.now,
        "accepted_at": None,
        "accept_due_at": attempt.context.now + accept_within(attempt.matter, attempt.context),
        "accept_reminders": 0,
        "final_dispatch": ruling,
    }
    if attempt.facts.get("due_at"):
        columns |= handling_clock(attempt.context.now, attempt.facts["due_at"], None, attempt.context)
    others = calling.with_lead(unit, attempt.matter, attempt.facts.get("co_units") or (), attempt.context)
    outcome = _called(attempt, others)
    outcome.set |= columns
    if others:
        outcome.facts = {"co_units": list(others)}
    # a decline is charged once, however often the lead sends the case there
    if ruling and unit in attempt.context.declined_by and unit not in attempt.context.charged:
        outcome.points = scoring.for_unfounded_decline(unit, attempt.context.world.policy)
    return outcome


def _called(attempt: EventAttempt, others: Sequence[str]) -> Outcome:
    """Return what it changes that these stand beside the lead: whoever is called now signs within its own time."""
    sign_by = attempt.context.now + accept_within(attempt.matter, attempt.context)
    return Outcome(set={"co_units": list(others) or None}, assign=tuple(others), sign_by=sign_by)


def recall(attempt: EventAttempt) -> Outcome:
    # the unit never had it, or is there no more, or it is another's: its clock goes with it
    event, by_rule = attempt.matter, "system" in attempt.capacities
    outcome = _kept_at_work(attempt) if by_rule else released(event)
    outcome.set |= to_dispatch(attempt.context) | NO_CLOCK | NOT_DONE | ANSWERED
    outcome.set |= {"hold_from": None, "hold_until": None}
    if event.final_dispatch and not by_rule:
        # the ruling that is taken back is this one alone: what was ruled of others, or before, stands
        outcome.reverse = Reversal(("unfounded_decline",), since=event.owned_at, subject=event.unit)
    if by_rule or event.status != Status.DISPATCHED:
        outcome.alert = again(event)  # it was in somebody's hands, and is in nobody's
    return after_deadline(attempt, outcome)


def _kept_at_work(attempt: EventAttempt) -> Outcome:
    """Return what becomes of the units of an emergency that is sent on by rule: who was at work on it stays, beside."""
    event = attempt.matter
    at_work = [event.unit] if event.unit and event.status in (Status.HANDLING, Status.ON_HOLD) else []
    return _called(attempt, calling.beside(event, attempt.context, at_work))


def call_in(attempt: EventAttempt) -> Outcome:
    event = attempt.matter
    outcome = _called(
        attempt, calling.with_lead(event.unit or "", event, attempt.facts["co_units"], attempt.context)
    )
    if event.status == Status.ON_HOLD:
        # while it stands still nobody can sign: an emergency that calls somebody waits for nobody's hold
        outcome.set |= resume(attempt).set
    outcome.alert = again(event)
    return outcome


def accept(attempt: EventAttempt) -> Outcome:
    if "owner" in attempt.capacities:
        taken = {"status": Status.HANDLING, "accepted_at": attempt.context.now, "handler": _handler(attempt)}
        return Outcome(set=taken)
    return Outcome(co_accepted=attempt.viewer.unit)


def decline(attempt: EventAttempt) -> Outcome:
    outcome = released(attempt.matter)
    outcome.set |= to_dispatch(attempt.context) | {"decline_count": attempt.matter.decline_count + 1}
    outcome.alert = again(attempt.matter)
    return after_deadline(attempt, outcome)


def finish(attempt: EventAttempt) -> Outcome:
    if not attempt.capacities & ANSWERS_FOR_IT:
        return Outcome(co_finished=(attempt.viewer.unit or "", attempt.facts["text"]))
    within = minutes(attempt.context, "check_emergency" if attempt.matter.emergency else "check")
    columns = {
        "status": Status.CHECKING,
        "finished_at": attempt.context.now,
        "solved_level": attempt.context.world.level_of(attempt.matter.unit),
        "check_due_at": attempt.facts.get("due_at") or attempt.context.now + within,
        "check_reminders": 0,
        "check_missed_at": None,
        "request": None,
    }
    return after_deadline(attempt, Outcome(set=columns))


def check(attempt: EventAttempt) -> Outcome:
    policy = attempt.context.world.policy
    rating = attempt.facts["rating"]
    if rating in BAD_RATINGS:
        outcome = _begun_again(attempt)
        outcome.points, outcome.alert = scoring.for_return(attempt.matter, policy), again(attempt.matter)
        back = {"status": Status.HANDLING} if _has_unit(attempt) else to_dispatch(attempt.context)
        clock = start_handling(attempt.matter, attempt.context)
        outcome.set |= (
            (clock if _has_unit(attempt) else clock | NO_CLOCK)
            | back
            | {"rework_count": attempt.matter.rework_count + 1, "rating": rating}
        )
    else:
        columns = {"status": Status.CLOSED, "closed_at": attempt.context.now, "rating": rating}
        closed = replace(attempt.matter, **columns)
        outcome = Outcome(set=columns, points=_earned(attempt, closed), alert="stand_down")
    if "checker" not in attempt.capacities:
        return outcome
    in_time, charged = _checked_in_time(attempt), attempt.matter.check_reminders > 0
    # a late check was already charged by the clock when it reminded; only an unnoticed one is charged here
    if in_time or not charged:
        whose = attempt.viewer.name if in_time else attempt.context.tasked
        outcome.points += scoring.for_check(whose, in_time, policy)
    if in_time and charged:  # it was made in time, only the news of it came late
        outcome.reverse = Reversal(("check_late",), since=attempt.matter.finished_at)
    return outcome


def _checked_in_time(attempt: EventAttempt) -> bool:
    """Return whether a check was made by its first deadline; a phone without a network tells the true moment later."""
    event, made = attempt.matter, attempt.facts.get("checked_at") or attempt.context.now
    due = _missed_first(attempt) if event.check_reminders else event.check_due_at
    return due is None or made <= due


def _missed_first(attempt: EventAttempt) -> datetime | None:
    """Return the deadline of the check that passed first: every reminder moves it on."""
    event = attempt.matter
    missed, finished = event.check_missed_at, event.finished_at
    if finished is None or (missed is not None and missed >= finished):
        return missed
    # a version that did not keep it has reminded of this round
    return finished + minutes(attempt.context, "check_emergency" if event.emergency else "check")


def conclude(attempt: EventAttempt) -> Outcome:
    # replayed records close without a rating: nobody invents one, and they never enter satisfaction
    columns: dict[str, Any] = {
        "status": Status.CLOSED,
        "closed_at": attempt.context.now,
        "check_due_at": None,
    }
    closed = replace(attempt.matter, **columns)
    return Outcome(set=columns, points=_earned(attempt, closed), alert="stand_down")


def _earned(attempt: EventAttempt, closed: Event) -> list[scoring.Points]:
    context = attempt.context
    return scoring.for_closing(closed, context.now, context.world.policy, context.claim_bonus, context.worker)


def _has_unit(attempt: EventAttempt) -> bool:
    """Return whether the unit it goes back to is there; a redistricting may have abolished it since."""
    unit = attempt.matter.unit
    return unit is not None and attempt.context.world.is_unit(unit)


def _begun_again(attempt: EventAttempt) -> Outcome:
    """Return what a new round begins with: an emergency calls whom it had beside it once more, each to sign anew."""
    outcome = _called(attempt, calling.once_more(attempt.matter, attempt.context))
    outcome.set |= NOT_DONE | {"round": attempt.matter.round + 1}
    return outcome


def reopen(attempt: EventAttempt) -> Outcome:
    outcome = _begun_again(attempt)
    columns: dict[str, Any] = ANSWERED | {"closed_at": None, "rating": None}
    if _has_unit(attempt):
        columns |= start_handling(attempt.matter, attempt.context) | {
            "status": Status.HANDLING,
            "accepted_at": attempt.context.now,
        }
    else:
        columns |= to_dispatch(attempt.context) | NO_CLOCK
    if attempt.matter.resolved_on_site:  # which is what made it green
        columns["level"] = levels.expected(attempt.matter.category, attempt.context.world)
    outcome.set |= columns
    outcome.reverse = Reversal(scoring.CLOSING_RULES)
    outcome.alert = "raise" if attempt.matter.emergency else None
    return outcome
