"""What the desk's actions change: registering, rejecting, merging, correcting, settling borders, raising levels and marks."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from dashboard.rules.access import Role
from dashboard.rules.events import scoring
from dashboard.rules.events.deadlines import (
    HANDLING_CLOCK,
    MINUTE_CLOCKS,
    NO_CLOCK,
    accept_within,
    after_deadline,
    again,
    carried,
    hurried,
    miss_deadline,
    released,
    start_handling,
    to_dispatch,
)
from dashboard.rules.events.effects import levels
from dashboard.rules.events.effects.terms import resume
from dashboard.rules.events.event import LEVELS, RUNNING, STANDING, SUPERVISIONS, Level, Status, Supervision
from dashboard.rules.events.guards import border_in_doubt
from dashboard.rules.events.outcome import EFFICIENCY, EventAttempt, Outcome
from dashboard.rules.limits import Limit


def register(attempt: EventAttempt) -> Outcome:
    world = attempt.context.world
    asked = attempt.facts.get("category") or attempt.matter.category
    code = world.steered(asked, attempt.matter.title, attempt.matter.description)
    category = world.category(code)
    assert category is not None
    emergency = attempt.matter.emergency or category.emergency
    seen = attempt.matter.changed({"category": code, "emergency": emergency})
    columns: dict[str, Any] = {
        "category": code,
        # a condition is one of the category it was chosen for
        "condition": attempt.facts.get("condition", attempt.matter.condition) if code == asked else None,
        "level": levels.of(attempt.matter, code, world),
        "emergency": emergency,
    }
    window = world.policy.claim_minutes(category)
    if window and not emergency and not border_in_doubt(attempt.matter) and world.eligible(seen):
        columns |= {
            "status": Status.CLAIMABLE,
            "pool_at": attempt.context.now,
            "claim_due_at": attempt.context.now + timedelta(minutes=window),
        }
    else:
        columns |= to_dispatch(attempt.context)
    outcome = _became_a_case(attempt, Outcome(set=columns))
    if emergency and not attempt.matter.emergency:
        outcome.alert = "raise"
    return outcome


def _became_a_case(attempt: EventAttempt, outcome: Outcome) -> Outcome:
    """Return an outcome with what follows where a report became a case by it, in whichever way."""
    if attempt.matter.registered_at is None:
        outcome.set |= {"registered_at": attempt.context.now, "register_due_at": None}
        outcome.points += scoring.for_valid_report(attempt.context.worker, attempt.context.world.policy)
    return outcome


def reject(attempt: EventAttempt) -> Outcome:
    return Outcome(set={"status": Status.REJECTED, "closed_at": attempt.context.now}, alert="stand_down")


def merge(attempt: EventAttempt) -> Outcome:
    assert attempt.context.original is not None
    columns = {
        "status": Status.MERGED,
        "merged_into": attempt.context.original.id,
        "merged_from": attempt.matter.status,
        "merged_at": attempt.context.now,
    }
    outcome = Outcome(
        set=columns, alert="stand_down", demand=(attempt.context.original.id, attempt.matter.demand)
    )
    return after_deadline(attempt, outcome)


def unmerge(attempt: EventAttempt) -> Outcome:
    # the clocks stood still while the event was merged; the one of handling stands on hold anyway, until it is resumed
    event, now = attempt.matter, attempt.context.now
    stood = MINUTE_CLOCKS if event.merged_from in STANDING else (*HANDLING_CLOCK, *MINUTE_CLOCKS)
    columns = carried(event, stood, event.merged_at or now, attempt.context)
    columns |= {"status": event.merged_from, "merged_into": None, "merged_from": None, "merged_at": None}
    original = (event.merged_into, -event.demand) if event.merged_into else None
    return Outcome(set=columns, demand=original, alert="raise" if event.emergency else None)


def escalate(attempt: EventAttempt) -> Outcome:
    step = (
        len(LEVELS) - 1
        if attempt.matter.emergency
        else min(LEVELS.index(Level(attempt.matter.level)) + 1, len(LEVELS) - 1)
    )
    outcome = released(attempt.matter)
    outcome.set |= to_dispatch(attempt.context) | NO_CLOCK
    outcome.set |= {"level": LEVELS[step], "escalations": attempt.matter.escalations + 1}
    outcome.alert = again(attempt.matter)
    return after_deadline(attempt, _became_a_case(attempt, outcome))


def supervise(attempt: EventAttempt) -> Outcome:
    policy = attempt.context.world.policy
    mark = SUPERVISIONS[SUPERVISIONS.index(Supervision(attempt.matter.supervision)) + 1]
    columns = {
        "supervision": mark,
        "supervised_reason": attempt.facts["reason"],
        "reply_due_at": policy.calendar.add(attempt.context.now, Limit(1, "work_day")),
    }
    outcome = Outcome(set=columns)
    # what the clock marks at red stays in the house; what it says, and what people say, decides nothing
    if attempt.viewer.role is not Role.CLOCK:
        outcome.deliveries.append((EFFICIENCY, attempt.facts["reason"]))
        outcome.points = scoring.for_supervision(attempt.matter, policy)
    return outcome


def reply(attempt: EventAttempt) -> Outcome:
    return Outcome(set={"reply_due_at": None})


def correct(attempt: EventAttempt) -> Outcome:
    world = attempt.context.world
    columns: dict[str, Any] = {
        name: attempt.facts[name]
        for name in ("category", "level", "emergency")
        if attempt.facts.get(name) is not None
    }
    if "category" in columns:
        columns["condition"] = None
        columns.setdefault("level", levels.of(attempt.matter, columns["category"], world))
        category = world.category(columns["category"])
        if category is not None and category.emergency:
            columns.setdefault("emergency", True)
    columns |= attempt.context.place or {}
    seen = replace(attempt.matter, **columns)
    moved = seen.category != attempt.matter.category or seen.area_path != attempt.matter.area_path
    if attempt.matter.status == Status.CLAIMABLE:
        category = world.category(seen.category)
        fits = category is not None and world.policy.claim_minutes(category) and world.eligible(seen)
        if seen.emergency or border_in_doubt(seen) or not fits:
            columns |= to_dispatch(attempt.context)
    elif moved and attempt.matter.status in RUNNING:
        # the unit and the round are the same: one that was overdue already is charged no second time
        columns |= start_handling(seen, attempt.context) | {"overdue_round": attempt.matter.overdue_round}
        columns |= miss_deadline(attempt.matter, attempt.context).set
    elif moved and attempt.matter.status == Status.ON_HOLD:
        # the new clock stands too, whole: it begins when the hold ends
        columns |= start_handling(seen, attempt.context) | {"overdue_round": attempt.matter.overdue_round}
        columns |= {"hold_from": attempt.context.now}
    elif moved and attempt.matter.status == Status.PENDING_DISPATCH:
        columns |= NO_CLOCK
    if seen.emergency and not attempt.matter.emergency and attempt.matter.status == Status.ON_HOLD:
        # an emergency waits for nobody's hold
        columns |= resume(replace(attempt, matter=attempt.matter.changed(columns))).set
    if seen.emergency and not attempt.matter.emergency:
        columns |= hurried(seen, columns, attempt.context)
    outcome = Outcome(set=columns)
    if seen.emergency and not attempt.matter.emergency and seen.co_units:
        outcome.assign = tuple(seen.co_units)
        outcome.sign_by = attempt.context.now + accept_within(seen, attempt.context)
    if moved:
        outcome = after_deadline(attempt, outcome)
    if seen.emergency != attempt.matter.emergency:
        outcome.alert = "raise" if seen.emergency else "stand_down"
    return outcome


def settle_border(attempt: EventAttempt) -> Outcome:
    columns = {"grid": attempt.facts["grid"], **(attempt.context.place or {})}
    columns |= {"border": {**(attempt.matter.border or {}), "settled": True}}
    return Outcome(set=columns, settled=columns["grid"])
