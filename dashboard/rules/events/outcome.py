"""What one action changes, as values: columns to set, and what is written beside the event."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from dashboard.rules.events.context import Context
from dashboard.rules.events.event import Event
from dashboard.rules.events.scoring import Points
from dashboard.rules.lifecycle.rule import Attempt

EFFICIENCY = "efficiency"


SECOND_FAILURE = "二次处置仍不合格"


SECOND_OVERDUE = "二次处置超期"


HOLD_ENDED = "挂单到期未结案"


RED_OVERDUE = "超期达一倍时限"


@dataclass(frozen=True, slots=True)
class Reversal:
    """Which points on an event are taken back: by their rules, given between two moments, to a unit or person."""

    rules: Collection[str]
    since: datetime | None = None
    until: datetime | None = None
    subject: str | None = None


@dataclass(slots=True)
class Outcome:
    """What one action does: columns to set, and what is written beside the event."""

    set: dict[str, Any] = field(default_factory=dict)
    points: list[Points] = field(default_factory=list)
    alert: str | None = None  # raise, again (also where it was answered already) or stand_down
    facts: dict[str, Any] = field(default_factory=dict)  # what its step says beside what was asked
    assign: tuple[str, ...] | None = None  # who stands beside the lead from now on
    sign_by: datetime | None = None  # until when each of them signs who is called now
    co_accepted: str | None = None
    co_finished: tuple[str, str] | None = None
    deliveries: list[tuple[str, str]] = field(default_factory=list)
    demand: tuple[int, int] | None = None  # (id of the original, how many more)
    settled: str | None = None
    reverse: Reversal | None = None


EventAttempt = Attempt[Event, Context]
