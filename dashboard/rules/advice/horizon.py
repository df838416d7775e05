"""Until when the work calendar knows holidays, and whether a limit given now reaches past that (LIFECYCLE §6).

Beyond its end every weekday counts as a working day, so a due time there may come out too early.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from dashboard.rules.events.policy import Category, Policy
from dashboard.rules.limits import ROUND_THE_CLOCK, Limit

UNKNOWN = "工作日历里没有节假日，工作时限会把节假日当作工作日，请补全 calendar.csv"
PAST = "工作日历只到 {until}，现在起算的时限最远到 {due}，之后的节假日会当作工作日，请补全 calendar.csv"


@dataclass(frozen=True, slots=True)
class Horizon:
    """The last day whose holidays are known (None: no day is), and when the longest limit given now would be due."""

    until: date | None
    due: date

    @property
    def words(self) -> tuple[str, dict[str, str]]:
        """Return the sentence and what fills it in."""
        if self.until is None:
            return UNKNOWN, {}
        return PAST, {"until": self.until.isoformat(), "due": self.due.isoformat()}


def horizon(policy: Policy, categories: Iterable[Category], now: datetime) -> Horizon | None:
    """Return what to warn of, or None while every limit ends within the days whose holidays are known."""
    limits = [policy.handling, policy.freeze]
    for category in categories:
        limits += [*category.condition_limits.values(), *([category.limit] if category.limit else [])]
    due = max(_due(policy, limit, now) for limit in limits)
    until = policy.calendar.known_until
    return None if until is not None and due <= until else Horizon(until, due)


def _due(policy: Policy, limit: Limit, now: datetime) -> date:
    """Return the day a limit ends; one that runs around the clock asks no calendar."""
    end = now if limit.unit in ROUND_THE_CLOCK else policy.calendar.add(now, limit)
    return end.astimezone(policy.calendar.tz).date()
