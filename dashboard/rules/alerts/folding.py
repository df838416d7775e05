"""Many emergencies of one sender at one place: the first sound, the rest fold into one that sounds and counts them.

Nothing is refused and nothing is silent: every one is an event with its unit, and what they fold into rings and says how many.
What somebody answered or silenced does not ring, so nothing that comes later lies in it.
"""

from collections.abc import Sequence
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

    @property
    def sounds(self) -> bool:
        """Return whether it waits for an answer, is shown for itself and is heard."""
        return self.state == AlertState.RAISED and self.folded_into is None and not self.silenced


def target(earlier: Sequence[Earlier], unit: str | None, lng: float | None, lat: float | None) -> int | None:
    """Return the alert a new one folds into, or None when it sounds for itself.

    Only into one that still sounds, for the same unit: whoever has to sign is called in any case.
    """
    here = [one for one in earlier if _close(one, lng, lat)]
    among = here if len(here) >= ABOVE_HERE else earlier if len(earlier) >= ABOVE else []
    found = [one.id for one in among if one.sounds and one.unit == unit]
    return max(found, default=None)


def _close(one: Earlier, lng: float | None, lat: float | None) -> bool:
    if one.lng is None or one.lat is None or lng is None or lat is None:
        return (one.lng is None) is (lng is None)
    east, north = (one.lng - lng) * cos(radians(lat)), one.lat - lat
    return hypot(east, north) * DEGREE_M <= METRES
