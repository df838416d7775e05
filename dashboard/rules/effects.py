"""What an action changes: one function an action, from the event as it is to the columns, points and alerts that follow.

Pure: time, district and surroundings come in by `Context`. `walk` chains an action with what follows by rule
(the system registers, dispatches, supervises) so that one transaction writes it all.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from dashboard.rules import scoring
from dashboard.rules.access import Viewer
from dashboard.rules.context import Context
from dashboard.rules.event import (
    BAD_RATINGS,
    LEVELS,
    SUPERVISIONS,
    Event,
    Level,
    Status,
    Supervision,
)
from dashboard.rules.guards import DECLINES_TO_RULING, border_in_doubt
from dashboard.rules.limits import Limit
from dashboard.rules.scoring import Points

EFFICIENCY = "efficiency"
SECOND_FAILURE = "二次处置仍不合格"
SECOND_OVERDUE = "二次处置超期"
HOLD_ENDED = "挂单到期未结案"
RED_OVERDUE = "超期达一倍时限"


@dataclass(slots=True)
class Change:
    """What one action does: columns to set, and what is written beside the event."""

    set: dict[str, Any] = field(default_factory=dict)
    points: list[Points] = field(default_factory=list)
    alert: str | None = None
    assign: tuple[str, ...] = ()
    co_accepted: str | None = None
    co_finished: tuple[str, str] | None = None
    deliveries: list[tuple[str, str]] = field(default_factory=list)
    demand: tuple[int, int] | None = None  # (id of the original, how many more)
    settled: str | None = None
    reverse_closing: bool = False


@dataclass(frozen=True, slots=True)
class Move:
    """One action about to happen: the event, who acts in which capacities, the facts, the surroundings."""

    event: Event
    viewer: Viewer
    found: frozenset[str]
    facts: Mapping[str, Any]
    context: Context


Effect = Callable[[Move], Change]


def _minutes(context: Context, name: str) -> timedelta:
    return timedelta(minutes=context.world.policy.minutes[name])


def _accept_within(event: Event, context: Context) -> timedelta:
    return _minutes(context, "accept_emergency" if event.emergency else "accept")


def start_handling(event: Event, context: Context) -> dict[str, Any]:
    """Return the columns of a new handling clock, by the category's limit on the work calendar."""
    policy = context.world.policy
    limit = policy.limit_of(context.world.category(event.category), event.condition)
    return {
        "limit_amount": limit.amount,
        "limit_unit": limit.unit,
        "handle_from": context.now,
        "handle_due_at": policy.calendar.add(context.now, limit),
        "due_soon_at": None,
        "overdue_round": 0,
        "finished_at": None,
        "check_due_at": None,
    }


def to_dispatch(context: Context) -> dict[str, Any]:
    """Return the columns of an event that waits for the command centre."""
    return {
        "status": Status.PENDING_DISPATCH,
        "unit": None,
        "how": None,
        "accept_due_at": None,
        "accepted_at": None,
        "final_dispatch": False,
        "dispatch_due_at": context.now + _minutes(context, "dispatch"),
    }


def _register(move: Move) -> Change:
    world = move.context.world
    code = move.facts.get("category") or move.event.category
    category = world.category(code)
    assert category is not None
    level = max(LEVELS.index(Level(move.event.level)), LEVELS.index(Level(category.level or Level.GRID)))
    emergency = move.event.emergency or category.emergency
    seen = replace(move.event, category=code, emergency=emergency)
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


def _reject(move: Move) -> Change:
    return Change(set={"status": Status.REJECTED, "closed_at": move.context.now}, alert="stand_down")


def _merge(move: Move) -> Change:
    assert move.context.original is not None
    columns = {
        "status": Status.MERGED,
        "merged_into": move.context.original.id,
        "merged_from": move.event.status,
        "merged_at": move.context.now,
    }
    return Change(set=columns, alert="stand_down", demand=(move.context.original.id, move.event.demand))


CLOCKS = ("register_due_at", "claim_due_at", "dispatch_due_at", "accept_due_at", "handle_from", "handle_due_at", "check_due_at", "hold_until")  # fmt: skip


def _unmerge(move: Move) -> Change:
    # the clocks stood still while the move.event was merged
    rested = move.context.now - (move.event.merged_at or move.context.now)
    columns: dict[str, Any] = {
        name: value + rested for name in CLOCKS if (value := getattr(move.event, name)) is not None
    }
    columns |= {"status": move.event.merged_from, "merged_into": None, "merged_from": None, "merged_at": None}
    original = (move.event.merged_into, -move.event.demand) if move.event.merged_into else None
    return Change(set=columns, demand=original, alert="raise" if move.event.emergency else None)


