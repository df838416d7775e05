"""Who may enter: passwords, locks, sessions, tokens — and that closing an account closes its doors."""

import hashlib

import pytest
from argon2 import extract_parameters
from sqlalchemy import select

from dashboard.rules.access import Role
from dashboard.rules.refusals import NotFound, Refusal
from datasources.accounts import accounts, recognition, sign_in
from datasources.accounts.sign_in import SignIn
from datasources.districts.reference import Reference, References
from datasources.store.database import Database
from datasources.store.models import AccountRow, AuditRow, SessionRow, TokenRow
from tests.callbacks.security.conftest import Hand
from tests.support.api_world import PASSWORD, OpenApi


def fresh(database: Database, time: Hand) -> SignIn:
    """Doors that remember nothing: another process, or this one three seconds later."""
    return SignIn(database, time)


def test_passwords_are_argon2id_with_at_least_the_recommended_cost(doors: SignIn, database: Database) -> None:
    with database.read() as session:
        held = session.get(AccountRow, "operator").password_hash  # type: ignore[union-attr]
    found = extract_parameters(held)
    assert found.type.name == "ID"
    assert (found.memory_cost, found.time_cost, found.parallelism) == (19 * 1024, 2, 1)


def test_the_demo_accounts_are_those_of_the_contract(
    doors: SignIn, database: Database, reference: Reference
) -> None:
    with database.read() as session:
        held = {row.name: row for row in accounts.listed(session)}
    assert {"screen", "operator", "lead", "leader", "admin", "auditor"} <= set(held)
    assert {f"unit-{code}" for code in reference.units} <= set(held)
    communities = [area.code for area in reference.areas.values() if area.level == "community"]
    assert {f"worker-{code}" for code in communities} <= set(held)
    assert held["unit-FIRE"].title == reference.unit_name("FIRE") if "FIRE" in reference.units else True


def test_making_the_demo_accounts_again_changes_nothing(
    doors: SignIn, database: Database, reference: Reference, time: Hand
) -> None:
    token, _ = doors.login("operator", PASSWORD)
    with database.write() as session:
        accounts.ensure_demo(session, reference, PASSWORD, time())
    assert fresh(database, time).viewer_for_session(token) is not None


def test_a_login_gives_a_session_of_which_only_the_digest_is_stored(
    doors: SignIn, database: Database
) -> None:
    token, viewer = doors.login("operator", PASSWORD)
    assert viewer.role is Role.OPERATOR and doors.viewer_for_session(token) == viewer
    with database.read() as session:
        digests = session.scalars(select(SessionRow.digest)).all()
    assert digests == [hashlib.sha256(token.encode()).hexdigest()] and len(token) >= 43


def test_a_session_ends_after_twelve_hours(doors: SignIn, database: Database, time: Hand) -> None:
    token, _ = doors.login("operator", PASSWORD)
    time.forward(hours=11, minutes=59)
    assert fresh(database, time).viewer_for_session(token) is not None
    time.forward(minutes=1)
    assert fresh(database, time).viewer_for_session(token) is None


def test_a_session_ends_with_logout_at_once(doors: SignIn, database: Database, time: Hand) -> None:
    token, _ = doors.login("operator", PASSWORD)
    assert doors.viewer_for_session(token) is not None
    doors.logout(token)
    assert doors.viewer_for_session(token) is None
    assert fresh(database, time).viewer_for_session(token) is None


@pytest.mark.parametrize("how", ["disable", "password"])
def test_a_session_ends_with_disabling_and_with_a_new_password(
    doors: SignIn, database: Database, time: Hand, how: str
) -> None:
    token, _ = doors.login("operator", PASSWORD)
    with database.write() as session:
        if how == "disable":
            accounts.disable(session, "operator", time())
        else:
            accounts.set_password(session, "operator", "another password", time())
    assert fresh(database, time).viewer_for_session(token) is None
    assert recognition.REMEMBERED <= 5
    with pytest.raises(Refusal):
        doors.login("operator", PASSWORD)


def test_a_token_is_stored_as_a_digest_and_ends_with_its_account(
    doors: SignIn, database: Database, time: Hand
) -> None:
    with database.write() as session:
        token = sign_in.issue_token(
            session, "unit-FIRE" if session.get(AccountRow, "unit-FIRE") else "lead", time()
        )
    viewer = doors.viewer_for_token(token)
    assert viewer is not None
    with database.write() as session:
        assert session.scalars(select(TokenRow.digest)).all() == [hashlib.sha256(token.encode()).hexdigest()]
        accounts.disable(session, viewer.name, time())
    assert fresh(database, time).viewer_for_token(token) is None


