"""A hall's screen enters with an address of its own: once made it needs nobody, and it ends when an admin says so."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text

from callbacks.live import sockets
from callbacks.pages import admin
from callbacks.security import guard
from dashboard import clock
from dashboard.clock import HandClock
from dashboard.rules.access import Role
from dashboard.rules.refusals import Forbidden, Refusal
from datasources.accounts import kiosks, recognition
from datasources.accounts.digests import digest
from datasources.accounts.kiosks import Shows
from datasources.accounts.sign_in import SignIn
from datasources.store.database import Database
from datasources.store.models import AccountRow, SessionRow
from tests.conftest import FRIDAY
from tests.support.api_world import OpenApi, build, runtime_of

NOW = FRIDAY
NAME = "hall-1"


@pytest.fixture
def opened(sqlite: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OpenApi:
    monkeypatch.setattr(
        recognition, "REMEMBERED", 0.0
    )  # doors that remember nothing: another process, or a moment later
    opened = build(runtime_of(sqlite, tmp_path))
    admin.install(opened.app)
    return opened


def make(opened: OpenApi, name: str = NAME, **wishes: Any) -> str:
    """Make a screen as an admin does and return the path of its address."""
    answer = opened.client.post(
        "/admin/screens", json={"name": name, **wishes}, headers=opened.token("admin")
    )
    assert answer.status_code == 201, answer.text
    return str(answer.json["address"]).removeprefix("http://localhost")


def change(opened: OpenApi, verb: str, name: str = NAME) -> Any:
    return opened.client.post(f"/admin/screens/{name}/{verb}", json={}, headers=opened.token("admin"))


def at_the_hall(opened: OpenApi, path: str) -> FlaskClient:
    """Return the browser of a hall that has opened an address."""
    browser = opened.client
    assert browser.get(path).status_code == 303
    return browser


def sees(browser: FlaskClient) -> int:
    return browser.get("/api/v1/events").status_code


def entered(
    database: Database,
    secret: str,
    held: str | None = None,
    after: timedelta = timedelta(),
    device: str | None = None,
) -> Any:
    with database.write() as session:
        return kiosks.enter(session, secret, held, device, NOW + after)


def made(database: Database) -> str:
    with database.write() as session:
        return kiosks.make(session, NAME, "一楼大厅", Shows(rotate=20), "admin", NOW)


def test_an_address_opens_the_wall_with_what_the_screen_shows(opened: OpenApi) -> None:
    path = make(opened, place="一楼大厅", scene="overview", rotate=20, lang="en")
    answer = opened.client.get(path)
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/screen?screen=hall-1&scene=overview&rotate=20&lang=en"
    cookies = answer.headers.getlist("Set-Cookie")
    assert len(cookies) == 2
    for cookie in cookies:
        assert "HttpOnly" in cookie and "SameSite=Lax" in cookie
        assert int(cookie.split("Max-Age=")[1].split(";")[0]) >= timedelta(days=365).total_seconds()


def test_a_screen_is_the_walls_role_and_stays_in_without_a_password(opened: OpenApi) -> None:
    browser = at_the_hall(opened, make(opened))
    assert sees(browser) == 200
    with opened.runtime.database.read() as session:
        account = session.get(AccountRow, "screen:hall-1")
        assert account is not None and (account.role, account.password_hash) == (Role.WALL.value, None)
        (login,) = session.scalars(select(SessionRow).where(SessionRow.account == "screen:hall-1"))
        assert login.expires_at - clock.real_now() > timedelta(days=399)
    answer = opened.client.post("/login", data={"username": "screen:hall-1", "password": ""})
    assert answer.status_code == 401


def test_only_the_digest_of_an_address_is_kept(opened: OpenApi) -> None:
    secret = make(opened).removeprefix("/kiosk/")
    assert len(secret) >= 43  # 256 bits
    with opened.runtime.database.read() as session:
        names = session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'table'")).all()
        kept = repr([session.execute(text(f'SELECT * FROM "{name}"')).all() for name in names])
    assert digest(secret) in kept and secret not in kept


def test_a_screen_changes_nothing_anywhere(opened: OpenApi) -> None:
    browser = at_the_hall(opened, make(opened))
    tried = 0
    for rule in opened.app.url_map.iter_rules():
        need = guard.need_of(opened.app, rule.endpoint)
        if "POST" not in (rule.methods or ()) or need in (guard.PUBLIC, "session"):
            continue  # what residents may do as well, and addresses that are none
        path = rule.rule
        for argument in rule.arguments:
            path = path.replace(f"<{argument}>", "1").replace(f"<int:{argument}>", "1")
        answer = browser.post(path, json={})
        assert answer.status_code == (422 if rule.rule == "/api/v1/screens" else 403), rule.rule
        tried += 1
    assert tried > 8


def test_an_address_that_is_none_says_so_and_lets_nobody_in(opened: OpenApi) -> None:
    path = make(opened)
    assert change(opened, "revoke").status_code == 200
    for wrong in ("/kiosk/nonsense", path, path + "x"):
        answer = opened.client.get(wrong)
        assert answer.status_code == 403 and "Set-Cookie" not in answer.headers
        assert "这块屏幕已停用" in answer.text


def test_a_revoked_screen_is_out_at_once_and_its_sockets_within_five_seconds(
    opened: OpenApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = at_the_hall(opened, make(opened))
    change(opened, "revoke")
    assert sees(browser) == 401
    answer = browser.get("/kiosk/ended?next=/screen")
    assert answer.status_code == 403 and answer.headers["Refresh"] == "15"
    monkeypatch.undo()
    assert recognition.REMEMBERED + sockets.TICK_SECONDS <= 5


def test_a_revocation_is_taken_back_within_seconds_and_the_hall_goes_on_by_itself(opened: OpenApi) -> None:
    browser = at_the_hall(opened, make(opened))
    change(opened, "revoke")
    assert change(opened, "restore").status_code == 200
    assert sees(browser) == 200
    back = browser.get("/kiosk/ended?next=/screen%3Fscreen%3Dhall-1")
    assert (back.status_code, back.headers["Location"]) == (303, "/screen?screen=hall-1")
    assert browser.get("/kiosk/ended?next=//elsewhere.test/").status_code == 403


def test_a_new_address_shuts_out_the_old_one_and_whoever_entered_with_it(opened: OpenApi) -> None:
    old = make(opened)
    browser = at_the_hall(opened, old)
    fresh = change(opened, "renew").json["address"].removeprefix("http://localhost")
    assert fresh != old and sees(browser) == 401
    assert opened.client.get(old).status_code == 403
    assert sees(at_the_hall(opened, fresh)) == 200


def test_a_screen_speaks_under_its_own_name_whatever_its_page_says(opened: OpenApi, hand: HandClock) -> None:
    browser = at_the_hall(opened, make(opened))
    said = browser.post("/api/v1/screens", json={"name": "somebody-else", "audible": True})
    assert said.status_code == 200 and said.json["name"] == "screen:hall-1"


def test_a_name_is_given_once_and_cannot_hold_a_path(opened: OpenApi) -> None:
    make(opened, "指挥中心-2")
    for name in ("指挥中心-2", "a/b", "", "x" * 41, "a b"):
        answer = opened.client.post("/admin/screens", json={"name": name}, headers=opened.token("admin"))
        assert answer.status_code == 422 and answer.json["errors"][0]["field"] == "name", name


def test_a_revocation_of_long_ago_needs_a_new_address(database: Database) -> None:
    secret = made(database)
    with database.write() as session:
        kiosks.revoke(session, NAME, "admin", NOW)
    with pytest.raises(Forbidden):
        entered(database, secret)
    with pytest.raises(Refusal), database.write() as session:
        kiosks.restore(session, NAME, "admin", NOW + kiosks.REGRET + timedelta(seconds=1))
    with database.write() as session:
        fresh = kiosks.renew(session, NAME, "admin", NOW + timedelta(hours=1))
    assert entered(database, fresh).name == NAME


def test_a_day_old_session_gives_way_to_another_and_still_counts_for_a_week(database: Database) -> None:
    first = entered(database, made(database)).token
    day = timedelta(hours=25)
    with database.write() as session:
        assert kiosks.rotated(session, first, NOW + timedelta(hours=23)) is None
        second = kiosks.rotated(session, first, NOW + day)
    assert second not in (None, first)
    for token, after, counts in (
        (first, day, True),
        (first, day + kiosks.OVERLAP - timedelta(minutes=1), True),
        (first, day + kiosks.OVERLAP + timedelta(minutes=1), False),
        (second, timedelta(days=300), True),
    ):
        doors = SignIn(database, lambda after=after: NOW + after)
        assert (doors.viewer_for_session(token) is not None) is counts


def test_a_reload_of_the_wall_after_a_day_brings_the_new_session(opened: OpenApi) -> None:
    opened.app.add_url_rule("/screen", "wall", _wall)
    browser = at_the_hall(opened, make(opened))
    assert "Set-Cookie" not in browser.get("/screen").headers
    with opened.runtime.database.write() as session:
        (login,) = session.scalars(select(SessionRow).where(SessionRow.account == "screen:hall-1"))
        login.created_at -= timedelta(hours=25)
    assert "grid_session=" in browser.get("/screen").headers["Set-Cookie"]
    assert "Set-Cookie" not in browser.get("/screen").headers
    assert sees(browser) == 200


def _wall() -> str:
    return "the wall"


_wall.permission = "wall.see"  # type: ignore[attr-defined]


def test_opening_an_address_again_leaves_no_trail_of_sessions(database: Database) -> None:
    secret = made(database)
    first = entered(database, secret)
    assert entered(database, secret, first.token, timedelta(days=1), first.device).token is None
    for hour in range(20):
        entered(database, secret, None, timedelta(days=2, hours=hour), first.device)
    with database.read() as session:
        live = select(SessionRow).where(SessionRow.ended_at.is_(None))
        assert len(session.scalars(live).all()) <= 8
