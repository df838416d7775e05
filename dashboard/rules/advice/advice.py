"""What an operator reads before dispatching an event, as plain values: the API and the panel of dispatch show the same.

Nothing here is refused or stored; `why_not` is the refusal a dispatch would meet now.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dashboard.rules.advice.recommend import Candidate
from dashboard.rules.events.event import Event
from dashboard.rules.limits import Limit
from dashboard.rules.refusals import Refusal


@dataclass(frozen=True, slots=True)
class Side:
    """A grid the place may lie in; `distance_m` in metres, None when unknown, 0 where the place lies inside."""

    code: str
    name: str
    street: str | None = None
    distance_m: float | None = None

    @property
    def inside(self) -> bool:
        """Return whether the place lies in the grid."""
        return self.distance_m == 0


@dataclass(frozen=True, slots=True)
class Ruling:
    """How an operator settled the same stretch of border before; `distance_m` from that place to this one."""

    grid: str
    by: str
    at: datetime
    distance_m: float | None = None


@dataclass(frozen=True, slots=True)
class Border:
    """The grids the place may lie in, nearest first, and the ruling that is offered again."""

    sides: Sequence[Side]
    accuracy_m: float | None = None
    streets: int = 1
    settled: bool = False
    remembered: Ruling | None = None

    @property
    def offered(self) -> str | None:
        """Return the grid to begin with: what was ruled before, else the nearest."""
        codes = [side.code for side in self.sides]
        if self.remembered is not None and self.remembered.grid in codes:
            return self.remembered.grid
        return codes[0] if codes else None


@dataclass(frozen=True, slots=True)
class Due:
    """One limit and when it would end if the event were dispatched now; `condition` None: the category's own."""

    condition: int | None
    text: str
    limit: Limit
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Advice:
    """An event with the units it could be sent to, best first, its limits as due times and its border in doubt."""

    event: Event
    why_not: Refusal | None
    units: Sequence[Candidate]
    limits: Sequence[Due]
    border: Border | None = None

    @property
    def due(self) -> Due:
        """Return the limit that would hold: that of the filing condition, else the category's own."""
        own = self.event.condition
        return next((one for one in self.limits if one.condition == own), self.limits[0])
