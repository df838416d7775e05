"""One-time codes beside the password: asked of who decides, set up at the first login, each good once, and not to be guessed."""

import re
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text

from dashboard import clock
from dashboard.rules.access import Role
from dashboard.rules.refusals import Refusal
from dashboard.runtime.runtime import Runtime
from dashboard.settings import Settings
from datasources.accounts import accounts, limits, one_time_codes, sign_in
from datasources.accounts.sign_in import Entered, Half, SignIn, TooSoon
from datasources.districts.reference import Reference, References
from datasources.store.database import Database
from datasources.store.models import AuditRow
from tests.support.api_world import PASSWORD, OpenApi, build

START = clock.real_now().replace(second=1, microsecond=0)
STEP = timedelta(seconds=one_time_codes.STEP_SECONDS)
FREE = limits.KINDS["pair"][0]


class Doors:
    """Doors that ask for codes, on a clock moved by hand."""

    def __init__(self, database: Database) -> None:
        self.database, self.now = database, START
        self.sign_in = SignIn(database, lambda: self.now, codes=True)

    def half(self, name: str = "lead") -> Half:
        found = self.sign_in.enter(name, PASSWORD)
        assert isinstance(found, Half)
        return found

    def code(self, secret: str, off: int = 0) -> str:
        return pyotp.TOTP(secret).at(self.now + off * STEP)

    def set_up(self, name: str = "lead") -> str:
        """Log in for the first time; return the authenticator's secret."""
        half = self.half(name)
        assert half.secret is not None
        assert self.sign_in.confirm(half.token, self.code(half.secret)).viewer.name == name
        self.now += 3 * STEP
        return half.secret

    def said(self) -> list[str]:
        with self.database.read() as session:
            return list(session.scalars(select(AuditRow.what).order_by(AuditRow.id)))


@pytest.fixture
def doors(database: Database, reference: Reference) -> Doors:
    with database.write() as session:
        accounts.ensure_demo(session, reference, PASSWORD, START)
    return Doors(database)


@pytest.mark.parametrize("name", ["lead", "admin", "operator"])
def test_who_decides_is_asked_for_a_code(doors: Doors, name: str) -> None:
    assert doors.half(name).secret is not None


@pytest.mark.parametrize("name", ["leader", "auditor", "screen", "unit-GAS"])
def test_nobody_else_is(doors: Doors, name: str) -> None:
    assert isinstance(doors.sign_in.enter(name, PASSWORD), Entered)


def test_nobody_is_asked_where_it_is_not_switched_on(doors: Doors) -> None:
    assert isinstance(SignIn(doors.database, lambda: START).enter("admin", PASSWORD), Entered)


def test_the_authenticator_is_set_up_once_and_asked_ever_after(doors: Doors) -> None:
    secret = doors.set_up()
    half = doors.half()
    assert half.secret is None
    assert doors.sign_in.confirm(half.token, doors.code(secret)).viewer.role is Role.LEAD
    assert doors.said() == ["totp.setup", "login", "login"]


@pytest.mark.parametrize("off", [-1, 0, 1])
def test_a_clock_may_be_off_by_one_step(doors: Doors, off: int) -> None:
    secret = doors.set_up()
    assert doors.sign_in.confirm(doors.half().token, doors.code(secret, off)).viewer.name == "lead"


@pytest.mark.parametrize("off", [-2, 2])
def test_but_not_by_more(doors: Doors, off: int) -> None:
    secret = doors.set_up()
    with pytest.raises(Refusal, match="验证码不正确"):
        doors.sign_in.confirm(doors.half().token, doors.code(secret, off))


@pytest.mark.parametrize("code", ["", "000", "abcdef", "１２３４５６", "9" * 400])
def test_what_is_no_code_opens_nothing(doors: Doors, code: str) -> None:
    doors.set_up()
    with pytest.raises(Refusal, match="验证码不正确"):
        doors.sign_in.confirm(doors.half().token, code)


def test_a_code_is_good_once_and_an_older_one_never_again(doors: Doors) -> None:
    secret = doors.set_up()
    code, older = doors.code(secret), doors.code(secret, -1)
    assert doors.sign_in.confirm(doors.half().token, code)
    for used in (code, older):
        with pytest.raises(Refusal, match="已用过"):
            doors.sign_in.confirm(doors.half().token, used)


def test_codes_cannot_be_guessed_not_even_with_the_password_again_and_again(doors: Doors) -> None:
    doors.set_up()
    half, wrong = doors.half(), 0  # the password itself is one of the tries that are free
    with pytest.raises(TooSoon):
        while True:
            try:
                doors.sign_in.confirm(half.token, "no code")
            except TooSoon:
                raise
            except Refusal:
                wrong += 1
    assert wrong == FREE - 1
    with pytest.raises(TooSoon):
        doors.half()


