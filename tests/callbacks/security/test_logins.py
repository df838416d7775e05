"""A login belongs to whoever sits there: it is left, handed over, ended from elsewhere, and ends by itself when nobody is."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from callbacks.pages import account, admin, audit
from dashboard import clock
from dashboard.rules.access import HOME, IDLE_MINUTES, Role
from dashboard.settings import Settings
from datasources.accounts import accounts, recognition, sessions
from datasources.accounts.sign_in import SESSION_FOR, Origin, SignIn
from datasources.districts.reference import Reference
from datasources.store.database import Database
from datasources.store.models import AuditRow, SessionRow
from tests.support.api_world import PASSWORD, OpenApi, build, runtime_of

START = clock.real_now()
DAY = timedelta(days=1)
ACCOUNTS = {
    "wall": "screen", "operator": "operator", "lead": "lead", "leader": "leader", "admin": "admin",
    "auditor": "auditor", "unit": "unit-GAS", "worker": "worker-350206001001",
}  # fmt: skip


@pytest.fixture
def opened(sqlite: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OpenApi:
    monkeypatch.setattr(recognition, "REMEMBERED", 0.0)  # another process, or a moment later
    opened = build(runtime_of(sqlite, tmp_path))
    for part in (account, admin, audit):
        part.install(opened.app)
    return opened


@pytest.fixture
def made(database: Database, reference: Reference) -> Database:
    with database.write() as session:
        accounts.ensure_demo(session, reference, PASSWORD, START)
    return database


def said(database: Database) -> list[tuple[str, str]]:
    with database.read() as session:
        return [(row.what, row.account) for row in session.scalars(select(AuditRow).order_by(AuditRow.id))]


def touched(database: Database, *, ago: timedelta | None = None) -> list[timedelta]:
    """Return how long ago each session was touched, having set it where `ago` says."""
    with database.write() as session:
        if ago is not None:
            session.execute(update(SessionRow).values(seen_at=clock.real_now() - ago))
        return [clock.real_now() - seen for seen in session.scalars(select(SessionRow.seen_at)) if seen]


@pytest.mark.parametrize("role", list(HOME))
def test_a_login_nobody_touches_ends_after_as_long_as_its_role_says(made: Database, role: Role) -> None:
    name, minutes = ACCOUNTS[role.value], IDLE_MINUTES.get(role)
    idle = Settings().idle
    token, _ = SignIn(made, lambda: START, idle=idle).login(name, PASSWORD)

    def opens(after: timedelta) -> bool:
        return SignIn(made, lambda: START + after, idle=idle).viewer_for_session(token) is not None

    last = timedelta(minutes=minutes) if minutes else SESSION_FOR
    assert opens(last - timedelta(seconds=1)) and not opens(last)


def test_whoever_does_something_stays_in_and_what_has_ended_is_not_woken(made: Database) -> None:
    now = [START]
    doors = SignIn(made, lambda: now[0], idle=Settings().idle)
    token, _ = doors.login("admin", PASSWORD)

    def fresh() -> SignIn:
        return SignIn(made, lambda: now[0], idle=Settings().idle)

    for _ in range(5):
        now[0] += timedelta(minutes=29)
        assert fresh().viewer_for_session(token) is not None
        fresh().note(token)
    now[0] += timedelta(minutes=30)
    assert fresh().viewer_for_session(token) is None


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("admin=5, lead=0", {Role.ADMIN: timedelta(minutes=5), Role.LEAD: None}),
        ("wall=10", {Role.WALL: timedelta(minutes=10)}),
    ],
)
def test_how_long_is_a_setting(written: str, found: dict[Role, timedelta | None]) -> None:
    idle = Settings(idle_minutes=written).idle
    assert {role: idle.get(role) for role in found} == found
    assert idle[Role.OPERATOR] == timedelta(minutes=IDLE_MINUTES[Role.OPERATOR])


@pytest.mark.parametrize("written", ["admin", "admin=x", "nobody=5", "admin=-1", "admin=9999", "system=5"])
def test_a_setting_that_makes_no_sense_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="idle_minutes"):
        Settings(idle_minutes=written)


def test_what_pages_ask_for_by_themselves_is_nobody_there(opened: OpenApi, sqlite: Database) -> None:
    desk = opened.login("operator")
    hour = timedelta(hours=1)
    touched(sqlite, ago=hour)
    assert desk.get("/api/v1/events").status_code == 200
    assert desk.post("/api/v1/screens", json={"name": "desk", "audible": True}).status_code == 200
    left = desk.get("/session/active").json["left_s"]
    assert min(touched(sqlite)) >= hour
    assert 0 < left <= (timedelta(minutes=IDLE_MINUTES[Role.OPERATOR]) - hour).total_seconds()


@pytest.mark.parametrize("method", ["page", "input"])
def test_opening_a_page_and_touching_it_is(opened: OpenApi, sqlite: Database, method: str) -> None:
    desk = opened.login("operator")
    touched(sqlite, ago=timedelta(hours=1))
    if method == "page":
        assert desk.get("/account").status_code == 200
    else:
        said = desk.post("/session/active").json
        assert said["left_s"] > IDLE_MINUTES[Role.OPERATOR] * 60 - 300
    assert max(touched(sqlite)) < timedelta(minutes=30)


def test_an_idle_browser_is_asked_to_log_in_whatever_it_does(opened: OpenApi, sqlite: Database) -> None:
    browser = opened.login("admin")
    touched(sqlite, ago=timedelta(minutes=IDLE_MINUTES[Role.ADMIN]))
    for method, path in (("GET", "/admin/state"), ("POST", "/session/active"), ("GET", "/api/v1/units")):
        assert browser.open(path, method=method).status_code == 401
    assert browser.get("/account").headers["Location"].startswith("/login")
    assert min(touched(sqlite)) >= timedelta(minutes=IDLE_MINUTES[Role.ADMIN])


def test_a_token_does_not_wake_a_login_that_has_ended(opened: OpenApi, sqlite: Database) -> None:
    browser = opened.login("admin")
    touched(sqlite, ago=timedelta(hours=1))
    for method, path in (("POST", "/session/active"), ("GET", "/account"), ("GET", "/audit")):
        assert browser.open(path, method=method, headers=opened.token("lead")).status_code == 200
    assert min(touched(sqlite)) >= timedelta(hours=1) and browser.get("/api/v1/units").status_code == 401


def test_a_wall_has_no_end_of_that_kind(opened: OpenApi) -> None:
    assert opened.login("screen").get("/session/active").json == {"left_s": None}


def rows(browser: FlaskClient) -> list[str]:
    """Return the keys of the logins a browser is shown."""
    text = browser.get("/account").text
    return [part.split('"')[0] for part in text.split('data-session="')[1:]]


def test_one_sees_where_one_is_logged_in_and_ends_any_of_it(opened: OpenApi) -> None:
    here, there, other = opened.login("lead"), opened.login("lead"), opened.login("operator")
    keys = rows(here)
    assert len(keys) == 2 and len(rows(other)) == 1
    assert here.get("/account").text.count("就是这里") == 1
    mine = sessions.id_of_token(here.get_cookie("grid_session").value)  # type: ignore[union-attr]
    (foreign,) = set(keys) - {mine}
    assert other.post(f"/account/sessions/{foreign}/end").status_code == 404
    assert there.get("/api/v1/units").status_code == 200
    assert here.post(f"/account/sessions/{foreign}/end").status_code == 303
    assert there.get("/api/v1/units").status_code == 401
    assert here.get("/api/v1/units").status_code == 200
    assert rows(here) == [mine]


def test_all_other_logins_end_at_once_and_nobody_elses(opened: OpenApi) -> None:
    here, other = opened.login("lead"), opened.login("operator")
    elsewhere = [opened.login("lead") for _ in range(3)]
    answer = here.post("/account/sessions/end")
    assert answer.headers["Location"] == "/account?done=3"
    assert "已结束其他 3 个登录" in here.get("/account?done=3").text
    assert [one.get("/api/v1/units").status_code for one in (here, other, *elsewhere)] == [
        200,
        200,
        401,
        401,
        401,
    ]


@pytest.mark.parametrize("key", ["x", "%", "0" * 16, "0" * 5000])
def test_a_login_that_is_none_is_not_there(opened: OpenApi, key: str) -> None:
    browser = opened.login("lead")
    assert browser.post(f"/account/sessions/{key}/end").status_code in (404, 405)
    assert len(rows(browser)) == 1


def test_a_walls_account_has_no_logins_to_end_and_nobody_reaches_them_without_an_account(
    opened: OpenApi,
) -> None:
    assert opened.login("screen").get("/account").status_code == 403
    assert opened.login("screen").post("/account/sessions/end").status_code == 403
    assert opened.client.get("/account").status_code == 302
    assert opened.client.post("/session/active").status_code == 401


def test_another_site_ends_no_login(opened: OpenApi) -> None:
    browser = opened.login("lead")
    for path in ("/account/sessions/end", "/logout"):
        assert browser.post(path, headers={"Origin": "https://evil.example"}).status_code == 403
    assert browser.get("/api/v1/units").status_code == 200


def test_a_seat_is_handed_over_to_the_next_shift_and_both_are_written_down(
    opened: OpenApi, sqlite: Database
) -> None:
    seat = opened.login("operator")
    left = seat.post("/logout", data={"seat": "1"}, headers={"Referer": "http://localhost/event/HL1?x=1"})
    assert left.headers["Location"] == "/login?seat=1&next=%2Fevent%2FHL1%3Fx%3D1"
    assert seat.get("/api/v1/units").status_code == 401
    assert "值班员已交班" in seat.get(left.headers["Location"]).text
    assert "已交班" not in opened.client.get("/login?seat=1").text  # another browser knows nothing of it
    form = {"username": "lead", "password": PASSWORD, "next": "/event/HL1?x=1"}
    assert seat.post("/login", data=form).headers["Location"] == "/event/HL1?x=1"
    assert said(sqlite) == [
        ("login", "operator"),
        ("seat.left", "operator"),
        ("login", "lead"),
        ("seat.taken", "lead"),
    ]
    seat.post("/logout")
    seat.post("/login", data=form)
    assert said(sqlite)[-2:] == [("logout", "lead"), ("login", "lead")]  # it was taken once


@pytest.mark.parametrize(
    "came", ["https://evil.example/desk", "//evil.example/", "http://[", "javascript:alert(1)", ""]
)
def test_a_seat_leads_nowhere_outside(opened: OpenApi, came: str) -> None:
    seat = opened.login("operator")
    answer = seat.post("/logout", data={"seat": "1"}, headers={"Referer": came})
    assert answer.headers["Location"] == "/login?seat=1"


def test_where_a_login_comes_from_is_kept_with_it(made: Database) -> None:
    SignIn(made, lambda: START).enter("lead", PASSWORD, Origin("192.0.2.7", "", "a browser " * 100))
    with made.read() as session:
        row = session.scalars(select(SessionRow)).one()
    assert row.address == "192.0.2.7" and row.agent is not None and len(row.agent) == 200
    assert row.seen_at == START


# ---- what administrators see of it ---------------------------------------------------------------------------


def failed(opened: OpenApi, name: str = "lead", times: int = 5) -> None:
    for _ in range(times):
        assert opened.client.post("/login", data={"username": name, "password": "no"}).status_code == 401


def limits(opened: OpenApi, who: str = "admin") -> dict[str, dict]:
    said = opened.client.get("/admin/state", headers=opened.token(who)).json["limits"]
    return {one["kind"]: one for one in said}


def act(opened: OpenApi, path: str, who: str = "admin") -> int:
    return opened.client.post(path, json={}, headers=opened.token(who)).status_code


def enters(opened: OpenApi) -> int:
    return opened.client.post("/login", data={"username": "lead", "password": PASSWORD}).status_code


def test_tries_and_waits_stand_on_the_administrators_page(opened: OpenApi) -> None:
    failed(opened)
    assert enters(opened) == 429
    for who in ("admin", "auditor"):
        pair = limits(opened, who)["pair"]
        assert (pair["account"], pair["address"], pair["failures"], pair["refused"]) == (
            "lead",
            "127.0.0.1",
            5,
            1,
        )
        assert pair["until"] > pair["last_at"] and limits(opened, who)["address"]["failures"] == 5


@pytest.mark.parametrize("how", ["account", "limit"])
def test_an_administrator_lets_an_account_in_again_and_nobody_else_does(
    opened: OpenApi, sqlite: Database, how: str
) -> None:
    failed(opened)
    path = (
        "/admin/accounts/lead/unlock"
        if how == "account"
        else f"/admin/limits/{limits(opened)['pair']['key']}/release"
    )
    for who in ("auditor", "lead", "operator", "leader", "unit-GAS"):
        assert act(opened, path, who) == 403
    assert enters(opened) == 429
    assert act(opened, path) == 200
    assert enters(opened) == 303
    assert ("account.unlock" if how == "account" else "limit.release", "admin") in said(sqlite)
    assert act(opened, path) == 200  # there is nothing left to end


def test_unlocking_nobody_is_not_there(opened: OpenApi) -> None:
    assert act(opened, "/admin/accounts/nobody/unlock") == 404


# ---- the audit is read -----------------------------------------------------------------------------------------


def lines(text: str) -> list[str]:
    return [part.split('"')[0] for part in text.split('data-what="')[1:]]


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("auditor", 200),
        ("admin", 200),
        ("lead", 200),
        ("operator", 403),
        ("leader", 403),
        ("screen", 403),
        ("unit-GAS", 403),
    ],
)
def test_the_audit_is_read_by_those_who_answer_for_it(opened: OpenApi, name: str, status: int) -> None:
    assert opened.login(name).get("/audit").status_code == status


def test_the_audit_is_read_in_words_newest_first_by_account_kind_and_day(
    opened: OpenApi, sqlite: Database
) -> None:
    reader = opened.login("auditor")
    failed(opened, "lead", 2)
    failed(opened, "my-password-in-the-wrong-field", 1)
    text = reader.get("/audit").text
    assert lines(text) == ["login.failed"] * 3 + ["login"]
    assert "登录失败：密码不对" in text and "未知账号" in text and "my-password" not in text
    assert lines(reader.get("/audit?account=lead").text) == ["login.failed"] * 2
    assert lines(reader.get("/audit?what=login").text) == ["login"]
    today = clock.real_now().astimezone(opened.runtime.reference.tz).date()
    assert len(lines(reader.get(f"/audit?since={today - DAY}&until={today + DAY}").text)) == 4
    assert lines(reader.get(f"/audit?until={today - 2 * DAY}").text) == []


def test_the_audit_goes_on_page_by_page_to_the_very_first(opened: OpenApi, sqlite: Database) -> None:
    reader = opened.login("auditor")
    with sqlite.write() as session:
        for number in range(250):
            accounts.audit(session, START, "lead", "reveal", event=f"HL{number}", reason="回访")
    seen, path = [], "/audit?what=reveal"
    while path:
        text = reader.get(path).text
        seen += [part.split("<")[0].strip() for part in text.split("<small>事件</small>")[1:]]
        after = text.split('id="audit-older" href="')[1:]
        path = after[0].split('"')[0].replace("&amp;", "&") if after else ""
    assert seen == [f"HL{number}" for number in reversed(range(250))]


def test_numbers_of_persons_stay_masked_in_the_audit(opened: OpenApi, sqlite: Database) -> None:
    with sqlite.write() as session:
        accounts.audit(
            session,
            START,
            "lead",
            "export",
            why="回访 13912345678",
            filters={"q": ["13912345678"]},
            odd="<b>x</b>",
        )
    text = opened.login("auditor").get("/audit").text
    assert "139****5678" in text and "13912345678" not in text and "<b>x</b>" not in text


@pytest.mark.parametrize(
    "asked",
    [
        "since=nonsense", "since=0001-01-01", "until=9999-12-31", "before=x", "before=-1", f"before={'9' * 40}",
        "account=%00", "what=%27%3B--", "account=" + "x" * 5000, "since=2026-11-02&until=2026-11-01",
    ],
)  # fmt: skip
def test_odd_questions_to_the_audit_are_answered(opened: OpenApi, asked: str) -> None:
    assert opened.login("auditor").get(f"/audit?{asked}").status_code == 200
