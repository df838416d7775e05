"""The Dash side: one explicit page table, every layout drawn for the account that asks, nothing discovered by folder.

Pages of later issues are plain notices served before Dash sees them.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

import dash
from dash import Input, Output, State, dcc, html
from flask import Flask, Response, request

from callbacks.live.feed import LiveFeed
from callbacks.pages import admin, claim, desk, event, scores, screen
from callbacks.security import guard
from callbacks.security.session import somebody
from dashboard.rules.access import Viewer
from dashboard.runtime.runtime import House
from layouts import ids, shell
from layouts.pages import notice
from layouts.text import words
from layouts.text.words import translate

ASSETS = "../layouts/assets"
# a script and the pages that need it, by how its address ends; what no line names is loaded by every page.
# dash-ag-grid's bundle weighs more than everything else together.
NEEDED: tuple[tuple[str, frozenset[str]], ...] = (
    (r"/dash_ag_grid/[^\"]*", frozenset({"desk"})),
    (r"/assets/scores[-.][^\"]*", frozenset({"scores"})),
    (r"/assets/exporting\.[^\"]*", frozenset({"scores", "desk", "claim"})),
    (r"/assets/claim[-.][^\"]*", frozenset({"claim"})),
    (r"/assets/desk\.[^\"]*", frozenset({"desk", "event", "claim"})),
    (r"/assets/desk-[^\"]*", frozenset({"desk", "event"})),
    (r"/assets/(?:act|combo|event|photo)[-.][^\"]*", frozenset({"desk", "event", "claim"})),
    (r"/assets/screen-(?:alert|sound|voice|watch)\.[^\"]*", frozenset({"screen", "desk"})),
    (r"/assets/(?:map|screen)[-.][^\"]*", frozenset({"screen"})),
    (r"/assets/admin[-.][^\"]*", frozenset({"admin"})),
)
SCRIPT = re.compile(r'<script src="([^"]*)"></script>')
Draw = Callable[[House, LiveFeed, Viewer, Mapping[str, str]], Any]

# the pages that Dash draws, by the noun that names their files everywhere
DRAWN: Mapping[str, Draw] = {
    "screen": screen.layout,
    "desk": desk.layout,
    "claim": claim.layout,
    "event": event.layout,
    "scores": scores.layout,
    "admin": admin.layout,
}


def prepare(app: Flask, house: House) -> dash.Dash:
    """Return the Dash app on a Flask app, without pages yet."""
    return dash.Dash(
        __name__,
        server=app,  # type: ignore[arg-type]
        use_pages=False,
        pages_folder="",
        assets_folder=ASSETS,
        title=house.reference.texts.get("title", house.reference.name),
        update_title="",
        serve_locally=True,
        suppress_callback_exceptions=True,
        enable_mcp=False,
    )


def install(dash_app: dash.Dash, house: House, live: LiveFeed) -> None:
    """Give the Dash app its pages; the guard stands before them already."""
    # the template carries the words of the language asked for, so it is made anew for every answer
    interpolate = dash_app.interpolate_index
    dash_app.interpolate_index = _in_the_language_asked(interpolate, dash_app)  # type: ignore[method-assign]
    dash_app.layout = html.Div([dcc.Location(id=ids.ADDRESS, refresh="callback-nav"), html.Div(id=ids.PAGE)])
    dash_app.server.before_request(_notice_for_later)

    @guard.callback(
        "session",
        Output(ids.PAGE, "children"),
        Input(ids.ADDRESS, "pathname"),
        State(ids.ADDRESS, "search"),
    )
    def turn(pathname: Any, search: Any) -> Any:
        """Draw the page of an address for the account that asks."""
        pathname, search = (text if isinstance(text, str) else "" for text in (pathname, search))
        who, page = somebody(), shell.page_of(pathname or "/")
        if page is None or page.noun not in DRAWN or who.role not in page.roles:
            return translate("您的账号不能打开这一页")
        asked = dict(parse_qsl(search.lstrip("?")))
        return DRAWN[page.noun](house, live, who, asked | shell.part_of(pathname))

    dash_app._setup_server()


def _needs(noun: str, script: str) -> bool:
    """Return whether a page needs a script: the first line that knows the script decides."""
    return next((noun in pages for ends, pages in NEEDED if re.search(ends, script)), True)


def _notice_for_later() -> Response | None:
    """Answer for the pages that do not exist yet; who may not see them is told so by the guard, which comes first."""
    page = shell.page_of(request.path)
    if page is None or not page.later or request.method != "GET":
        return None
    return Response(notice.later(page, words.active()), mimetype="text/html")


def _in_the_language_asked(interpolate: Callable[..., str], dash_app: dash.Dash) -> Callable[..., str]:
    def speak(**parts: str) -> str:
        page = shell.page_of(request.path)
        parts["scripts"] = SCRIPT.sub(
            lambda found: found[0] if _needs(page.noun if page else "", found[1]) else "", parts["scripts"]
        )
        dash_app.index_string = shell.index_string(words.active())
        return interpolate(**parts)

    return speak
