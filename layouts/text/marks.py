"""The tables of words and marks that scripts need: statuses, levels, ratings, supervision, actions, the tree of areas."""

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard.rules.events.event import (
    DUE,
    LEVEL_WORDS,
    OPEN,
    RATING_WORDS,
    STATUS_WORDS,
    SUPERVISION_WORDS,
    Supervision,
)
from dashboard.rules.events.lifecycle import ACTION_WORDS
from layouts import theme
from layouts.parts import maps
from layouts.text.words import N_, _

# what each deadline is called where it is counted down
DUE_WORDS: Mapping[str, str] = {
    "register_due_at": N_("立案时限"),
    "claim_due_at": N_("抢单"),
    "dispatch_due_at": N_("派遣时限"),
    "accept_due_at": N_("签收时限"),
    "handle_due_at": N_("处置时限"),
    "check_due_at": N_("核查时限"),
    "hold_until": N_("挂单到"),
}


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
        "dues": {status.value: [name, _(DUE_WORDS[name])] for status, name in DUE.items()},
        "status_classes": {status.value: name for status, name in theme.STATUS_CLASSES.items()},
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
