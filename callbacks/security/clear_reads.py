"""Persons read in clear by a token made for that: who read what is written down with each answer."""

from collections.abc import Sequence

from flask import Flask, Response, current_app, g, request

from callbacks.security.session import reader
from dashboard import clock
from dashboard.rules.access import Viewer
from dashboard.rules.text.masking import mask_text
from dashboard.runtime.runtime import Runtime
from datasources.accounts.accounts import audit

WHAT = "clear"


def install(app: Flask) -> None:
    """Write down every answer of an app that showed persons in clear."""
    app.after_request(_written_down)


def read_in_clear(who: Viewer, number: str) -> None:
    """Note that this answer shows the persons of an event, if its reader sees them."""
    _note(who, [number])


def searched_in_clear(who: Viewer) -> None:
    """Note that this answer tells what stands in persons' data, even where it lists nobody: a count tells it too."""
    _note(who, [])


def _note(who: Viewer, numbers: Sequence[str]) -> None:
    if reader(who).may("personal.see"):
        g.setdefault("read_in_clear", (who.name, []))[1].extend(numbers)


def _written_down(response: Response) -> Response:
    found = g.get("read_in_clear")
    if found is not None and response.status_code < 400:
        account, numbers = found
        runtime: Runtime = current_app.extensions["grid.runtime"]
        query = mask_text(request.query_string.decode("utf-8", "replace")[:500])
        with runtime.database.write() as session:
            audit(session, clock.real_now(), account, WHAT, path=request.path, query=query, events=numbers)
    return response
