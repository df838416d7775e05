"""The administrator's page: which screens hang where and how they are, and who has an account.

React draws the frame once; the boxes with an id are leaves whose inside belongs to `assets/admin.js`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dash import html

from dashboard.rules.access import ROLE_WORDS
from layouts.pages import account
from layouts.parts.pieces import attributes, initial, leaf
from layouts.text.words import _

ROLES: Mapping[str, str] = {role.value: words for role, words in ROLE_WORDS.items()}
ROTATIONS = (10, 15, 20, 30, 45, 60)
ADMIN = "admin"
SCREENS, ACCOUNTS, MAKE, ADDRESS, NEWS, LIMITS = (
    "admin-screens",
    "admin-accounts",
    "admin-make",
    "admin-address",
    "admin-news",
    "admin-limits",
)


@dataclass(frozen=True, slots=True)
class AdminData:
    """What the page is drawn from; `areas` are (code, name) a screen may show, `who` is the account's title."""

    title: str
    who: str
    may_change: bool
    areas: Sequence[tuple[str, str]] = ()
    scenes: Mapping[str, str] = field(default_factory=dict)
    languages: Mapping[str, str] = field(default_factory=dict)
    time_zone: str = "Asia/Shanghai"


def page(data: AdminData) -> html.Div:
    """Return the page as a Dash component."""
    choices = {
        "may_change": data.may_change,
        "time_zone": data.time_zone,
        "areas": list(data.areas),
        "scenes": [(code, _(name)) for code, name in data.scenes.items()],
        "languages": list(data.languages.items()),
        "rotations": ROTATIONS,
    }
    make = [leaf(ADDRESS, "adm-once", None, attributes(aria_live="polite")), leaf(MAKE, "adm-make")]
    return html.Div(
        [
            _header(data),
            html.Main(
                [
                    leaf(NEWS, "adm-news", None, attributes(role="status")),
                    _section(
                        "adm-s",
                        _("屏幕一览"),
                        "admin-screens-note",
                        *(make if data.may_change else ()),
                        leaf(SCREENS, "adm-table"),
                    ),
                    _section("adm-l", _("登录受限"), "admin-limits-note", leaf(LIMITS, "adm-table")),
                    _section("adm-p", _("运行状态"), "admin-parts-note", leaf("admin-parts", "adm-table")),
                    _section(
                        "adm-d", _("外部通知"), "admin-deliveries-note", leaf("admin-deliveries", "adm-table")
                    ),
                    _section("adm-x", _("搁置的记录"), "admin-aside-note", leaf("admin-aside", "adm-table")),
                    _section("adm-a", _("账号一览"), "admin-accounts-note", leaf(ACCOUNTS, "adm-table")),
                ],
                className="adm-main",
            ),
        ],
        id=ADMIN,
        className="adm",
        **attributes(data_theme="light"),
        **initial(choices),
    )


def _header(data: AdminData) -> html.Header:
    return html.Header(
        [
            html.A(data.title, href="/screen", className="adm-home"),
            html.H1(_("系统管理")),
            html.Span(data.who, className="adm-who"),
            html.Span("" if data.may_change else _("只读"), className="adm-chip", hidden=data.may_change),
            html.A(_("审计记录"), href="/audit", className="acct-a"),
            account.corner(),
        ],
        className="adm-top",
    )


def _section(name: str, title: str, note: str, *inside: html.Div) -> html.Section:
    head = html.Div([html.H2(title, id=f"{name}-title"), html.P(id=note, className="num")], className="adm-h")
    return html.Section([head, *inside], className=name, **attributes(aria_labelledby=f"{name}-title"))
