"""The live set over HTTP: snapshot, hash and views of what the viewer may see, from this process's live feed."""

import gzip
from typing import Any, Protocol

from flask import Response, current_app, request

from callbacks.api import query
from callbacks.api.answers import JSON, answer, house
from callbacks.api.figures.areaviews import AreaViews
from callbacks.live import pack
from callbacks.live.scopes import EVERYTHING, Scope, scope_of
from callbacks.security.guard import permission
from callbacks.security.session import somebody
from dashboard import clock
from dashboard.rules.refusals import Forbidden, Refusal


class Live(Protocol):
    """What the routes ask of `callbacks.live.feed.LiveFeed`."""

    def snapshot(self, scope: Scope, in_columns: bool) -> bytes:
        """Return the gzipped snapshot."""

    def hash(self, scope: Scope) -> dict[str, str]:
        """Return position and hash."""

    def views(self, scope: Scope) -> dict[str, Any]:
        """Return position and views."""


class NotReady(Refusal):
    """This process has no live feed (yet)."""

    status = 503


def use(app: Any, live: Live) -> None:
    """Say which live feed an app's routes ask."""
    app.extensions["grid.live"] = live
    app.extensions["grid.area_views"] = AreaViews()


@permission("session")
def snapshot() -> Response:
    """Return every live row of the viewer's scope and the position it is good for; `since` is for sockets.

    As JSON, or in the wall's own form for who names that in `Accept`.
    """
    in_columns = pack.TYPE in request.headers.get("Accept", "")
    data, content_type = _live().snapshot(_scope(), in_columns), pack.TYPE if in_columns else JSON
    headers = {"Vary": "Accept, Accept-Encoding"}
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        return Response(data, 200, {**headers, "Content-Encoding": "gzip"}, content_type=content_type)
    return Response(gzip.decompress(data), 200, headers, content_type=content_type)


@permission("session")
def hash_() -> Response:
    """Return the canonical hash of the viewer's live rows."""
    return answer(_live().hash(_scope()))


@permission("session")
def views() -> Response:
    """Return the small views that the wall shows: of the whole district as last pushed, of an area as it is now."""
    area = query.words("area").get("area")
    scope, live = _scope(), _live()
    if area is None:
        return answer(live.views(scope))
    if scope.kind != EVERYTHING.kind:
        raise Forbidden("您的账号没有这项权限")
    views_of: AreaViews = current_app.extensions["grid.area_views"]
    position = live.views(scope)["position"]
    return answer(views_of.get(house().database, house().reference, area, position, clock.now()))


def _scope() -> Scope:
    scope = scope_of(somebody())
    if scope is None:
        raise Forbidden("您的账号没有这项权限")
    return scope


def _live() -> Live:
    live: Live | None = current_app.extensions.get("grid.live")
    if live is None:
        raise NotReady("实时数据还没有就绪，请稍后再试")
    return live


ROUTES = (
    ("GET", "/feed/snapshot", snapshot),
    ("GET", "/feed/hash", hash_),
    ("GET", "/feed/views", views),
)
