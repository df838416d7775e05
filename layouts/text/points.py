"""The words of points, of limits and of where a report came from, as scripts need them (LIFECYCLE §6, §7)."""

from dashboard.rules.events.event import SOURCE_WORDS
from dashboard.rules.events.policy import POINT_WORDS
from layouts.text.when import LIMIT_WORDS
from layouts.text.words import _


def words() -> dict[str, str]:
    """Return {rule: word}."""
    return {rule: _(word) for rule, word in POINT_WORDS.items()}


def limits() -> dict[str, str]:
    """Return {unit of a limit: sentence with {n}}."""
    return {unit: _(word) for unit, word in LIMIT_WORDS.items()}


def sources() -> dict[str, str]:
    """Return {source: word}."""
    return {source.value: _(word) for source, word in SOURCE_WORDS.items()}
