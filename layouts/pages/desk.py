"""The duty operator's page: everything to be decided on the left, one event in the middle, whom to send on the right.

React draws the frame once. The boxes with an id are leaves whose inside belongs to `assets/desk/`, but for two that
Dash fills whenever another event is chosen: the event's facts and the panel of dispatch.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dash import dcc, html

from layouts import ids
from layouts.pages import account, desk_queue
from layouts.pages.dispatch import panel
from layouts.pages.event import event
from layouts.pages.screen_data import ALERT_FIELDS
from layouts.parts import act, maps
from layouts.parts.pieces import attributes, initial, leaf
from layouts.text import keys
from layouts.text.marks import marks, tree
from layouts.text.words import _


@dataclass(frozen=True, slots=True)
class DeskData:
    """What the desk shows first; `account` is (name, title, role), `categories` are (code, name, parent).

    `gone_units` are abolished ones that may still hold events, by name; `notes` are sentences about the district that
    whoever decides must know.
    """

    title: str
    account: tuple[str, str, str]
    levels: Sequence[str]
    areas: Sequence[maps.AreaLike]
    now_ms: int
    time_zone: str = "Asia/Shanghai"
    clock_speed: float = 1.0
    views: Mapping[str, Any] = field(default_factory=dict)
    alerts: Sequence[Mapping[str, Any]] = ()
    units: Mapping[str, str] = field(default_factory=dict)
    gone_units: Mapping[str, str] = field(default_factory=dict)
    categories: Sequence[tuple[str, str, str]] = ()
    centre: Sequence[float] | None = None
    duty: str = ""
    notes: Sequence[str] = ()
    demo: bool = False
    number: str = ""
    watches: bool = False  # looks at reporters are told to whoever watches over them


def page(data: DeskData) -> html.Div:
    """Return the desk as a Dash component."""
    return html.Div(
        [
            _header(data),
            *(html.P(note, className="d-note", role="status") for note in data.notes),
            leaf(ids.DESK_ALERTS, "d-alerts", None, attributes(role="region", aria_label=_("紧急事件"))),
            html.Main([_left(), _middle(), _right()], className="d-main"),
            _bottom(data),
            leaf("desk-news", "d-news", None, attributes(role="status", aria_live="polite")),
            leaf("desk-help", "d-help-slot"),
            leaf(ids.DESK_STRETCHES, "dp-drawer-slot"),
            dcc.Store(id=ids.EVENT_CHOSEN),
            dcc.Store(id=ids.DISPATCH_ASKED),
        ],
        id=ids.DESK,
        className="desk",
        **attributes(data_live="events,views,alerts"),
        **initial(first(data)),
    )


def first(data: DeskData) -> dict[str, Any]:
    """Return everything the scripts need to begin."""
    name, title, role = data.account
    return {
        "account": {"name": name, "title": title, "role": role},
        "now": data.now_ms,
        "speed": data.clock_speed,
        "time_zone": data.time_zone,
        "levels": list(data.levels),
        "areas": tree(data.areas, data.levels),
        "centre": list(data.centre or ()),
        "units": dict(data.units),
        "gone_units": dict(data.gone_units),
        "categories": [list(one) for one in data.categories],
        "views": dict(data.views),
        "alerts": [{name: alert[name] for name in ALERT_FIELDS if name in alert} for alert in data.alerts],
        "rules": act.rules(),
        "letters": dict(keys.LETTERS),
        "event": data.number,
        "demo": data.demo,
        **marks(),
    }


def _header(data: DeskData) -> html.Header:
    _name, title, role = data.account
    seat = " · ".join(part for part in (title, role if role != title else "", data.duty) if part)
    live = html.Span(
        _("连接中"), id=ids.DESK_LIVE, className="live num", **attributes(data_state="offline", data_age="")
    )
    return html.Header(
        [
            html.H1([html.A(_("值班调度台"), href="/desk"), html.Small(seat)]),
            leaf("desk-command-box", "d-commandbox", None, attributes(role="search")),
            leaf("desk-counts", "d-counts num"),
            leaf("desk-objections", "d-objections-slot"),
            *([leaf("desk-reveals", "d-objections-slot")] if data.watches else []),
            leaf("desk-deliveries", "d-objections-slot"),
            leaf("desk-sound", "d-sound"),
            live,
            html.Time(id="desk-clock", className="d-clock num"),
        ],
        className="d-top",
    )


def _bottom(data: DeskData) -> html.Footer:
    """Return the line of news and keys, with the way out: the head has no room for it on a small screen."""
    mock = [html.Span(_("模拟数据"), className="mock")] if data.demo else []
    return html.Footer([leaf("desk-foot", "d-foot num"), *mock, account.corner()], className="d-bottom")


def _left() -> html.Div:
    queue = html.Section(
        [
            leaf("desk-tabs", "d-tabs", None, attributes(role="tablist", aria_label=_("队列"))),
            leaf("desk-filter", "d-filter"),
            html.Div(desk_queue.grid(), id="desk-grid-box", className="d-grid"),
            leaf("desk-queue-foot", "d-queue-foot num"),
        ],
        id=ids.DESK_QUEUE,
        className="d-card d-queue",
        **attributes(aria_label=_("队列")),
    )
    intake = leaf(ids.DESK_INTAKE, "d-card d-intake", None, attributes(role="region", aria_label=_("代报")))
    return html.Div([queue, intake], className="d-col d-col--l")


def _middle() -> html.Section:
    body = html.Div(event.empty(), id=ids.EVENT_BODY, className="d-body", tabIndex=-1)
    return html.Section(
        [event.presence(), body],
        id=ids.DESK_EVENT,
        className="d-card",
        **attributes(aria_label=_("事件详情")),
    )


def _right() -> html.Section:
    return html.Section(
        [
            html.Div(panel.empty(), id=ids.DISPATCH_BODY, className="d-body", tabIndex=-1),
            leaf(ids.DISPATCH_BATCH, "dp-batch-slot"),
            leaf(ids.ACT_FORM, "act-slot", None, attributes(aria_live="polite")),
        ],
        id=ids.DESK_DISPATCH,
        className="d-card",
        **attributes(aria_label=_("派单")),
    )
