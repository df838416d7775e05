"""Whoever is logged in, about oneself: one's own logins and an end to them, and whether somebody is still there."""

from datetime import timedelta

from flask import Flask, Response, current_app, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from callbacks.api.answers import answer
from callbacks.security import outside
from callbacks.security.credential import COOKIE, Kind
from callbacks.security.guard import PAGE, permission
from callbacks.security.session import credential, somebody
from dashboard import clock
from dashboard.rules.access import HOME, Viewer
from dashboard.runtime.runtime import Runtime
from datasources.accounts import sessions
from datasources.accounts.sign_in import SignIn
from layouts.pages import account as page
from layouts.pages.frame import Frame
from layouts.text.words import translate

DONE = {"one": "已结束那个登录", "others": "已结束其他 {n} 个登录"}
WHEN = "%Y-%m-%d %H:%M"


def install(app: Flask) -> None:
    """Give an app the page of one's own logins, and what tells that somebody is there."""
    for path, view, method in (
        ("/account", show, "GET"),
        ("/account/sessions/<key>/end", end_one, "POST"),
        ("/account/sessions/end", end_others, "POST"),
        ("/session/active", how_long, "GET"),
        ("/session/active", active, "POST"),
    ):
        app.add_url_rule(path, f"account_{view.__name__}", view, methods=[method])
    app.after_request(note_page)


@permission(PAGE)
def show() -> Response:
    """Show where the account is logged in."""
    runtime, who, doors, now = _runtime(), somebody(), _doors(), clock.real_now()
    tz, idle = runtime.reference.tz, doors.idle_of(who.role)
    here = sessions.id_of_token(_token())
    with runtime.database.read() as session:
        rows = sessions.listed(session, who.name, now, idle)
        logins = [
            page.Login(
                sessions.id_of(row), page.browser(row.agent or ""), row.address or "",
                row.created_at.astimezone(tz).strftime(WHEN),
                (row.seen_at or row.created_at).astimezone(tz).strftime(WHEN),
                sessions.id_of(row) == here,
            )
            for row in rows
        ]  # fmt: skip
    title = runtime.reference.texts.get("title", runtime.reference.name)
    around = Frame(title, HOME.get(who.role, "/screen"), name_of(who), who.name)
    minutes = round(idle / timedelta(minutes=1)) if idle else None
    html = page.page(around, logins, minutes, _news(request.args.get("done", "")))
    return Response(html, mimetype="text/html")


@permission("logins.own")
def end_one(key: str) -> AnyResponse:
    """End one of one's own logins."""
    with _runtime().database.write() as session:
        sessions.end(session, somebody().name, key, clock.real_now())
    return redirect("/account?done=one", 303)


@permission("logins.own")
def end_others() -> AnyResponse:
    """End all of one's own logins but this one."""
    with _runtime().database.write() as session:
        mine = _token()
        count = sessions.end_others(session, somebody().name, mine, clock.real_now())
    return redirect(f"/account?done={count}", 303)


@permission("session")
def how_long() -> Response:
    """Return in how many seconds this login ends by itself; null where it does not."""
    idle, token = _doors().idle_of(somebody().role), _token()
    with _runtime().database.read() as session:
        touched = sessions.last_touched(session, token)
    if idle is None or touched is None:
        return answer({"left_s": None})
    return answer({"left_s": max(0, round((touched + idle - clock.real_now()).total_seconds()))})


@permission("session")
def active() -> Response:
    """Note that somebody is there, and say how long the login lasts from now on."""
    if _by_cookie():
        _doors().note(_token())
    return how_long()


def note_page(response: Response) -> Response:
    """Whoever opens a page is there; what pages ask for by themselves says nothing."""
    opened = request.method == "GET" and response.status_code == 200 and response.mimetype == "text/html"
    if opened and _by_cookie():
        _doors().note(_token())
    return response


def _token() -> str:
    return outside.cookie(request.environ, COOKIE)


def _by_cookie() -> bool:
    """Return whether it is the session that says who asks: a token must not keep a cookie beside it awake."""
    return credential().kind is Kind.COOKIE


def name_of(who: Viewer) -> str:
    """Return who somebody is, in words and by account."""
    title = translate(who.title) if who.title else ""
    return f"{title} {who.name}" if title and title != who.name else who.name


def _news(done: str) -> str:
    if done.isdecimal() and len(done) < 6:
        return translate(DONE["others"], n=int(done))
    return translate(DONE["one"]) if done == "one" else ""


def _doors() -> SignIn:
    doors: SignIn = current_app.extensions["grid.sign_in"]
    return doors


def _runtime() -> Runtime:
    runtime: Runtime = current_app.extensions["grid.runtime"]
    return runtime
