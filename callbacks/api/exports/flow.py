"""Tables of the way that cases go: where they stand, who passes them on, at which level they end, and what was appealed."""

from collections.abc import Callable, Iterator, Mapping

from callbacks.api import query
from callbacks.api.answers import house
from callbacks.api.exports.cells import local, words_of
from callbacks.api.figures.appeals import STATES
from callbacks.api.figures.breakdown import in_period
from callbacks.api.figures.figures import NARROW, narrow_of
from dashboard import clock
from dashboard.rules.access import Viewer
from dashboard.rules.events.event import (
    APPEAL_WORDS,
    GROUND_WORDS,
    LEVEL_WORDS,
    LEVELS,
    STATUS_WORDS,
    Appeal,
    Status,
)
from dashboard.rules.refusals import Forbidden
from dashboard.rules.text.masking import mask_text
from datasources.events import appeals
from datasources.events.lists import numbers_seen
from datasources.figures import breakdown
from datasources.files.sheets import Row
from layouts.text import columns

Words = dict[str, str]
Table = tuple[list[str], Iterator[Row]]


def _bottleneck(words: Words, who: Viewer) -> Table:
    reference, narrow = house().reference, narrow_of(words)
    with house().database.read() as session:
        lines = breakdown.standing(session, reference, clock.now(), narrow)
        seen = numbers_seen(session, reference, who, [one.number for one in lines])
    names = words_of(STATUS_WORDS)
    rows = (
        [
            names[Status(one.status)],
            one.n,
            one.over,
            one.p50,
            one.p90,
            one.oldest,
            one.number if one.number in seen else "",
        ]
        for one in lines
    )
    return columns.heads(*columns.BOTTLENECK), rows


def _handoffs(words: Words, who: Viewer) -> Table:
    reference, lines = house().reference, in_period(words, breakdown.handoffs)
    rows = (
        [one.unit, reference.unit_name(one.unit), one.given, one.declined, one.checked, one.returned,
         *(one.grounds.get(ground.value, 0) for ground in GROUND_WORDS)]
        for one in lines
    )  # fmt: skip
    return columns.heads(*columns.HANDOFFS, *GROUND_WORDS.values()), rows


def _levels(words: Words, who: Viewer) -> Table:
    lines = in_period(words, breakdown.levels)
    rows = ([one.code, one.name, sum(one.counts), *one.counts] for one in lines)
    return columns.heads(*columns.LEVELS, *(LEVEL_WORDS[level] for level in LEVELS)), rows


def _appeals(words: Words, who: Viewer) -> Table:
    if not who.may("appeals.see"):
        raise Forbidden("您的账号看不到申诉")
    reference = house().reference
    pending = query.one_of("state", words.get("state", STATES[0]), STATES) == STATES[0]
    with house().database.read() as session:
        found = appeals.appealed(session, reference, who, pending=pending)
    states = words_of(APPEAL_WORDS)
    rows = (
        [event.number, mask_text(event.title), reference.unit_name(event.unit) if event.unit else "",
         states[Appeal(event.appeal or Appeal.OPEN)], mask_text(event.appeal_reason or ""), local(event.appealed_at),
         local(event.handle_due_at), local(event.finished_at), local(event.closed_at)]
        for event in found
    )  # fmt: skip
    return columns.heads(*columns.APPEALS), rows


# what → (words it takes; how it is made)
FLOW: Mapping[str, tuple[tuple[str, ...], Callable[[Words, Viewer], Table]]] = {
    "bottleneck": (NARROW, _bottleneck),
    "handoffs": (("period", *NARROW), _handoffs),
    "levels": (("period", *NARROW), _levels),
    "appeals": (("state",), _appeals),
}