def _claim(move: Move) -> Change:
    columns = start_handling(move.event, move.context) | {
        "status": Status.HANDLING,
        "unit": move.viewer.unit,
        "how": "claim",
        "owned_at": move.context.now,
        "accepted_at": move.context.now,
    }
    return Change(set=columns)


def _lapse(move: Move) -> Change:
    return Change(set=to_dispatch(move.context))


def _dispatch(move: Move) -> Change:
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
        "how": "dispatch",
        "owned_at": move.context.now,
        "accepted_at": None,
        "accept_due_at": move.context.now + _accept_within(move.event, move.context),
        "accept_reminders": 0,
        "final_dispatch": ruling,
    }
    if move.facts.get("due_at"):
        columns |= {"handle_due_at": move.facts["due_at"], "limit_amount": None, "limit_unit": None}
    others = tuple(dict.fromkeys(code for code in move.facts.get("co_units") or () if code != unit))
    change = Change(set=columns, assign=others)
    if ruling and unit in move.context.declined_by:
        change.points = scoring.for_unfounded_decline(unit, move.context.world.policy)
    return change


def _accept(move: Move) -> Change:
    if "owner" in move.found:
        return Change(set={"status": Status.HANDLING, "accepted_at": move.context.now})
    return Change(co_accepted=move.viewer.unit)


def _decline(move: Move) -> Change:
    return Change(set=to_dispatch(move.context) | {"decline_count": move.event.decline_count + 1})


def _escalate(move: Move) -> Change:
    step = (
        len(LEVELS) - 1
        if move.event.emergency
        else min(LEVELS.index(Level(move.event.level)) + 1, len(LEVELS) - 1)
    )
    columns = to_dispatch(move.context) | {"level": LEVELS[step], "handle_from": None, "handle_due_at": None}
    if move.event.registered_at is None:
        columns |= {"registered_at": move.context.now, "register_due_at": None}
    return Change(set=columns)


def miss_deadline(event: Event, context: Context) -> Change:
    """Return what a handling deadline passed costs, once a round; nothing when it is not passed or already noted."""
    due = event.handle_due_at
    if due is None or context.now <= due or event.overdue_round >= event.round:
        return Change()
    columns = {"overdue_at": event.overdue_at or due, "overdue_round": event.round, "late": True}
    return Change(set=columns, points=scoring.for_overdue(event, context.world.policy))


def _finish(move: Move) -> Change:
    if "owner" not in move.found:
        return Change(co_finished=(move.viewer.unit or "", move.facts["text"]))
    change = miss_deadline(move.event, move.context)
    change.set |= {
        "status": Status.CHECKING,
        "finished_at": move.context.now,
        "check_due_at": move.context.now
        + _minutes(move.context, "check_emergency" if move.event.emergency else "check"),
        "check_reminders": 0,
        "request": None,
    }
    return change


def _check(move: Move) -> Change:
    policy = move.context.world.policy
    rating = move.facts["rating"]
    if rating in BAD_RATINGS:
        change = Change(points=scoring.for_return(move.event, policy))
        change.set = start_handling(move.event, move.context) | {
            "status": Status.HANDLING,
            "round": move.event.round + 1,
            "rework_count": move.event.rework_count + 1,
            "rating": rating,
        }
    else:
        columns = {"status": Status.CLOSED, "closed_at": move.context.now, "rating": rating}
        closed = replace(move.event, **columns)
        points = scoring.for_closing(closed, move.context.now, policy, move.context.claim_bonus)
        change = Change(set=columns, points=points, alert="stand_down")
    in_time = move.event.check_due_at is None or move.context.now <= move.event.check_due_at
    # a late check was already charged by the clock when it reminded; only an unnoticed one is charged here
    if "checker" in move.found and (in_time or not move.event.check_reminders):
        change.points += scoring.for_check(move.context.world.worker_of(move.event), in_time, policy)
    return change


def _conclude(move: Move) -> Change:
    # replayed records close without a rating: nobody invents one, and they never enter satisfaction
    columns: dict[str, Any] = {"status": Status.CLOSED, "closed_at": move.context.now, "check_due_at": None}
    closed = replace(move.event, **columns)
    points = scoring.for_closing(
        closed, move.context.now, move.context.world.policy, move.context.claim_bonus
    )
    return Change(set=columns, points=points, alert="stand_down")


