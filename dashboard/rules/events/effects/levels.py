"""The level of a case: what its category expects, and never below the height it was passed up to (LIFECYCLE §9)."""

from dashboard.rules.events.event import LEVELS, Event, Level
from dashboard.rules.events.policy import World


def expected(code: str | None, world: World) -> Level:
    """Return the level at which a category is to be solved; the grid's where nothing else is said."""
    category = world.category(code)
    return Level((category and category.level) or Level.GRID)


def of(event: Event, code: str | None, world: World) -> Level:
    """Return the level of an event as one of a category, which may be another one than it had.

    What another category expected, or somebody set for it, goes with that category; what it was passed up to stays.
    """
    if event.category not in (None, code) and not event.escalations:
        return expected(code, world)
    return max(Level(event.level), expected(code, world), key=LEVELS.index)