def test_a_token_for_an_unknown_account_is_refused(doors: SignIn, database: Database, time: Hand) -> None:
    with pytest.raises(NotFound), database.write() as session:
        sign_in.issue_token(session, "nobody", time())


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": "operator"}, "name"),
        ({"name": "bad\nname"}, "name"),
        ({"password": "short"}, "password"),
        ({"role": Role.UNIT}, "unit"),
        ({"role": Role.UNIT, "unit": "NO-SUCH"}, "unit"),
        ({"role": Role.WORKER}, "area"),
        ({"role": Role.SYSTEM}, "role"),
    ],
)
def test_an_account_that_makes_no_sense_is_refused_with_its_field(
    doors: SignIn, database: Database, reference: Reference, time: Hand, values: dict, field: str
) -> None:
    asked = {"name": "fresh", "role": Role.OPERATOR, "password": "long enough"} | values
    with pytest.raises(Refusal) as refused, database.write() as session:
        accounts.create(session, reference, accounts.NewAccount(**asked), time())
    assert refused.value.errors[0][0] == field


def test_logins_and_changes_of_accounts_are_written_down(
    doors: SignIn, database: Database, time: Hand
) -> None:
    token, _ = doors.login("operator", PASSWORD)
    doors.logout(token)
    with database.write() as session:
        accounts.disable(session, "operator", time())
    with database.read() as session:
        said = [(row.account, row.what) for row in session.scalars(select(AuditRow).order_by(AuditRow.id))]
    assert said == [("operator", "login"), ("operator", "logout"), ("console", "account.disable")]


def test_the_login_form_lets_in_and_leads_to_the_page_of_the_role(opened: OpenApi) -> None:
    answer = opened.client.post("/login", data={"username": "operator", "password": PASSWORD})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/desk")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie


def test_a_failed_login_keeps_the_name_and_says_what_is_wrong(opened: OpenApi) -> None:
    answer = opened.client.post("/login", data={"username": "operator", "password": "no"})
    assert answer.status_code == 401
    assert 'value="operator"' in answer.text and "账号或密码不正确" in answer.text
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    ("asked", "led"),
    [
        ("/event/20261123000001", "/event/20261123000001"),
        ("https://evil.example/", "/desk"),
        ("//evil.example/", "/desk"),
        ("/\\evil.example/", "/desk"),
        ("javascript:alert(1)", "/desk"),
        ("", "/desk"),
    ],
)
def test_login_leads_on_only_inside_this_site(opened: OpenApi, asked: str, led: str) -> None:
    form = {"username": "operator", "password": PASSWORD, "next": asked}
    assert opened.client.post("/login", data=form).headers["Location"] == led


def test_logout_ends_the_session_and_clears_the_cookie(opened: OpenApi) -> None:
    client = opened.login("operator")
    assert client.get("/api/v1/units").status_code == 200
    assert client.post("/logout").status_code == 303
    assert client.get("/api/v1/units").status_code == 401


def test_a_wrong_token_is_nobody_whatever_cookie_comes_with_it(opened: OpenApi) -> None:
    client = opened.login("operator")
    assert client.get("/api/v1/units", headers={"Authorization": "Bearer no"}).status_code == 401
    assert client.get("/api/v1/units", headers={"Authorization": "Basic eDp5"}).status_code == 401


def test_the_language_is_the_districts_unless_asked_for(opened: OpenApi) -> None:
    english = {"Accept-Language": "en"}
    assert "<span>密码" in opened.client.get("/login", headers=english).text
    assert "<span>Password" in opened.client.get("/login?lang=en").text


def test_a_language_once_asked_for_is_kept(opened: OpenApi) -> None:
    client = opened.client
    client.get("/login?lang=en")
    assert "<span>Password" in client.get("/login").text


def test_every_process_knows_an_account_made_by_another(
    doors: SignIn, database: Database, reference: Reference, time: Hand
) -> None:
    with database.write() as session:
        new = accounts.NewAccount("night-desk", Role.OPERATOR, "a long password")
        accounts.create(session, reference, new, time())
    other = SignIn(Database(database.url), time)
    assert other.login("night-desk", "a long password")[1].role is Role.OPERATOR
    assert References(database).get().code == reference.code


def test_the_password_of_a_new_account_is_not_shown_with_it() -> None:
    assert "a long password" not in repr(accounts.NewAccount("night-desk", Role.OPERATOR, "a long password"))
