"""What the wall shows first: tables of words and marks, the feed's views, open alerts. No personal data: fields are named."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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
from layouts.words import N_, _

KPIS: tuple[tuple[str, str, str], ...] = (  # code, words, kind of number
    ("reported", N_("今日上报"), "count"),
    ("claim_rate", N_("抢单率"), "rate"),
    ("pending_dispatch", N_("待派单"), "count"),
    ("handling", N_("处置中"), "count"),
    ("closed", N_("今日办结"), "count"),
    ("on_time_rate", N_("按期办结率"), "rate"),
    ("satisfaction_rate", N_("满意率"), "rate"),
    ("supervised", N_("督办中"), "count"),
)
ALERT_FIELDS = (
    "id",
    "event",
    "event_id",
    "episode",
    "state",
    "version",
    "raised_at",
    "title",
    "category",
    "address",
    "lng",
    "lat",
    "grid",
    "acknowledged",
    "units",
    "next",
    "shelved",
)
SCENES: Mapping[str, str] = {"overview": N_("总览")}


@dataclass(frozen=True, slots=True)
class ScreenData:
    """What the wall shows first.

    `views` are the feed's views by name (kpis, board, satisfaction, latest), `alerts` its open alert objects;
    `now_ms` is the drill clock in epoch milliseconds; `units` is {code: name}; `levels` runs outermost inwards.
    """

    title: str
    district: str
    levels: Sequence[str]
    areas: Sequence[maps.AreaLike]
    now_ms: int
    time_zone: str = "Asia/Shanghai"
    clock_speed: float = 1.0
    views: Mapping[str, Any] = field(default_factory=dict)
    alerts: Sequence[Mapping[str, Any]] = ()
    units: Mapping[str, str] = field(default_factory=dict)
    claim_minutes: int = 30
    duty: str = ""
    demo: bool = False
    scene: str = "overview"
    schematic: bool = False
    tiles_url: str | None = None
    tiles_attribution: str = ""


def first(data: ScreenData) -> dict[str, Any]:
    """Return everything the scripts need to begin: tables of words and marks, first views, the clock."""
    return {
        "now": data.now_ms,
        "speed": data.clock_speed,
        "time_zone": data.time_zone,
        "levels": list(data.levels),
        "claim_ms": data.claim_minutes * 60_000,
        "units": dict(data.units),
        "views": dict(data.views),
        "alerts": [{name: alert[name] for name in ALERT_FIELDS if name in alert} for alert in data.alerts],
        "actions": {action: _(word) for action, word in ACTION_WORDS.items()},
        "kpis": [{"code": code, "name": _(name), "kind": kind} for code, name, kind in KPIS],
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