def _hold(move: Move) -> Change:
    columns = {"request": "hold", "request_until": move.facts["until"]}
    return Change(set=columns | {"request_reason": move.facts["reason"], "requested_by": move.viewer.name})


def _extend(move: Move) -> Change:
    columns = {"request": "extend", "request_until": None}
    return Change(set=columns | {"request_reason": move.facts["reason"], "requested_by": move.viewer.name})


ANSWERED = {"request": None, "request_reason": None, "request_until": None, "requested_by": None}


def _approve(move: Move) -> Change:
    if move.event.request == "hold":
        held = {
            "status": Status.ON_HOLD,
            "hold_from": move.context.now,
            "hold_until": move.event.request_until,
        }
        return Change(set=ANSWERED | held | {"hold_count": move.event.hold_count + 1})
    assert move.event.handle_due_at is not None
    if move.event.limit_amount and move.event.limit_unit:
        due = move.context.world.policy.calendar.add(
            move.event.handle_due_at, Limit(move.event.limit_amount, move.event.limit_unit)
        )
    else:
        due = move.event.handle_due_at + (
            move.event.handle_due_at - (move.event.handle_from or move.event.reported_at)
        )
    columns = {"handle_due_at": due, "extension_count": move.event.extension_count + 1, "due_soon_at": None}
    return Change(set=ANSWERED | columns)


def _refuse(move: Move) -> Change:
    return Change(set=dict(ANSWERED))


def _resume(move: Move) -> Change:
    rested = move.context.now - (move.event.hold_from or move.context.now)
    columns: dict[str, Any] = {"status": Status.HANDLING, "hold_from": None, "hold_until": None}
    if move.event.handle_due_at is not None:
        columns |= {"handle_due_at": move.event.handle_due_at + rested}
    if move.event.handle_from is not None:
        columns |= {"handle_from": move.event.handle_from + rested}
    return Change(set=columns)


def _supervise(move: Move) -> Change:
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


def _reopen(move: Move) -> Change:
    columns: dict[str, Any] = {
        "round": move.event.round + 1,
        "closed_at": None,
        "finished_at": None,
        "rating": None,
    }
    if move.event.unit:
        columns |= start_handling(move.event, move.context) | {
            "status": Status.HANDLING,
            "accepted_at": move.context.now,
        }
    else:
        columns |= to_dispatch(move.context)
    return Change(set=columns, reverse_closing=True, alert="raise" if move.event.emergency else None)


def _correct(move: Move) -> Change:
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
    change = Change(set=columns)
    if seen.emergency != move.event.emergency:
        change.alert = "raise" if seen.emergency else "stand_down"
    return change


def _settle_border(move: Move) -> Change:
    columns = dict(move.context.place or {})
    columns |= {"grid": move.facts["grid"], "border": {**(move.event.border or {}), "settled": True}}
    return Change(set=columns, settled=move.facts["grid"])


def _remind(move: Move) -> Change:
    if move.event.status == Status.DISPATCHED:
        later = move.context.now + _accept_within(move.event, move.context)
        return Change(set={"accept_reminders": move.event.accept_reminders + 1, "accept_due_at": later})
    later = move.context.now + _minutes(move.context, "check_emergency" if move.event.emergency else "check")
    change = Change(set={"check_reminders": move.event.check_reminders + 1, "check_due_at": later})
    if not move.event.check_reminders:
        change.points = scoring.for_check(
            move.context.world.worker_of(move.event), False, move.context.world.policy
        )
    return change


def _warn(move: Move) -> Change:
    return Change(set={"due_soon_at": move.context.now})


def _expire(move: Move) -> Change:
    return miss_deadline(move.event, move.context)


def _nothing(move: Move) -> Change:
    return Change()


EFFECTS: Mapping[str, Effect] = {
    "register": _register,
    "reject": _reject,
    "merge": _merge,
    "unmerge": _unmerge,
    "claim": _claim,
    "lapse": _lapse,
    "dispatch": _dispatch,
    "accept": _accept,
    "decline": _decline,
    "escalate": _escalate,
    "finish": _finish,
    "check": _check,
    "conclude": _conclude,
    "hold": _hold,
    "resume": _resume,
    "extend": _extend,
    "approve": _approve,
    "refuse": _refuse,
    "supervise": _supervise,
    "urge": _nothing,
    "comment": _nothing,
    "reopen": _reopen,
    "correct": _correct,
    "settle_border": _settle_border,
    "remind": _remind,
    "warn": _warn,
    "expire": _expire,
}
