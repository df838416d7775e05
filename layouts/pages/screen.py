"""The wall of the command hall: nobody sits at it, everything on it must be right or say that it is not.

React draws the frame once; the boxes with an id are leaves whose inside belongs to `assets/wall/`.
Every panel has one home; a scene chooses among them by style alone, so that the map is never built twice.
"""

from dataclasses import dataclass

from dash import html

from layouts import ids
from layouts.pages import account
from layouts.pages.screen_data import SCENES, ScreenData, first
from layouts.parts import maps
from layouts.parts.pieces import attributes, initial, leaf
from layouts.text.words import N_, _

__all__ = ["ScreenData", "page"]


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel of the wall: its name, its title, the leaf inside with its classes, the scenes that show it.

    `wide` is its place on the left screen of three (wide.css), where it stays away without one; `room` are classes that say
    how it shares its column.
    """

    name: str
    title: str
    leaf: str
    classes: str
    scenes: str = ""
    wide: str = ""
    room: str = ""


CHART = "w-panel--chart"  # as high as there is room
YIELDS = "w-panel--yields"  # the first to go where there is none
LEFT = (
    Panel("flow", N_("事件流转"), "screen-flow", "w-flow num", wide="top"),
    Panel("claims", N_("抢单倒计时"), ids.SCREEN_COUNTDOWNS, "w-claims", "overview units satisfaction", "main"),
    Panel("dispatch", N_("待派单"), "screen-dispatch", "w-waiting", wide="side"),
    Panel("trend", N_("24 小时趋势"), "screen-trend", "w-trend", "overview streets", "foot-1", CHART),
    Panel("categories", N_("今日事件类别"), "screen-categories", "w-bars num", "streets units", "foot-2", CHART),
    Panel(
        "channels", N_("上报渠道"), "screen-channels", "w-bars w-bars--pairs num",
        "streets satisfaction", "foot-3", f"{CHART} {YIELDS}",
    ),
)  # fmt: skip
RIGHT = (
    Panel("board", N_("部门积分榜"), ids.SCREEN_BOARD, "w-board", "overview"),
    Panel("units", N_("部门办理情况"), "screen-units", "w-board", "units"),
    Panel("streets", N_("街道办理情况"), "screen-streets", "w-board", "streets"),
    Panel("satisfaction", N_("满意度分布"), ids.SCREEN_SATISFACTION, "w-satbox", "overview satisfaction"),
    Panel("ratings", N_("各单位满意度"), "screen-ratings", "w-board", "satisfaction"),
    Panel("supervised", N_("督办事项"), ids.SCREEN_SUPERVISED, "w-sup", "overview streets"),
    Panel("roster", N_("值班"), "screen-roster", "w-roster", "units", room=YIELDS),
)


def page(data: ScreenData) -> html.Div:
    """Return the wall of a district as a Dash component."""
    return html.Div(
        [
            _header(data),
            leaf(ids.SCREEN_KPIS, "w-kpis", None, attributes(aria_label=_("今日指标"))),
            leaf(ids.SCREEN_LOST, "w-lost-slot", None, attributes(role="alert")),
            html.Main([_column(LEFT, "l"), _middle(data), _column(RIGHT, "r")], className="w-main"),
            leaf(ids.SCREEN_ALERT, "w-alert-slot", None, attributes(role="status", aria_label=_("紧急事件"))),
            _ticker(data),
            leaf("screen-list", "w-list", None, attributes(aria_live="polite")),
        ],
        id=ids.SCREEN,
        className="wall",
        **attributes(data_live="events,views,alerts", data_scene=_scene(data)),
        **initial(first(data)),
    )


def _scene(data: ScreenData) -> str:
    return data.scene if data.scene in SCENES else "overview"


def _header(data: ScreenData) -> html.Header:
    live = html.Span(
        [html.Span(_("连接中"), className="live", id="screen-live-word"), html.Span(id="screen-live-age")],
        id=ids.SCREEN_LIVE,
        className="w-two",
        **attributes(data_state="offline", data_age=""),
    )
    duty = [html.Span([html.Span(_("值班")), html.B(data.duty)], className="w-two")] if data.duty else []
    begin = [html.Nav(_tabs(data), className="w-tabs", **attributes(aria_label=_("场景")))]
    when = [leaf(ids.SCREEN_DATE, "w-two w-date"), html.Time(id=ids.SCREEN_CLOCK, className="w-clock num")]
    return html.Header(
        [
            html.Div([*begin, leaf(ids.SCREEN_SOUND, "w-pill")], className="w-top__side"),
            html.H1(data.title, className="w-top__title"),
            html.Div([live, *duty, *when], className="w-top__side w-top__side--r"),
        ],
        className="w-top",
    )


def _tabs(data: ScreenData) -> list[html.Button]:
    chosen = _scene(data)
    return [
        html.Button(
            _(word),
            className="w-tab",
            type="button",
            **attributes(data_scene=scene, aria_pressed="true" if scene == chosen else "false"),
        )
        for scene, word in SCENES.items()
    ]


def _column(panels: tuple[Panel, ...], side: str) -> html.Div:
    return html.Div([_panel(panel) for panel in panels], className=f"w-col w-col--{side}")


def _panel(panel: Panel) -> html.Section:
    note = html.P(id=f"{panel.leaf}-note", className="num")
    return html.Section(
        [
            html.Header([html.H2(_(panel.title)), note], className="w-panel__h"),
            leaf(panel.leaf, f"w-panel__b {panel.classes}"),
        ],
        className=" ".join(filter(None, ("w-panel", panel.room, panel.wide and f"w-wide--{panel.wide}"))),
        **attributes(data_panel=panel.name, data_scenes=panel.scenes),
    )


def _middle(data: ScreenData) -> html.Section:
    schematic = [html.Span(_("网格边界为示意"), className="w-plate w-note")] if data.schematic else []
    crumb = html.Nav(id="screen-crumb", className="w-plate w-crumb", **attributes(aria_label=_("下钻")))
    return html.Section(
        [
            maps.district_map(data.areas, data.levels, data.tiles_url, data.tiles_attribution, data.centre),
            html.Div(
                [crumb, *schematic],
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


def _ticker(data: ScreenData) -> html.Footer:
    simulated = [html.Span(_("模拟数据"), className="mock")] if data.demo else []
    return html.Footer(
        [
            html.Span(_("最新动态"), className="w-tick__h"),
            leaf(ids.SCREEN_LATEST, "w-tick__w num"),
            *simulated,
            account.corner(logins=False),
        ],
        className="w-tick",
    )
