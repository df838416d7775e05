"""The pages of the table in `layouts.shell`, each by the module of its noun: its routes, and its layout where Dash draws it."""

import re
from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any
from urllib.parse import parse_qsl

import dash
from dash import Input, Output, State, dcc, html
from flask import Flask, request

from callbacks.live.feed import LiveFeed
from callbacks.pages import dispatch as dispatch  # its callback draws a panel of the desk; it has no page
from callbacks.security import guard
from callbacks.security.session import somebody, viewer
from dashboard.rules.access import Viewer
from dashboard.runtime.runtime import Runtime
from layouts import ids, shell
from layouts.text import words
from layouts.text.words import translate

# component suites that weigh much, and the pages that need them
HEAVY: Mapping[str, frozenset[str]] = {
    "dash_ag_grid": frozenset({"desk"}),
    "dash_leaflet": frozenset({"screen"}),
}
SUITE = re.compile(r'<script src="/_dash-component-suites/([^/"]*)/[^"]*"></script>')
RENDERER = 'type="application/javascript"'
Draw = Callable[[Runtime, LiveFeed, Viewer, Mapping[str, str]], Any]


def _modules() -> dict[str, ModuleType]:
    here = __package__ or ""
    nouns = [page.noun for page in shell.PAGES if find_spec(f"{here}.{page.noun}")]
    return {noun: import_module(f"{here}.{noun}") for noun in nouns}


# the modules of the pages, by the noun that names their files everywhere; those that Dash draws have a `layout`
MODULES: Mapping[str, ModuleType] = _modules()
DRAWN: Mapping[str, Draw] = {
    noun: module.layout for noun, module in MODULES.items() if hasattr(module, "layout")
}


def install_routes(app: Flask) -> None:
    """Install the routes of the pages that have any of their own."""
    for module in MODULES.values():
        if hasattr(module, "install"):
            module.install(app)


def prepare(app: Flask, runtime: Runtime) -> dash.Dash:
    """Return the Dash app on a Flask app, without pages yet."""
    return dash.Dash(
        __name__,
        server=app,  # type: ignore[arg-type]
        use_pages=False,
        pages_folder="",
        include_assets_files=False,  # every page loads its own modules: layouts/scripts.py
        title=runtime.reference.texts.get("title", runtime.reference.name),
        update_title="",
        serve_locally=True,
        suppress_callback_exceptions=True,
        enable_mcp=False,
    )


def install(dash_app: dash.Dash, runtime: Runtime, live: LiveFeed) -> None:
    """Give the Dash app its pages; the guard stands before them already."""
    # the template carries the words of the language asked for, so it is made anew for every answer
    interpolate = dash_app.interpolate_index
    dash_app.interpolate_index = _in_the_language_asked(interpolate, dash_app)  # type: ignore[method-assign]
    dash_app.layout = html.Div([dcc.Location(id=ids.ADDRESS, refresh="callback-nav"), html.Div(id=ids.PAGE)])

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
        return DRAWN[page.noun](runtime, live, who, asked | shell.part_of(pathname))

    dash_app._setup_server()


def _needs(noun: str, suite: str) -> bool:
    """Return whether a page needs a component suite."""
    return suite not in HEAVY or noun in HEAVY[suite]


def _in_the_language_asked(interpolate: Callable[..., str], dash_app: dash.Dash) -> Callable[..., str]:
    def speak(**parts: str) -> str:
        page = shell.page_of(request.path)
        noun = page.noun if page else ""
        parts["scripts"] = SUITE.sub(
            lambda found: found[0] if _needs(noun, found[1]) else "", parts["scripts"]
        )
        # Dash begins once the page's own modules have run: components look for their functions while they are drawn
        parts["renderer"] = parts["renderer"].replace(RENDERER, 'type="module"')
        who = viewer()
        dash_app.index_string = shell.index_string(words.active(), noun, who.name if who else "")
        return interpolate(**parts)

    return speak
