"""The table of pages and the HTML around every Dash page. Nothing is fetched from outside the product's own origin."""

import json
from dataclasses import dataclass
from html import escape

from dashboard.rules.access import PERMISSIONS, Role
from layouts import ids, scripts
from layouts.text import words
from layouts.text.words import N_

COMMAND = frozenset({Role.WALL, Role.OPERATOR, Role.LEAD, Role.LEADER, Role.ADMIN, Role.AUDITOR})
EVERYBODY = frozenset(set(Role) - {Role.RESIDENT, Role.SYSTEM, Role.CLOCK})
ANYONE = frozenset(Role)


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its path, its title, the layout module that draws it, who may see it; `public` needs no account."""

    path: str
    title: str
    noun: str
    roles: frozenset[Role]
    public: bool = False


PAGES: tuple[Page, ...] = (
    Page("/login", N_("登录"), "login", ANYONE, public=True),
    Page("/screen", N_("指挥大屏"), "screen", COMMAND),
    Page(
        "/desk",
        N_("值班调度台"),
        "desk",
        frozenset({Role.OPERATOR, Role.LEAD}),
    ),
    Page("/claim", N_("抢单台"), "claim", frozenset({Role.UNIT})),
    Page("/field", N_("网格员现场"), "field", frozenset({Role.WORKER})),
    Page("/report", N_("我要上报"), "report", ANYONE, public=True),
    Page("/scores", N_("考核与积分"), "scores", EVERYBODY),
    Page(
        "/event",
        N_("事件详情"),
        "event",
        EVERYBODY,
    ),
    Page("/admin", N_("系统管理"), "admin", frozenset({Role.ADMIN, Role.AUDITOR})),
    Page("/audit", N_("审计记录"), "audit", PERMISSIONS["audit.see"]),
    Page("/account", N_("我的登录"), "account", PERMISSIONS["logins.own"]),
)


def page_of(path: str) -> Page | None:
    """Return the page a path belongs to (`/event/<number>` to the event page), or None."""
    first = "/" + path.strip("/").split("/")[0]
    whole = "/" + path.strip("/")
    return next((page for page in PAGES if page.path == (first if page.noun == "event" else whole)), None)


def part_of(path: str) -> dict[str, str]:
    """Return what the path itself says beyond its page: `/event/<number>` names an event."""
    page, rest = page_of(path), path.strip("/").split("/")[1:]
    return {"number": rest[0]} if page and page.noun == "event" and rest else {}


def embedded(data: object) -> str:
    """Return JSON that may stand inside a script element: nothing in it can end the element."""
    plain = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return plain.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def index_string(lang: str | None = None, noun: str = "", account: str = "") -> str:
    """Return Dash's index template of a page, in a language, for an account; its words travel as data, not as script."""
    spoken = words.known(lang) if lang else words.active()
    styles, modules = (
        (scripts.style_links(noun), scripts.module_links(noun)) if noun in scripts.PAGES else ("", "")
    )
    return f"""<!DOCTYPE html>
<html lang="{words.HTML_LANG[spoken]}" data-lang="{spoken}"{_drawn_for(account)}>
<head>
{{%metas%}}
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="same-origin">
<title>{{%title%}}</title>
<link rel="icon" href="{scripts.address("icon.svg")}" type="image/svg+xml">
{{%css%}}
{styles}
{modules}
</head>
<body>
{{%app_entry%}}
<script type="application/json" id="{ids.WORDS}">{embedded(words.js_catalogue(spoken)).replace("{%", "{ %")}</script>
<footer>{{%config%}}{{%scripts%}}{{%renderer%}}</footer>
</body>
</html>"""


def _drawn_for(account: str) -> str:
    """Return what says for whom a page is drawn: its scripts send it with whatever they ask."""
    return f' data-account="{escape(account).replace("{", "&#123;")}"' if account else ""
