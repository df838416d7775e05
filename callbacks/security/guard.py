"""Deny by default: every route and Dash callback names a permission, or the app does not start.

Decided by endpoint and by the callback's registered output, never by what a request body claims about a path.
"""

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

import dash
from flask import Flask, redirect, request
from werkzeug.wrappers import Response

from callbacks.security import callback_body, outside, walls
from dashboard.rules.access import HOME, PERMISSIONS, Viewer
from dashboard.rules.refusals import Forbidden, NotFound, Refusal
from dashboard.settings import Settings
from layouts.shell import page_of

PUBLIC, PAGE, CALLBACK, STATIC = "public", "page", "callback", "static"
KINDS = frozenset({PUBLIC, PAGE, CALLBACK, STATIC, *PERMISSIONS})
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
ELSEWHERE = "提交来自别的网站，已拒绝；请在本系统的页面里操作"

# what Dash and Flask register themselves, by endpoint without Dash's prefix
BUILT_IN = {
    "static": STATIC,
    "_dash_assets.static": STATIC,
    "_dash-component-suites/<string:package_name>/<path:fingerprinted_path>": STATIC,
    "_favicon.ico": STATIC,
    "_dash-layout": "session",
    "_dash-dependencies": "session",
    "_reload-hash": "session",
    "_dash-update-component": CALLBACK,
    "": PAGE,
    "<path:path>": PAGE,
}
_callbacks: dict[str, str] = {}
View = TypeVar("View", bound=Callable[..., Any])


class Stranger(Refusal):
    """Nobody is logged in."""

    status = 401


class WrongCredential(Stranger):
    """A header was sent that authenticates nobody: said plainly, to pages too, which a login would not help."""


class OtherAccount(Refusal):
    """The page that asks was drawn for an account, and another one is signed in: nothing is done in its name."""

    status = 409


def permission(name: str) -> Callable[[View], View]:
    """Say which permission a route's function needs; "public" needs none."""
    if name not in KINDS:
        raise ValueError(f"there is no permission {name!r}")

    def mark(view: View) -> View:
        view.permission = name  # type: ignore[attr-defined]
        return view

    return mark


def callback(name: str, *args: Any, **kwargs: Any) -> Callable[[View], View]:
    """Do what `dash.callback` does, and say which permission the callback needs."""
    if name not in PERMISSIONS:
        raise ValueError(f"there is no permission {name!r}")

    def mark(function: View) -> View:
        dash.callback(*args, **kwargs)(function)
        _callbacks[dash._callback.GLOBAL_CALLBACK_LIST[-1]["output"]] = name
        return function

    return mark


def say(output: str, name: str) -> None:
    """Say which permission a callback needs that somebody else registered (Dash's own page switch)."""
    if name not in PERMISSIONS:
        raise ValueError(f"there is no permission {name!r}")
    _callbacks[output] = name


def install(
    app: Flask,
    settings: Settings,
    viewer: Callable[[], Viewer | None],
    came_from_elsewhere: Callable[[], bool],
    dash_app: dash.Dash | None = None,
) -> None:
    """Stand before every request of an app and dress every answer; call it after the language is chosen."""
    guard = Guard(app, settings, viewer, came_from_elsewhere, dash_app)
    app.extensions["grid.guard"] = guard
    app.before_request(guard.enforce)
    app.after_request(guard.dress)


def check_app(app: Flask, dash_app: dash.Dash | None = None) -> None:
    """RuntimeError naming the first route or Dash callback that says no permission; call it once all are registered."""
    prefix = dash_app.config.routes_pathname_prefix if dash_app else "/"
    for rule in app.url_map.iter_rules():
        if need_of(app, rule.endpoint, prefix) is None:
            raise RuntimeError(f"the route {rule.rule} ({rule.endpoint}) names no permission")
    known = {**dash._callback.GLOBAL_CALLBACK_MAP, **(dash_app.callback_map if dash_app else {})}
    for output, spec in known.items():
        if "callback" in spec and output not in _callbacks:
            raise RuntimeError(f"the Dash callback {output} names no permission")


def need_of(app: Flask, endpoint: str | None, prefix: str = "/") -> str | None:
    """Return what an endpoint needs, or None when nobody said."""
    if endpoint is None:
        return None
    said = getattr(app.view_functions.get(endpoint), "permission", None)
    return said or BUILT_IN.get(endpoint) or BUILT_IN.get(endpoint.removeprefix(prefix))


