"""What one action changes, as values: columns to set, and what is written beside the event."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from dashboard.rules.access import Viewer
from dashboard.rules.events.context import Context
from dashboard.rules.events.event import Event
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
    alert: str | None = None  # raise, again (also where it was answered already) or stand_down
    assign: tuple[str, ...] | None = None  # who stands beside the lead from now on
    co_accepted: str | None = None
    co_finished: tuple[str, str] | None = None
    deliveries: list[tuple[str, str]] = field(default_factory=list)
    demand: tuple[int, int] | None = None  # (id of the original, how many more)
    settled: str | None = None
    reverse: Collection[str] = ()  # rules whose points on this event are taken back
    reverse_since: datetime | None = None  # only those given from this moment on
    reverse_subject: str | None = None  # only what this unit or person earned


@dataclass(frozen=True, slots=True)
class Move:
    """One action about to happen: the event, who acts in which capacities, the facts, the surroundings."""

    event: Event
    viewer: Viewer
    found: frozenset[str]
    facts: Mapping[str, Any]
    context: Context


Effect = Callable[[Move], Change]
