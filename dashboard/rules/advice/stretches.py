"""Which stretches of border keep causing trouble: those that are doubted, declined and ruled on both ways, worst first."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

DAYS = 90  # how far back trouble counts
MOST = 50
# a decline for its territory is a transfer that cost time; a ruling against the others says the line itself is unclear
WEIGHTS: Mapping[str, int] = {"doubtful": 1, "declines": 3, "against": 2}


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of border between grids in a span of days.

    `doubtful`: events that could belong to more than one street; `waiting`: those nobody has settled that are still open;
    `declines`: declines as not our territory; `rulings`: grid → how often it was ruled; `last` is (grid, by, at).
    """

    grids: tuple[str, ...]
    doubtful: int = 0
    waiting: int = 0
    declines: int = 0
    rulings: Mapping[str, int] = field(default_factory=dict)
    last: tuple[str, str, datetime] | None = None

    @property
    def against(self) -> int:
        """Return how many rulings went another way than most."""
        return sum(self.rulings.values()) - max(self.rulings.values(), default=0)

    @property
    def trouble(self) -> int:
        """Return how much trouble it causes; only good for putting stretches in order."""
        facts = {"doubtful": self.doubtful, "declines": self.declines, "against": self.against}
        return sum(WEIGHTS[name] * count for name, count in facts.items())


def worst_first(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Return the stretches with any trouble, worst first, then by name; at most 50."""
    troubled = [one for one in stretches if one.trouble or one.rulings]
    return sorted(troubled, key=lambda one: (-one.trouble, one.grids))[:MOST]
