"""What surrounds an event while it moves: the moment, the district, and the few facts that lie outside its row."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dashboard.rules.events.event import Event
from dashboard.rules.events.policy import World


@dataclass(frozen=True, slots=True)
class CoUnit:
    """A unit assigned beside the lead in the present round."""

    unit: str
    assigned_at: datetime
    accept_due_at: datetime | None = None
    accepted_at: datetime | None = None
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """One frozen instant and what the rules may have to know at it.

    `moment` is when something belongs that a clock does late; `tasked` whose task the check on site is;
    `worker` the grid worker who reported it as one.
    """

    now: datetime
    world: World
    co_units: tuple[CoUnit, ...] = ()
    declined_by: tuple[str, ...] = ()
    charged: frozenset[str] = frozenset()  # the units whose decline of it has been charged as unfounded
    appellant: str | None = None  # the unit that appealed
    last_urge_at: datetime | None = None
    claim_bonus: int = 0
    said: frozenset[str] = frozenset()  # what the reporter has done in the present round
    original: Event | None = None
    bears_urgent: bool = False  # emergencies are merged into it: only its alert still sounds for them
    place: dict[str, Any] | None = None
    moment: datetime | None = None
    tasked: str | None = None
    worker: str | None = None
    supervised_by_rule: str | None = (
        None  # why the system put it under supervision, if it was the last to do so
    )

    @property
    def at(self) -> datetime:
        """Return the moment that what happens now belongs to."""
        return self.moment or self.now

    @property
    def co_unit_codes(self) -> tuple[str, ...]:
        """Return the codes of the co-units."""
        return tuple(co.unit for co in self.co_units)
