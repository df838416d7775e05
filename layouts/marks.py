"""The tables of words and marks that scripts need: statuses, levels, ratings, supervision, actions, the tree of areas."""

from collections.abc import Sequence
from typing import Any

from dashboard.rules.event import (
    LEVEL_WORDS,
    OPEN,
    RATING_WORDS,
    STATUS_WORDS,
    SUPERVISION_WORDS,
    Supervision,
)
from dashboard.rules.lifecycle import ACTION_WORDS
from layouts import maps, theme
from layouts.words import _


def marks() -> dict[str, Any]:
    """Return the tables, in the language being spoken."""
    return {
        "actions": {action: _(word) for action, word in ACTION_WORDS.items()},
        "status_words": {status.value: _(word) for status, word in STATUS_WORDS.items()},
        "statuses": [
            {
                "code": status.value,
                "word": _(STATUS_WORDS[status]),
                "token": theme.STATUS_MARKS[status].token,
                "glyph": theme.STATUS_MARKS[status].glyph,
            }
            for status in theme.STATUS_MARKS
            if status in OPEN
        ],
        "level_words": {
            level.value: {"word": _(LEVEL_WORDS[level]), "class": theme.LEVEL_CLASSES[level]}
            for level in theme.LEVEL_CLASSES
        },
        "ratings": [
            {"code": rating.value, "word": _(RATING_WORDS[rating]), "token": theme.RATING_TOKENS[rating]}
            for rating in theme.RATING_TOKENS
        ],
        "supervisions": {
            mark.value: {"word": _(SUPERVISION_WORDS[mark]), "rank": rank}
            for rank, mark in enumerate(Supervision)
            if mark is not Supervision.NONE
        },
    }


def tree(areas: Sequence[maps.AreaLike], levels: Sequence[str]) -> list[list[Any]]:
    """Return [code, name, parent, place of its level] of every area, outermost first: what a breadcrumb needs."""
    depth = {level: at for at, level in enumerate(levels)}
    known = sorted((area for area in areas if area.level in depth), key=lambda area: depth[area.level])
    return [[area.code, area.name, area.parent or "", depth[area.level]] for area in known]
