"""What the wall shows first: tables of words and marks, the feed's views, open alerts. No personal data: fields are named."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dashboard.rules.figures.table import KPIS as NAMES
from dashboard.rules.limits import SOON_SHARE
from layouts.parts import maps
from layouts.text.marks import marks, tree
from layouts.text.words import N_, _

KPIS: tuple[tuple[str, str, str, str], ...] = (  # code, words, kind of number, which way is good
    ("reported", N_("今日上报"), "count", ""),
    ("claim_rate", NAMES["claim_rate"].name, "rate", "up"),
    ("pending_dispatch", N_("待派单"), "count", "down"),
    ("handling", N_("处置中"), "count", ""),
    ("closed", N_("今日办结"), "count", "up"),
    ("on_time_rate", NAMES["on_time_rate"].name, "rate", "up"),
    ("satisfaction_rate", NAMES["satisfaction_rate"].name, "rate", "up"),
    ("supervised", N_("督办中"), "count", "down"),
)
ALERT_FIELDS = (
    "id",
    "event",
    "event_id",
    "episode",
    "state",
    "version",
    "raised_at",
    "reported_at",
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
    "kind",
    "ladder",
    "voice",
    "count",
)
SCENES: Mapping[str, str] = {
    "overview": N_("总览"),
    "streets": N_("街道"),
    "units": N_("部门"),
    "satisfaction": N_("满意度"),
}

LEVELS: Mapping[str, str] = {
    "street": N_("街道"),
    "community": N_("社区"),
    "grid": N_("网格"),
    "building": N_("楼栋"),
    "unit": N_("单元"),
}


@dataclass(frozen=True, slots=True)
class ScreenData:
    """What the wall shows first.

    `views` are the feed's views by name (kpis, board, trend, streets, …), `alerts` its open alert objects;
    `now_ms` is the drill clock in epoch milliseconds; `units` is {code: name}; `levels` runs outermost inwards; `heirs` is
    {area that is gone: what took its place}.
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
    heirs: Mapping[str, str] = field(default_factory=dict)
    claim_minutes: int = 30
    duty: str = ""
    demo: bool = False
    scene: str = "overview"
    schematic: bool = False
    tiles_url: str | None = None
    tiles_attribution: str = ""
    centre: Sequence[float] | None = None


def first(data: ScreenData) -> dict[str, Any]:
    """Return everything the scripts need to begin: tables of words and marks, first views, the clock."""
    return {
        "now": data.now_ms,
        "speed": data.clock_speed,
        "time_zone": data.time_zone,
        "levels": list(data.levels),
        "claim_ms": data.claim_minutes * 60_000,
        "claim_soon_ms": int(data.claim_minutes * 60_000 * SOON_SHARE),
        "units": dict(data.units),
        "views": dict(data.views),
        "alerts": [{name: alert[name] for name in ALERT_FIELDS if name in alert} for alert in data.alerts],
        "kpis": [
            {"code": code, "name": _(name), "kind": kind, "better": better}
            for code, name, kind, better in KPIS
        ],
        "levels_below": [_(LEVELS.get(level, level)) for level in (*data.levels[1:], data.levels[-1])],
        "scenes": list(SCENES),
        "areas": tree(data.areas, data.levels),
        "heirs": dict(data.heirs),
        **marks(),
    }
