"""Who is asking: cookie or token → viewer, the login form, the language. Decided once per request, read everywhere."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit

from flask import Flask, Response, current_app, g, has_request_context, make_response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from callbacks.security import client, guard, outside
from callbacks.security.credential import COOKIE, Credential, Kind, credential_of
from callbacks.security.guard import permission
from callbacks.wording import spoken
from dashboard import clock
from dashboard.rules.access import HOME, Viewer
from dashboard.rules.refusals import Forbidden, Refusal
from dashboard.runtime.runtime import Runtime
from datasources.accounts import devices, one_time_codes
from datasources.accounts.sign_in import HALF_FOR, SESSION_FOR, Entered, Half, SignIn, TooSoon
from layouts.pages import login as door
from layouts.pages import login_code as code_door
from layouts.parts import maps
from layouts.shell import page_of
from layouts.text import words
from layouts.text.words import translate

HALF_COOKIE = "grid_half"  # between the password and the one-time code
LANG_COOKIE = "grid_lang"
LANG_FOR = timedelta(days=365)
OTHERS_PAGE = "这个页面属于 {page}，现在登录的是 {account}；请重新载入页面，或者再以 {page} 登录"


def install(app: Flask, runtime: Runtime) -> SignIn:
    """Give an app its doors: login, logout, language; return the sign-in that sockets ask too."""
    settings = runtime.settings
    sign_in = SignIn(runtime.database, clock.real_now, idle=settings.idle, codes=settings.totp)
    app.extensions["grid.sign_in"] = sign_in
    app.extensions["grid.runtime"] = runtime
    app.before_request(choose_language)
    app.before_request(refuse_wrong_credential)
    app.after_request(keep_language)
    app.teardown_request(lambda _error: forget_language())
    app.add_url_rule("/login", "login", login_page, methods=["GET"])
    app.add_url_rule("/login", "login_post", login, methods=["POST"])
    app.add_url_rule("/logout", "logout", logout, methods=["POST"])
    return sign_in


def viewer() -> Viewer | None:
    """Return who is asking in this request, or None."""
    return credential().viewer


def credential() -> Credential:
    """Return what authenticated this request, decided at the first question and kept."""
    if "credential" not in g:
        g.credential = credential_of(request.environ, current_app.extensions["grid.sign_in"])
    found: Credential = g.credential
    return found


def refuse_wrong_credential() -> None:
    """Raise WrongCredential for a header that authenticates nobody, OtherAccount for a page that is somebody else's.

    Wherever it is sent: only assets ask nobody's name.
    """
    if request.url_rule is None or guard.need_of(current_app, request.endpoint) == guard.STATIC:
        return
    found = credential()
    if found.kind is Kind.REFUSED:
        raise guard.WrongCredential("Authorization 请求头无效：只接受有效的 Bearer 令牌")
    if found.kind is Kind.OTHER:
        raise guard.OtherAccount(OTHERS_PAGE, page=found.page, account=found.signed_in)


def somebody() -> Viewer:
    """Return who is asking; Forbidden when nobody is."""
    found = viewer()
    if found is None:
        raise Forbidden("请先登录")
    return found


def reader(who: Viewer) -> Viewer:
    """Return who reads an answer: with persons masked, whoever asks; in clear only by a token made for that.

    What a person needs in clear is revealed for a reason that is kept.
    """
    return who if credential().clear else masked(who)


def masked(who: Viewer) -> Viewer:
    """Return somebody as who reads no person in clear: what an action answers, first or again, holds none."""
    return replace(who, masked=True)


def viewer_of_environ(environ: dict[str, Any], sign_in: SignIn | None = None) -> Viewer | None:
    """Return who a WSGI environ stands for; `sign_in` where no request context is there (sockets)."""
    doors: SignIn = sign_in or current_app.extensions["grid.sign_in"]
    return credential_of(environ, doors).viewer


def came_from_elsewhere() -> bool:
    """Return whether a browser says that another site makes this request (CSRF).

    Browsers send Sec-Fetch-Site or Origin with every POST; whoever sends neither is no browser and carries no
    stranger's cookie (which is SameSite=Lax besides). A token is never sent by a browser on its own.
    """
    if credential().kind is Kind.TOKEN:
        return False
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is not None and site not in ("same-origin", "none"):
        return True
    if origin is None:
        return False
    runtime: Runtime = current_app.extensions["grid.runtime"]
    return origin not in runtime.settings.allowed_origins and _host_of(origin) != request.host


def _host_of(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None


def choose_language() -> None:
    """Speak the language asked for: `?lang=`, then the cookie, then the settings'.

    Not the browser's: halls run whatever system they were given, and the district says what is spoken there.
    """
    runtime: Runtime = current_app.extensions["grid.runtime"]
    g.lang = words.use(request.args.get("lang") or request.cookies.get(LANG_COOKIE) or runtime.settings.lang)


def keep_language(response: AnyResponse) -> AnyResponse:
    """Remember a language that was asked for by `?lang=`."""
    if request.args.get("lang") and has_request_context() and g.get("lang"):
        response.set_cookie(
            LANG_COOKIE, g.lang, max_age=LANG_FOR, samesite="Lax", httponly=True, secure=outside.over_https()
        )
    return response


def forget_language() -> None:
    """Speak the default again: what runs next in this thread did not ask for a language."""
    words.use(None)


@permission("public")
def login_page() -> AnyResponse:
    """Show the login form, or the code still to come; who is already in goes on."""
    found, next_path = viewer(), request.args.get("next", "")
    if found is not None:
        return redirect(_onward(next_path, found), 303)
    token, doors = outside.cookie(request.environ, HALF_COOKIE), _doors()
    if "again" in request.args and token:
        doors.give_up(token)
        token = ""
    half = doors.half(token) if token else None
    if half is not None:
        return make_response(_code_form(half, next_path=next_path))
    left = doors.left_by(client.origin().device) if "seat" in request.args else []
    return make_response(_form(next_path=next_path, left_by=left))


@permission("public")
def login() -> AnyResponse:
    """Take the login form: in with a cookie, on to the code, or the form again with a sentence and what was typed."""
    username, password = request.form.get("username", "").strip(), request.form.get("password", "")
    next_path, code = request.form.get("next", ""), request.form.get("code", "").strip()
    doors, origin, half = _doors(), client.origin(), None
    try:
        if username or not code:
            found = doors.enter(username, password, origin)
        else:
            found = doors.confirm(outside.cookie(request.environ, HALF_COOKIE), code, origin)
        if isinstance(found, Half):
            half = found
            found = doors.confirm(half.token, code, origin) if code and half.secret is None else half
    except Refusal as refusal:
        return _refused(refusal, half, username, next_path)
    return _half_way(found, next_path) if isinstance(found, Half) else _let_in(found, next_path)


def _let_in(found: Entered, next_path: str) -> AnyResponse:
    response = redirect(_onward(next_path, found.viewer), 303)
    outside.give_cookie(response, COOKIE, found.token, SESSION_FOR)
    outside.give_cookie(response, client.DEVICE_COOKIE, found.device, devices.KNOWN_FOR)
    outside.take_cookie(response, HALF_COOKIE)
    return response


def _half_way(half: Half, next_path: str) -> AnyResponse:
    response = make_response(_code_form(half, next_path=next_path))
    outside.give_cookie(response, HALF_COOKIE, half.token, HALF_FOR)
    return response


def _refused(refusal: Refusal, half: Half | None, username: str, next_path: str) -> AnyResponse:
    sentence = spoken(refusal)
    token = outside.cookie(request.environ, HALF_COOKIE)
    half = half or (_doors().half(token) if token and not username else None)
    page = _code_form(half, sentence, next_path) if half else _form(sentence, username, next_path)
    response = make_response(page, refusal.status if isinstance(refusal, TooSoon) else 401)
    if isinstance(refusal, TooSoon):
        response.headers["Retry-After"] = str(refusal.seconds)
    if half is not None:
        outside.give_cookie(response, HALF_COOKIE, half.token, HALF_FOR)
    return response


@permission("public")
def logout() -> AnyResponse:
    """End the session and go to the login page; with `seat` the next shift is to sign in where this one was."""
    token, hands_over = outside.cookie(request.environ, COOKIE), bool(request.form.get("seat"))
    if token:
        _doors().logout(token, client.origin().device if hands_over else None)
    next_path = _came_from()
    query = urlencode({"seat": 1, **({"next": next_path} if local_path(next_path) else {})})
    response = redirect(f"/login?{query}" if hands_over else "/login", 303)
    outside.take_cookie(response, COOKIE)
    return response


def local_path(path: str) -> bool:
    """Return whether a path opens one of our pages, the one of logging in aside: "/desk?x=1", but neither "/logout"

    nor "//x", "/\\x", "https:…"; what is no path does not, nor what a browser reads as another one.
    """
    try:
        parts = urlsplit(path) if path.isprintable() and "\\" not in path else None
    except ValueError:
        return False
    if parts is None or parts.scheme or parts.netloc or not path.startswith("/") or path.startswith("//"):
        return False
    walked = unquote(parts.path)
    page = page_of(walked) if not {".", ".."} & set(walked.split("/")) else None
    return page is not None and page.noun != "login"


def _onward(next_path: str, found: Viewer) -> str:
    return next_path if local_path(next_path) else HOME.get(found.role, "/screen")


def _came_from() -> str:
    """Return the page of ours that a form was sent from: the next shift goes on there."""
    try:
        parts = urlsplit(request.headers.get("Referer", ""))
    except ValueError:  # "http://[" is no address
        return ""
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return path if parts.netloc == request.host else ""


def _doors() -> SignIn:
    doors: SignIn = current_app.extensions["grid.sign_in"]
    return doors


def _code_form(half: Half, error: str = "", next_path: str = "") -> Response:
    runtime: Runtime = current_app.extensions["grid.runtime"]
    reference = runtime.reference
    title = reference.texts.get("title", reference.name)
    address = one_time_codes.address_of(half.secret, half.account, title) if half.secret else ""
    next_path = next_path if local_path(next_path) else ""
    return Response(
        code_door.page(half.account, half.secret or "", address, title, error, next_path),
        mimetype="text/html",
    )


def _form(error: str = "", username: str = "", next_path: str = "", left_by: Sequence[str] = ()) -> Response:
    runtime: Runtime = current_app.extensions["grid.runtime"]
    reference = runtime.reference
    areas = list(reference.areas.values())
    counts = [
        (translate(_level_word(level)), sum(1 for a in areas if a.level == level))
        for level in reference.levels[1:]
    ]
    data = door.LoginData(
        _shapes(reference.digest, areas, reference.levels),
        counts,
        reference.name,
        error,
        username[:100],
        next_path if local_path(next_path) else "",
        title=reference.texts.get("title", ""),
        motto=reference.texts.get("motto", ""),
        demo=runtime.settings.demo,
        left_by=[translate(title) for title in left_by],
    )
    return Response(door.page(data), mimetype="text/html")


LEVEL_NAMES = {
    "district": "区",
    "street": "街道",
    "community": "社区",
    "neighborhood": "片区",
    "grid": "网格",
}
_drawn: dict[str, list[tuple[str, str]]] = {}


def _level_word(level: str) -> str:
    return LEVEL_NAMES.get(level, level)


def _shapes(digest: str, areas: list[Any], levels: Any) -> list[tuple[str, str]]:
    """Return the outline of the district as SVG paths, drawn once per loaded pack."""
    if digest not in _drawn:
        _drawn.clear()
        _drawn[digest] = maps.svg_paths(areas, levels, door.WIDTH, door.HEIGHT)
    return _drawn[digest]