def test_many_logins_with_codes_do_not_use_an_address_up(doors: Doors) -> None:
    secret = doors.set_up()
    for _ in range(limits.KINDS["address"][0] + 5):
        assert doors.sign_in.confirm(doors.half().token, doors.code(secret))
        doors.now += 3 * STEP


def test_half_a_login_opens_nothing_and_ends(doors: Doors) -> None:
    secret = doors.set_up()
    half = doors.half()
    assert doors.sign_in.viewer_for_session(half.token) is None
    assert doors.sign_in.viewer_for_token(half.token) is None
    doors.now += sign_in.HALF_FOR
    with pytest.raises(Refusal, match="过期"):
        doors.sign_in.confirm(half.token, doors.code(secret))


@pytest.mark.parametrize("how", ["disable", "passwd"])
def test_half_a_login_ends_with_its_account_and_its_password(doors: Doors, how: str) -> None:
    secret = doors.set_up()
    half = doors.half()
    with doors.database.write() as session:
        if how == "disable":
            accounts.disable(session, "lead", doors.now)
        else:
            accounts.set_password(session, "lead", "another password", doors.now)
    with pytest.raises(Refusal, match="过期"):
        doors.sign_in.confirm(half.token, doors.code(secret))


def test_two_who_set_up_at_once_get_one_authenticator(doors: Doors) -> None:
    first, second = doors.half(), doors.half()
    assert first.secret and second.secret and first.secret != second.secret
    assert doors.sign_in.confirm(first.token, doors.code(first.secret))
    with pytest.raises(Refusal, match="过期"):
        doors.sign_in.confirm(second.token, doors.code(second.secret))


def test_a_lost_authenticator_is_set_up_anew_when_somebody_says_so(doors: Doors) -> None:
    doors.set_up()
    with doors.database.write() as session:
        one_time_codes.forget(session, "lead", "console", doors.now)
    assert doors.half().secret is not None


def test_the_secret_lies_sealed(doors: Doors) -> None:
    secret = doors.set_up()
    with doors.database.read() as session:
        for table in ("account", "half_session"):
            assert secret not in repr(session.execute(text(f"SELECT * FROM {table}")).all())


@pytest.fixture
def opened(sqlite: Database, tmp_path: Path) -> OpenApi:
    settings = Settings(data_dir=tmp_path, totp=True)
    return build(Runtime(settings, "huli", "huli", sqlite, References(sqlite)))


def post(browser: FlaskClient, **said: str):  # type: ignore[no-untyped-def]
    return browser.post("/login", data=said)


def test_the_door_shows_what_to_scan_then_lets_in_and_leads_on(opened: OpenApi) -> None:
    browser = opened.client
    shown = post(browser, username="lead", password=PASSWORD, next="/event/HL1")
    assert shown.status_code == 200 and "<svg" in shown.text and "Location" not in shown.headers
    assert browser.get("/api/v1/units").status_code == 401
    found = re.search(r'id="code-secret">([A-Z2-7 ]+)<', shown.text)
    assert found is not None
    secret = found[1].replace(" ", "")
    assert found[1] in browser.get("/login").text  # a reload shows the same one
    wrong = post(browser, code="abc")
    assert wrong.status_code == 401 and found[1] in wrong.text and "验证码不正确" in wrong.text
    let_in = post(browser, code=pyotp.TOTP(secret).at(clock.real_now()), next="/event/HL1")
    assert (let_in.status_code, let_in.headers["Location"]) == (303, "/event/HL1")
    assert browser.get("/api/v1/units").status_code == 200
    again = opened.client
    asked = post(again, username="lead", password=PASSWORD)
    assert 'name="code"' in asked.text and secret not in asked.text.replace(" ", "")
    assert 'name="password"' in again.get("/login?again=1").text


def test_a_program_may_send_all_three_at_once(opened: OpenApi) -> None:
    shown = post(opened.client, username="admin", password=PASSWORD, code="123456")
    found = re.search(r'id="code-secret">([A-Z2-7 ]+)<', shown.text)
    assert shown.status_code == 200 and found is not None  # there is nothing yet that a code could be of
    with opened.runtime.database.write() as session:
        accounts.account_of(session, "admin").totp_secret = found[1].replace(" ", "")
    code = pyotp.TOTP(found[1].replace(" ", "")).at(clock.real_now())
    browser = opened.client
    assert post(browser, username="admin", password=PASSWORD, code=code).status_code == 303
    assert browser.get("/api/v1/units").status_code == 200


def test_a_code_without_a_login_before_it_is_sent_back_to_the_beginning(opened: OpenApi) -> None:
    answer = post(opened.client, code="123456")
    assert answer.status_code == 401 and 'name="password"' in answer.text
    browser = opened.client
    browser.set_cookie("grid_half", "x" * 5000)
    assert post(browser, code="123456").status_code == 401
    assert browser.get("/login").status_code == 200


def test_who_needs_no_code_is_let_in_as_before(opened: OpenApi) -> None:
    assert post(opened.client, username="leader", password=PASSWORD).status_code == 303
