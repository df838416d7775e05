"""The wall of the command hall: nobody sits at it, everything on it must be right or say that it is not.

React draws the frame once; the boxes with an id are leaves whose inside belongs to `assets/screen*.js`.
First data come with the page (`screen_data`), later ones over the socket.
"""

from dash import html

from layouts import ids, maps
from layouts.parts import attributes, initial, leaf, panel
from layouts.screen_data import SCENES, ScreenData, first
from layouts.words import _

__all__ = ["ScreenData", "page"]


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
        **initial(first(data)),
    )


def _header(data: ScreenData) -> html.Header:
    live = html.Span(
        [html.Span(_("连接中"), className="live", id="screen-live-word"), html.Span(id="screen-live-age")],
        id=ids.SCREEN_LIVE,
        className="w-two",
        **attributes(data_state="offline", data_age=""),
    )
    duty = [html.Span([html.Span(_("值班")), html.B(data.duty)], className="w-two")] if data.duty else []
    scenes = [
        html.Span(
            _(SCENES.get(data.scene, SCENES["overview"])),
            className="w-tab",
            **attributes(aria_current="page"),
        )
    ]
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
