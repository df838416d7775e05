"""What simulated people do next with an event: units, grid workers, desk and duty lead, each with its own manner.

Pure of time and chance: the answer depends on the event as it stands and the seed alone, so a run can be repeated
and a restart goes on where it was. What may be done is not decided here but by RULES.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from dashboard.rules.access import CLOCK, Role, Viewer
from dashboard.rules.events.context import CoUnit
from dashboard.rules.events.event import BAD_RATINGS, Event, Ground, Rating, Status
from dashboard.rules.events.guards import DECLINES_TO_RULING, border_in_doubt
from dashboard.simulation.town import DESK
from datasources.districts.reference import Reference

LEAD = Viewer("lead", Role.LEAD, title="值班长")
# how soon a unit claims, in minutes, and how often it lets a claim pass
MANNERS: Sequence[tuple[float, tuple[float, float], float]] = (
    (0.45, (0.7, 6), 0.05),  # quick
    (0.40, (4, 22), 0.15),  # slow
    (0.15, (10, 25), 0.90),  # hardly ever
)
RATINGS: Mapping[Rating, float] = {
    Rating.VERY_SATISFIED: 55,
    Rating.SATISFIED: 33,
    Rating.FAIR: 6,
    Rating.DISSATISFIED: 4,
    Rating.VERY_DISSATISFIED: 2,
}
RATINGS_AGAIN = dict(zip(RATINGS, (25, 30, 15, 20, 10), strict=True))
NOBODY, DECLINE, HOLD, EXTEND, LATE, LONG, REFUSED, BY_DESK = 0.11, 0.08, 0.015, 0.03, 0.035, 0.3, 0.25, 0.05
FINISHED = ("已到场处置完毕，现场恢复正常", "已整改到位并复查", "已清理完毕", "已与当事双方沟通，问题解决")
UNSATISFIED = "现场仍有残留，未整改到位"
DECLINED = {
    Ground.NOT_OUR_TERRITORY: "经核实不在本单位辖区",
    Ground.OWNERSHIP_UNCLEAR: "设施权属暂未查明",
    Ground.NOT_OUR_DUTY: "不属于本单位职责",
    Ground.UNCLEAR_DESCRIPTION: "描述不清，现场未找到",
}


@dataclass(frozen=True, slots=True)
class Turn:
    """One action to come: when, which verb, with which facts, by whom; `photo` asks for a picture with it."""

    at: datetime
    action: str
    by: Viewer
    facts: Mapping[str, Any] = field(default_factory=dict)
    photo: bool = False


@dataclass(frozen=True, slots=True)
class Scene:
    """An event and what people see of it; `since` is the moment from which they look at it."""

    reference: Reference
    seed: str
    event: Event
    since: datetime
    co_units: Sequence[CoUnit] = ()

    def luck(self, what: str = "") -> random.Random:
        """Return the chance of this event in this state."""
        return random.Random(f"{self.seed}/{self.event.number}/{self.event.version}/{what}")

    def after(self, rng: random.Random, low: float, high: float) -> datetime:
        """Return a moment between `low` and `high` minutes from now on."""
        return self.since + timedelta(seconds=round(rng.uniform(low, high) * 60, 3))


def next_turn(scene: Scene) -> Turn | None:
    """Return what happens next to an event, or None when nobody means to do anything."""
    status = scene.event.status
    if border_in_doubt(scene.event) and status in (Status.REPORTED, Status.PENDING_DISPATCH):
        grid = (scene.event.border or {})["candidates"][0]
        return Turn(scene.after(scene.luck(), 0.5, 3), "settle_border", DESK, {"grid": grid})
    turn = TURNS.get(Status(status))
    return turn(scene) if turn is not None else None


def answers_alert_after(scene: Scene, episode: int) -> timedelta:
    """Return how long the desk takes to answer an alert: 10 to 50 seconds mostly, now and then too long."""
    rng = scene.luck(f"alert/{episode}")
    return timedelta(seconds=rng.uniform(10, 50) if rng.random() < 0.9 else rng.uniform(60, 150))


def _register(scene: Scene) -> Turn:
    return Turn(
        scene.after(scene.luck(), 0.7, 5), "register", DESK, {"category": scene.event.category or "9999"}
    )


def _claim_or_lapse(scene: Scene) -> Turn | None:
    event, rng = scene.event, scene.luck()
    due = event.claim_due_at or scene.since
    eligible = list(scene.reference.eligible(event))
    # who is first in the duty matrix looks first, but now and then another one is nearer
    if len(eligible) > 1 and rng.random() < 0.3:
        eligible = [*eligible[1:], eligible[0]]
    for unit in () if rng.random() < NOBODY else eligible[:2]:
        (low, high), passes = manner(scene.seed, unit)
        if rng.random() < passes:
            continue
        at = max(
            scene.since,
            (event.pool_at or scene.since) + timedelta(seconds=round(rng.uniform(low, high) * 60)),
        )
        if at < due:
            return Turn(at, "claim", unit_account(unit))
    return Turn(max(due, scene.since), "lapse", CLOCK)


def _dispatch(scene: Scene) -> Turn | None:
    event, rng = scene.event, scene.luck()
    units = [duty.unit for duty in scene.reference.matched(event)] or [
        code for code, unit in scene.reference.units.items() if unit.may_claim
    ]
    if not units:
        return None
    unit = units[event.decline_count % len(units)]
    wait = (0.4, 1.2) if event.emergency else (1, 6)
    by = LEAD if event.decline_count >= DECLINES_TO_RULING else DESK
    facts: dict[str, Any] = {"unit": unit}
    if event.emergency:
        facts["co_units"] = [code for code in scene.reference.co_units(event) if code != unit]
    return Turn(scene.after(rng, *wait), "dispatch", by, facts)


def _accept_or_decline(scene: Scene) -> Turn:
    event, rng = scene.event, scene.luck()
    by = unit_account(event.unit or "")
    if event.emergency:
        return _co_unit_signs(scene) or Turn(scene.after(rng, 0.4, 2), "accept", by)
    if not event.final_dispatch and rng.random() < DECLINE:
        ground = rng.choice(list(DECLINED))
        return Turn(scene.after(rng, 2, 20), "decline", by, {"ground": ground, "text": DECLINED[ground]})
    # most sign within the half hour, some have to be reminded
    return Turn(scene.after(rng, *((1, 18) if rng.random() < 0.9 else (31, 50))), "accept", by)


def _handle(scene: Scene) -> Turn:
    event, rng = scene.event, scene.luck()
    by = unit_account(event.unit or "")
    if event.request:
        refused = rng.random() < REFUSED
        facts = {"request": event.request} | ({"reason": "理由不充分，请按期处置"} if refused else {})
        return Turn(scene.after(rng, 3, 15), "refuse" if refused else "approve", LEAD, facts)
    co_turn = _co_unit_signs(scene) or _co_unit_finishes(scene)
    if co_turn is not None:
        return co_turn
    fresh = event.round == 1 and not event.emergency and not event.hold_count and not event.extension_count
    if fresh and scene.since == event.accepted_at:
        roll = rng.random()
        if roll < HOLD:
            until = scene.since + timedelta(hours=rng.choice((4, 8, 24)))
            return Turn(
                scene.after(rng, 5, 40), "hold", by, {"reason": "需等待材料到场，暂缓处置", "until": until}
            )
        if roll < HOLD + EXTEND:
            at = scene.after(rng, 5, 40)
            if event.handle_due_at is None or at < event.handle_due_at:
                return Turn(at, "extend", by, {"reason": "涉及多家权属单位，需延长处置时间"})
    return Turn(_finish_at(scene, rng), "finish", by, {"text": rng.choice(FINISHED)}, photo=True)


def _finish_at(scene: Scene, rng: random.Random) -> datetime:
    event, due = scene.event, scene.event.handle_due_at
    if event.emergency:
        return scene.after(rng, 6, 20)
    at = scene.after(rng, 15, 150) if rng.random() > LONG else scene.after(rng, 200, 1500)
    if due is None or due <= scene.since:
        return at
    left = (due - scene.since).total_seconds()
    if rng.random() < LATE and left < 4 * 3600:
        return due + timedelta(minutes=round(rng.uniform(3, 60), 2))
    return min(at, scene.since + timedelta(seconds=round(left * rng.uniform(0.5, 0.95), 3)))


def _rest(scene: Scene) -> Turn:
    event, rng = scene.event, scene.luck()
    until = event.hold_until or scene.since
    left = max((until - scene.since).total_seconds(), 0.0)
    at = scene.since + timedelta(seconds=round(left * rng.uniform(0.3, 1.1), 3))
    return Turn(max(at, scene.since + timedelta(minutes=1)), "resume", unit_account(event.unit or ""))


def _check(scene: Scene) -> Turn:
    event, rng = scene.event, scene.luck()
    shares = RATINGS if event.round == 1 else RATINGS_AGAIN
    rating = rng.choices(list(shares), weights=list(shares.values()))[0]
    facts = {"rating": rating} | ({"text": UNSATISFIED} if rating in BAD_RATINGS else {})
    community = _community(scene)
    at = scene.after(rng, 4, 20) if event.emergency else scene.after(rng, 8, 150)
    if community is None or rng.random() < BY_DESK:
        return Turn(at, "check", DESK, facts)
    by = Viewer(f"worker-{community}", Role.WORKER, area=community)
    return Turn(at, "check", by, facts, photo=True)


def _community(scene: Scene) -> str | None:
    """Return the area whose grid workers share a demo account, None outside every grid."""
    areas, level = scene.reference.areas, scene.reference.community_level
    codes = reversed(scene.event.area_path.split("/"))
    return next((code for code in codes if code in areas and areas[code].level == level), None)


def _co_unit_signs(scene: Scene) -> Turn | None:
    waiting = next((co for co in scene.co_units if co.accepted_at is None), None)
    if waiting is None:
        return None
    return Turn(scene.after(scene.luck(waiting.unit), 0.2, 0.6), "accept", unit_account(waiting.unit))


def _co_unit_finishes(scene: Scene) -> Turn | None:
    working = next((co for co in scene.co_units if co.finished_at is None), None)
    if working is None:
        return None
    at = scene.after(scene.luck(working.unit), 4, 12)
    return Turn(at, "finish", unit_account(working.unit), {"text": "协办任务已完成"})


TURNS = {
    Status.REPORTED: _register,
    Status.CLAIMABLE: _claim_or_lapse,
    Status.PENDING_DISPATCH: _dispatch,
    Status.DISPATCHED: _accept_or_decline,
    Status.HANDLING: _handle,
    Status.ON_HOLD: _rest,
    Status.CHECKING: _check,
}


def manner(seed: str, unit: str) -> tuple[tuple[float, float], float]:
    """Return how a unit claims: between which minutes, and how often it lets one pass."""
    roll = random.Random(f"{seed}/manner/{unit}").random()
    for share, minutes, passes in MANNERS:
        if roll < share:
            return minutes, passes
        roll -= share
    return MANNERS[-1][1], MANNERS[-1][2]


def unit_account(code: str) -> Viewer:
    """Return the account of a unit."""
    return Viewer(f"unit-{code}", Role.UNIT, unit=code)
