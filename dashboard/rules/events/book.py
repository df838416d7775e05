"""The rule book of events: the table, and how an event is met, marked and followed up. `EVENTS` answers by it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from dashboard.rules.access import Viewer
from dashboard.rules.events.capacities import capacities
from dashboard.rules.events.context import Context
from dashboard.rules.events.event import Event, Ground, Level, Rating, Verdict
from dashboard.rules.events.following import follow_up
from dashboard.rules.events.outcome import EventAttempt, Outcome
from dashboard.rules.events.rules import BY_ACTION
from dashboard.rules.lifecycle.book import RuleBook, Sentences
from dashboard.rules.lifecycle.facts import KINDS, Kind


def _one_of(kind: type[StrEnum], words: str) -> Kind:
    return Kind(str, words, choices=tuple(one.value for one in kind))


EVENT_KINDS: Mapping[str, Kind] = {
    **KINDS,
    "category": Kind(str, "应是类别代码"),
    "unit": Kind(str, "应是单位代码"),
    "units": Kind((list, tuple), "应是单位代码的列表", many=True),
    "grid": Kind(str, "应是网格代码"),
    "event": Kind(str, "应是事件编号"),
    "rating": _one_of(Rating, "评价要从五级中选一级"),
    "ground": _one_of(Ground, "请选择退单理由"),
    "verdict": _one_of(Verdict, "复核意见只能是成立或不成立"),
    "level": _one_of(Level, "层级只能是 grid、community、street 或 district"),
    "request": Kind(str, "请求只能是 hold 或 extend", choices=("hold", "extend")),
}


def meet(event: Event, viewer: Viewer, context: Context) -> frozenset[str]:
    """Return in which capacities a viewer meets an event amid its surroundings."""
    return capacities(event, viewer, context.world, context.co_unit_codes)


def columns(before: Event, after: Event, action: str, attempt: EventAttempt) -> dict[str, Any]:
    """Return what a step of an event carries of its own: the round, whose it is, the rating, whether for the checker."""
    return {
        "round": before.round,
        "unit": after.unit or before.unit,
        "rating": attempt.facts.get("rating"),
        "on_behalf": action == "check" and "checker" not in attempt.capacities,
    }


EVENTS: RuleBook[Event, Context, Outcome] = RuleBook(
    rules=BY_ACTION,
    kinds=EVENT_KINDS,
    sentences=Sentences(
        unseen="您的账号看不到这件事件",
        not_yours="您的账号不能对这件事件执行“{action}”",
        not_now="事件现在不能执行“{action}”",
    ),
    meet=meet,
    columns=columns,
    follow_up=follow_up,
)
