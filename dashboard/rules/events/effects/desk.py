"""What the desk's actions change: registering, rejecting, merging, correcting, settling borders, raising levels and marks."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from dashboard.rules import scoring
from dashboard.rules.events.change import EFFICIENCY, RED_OVERDUE, Change, Move
from dashboard.rules.events.clocks import (
    HANDLING_CLOCK,
    MINUTE_CLOCKS,
    again,
    carried,
    hurried,
    released,
    start_handling,
    to_dispatch,
)
from dashboard.rules.events.effects.terms import resume
from dashboard.rules.events.event import LEVELS, SUPERVISIONS, Level, Status, Supervision
from dashboard.rules.events.guards import border_in_doubt
from dashboard.rules.limits import Limit


def register(move: Move) -> Change:
    world = move.context.world
    asked = move.facts.get("category") or move.event.category
    code = world.steered(asked, move.event.title, move.event.description)
    category = world.category(code)
    assert category is not None
    level = max(LEVELS.index(Level(move.event.level)), LEVELS.index(Level(category.level or Level.GRID)))
    emergency = move.event.emergency or category.emergency
    seen = move.event.changed({"category": code, "emergency": emergency})
    columns: dict[str, Any] = {
        "category": code,
        "condition": move.facts.get("condition", move.event.condition),
        "level": LEVELS[level],
        "emergency": emergency,
        "registered_at": move.context.now,
        "register_due_at": None,
    }
    window = world.policy.claim_minutes(category)
    if window and not emergency and not border_in_doubt(move.event) and world.eligible(seen):
        columns |= {
            "status": Status.CLAIMABLE,
            "pool_at": move.context.now,
            "claim_due_at": move.context.now + timedelta(minutes=window),
        }
    else:
        columns |= to_dispatch(move.context)
    change = Change(set=columns, points=scoring.for_valid_report(move.event, world.policy))
    if emergency and not move.event.emergency:
        change.alert = "raise"
    return change


def reject(move: Move) -> Change:
    return Change(set={"status": Status.REJECTED, "closed_at": move.context.now}, alert="stand_down")


def merge(move: Move) -> Change:
    assert move.context.original is not None
    columns = {
        "status": Status.MERGED,
        "merged_into": move.context.original.id,
        "merged_from": move.event.status,
        "merged_at": move.context.now,
    }
    return Change(set=columns, alert="stand_down", demand=(move.context.original.id, move.event.demand))


def unmerge(move: Move) -> Change:
    # the clocks stood still while the event was merged
    event, now = move.event, move.context.now
    columns = carried(event, (*HANDLING_CLOCK, *MINUTE_CLOCKS), event.merged_at or now, move.context)
    columns |= {"status": event.merged_from, "merged_into": None, "merged_from": None, "merged_at": None}
    original = (event.merged_into, -event.demand) if event.merged_into else None
    return Change(set=columns, demand=original, alert="raise" if event.emergency else None)


def escalate(move: Move) -> Change:
    step = (
        len(LEVELS) - 1
        if move.event.emergency
        else min(LEVELS.index(Level(move.event.level)) + 1, len(LEVELS) - 1)
    )
    change = released(move.event)
    change.set |= to_dispatch(move.context) | dict.fromkeys(HANDLING_CLOCK)
    change.set |= {"level": LEVELS[step], "escalations": move.event.escalations + 1}
    if move.event.registered_at is None:
        change.set |= {"registered_at": move.context.now, "register_due_at": None}
    change.alert = again(move.event)
    return change


def supervise(move: Move) -> Change:
    policy = move.context.world.policy
    mark = SUPERVISIONS[SUPERVISIONS.index(Supervision(move.event.supervision)) + 1]
    columns = {
        "supervision": mark,
        "supervised_reason": move.facts["reason"],
        "reply_due_at": policy.calendar.add(move.context.now, Limit(1, "work_day")),
    }
    change = Change(set=columns)
    if move.facts["reason"] != RED_OVERDUE:
        change.deliveries.append((EFFICIENCY, move.facts["reason"]))
        change.points = scoring.for_supervision(move.event, policy)
    return change


def reply(move: Move) -> Change:
    return Change(set={"reply_due_at": None})


def correct(move: Move) -> Change:
    world = move.context.world
    columns: dict[str, Any] = {
        name: move.facts[name]
        for name in ("category", "level", "emergency")
        if move.facts.get(name) is not None
    }
    if "category" in columns:
        columns["condition"] = None
        category = world.category(columns["category"])
        if category is not None and category.emergency:
            columns.setdefault("emergency", True)
    columns |= move.context.place or {}
    seen = replace(move.event, **columns)
    moved = seen.category != move.event.category or seen.area_path != move.event.area_path
    if move.event.status == Status.CLAIMABLE:
        category = world.category(seen.category)
        fits = category is not None and world.policy.claim_minutes(category) and world.eligible(seen)
        if seen.emergency or border_in_doubt(seen) or not fits:
            columns |= to_dispatch(move.context)
    elif moved and move.event.status in (Status.DISPATCHED, Status.HANDLING):
        columns |= start_handling(seen, move.context)
    if seen.emergency and not move.event.emergency and move.event.status == Status.ON_HOLD:
        columns |= resume(move).set  # an emergency waits for nobody's hold
    if seen.emergency and not move.event.emergency:
        columns |= hurried(seen, columns, move.context)
    change = Change(set=columns)
    if seen.emergency != move.event.emergency:
        change.alert = "raise" if seen.emergency else "stand_down"
    return change


def settle_border(move: Move) -> Change:
    columns = {"grid": move.facts["grid"], **(move.context.place or {})}
    columns |= {"border": {**(move.event.border or {}), "settled": True}}
    return Change(set=columns, settled=columns["grid"])
