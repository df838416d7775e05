"""The wall of the command hall: nobody sits at it, everything on it must be right or say that it is not.

React draws the frame once; the boxes with an id are leaves whose inside belongs to `assets/screen*.js`.
First data come with the page, later ones over the socket; no personal data in either.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dash import html

from dashboard.rules.event import (
    LEVEL_WORDS,
    OPEN,
    RATING_WORDS,
    STATUS_WORDS,
    SUPERVISION_WORDS,
    Supervision,
)
from layouts import ids, maps, theme
from layouts.parts import attributes, initial, leaf, panel
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


def page(data: ScreenData) -> html.Div:
    """Return the wall of a district as a Dash component."""
    return html.Div(
        [
            _header(data),
            leaf(ids.SCREEN_KPIS, "w-kpis", None, attributes(aria_label=_("今日指标"))),
            leaf(ids.SCREEN_LOST, "w-lost-slot", None, attributes(role="alert")),
            html.Main([_left(), _middle(data), _right()], className="w-main"),
            leaf(ids.SCREEN_ALERT, "w-alert-slot", None, attributes(role="status", aria_label=_("紧急事件"))),
            _ticker(data),
        ],
        id=ids.SCREEN,
        className="wall",
        **attributes(data_live="events,views,alerts"),
        **initial(_first(data)),
    )


def _first(data: ScreenData) -> dict[str, Any]:
    """Return everything the scripts need to begin: tables of words and marks, first views, the clock."""
    return {
        "now": data.now_ms,
        "speed": data.clock_speed,
        "time_zone": data.time_zone,
        "levels": list(data.levels),
        "claim_ms": data.claim_minutes * 60_000,
        "units": dict(data.units),
        "views": dict(data.views),
        "alerts": [dict(alert) for alert in data.alerts],
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


def _header(data: ScreenData) -> html.Header:
    live = html.Span(
        [html.Span(_("连接中"), className="live", id="screen-live-word"), html.Span(id="screen-live-age")],
        id=ids.SCREEN_LIVE,
        className="w-two",
        **attributes(data_state="offline", data_age=""),
    )
    duty = [html.Span([html.Span(_("值班")), html.B(data.duty)], className="w-two")] if data.duty else []
    scenes = [html.Span(_(SCENES[data.scene]), className="w-tab", **attributes(aria_current="page"))]
    return html.Header(
        [
            html.Div(
                [
                    html.Nav(scenes, className="w-tabs", **attributes(aria_label=_("场景"))),
                    leaf(ids.SCREEN_SOUND, "w-pill"),
                ],
                className="w-top__side",
            ),
            html.H1(data.title, className="w-top__title"),
            html.Div(
                [
                    live,
                    *duty,
                    leaf(ids.SCREEN_DATE, "w-two w-date"),
                    html.Time(id=ids.SCREEN_CLOCK, className="w-clock num"),
                ],
                className="w-top__side w-top__side--r",
            ),
        ],
        className="w-top",
    )


def _left() -> html.Div:
    return html.Div(
        [
            panel(
                _("抢单倒计时"),
                "screen-countdowns-note",
                leaf(ids.SCREEN_COUNTDOWNS, "w-panel__b w-claims"),
                "w-grow",
            ),
            panel(
                _("督办事项"),
                "screen-supervised-note",
                leaf(ids.SCREEN_SUPERVISED, "w-panel__b w-sup"),
                "w-sups",
            ),
        ],
        className="w-col w-col--l",
    )


def _middle(data: ScreenData) -> html.Section:
    schematic = [html.Span(_("网格边界为示意"), className="w-plate w-note")] if data.schematic else []
    return html.Section(
        [
            maps.district_map(data.areas, data.levels, data.tiles_url, data.tiles_attribution),
            html.Div(
                [html.Span([html.B(data.district)], className="w-plate w-crumb"), *schematic],
                className="w-mapbar",
            ),
            leaf(ids.SCREEN_CALLOUT, "w-callout", None, attributes(aria_live="polite")),
            html.Div(
                [
                    leaf(ids.SCREEN_LEGEND, "w-plate w-legend", None, attributes(aria_label=_("图例"))),
                    leaf("screen-ramp", "w-plate w-ramp"),
                ],
                className="w-mapfoot",
            ),
        ],
        className="w-mapbox",
        **attributes(aria_label=_("网格地图")),
    )


def _right() -> html.Div:
    return html.Div(
        [
            panel(
                _("部门积分榜"), "screen-board-note", leaf(ids.SCREEN_BOARD, "w-panel__b w-board"), "w-grow"
            ),
            panel(
                _("满意度分布"),
                "screen-satisfaction-note",
                leaf(ids.SCREEN_SATISFACTION, "w-panel__b w-satbox"),
            ),
        ],
        className="w-col w-col--r",
    )


def _ticker(data: ScreenData) -> html.Footer:
    simulated = [html.Span(_("模拟数据"), className="mock")] if data.demo else []
    return html.Footer(
        [
            html.Span(_("最新动态"), className="w-tick__h"),
            leaf(ids.SCREEN_LATEST, "w-tick__w num"),
            *simulated,
        ],
        className="w-tick",
    )
