"""The leaders' page: boards and KPIs, each number with what lies behind it. Touch first, light, in place.

React draws the frame once; the boxes with an id are leaves whose inside belongs to `assets/scores/`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dash import html

from dashboard.rules.events.event import VERDICT_WORDS
from dashboard.rules.figures.boards import NAMED, area_boards
from dashboard.rules.figures.table import KPIS, STAGES
from layouts import ids
from layouts.pages import account
from layouts.parts import maps
from layouts.parts.pieces import attributes, initial, leaf
from layouts.text import points
from layouts.text.marks import marks, tree
from layouts.text.words import N_, _

BOARDS: Mapping[str, str] = {
    "units": N_("部门"),
    "streets": N_("街道"),
    "communities": N_("社区"),
    "grids": N_("网格"),
    "workers": N_("网格员"),
    "kpis": N_("指标"),
    "cases": N_("申诉与导出"),
}
AREA_WORDS: Mapping[str, str] = {"district": N_("区"), "neighborhood": N_("片区")}
PERIODS: Mapping[str, str] = {
    "today": N_("今日"),
    "7d": N_("7天"),
    "month": N_("本月"),
    "quarter": N_("本季"),
    "year": N_("本年"),
}
# the rates of a board, in the order of its columns; the first four make the composite
RATES = ("on_time_close_rate", "satisfaction_rate", "claim_rate", "first_fix_rate", "on_time_rate")


@dataclass(frozen=True, slots=True)
class ScoresData:
    """What the page shows first; `account` is (name, title), `boards` those the account may see.

    `units` and `categories` (headings) are (code, name) to narrow numbers to; `may`: export, ask, answer.
    """

    account: tuple[str, str]
    boards: Sequence[str]
    levels: Sequence[str]
    areas: Sequence[maps.AreaLike]
    now_ms: int
    time_zone: str = "Asia/Shanghai"
    clock_speed: float = 1.0
    home: str = "/screen"
    units: Sequence[tuple[str, str]] = ()
    categories: Sequence[tuple[str, str]] = ()
    may: Mapping[str, bool] = field(default_factory=dict)
    demo: bool = False


def boards(levels: Sequence[str]) -> list[str]:
    """Return the boards of a district in the order of their tabs: units, its levels of areas, then the others."""
    areas = {"streets", "communities", "grids"}
    return ["units", *area_boards(levels), *(board for board in BOARDS if board not in {"units", *areas})]


def _title(board: str, levels: Sequence[str]) -> str:
    """Return what a board is called: an area's by what its level is called."""
    depth = area_boards(levels).get(board)
    level = None if depth is None else levels[depth]
    if level is None or level in NAMED:
        return _(BOARDS[board])
    return _(AREA_WORDS[level]) if level in AREA_WORDS else level


def page(data: ScoresData) -> html.Div:
    """Return the page as a Dash component."""
    return html.Div(
        [
            html.Header(
                [
                    html.H1(_("考评排名")),
                    leaf("scores-when", "s-when num", None, attributes(role="status")),
                    leaf(
                        ids.SCORES_PERIOD,
                        "s-period",
                        None,
                        attributes(role="radiogroup", aria_label=_("周期")),
                    ),
                    html.A(_("返回"), href=data.home, className="s-home"),
                    account.corner(),
                ],
                className="s-top",
            ),
            html.Div(
                [
                    leaf("scores-tabs", "s-tabs", None, attributes(role="tablist", aria_label=_("榜单"))),
                    leaf("scores-tools", "s-tools"),
                ],
                className="s-bar",
            ),
            leaf("scores-road", "s-road"),
            html.Main(
                [
                    leaf(ids.SCORES_BOARD, "s-board", None, attributes(aria_live="off")),
                    leaf("scores-sheet", "s-sheet", None, attributes(aria_label=_("明细"))),
                ],
                className="s-main",
            ),
            *([html.P(_("模拟数据"), className="mock s-mock")] if data.demo else []),
        ],
        id=ids.SCORES,
        className="scores",
        **attributes(data_theme="light"),
        **initial(first(data)),
    )


def first(data: ScoresData) -> dict[str, Any]:
    """Return everything the scripts need to begin."""
    name, title = data.account
    return {
        "account": {"name": name, "title": title},
        "boards": [[board, _title(board, data.levels)] for board in data.boards],
        "depths": area_boards(data.levels),
        "periods": [[period, _(word)] for period, word in PERIODS.items()],
        "rates": list(RATES),
        "kpis": {
            code: {
                "name": _(kpi.name),
                "num": _(kpi.num_words),
                "den": _(kpi.den_words),
                "formula": _(kpi.formula),
                "kind": kpi.kind,
                "better": kpi.better,
            }
            for code, kpi in KPIS.items()
        },
        "stages": {
            code: " → ".join((_(stage.begin_words), _(stage.end_words))) for code, stage in STAGES.items()
        },
        "levels": list(data.levels),
        "areas": tree(data.areas, data.levels),
        "now": data.now_ms,
        "speed": data.clock_speed,
        "time_zone": data.time_zone,
        "may": dict(data.may),
        "units": list(data.units),
        "categories": list(data.categories),
        "channels": list(points.sources().items()),
        "verdicts": [[verdict.value, _(word)] for verdict, word in VERDICT_WORDS.items()],
        **marks(),
    }
