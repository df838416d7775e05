"""Many emergencies of one sender at one place: the first sound, the rest fold into one that sounds and counts them.

Nothing is refused and nothing is silent: every one is an event with its unit, and what they fold into rings and says how many.
What somebody answered or silenced does not ring, so nothing that comes later lies in it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import cos, hypot, radians

from dashboard.rules.alerts.alert import AlertState

WITHIN = timedelta(minutes=10)
METRES = 300.0
ABOVE_HERE = 3  # of one sender at one place: these sound each for itself
ABOVE = 10  # of one sender, wherever: many homes share an address behind a carrier, so this is wide
DEGREE_M = 111_320.0


@dataclass(frozen=True, slots=True)
class Earlier:
    """An alert of the same sender raised within `WITHIN`: whose it is to answer, where it is, whether it is heard."""

    id: int
    state: str
    folded_into: int | None
    unit: str | None
    lng: float | None
    lat: float | None
    silenced: bool = False  # openly, for a while
    co_units: Collection[str] | None = ()  # None: nobody can read whom it calls

    @property
    def sounds(self) -> bool:
        """Return whether it waits for an answer, is shown for itself and is heard."""
        return self.state == AlertState.RAISED and self.folded_into is None and not self.silenced

    @property
    def called(self) -> "Called | None":
        """Return whom it calls, None where nobody can read that."""
        return None if self.co_units is None else Called(self.unit, frozenset(self.co_units))


@dataclass(frozen=True, slots=True)
class Called:
    """Whom an alert calls: the unit that answers for its event and those beside it."""

    unit: str | None
    beside: frozenset[str]

    def includes(self, other: "Called") -> bool:
        """Return whether an alert that calls these calls everybody whom another one has to call."""
        return self.unit == other.unit and other.beside <= self.beside


def target(earlier: Sequence[Earlier], called: Called, lng: float | None, lat: float | None) -> int | None:
    """Return the alert a new one folds into, or None when it sounds for itself.

    Only into one that still sounds and calls the same units: whoever has to sign is called in any case.
    """
    here = [one for one in earlier if _close(one, lng, lat)]
    among = here if len(here) >= ABOVE_HERE else earlier if len(earlier) >= ABOVE else []
    found = [one.id for one in among if one.sounds and one.called is not None and one.called.includes(called)]
    return max(found, default=None)


def standing(found: Sequence[tuple[int, Called | None]]) -> dict[int, int | None]:
    """Return what each of several alerts folds into when none of them has anything to fold into any more.

    None: it stands for itself, as the first does, and whoever calls somebody that none before it calls.
    """
    into: dict[int, int | None] = {}
    leads: list[tuple[int, Called]] = []
    for key, called in found:
        fits = (lead for lead, calls in leads if called is not None and calls.includes(called))
        into[key] = next(fits, None)
        if into[key] is None and called is not None:
            leads.append((key, called))
    return into


def _close(one: Earlier, lng: float | None, lat: float | None) -> bool:
    if one.lng is None or one.lat is None or lng is None or lat is None:
        return (one.lng is None) is (lng is None)
    east, north = (one.lng - lng) * cos(radians(lat)), one.lat - lat
    return hypot(east, north) * DEGREE_M <= METRES
