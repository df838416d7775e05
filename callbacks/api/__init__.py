"""The HTTP API of CONTRACT §5 under /api/v1, with health beside it. One blueprint per app, made by a function."""

from typing import Any

from flask import Blueprint, Flask, current_app, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.routing import IntegerConverter

from callbacks.api import dictionaries, feed, health, problems
from callbacks.api.alerts import alerts, deliveries
from callbacks.api.events import (
    around,
    batch,
    borders,
    candidates,
    drafts,
    events,
    field,
    listing,
    objections,
    plan,
    pool,
    presence,
    reports,
    reveal,
)
from callbacks.api.exports import exports, requests
from callbacks.api.figures import appeals, breakdown, figures
from callbacks.api.photos import photos, uploads
from callbacks.api.schema import openapi
from callbacks.security import body_limits, clear_reads
from callbacks.security.guard import permission

PREFIX = "/api/v1"
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
PARTS = (
    batch,
    drafts,
    presence,
    around,
    plan,
    pool,
    events,
    candidates,
    borders,
    objections,
    listing,
    photos,
    uploads,
    alerts,
    deliveries,
    breakdown,
    figures,
    exports,
    requests,
    appeals,
    dictionaries,
    reports,
    field,
    reveal,
    feed,
    openapi,
)


class Key(IntegerConverter):
    """A whole number in a path, as long as a column holds: a longer one is no address."""

    regex = r"\d{1,18}"


def install(app: Flask) -> None:
    """Give an app the API, its health and its way of telling errors; `session.install` comes first."""
    body_limits.install(app)
    app.url_map.converters["int"] = Key
    problems.install(app)
    clear_reads.install(app)
    app.register_blueprint(blueprint())
    app.register_blueprint(health.blueprint())
    app.add_url_rule("/api/", "api_root", nothing, defaults={"rest": ""}, methods=METHODS)
    app.add_url_rule("/api/<path:rest>", "api_nothing", nothing, methods=METHODS)


def blueprint() -> Blueprint:
    """Return the routes under /api/v1."""
    api = Blueprint("api", __name__, url_prefix=PREFIX)
    for part in PARTS:
        for method, path, view in part.ROUTES:
            endpoint = f"{part.__name__.rpartition('.')[2]}_{view.__name__}"
            api.add_url_rule(path, endpoint, view, methods=[method])
    return api


@permission("session")
def nothing(rest: str) -> Any:
    """Answer for addresses that are none, which Dash would take for pages: 405 where another method works, else 404."""
    adapter = current_app.create_url_adapter(request)
    working = [method for method in METHODS if adapter and _works(adapter, method)]
    if working:
        raise MethodNotAllowed(working)
    raise NotFound


def _works(adapter: Any, method: str) -> bool:
    try:
        endpoint, _ = adapter.match(method=method)
    except HTTPException:
        return False
    return str(endpoint).startswith("api.")
