"""What the rules need to know of a district, as plain values: categories, limits, points, emergencies.

`World` is what the outside must answer while an event moves; the reference data of a district implement it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from dashboard.rules.events.event import Event
from dashboard.rules.limits import DEFAULT_FREEZE, DEFAULT_HANDLING, DEFAULT_MINUTES, Calendar, Limit


@dataclass(frozen=True, slots=True)
class Category:
    """A kind of event: its handling limit, claim window (0 = not claimable, None = default) and demands."""

    code: str
    name: str
    parent: str | None = None
    limit: Limit | None = None
    claim_minutes: int | None = None
    emergency: bool = False
    level: str | None = None
    photo_required: bool = False
    condition_limits: Mapping[int, Limit] = field(default_factory=dict)
    conditions: frozenset[int] = frozenset()


POINTS: Mapping[str, int] = {
    "claim": 20,
    "claim_on_time": 10,
    "very_satisfied": 10,
    "overdue": -20,
    "returned": -10,
    "claim_returned": -20,
    "unfounded_decline": -10,
    "supervised": -50,
    "emergency_on_time": 30,
    "valid_report": 20,
    "handled_in_24h": 30,
    "check_on_time": 10,
    "check_late": -20,
    "rescue": 30,
    "mediation": 15,
    "volunteering": 10,
}
# what each is called; the order is that of a summary
POINT_WORDS: Mapping[str, str] = {
    "claim": "抢单办结",
    "claim_on_time": "抢单按期",
    "very_satisfied": "非常满意",
    "emergency_on_time": "紧急按期",
    "overdue": "处置超期",
    "claim_returned": "抢单退回",
    "returned": "核查退回",
    "supervised": "效能督办",
    "unfounded_decline": "无据退单",
    "valid_report": "有效上报",
    "handled_in_24h": "24小时办结",
    "check_on_time": "按时核查",
    "check_late": "核查超时",
    "rescue": "救灾救人",
    "mediation": "调处纠纷",
    "volunteering": "志愿活动",
}
CLAIM_CAP_TENTHS = 300  # a unit and day
COMPOSITE: Mapping[str, int] = {
    "on_time_close_rate": 40,
    "satisfaction_rate": 30,
    "claim_rate": 20,
    "first_fix_rate": 10,
}


@dataclass(frozen=True, slots=True)
class Policy:
    """The numbers of a district: minutes by name, the work calendar, points in tenths, composite weights."""

    calendar: Calendar
    minutes: Mapping[str, int] = field(default_factory=lambda: dict(DEFAULT_MINUTES))
    claim_override: int | None = None
    handling: Limit = DEFAULT_HANDLING
    freeze: Limit = DEFAULT_FREEZE
    points: Mapping[str, int] = field(default_factory=lambda: dict(POINTS))
    claim_cap: int = CLAIM_CAP_TENTHS
    composite: Mapping[str, int] = field(default_factory=lambda: dict(COMPOSITE))

    def claim_minutes(self, category: Category) -> int:
        """Return the claim window in minutes; 0 means the category is not for claiming."""
        if category.claim_minutes == 0:
            return 0
        return self.claim_override or category.claim_minutes or self.minutes["claim"]

    def frozen_from(self, end: datetime) -> datetime:
        """Return from when on the numbers of a period that ended then are frozen."""
        return self.calendar.add(end, self.freeze)

    def limit_of(self, category: Category | None, condition: int | None = None) -> Limit:
        """Return the handling limit of a category, or of one of its filing conditions."""
        if category is None:
            return self.handling
        return category.condition_limits.get(condition or 0) or category.limit or self.handling


class World(Protocol):
    """What the rules ask of the district while an event moves; answers are plain codes."""

    @property
    def policy(self) -> Policy:
        """Return the district's numbers."""

    def category(self, code: str | None) -> Category | None:
        """Return the category, or None when there is none of that code."""

    def steered(self, code: str | None, *words: str) -> str | None:
        """Return the category that what a report says belongs to, where the pack steers it away from its own."""

    def eligible(self, event: Event) -> Sequence[str]:
        """Return the units that may claim it: duties match category and territory."""

    def responsible(self, event: Event) -> Sequence[str]:
        """Return the units first in the duty matrix for it; exactly one is an answer, several are a question."""

    def co_units(self, event: Event) -> Sequence[str]:
        """Return the units that the pack names beside the lead for this kind of emergency."""

    def is_unit(self, code: str) -> bool:
        """Return whether there is such a unit."""

    def standing_unit(self, code: str) -> str:
        """Return the unit there is today in whose place a code stands, the code itself when nothing took it."""

    def level_of(self, unit: str | None) -> str:
        """Return the level at which a unit resolves cases."""
