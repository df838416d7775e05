"""How a hall's PC enters: it opens `/kiosk/<secret>` once, which enrols it, and stays in, read-only, until it is revoked.

The secret leaves the address bar at once; what stays is an HttpOnly cookie that is renewed by the daily reload.
"""

from datetime import datetime
from urllib.parse import urlencode

from flask import Flask, Response, current_app, make_response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from callbacks.security import outside
from callbacks.security.guard import permission
from callbacks.security.quotas import Buckets
from callbacks.security.session import COOKIE, local_path, viewer
from dashboard import clock
from dashboard.rules.refusals import Forbidden
from dashboard.runtime.runtime import House
from datasources.accounts import kiosks
from datasources.accounts.kiosks import Shows
from layouts.pages import notice
from layouts.text.words import N_

AGAIN_SECONDS = 15
DEVICE = "grid_device"
ENDED = N_("这块屏幕已停用")
ADVICE = N_("授权已撤销，或者已换发新地址。请联系管理员，用新的地址打开。")


def install(app: Flask) -> None:
    """Give an app the screens' way in; `session.install` comes first."""
    app.add_url_rule("/kiosk/<secret>", "kiosk_enter", enter, methods=["GET"])
    app.add_url_rule("/kiosk/ended", "kiosk_ended", ended, methods=["GET"])
    app.after_request(keep_fresh)


@permission("public")
def enter(secret: str) -> AnyResponse:
    """Let in who holds a screen's address, and go to what the screen shows."""
    if request.method != "GET" or request.headers.get("Sec-Purpose", "").startswith("prefetch"):
        return _ended()  # a look ahead enrols nobody
    now = clock.real_now()
    held, device = (outside.cookie(request.environ, name) for name in (COOKIE, DEVICE))
    try:
        with _house().database.write() as session:
            found = kiosks.enter(session, secret, held, device, now)
    except kiosks.Elsewhere as refusal:
        _note(refusal.screen, now)
        return _ended(refusal.text)
    except Forbidden:
        return _ended()
    response = redirect(screen_path(found.name, found.shows), 303)
    outside.give_cookie(response, DEVICE, found.device, kiosks.ENTERED_FOR)
    if found.token is not None:
        _give(response, found.token)
    return response


def _note(screen: str, now: datetime) -> None:
    """Put into the audit, once an hour and address, that a screen's address was opened elsewhere."""
    noted: Buckets = current_app.extensions.setdefault("grid.screens-refused", Buckets())
    if noted.take(f"{screen}/{outside.address()}", 1):
        with _house().database.write() as session:
            kiosks.refused(session, screen, outside.address(), now)


@permission("public")
def ended() -> AnyResponse:
    """Say that a screen was shut out, and look again from time to time: a revocation may be taken back."""
    path = request.args.get("next", "")
    if viewer() is not None and local_path(path):
        return redirect(path, 303)
    return _ended()


def keep_fresh(response: AnyResponse) -> AnyResponse:
    """Give a screen that loads its page a new session token when its own is a day old."""
    held = outside.cookie(request.environ, COOKIE)
    if request.path != "/screen" or request.method != "GET" or response.status_code != 200 or not held:
        return response
    who = viewer()
    if who is None or not kiosks.is_kiosk(who.name):
        return response
    now = clock.real_now()
    with _house().database.write() as session:
        token = kiosks.rotated(session, held, now)
    device = outside.cookie(request.environ, DEVICE)
    if token is not None:
        _give(response, token)
    if token is not None and device:
        outside.give_cookie(response, DEVICE, device, kiosks.ENTERED_FOR)
    return response


def screen_path(name: str, shows: Shows) -> str:
    """Return the wall's address with what a screen shows; the empty wishes are left out."""
    wishes = {
        "screen": name,
        "area": shows.area,
        "scene": shows.scene,
        "rotate": shows.rotate,
        "lang": shows.lang,
    }
    return "/screen?" + urlencode({key: value for key, value in wishes.items() if value})


def _give(response: AnyResponse, token: str) -> None:
    outside.give_cookie(response, COOKIE, token, kiosks.ENTERED_FOR)


def _ended(advice: str = ADVICE) -> Response:
    response = make_response(notice.page(ENDED, advice, links=()), 403)
    if request.path == "/kiosk/ended":
        response.headers["Refresh"] = str(AGAIN_SECONDS)
    return response


def _house() -> House:
    house: House = current_app.extensions["grid.house"]
    return house
