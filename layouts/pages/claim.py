"""The page of those who handle events: the pool they may claim from, their work, their points.

React draws the frame once; the boxes with an id are leaves whose inside belongs to `assets/claim/`, but for the
chosen event, which Dash draws as on the desk.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dash import dcc, html

from dashboard.rules.limits import SOON_SHARE
from layouts import ids
from layouts.pages import account
from layouts.pages.event import event
from layouts.parts import act, maps
from layouts.parts.pieces import attributes, initial, leaf
from layouts.text import points
from layouts.text.marks import marks, tree
from layouts.text.words import N_, _

VIEWS: Mapping[str, str] = {"pool": N_("抢单池"), "mine": N_("我的在办"), "points": N_("我的积分")}


@dataclass(frozen=True, slots=True)
class ClaimData:
    """What the page shows first; `account` is (name, title), `unit` (code, name)."""

    account: tuple[str, str]
    unit: tuple[str, str]
    levels: Sequence[str]
    areas: Sequence[maps.AreaLike]
    now_ms: int
    time_zone: str = "Asia/Shanghai"
    clock_speed: float = 1.0
    claim_minutes: int = 30
    units: Mapping[str, str] = field(default_factory=dict)
    categories: Sequence[tuple[str, str, str]] = ()
    members: Sequence[tuple[str, str]] = ()
    demo: bool = False
    number: str = ""


def page(data: ClaimData) -> html.Div:
    """Return the page as a Dash component."""
    return html.Div(
        [
            _header(data),
            leaf("claim-alert", "c-alert", None, attributes(role="region", aria_label=_("紧急事件"))),
            leaf("claim-views", "c-views", None, attributes(role="tablist", aria_label=_("切换"))),
            html.Main([_pool(), _side()], className="c-main"),
            leaf("claim-foot", "c-foot num"),
            leaf("event-news", "d-news", None, attributes(role="status", aria_live="polite")),
            dcc.Store(id=ids.EVENT_CHOSEN),
        ],
        id=ids.CLAIM,
        className="claim",
        **attributes(data_live="events,alerts", data_rules="", data_view="pool"),
        **initial(first(data)),
    )


def first(data: ClaimData) -> dict[str, Any]:
    """Return everything the scripts need to begin."""
    name, title = data.account
    code, unit = data.unit
    return {
        "account": {"name": name, "title": title},
        "unit": {"code": code, "name": unit},
        "now": data.now_ms,
        "speed": data.clock_speed,
        "time_zone": data.time_zone,
        "levels": list(data.levels),
        "areas": tree(data.areas, data.levels),
        "claim_ms": data.claim_minutes * 60_000,
        "claim_soon_ms": int(data.claim_minutes * 60_000 * SOON_SHARE),
        "units": dict(data.units),
        "members": [list(one) for one in data.members],
        "categories": [list(one) for one in data.categories],
        "rules": act.rules(),
        "points": points.words(),
        "sources": points.sources(),
        "limits": points.limits(),
        "views": {view: _(word) for view, word in VIEWS.items()},
        "event": data.number,
        "demo": data.demo,
        **marks(),
    }


def _header(data: ClaimData) -> html.Header:
    live = html.Span(
        _("连接中"), id=ids.CLAIM_LIVE, className="live num", **attributes(data_state="offline", data_age="")
    )
    return html.Header(
        [
            html.H1([html.A(_("抢单台"), href="/claim"), html.Small(data.unit[1])]),
            leaf("claim-bell", "c-bell"),
            live,
            html.Span("", id="claim-date", className="c-date num"),
            html.Time(id="claim-clock", className="c-clock num"),
            *([html.Span(_("模拟数据"), className="mock")] if data.demo else []),
            account.corner(),
        ],
        className="c-top",
    )


def _pool() -> html.Section:
    return html.Section(
        [
            leaf("claim-pool-head", "c-head"),
            html.Ol(id=ids.CLAIM_POOL, className="c-pool", **attributes(aria_label=_("抢单池"))),
        ],
        className="c-left",
        **attributes(aria_label=_("抢单池")),
    )


def _side() -> html.Div:
    chosen = html.Section(
        [
            html.Button([_("返回"), html.Kbd("Esc")], id="claim-back", className="btn c-back", type="button"),
            html.Div(event.empty(_("请选一件事件")), id=ids.EVENT_BODY, className="c-event__b", tabIndex=-1),
            leaf(ids.ACT_FORM, "act-slot", None, attributes(aria_live="polite")),
        ],
        id="claim-event",
        className="c-card c-event",
        **attributes(aria_label=_("事件详情")),
    )
    mine = html.Section(
        [
            leaf("claim-mine-head", "c-card__h"),
            leaf("claim-mine-tabs", "c-tabs num", None, attributes(role="tablist", aria_label=_("我的在办"))),
            html.Ol(id=ids.CLAIM_MINE, className="c-mine num"),
        ],
        className="c-card c-work",
        **attributes(aria_label=_("我的在办")),
    )
    score = html.Section(
        leaf("claim-points", "c-points num"),
        className="c-card c-score",
        **attributes(aria_label=_("我的积分")),
    )
    return html.Div([score, mine, chosen], className="c-side")
