"""What every number is asked about: a period, as it stands at a moment, narrowed, on a basis; how it is counted is no part."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dashboard.rules.figures.kpis import Basis, Period, period
from datasources.districts.reference import Reference
from datasources.figures.narrow import NOTHING, Narrow


@dataclass(frozen=True, slots=True)
class Question:
    """Which events count: those of a period by what is known at a moment, narrowed; `basis` says what puts them into it."""

    period: Period
    now: datetime
    narrow: Narrow = NOTHING
    basis: Basis = "due"

    @property
    def area(self) -> str | None:
        """Return the area it is narrowed to, None for the whole district."""
        return self.narrow.area

    def values(self, reference: Reference | None) -> dict[str, Any]:
        """Return what the parameters of its queries stand for; a reference is needed only where it is narrowed."""
        values: dict[str, Any] = {"start": self.period.start, "end": self.period.end, "now": self.now}
        return values | {"until": min(self.period.end, self.now)} | self.narrow.values(reference)


def today_in(area: str | None, now: datetime, reference: Reference) -> Question:
    """Return the question of the wall: today as it stands now, in an area or the whole district."""
    return Question(period("today", now, reference.tz), now, Narrow(area))