class Guard:
    """The one place where a request is let through."""

    def __init__(
        self,
        app: Flask,
        settings: Settings,
        viewer: Callable[[], Viewer | None],
        came_from_elsewhere: Callable[[], bool],
        dash_app: dash.Dash | None,
    ) -> None:
        self._app, self._viewer, self._elsewhere, self._dash = app, viewer, came_from_elsewhere, dash_app
        self._prefix = dash_app.config.routes_pathname_prefix if dash_app else "/"
        self._policy = ""
        self._sources = _sources(settings)

    def enforce(self) -> Response | None:
        """Let a request through, or raise Stranger, Forbidden or NotFound."""
        if request.url_rule is None:
            return None  # routing answers 404 or 405 itself
        need = need_of(self._app, request.endpoint, self._prefix)
        if request.method not in SAFE and self._elsewhere():
            raise Forbidden(ELSEWHERE)
        if need in (PUBLIC, STATIC):
            return None
        page = page_of(request.path) if need == PAGE else None
        if page is not None and page.public:
            return None
        who = self._viewer()
        if who is None:
            raise Stranger("请先登录")
        endpoint = (request.endpoint or "").removeprefix(self._prefix)
        if walls.denied(who, endpoint, request.path):
            raise Forbidden("大屏账号只能看大屏")
        if need == PAGE:
            return self._page(who)
        if need == CALLBACK:
            self._callback(who)
            return None
        if need is None or not who.may(need):
            raise Forbidden("您的账号没有这项权限")
        return None

    def _callback(self, who: Viewer) -> None:
        body = callback_body.read()
        output = body.get("output")
        need = _callbacks.get(output) if isinstance(output, str) else None
        if need is None or not who.may(need) or not isinstance(output, str):
            raise Forbidden("您的账号没有这项权限")
        assert self._dash is not None
        spec = self._dash.callback_map.get(output) or dash._callback.GLOBAL_CALLBACK_MAP.get(output)
        if spec is None:
            raise NotFound("没有这个地址")
        callback_body.check(body, spec)

    def dress(self, response: Response) -> Response:
        """Put the security headers on an answer."""
        headers = response.headers
        headers.setdefault("Content-Security-Policy", self._csp())
        headers["X-Content-Type-Options"] = "nosniff"
        headers["X-Frame-Options"] = "DENY"
        headers["Referrer-Policy"] = "same-origin"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        if outside.over_https():
            headers["Strict-Transport-Security"] = "max-age=31536000"
        if need_of(self._app, request.endpoint, self._prefix) != STATIC:
            headers["Cache-Control"] = "no-store"
        return response

    def _page(self, who: Viewer) -> Response | None:
        if request.path == self._prefix:
            return redirect(HOME.get(who.role, "/screen"), 302)
        page = page_of(request.path)
        if page is None:
            raise NotFound("没有这一页")
        if who.role not in page.roles:
            raise Forbidden("您的账号不能打开这一页")
        return None

    def _csp(self) -> str:
        if not self._policy:
            # hashes cover the callbacks known by now: computed at the first answer, when all are registered
            hashes = " ".join(self._dash.csp_hashes()) if self._dash else ""
            self._policy = "; ".join(
                (
                    "default-src 'self'",
                    f"script-src 'self' {hashes}".strip(),
                    "style-src 'self' 'unsafe-inline'",
                    "object-src 'none'",
                    "base-uri 'none'",
                    "frame-ancestors 'none'",
                    "form-action 'self'",
                    *self._sources,
                )
            )
        return self._policy


def _sources(settings: Settings) -> tuple[str, str, str]:
    """Return where pages may connect to and load images and fonts from."""
    sockets = " ".join("ws" + origin.removeprefix("http") for origin in settings.allowed_origins)
    tiles = ""
    if settings.tiles_url:
        parts = urlsplit(settings.tiles_url.replace("{s}", "*"))
        tiles = f" {parts.scheme}://{parts.netloc}" if parts.netloc else ""
    return f"connect-src 'self' {sockets}", f"img-src 'self' data: blob:{tiles}", "font-src 'self' data:"
