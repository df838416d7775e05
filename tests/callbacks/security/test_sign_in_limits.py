"""Guessing is slowed down where it is done, and nobody else is held up by it: per pair, per address, per known browser."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from callbacks.security import client
from dashboard.rules.refusals import Refusal
from datasources.accounts import accounts, limits, sign_in
from datasources.accounts.sign_in import Entered, Origin, SignIn, TooSoon
from datasources.districts.reference import Reference
from datasources.store.database import Database
from datasources.store.models import AuditRow, DeviceRow, SignInLimitRow
from tests.callbacks.security.conftest import Hand
from tests.support.api_world import PASSWORD, OpenApi

HERE, THERE = Origin("192.0.2.7"), Origin("198.51.100.9")
FREE, FIRST = limits.KINDS["pair"]
AT_ADDRESS = limits.KINDS["address"][0]


def tried(doors: SignIn, name: str, password: str = "wrong password", origin: Origin = HERE) -> str:
    """Try a password and return what was said: in, wrong, or wait."""
    try:
        doors.enter(name, password, origin)
    except TooSoon:
        return "wait"
    except Refusal as refusal:
        assert refusal.text == sign_in.WRONG
        return "wrong"
    return "in"


def known_browser(doors: SignIn, name: str, origin: Origin = HERE) -> Origin:
    """Return a browser at an address in which an account has logged in before."""
    found = doors.enter(name, PASSWORD, origin)
    assert isinstance(found, Entered)
    return Origin(origin.address, found.device)


def said(database: Database) -> list[tuple[str, str]]:
    with database.read() as session:
        return [(row.what, row.account) for row in session.scalars(select(AuditRow).order_by(AuditRow.id))]


def test_whoever_tries_in_vain_waits_longer_each_time_and_a_right_password_does_not_help(
    doors: SignIn, time: Hand
) -> None:
    assert [tried(doors, "lead") for _ in range(FREE + 1)] == ["wrong"] * FREE + ["wait"]
    assert tried(doors, "lead", PASSWORD) == "wait"
    waited = []
    for _ in range(9):
        with pytest.raises(TooSoon) as refused:
            doors.enter("lead", "wrong password", HERE)
        waited.append(refused.value.seconds)
        time.forward(seconds=refused.value.seconds)
        assert tried(doors, "lead") == "wrong"
    assert waited == [15, 30, 60, 120, 240, 480, 900, 900, 900]


def test_nobody_is_locked_out_by_what_is_tried_from_another_address(doors: SignIn) -> None:
    for _ in range(AT_ADDRESS * 2):
        tried(doors, "lead", origin=THERE)
    assert tried(doors, "lead", PASSWORD, THERE) == "wait"
    assert tried(doors, "lead", PASSWORD, HERE) == "in"


def test_a_browser_that_has_logged_in_before_is_not_locked_out_from_its_own_address(doors: SignIn) -> None:
    seat = known_browser(doors, "lead")
    for name in ("lead", *(f"unit-{n}" for n in range(AT_ADDRESS * 2))):
        for _ in range(3):
            tried(doors, name)
    assert tried(doors, "lead", PASSWORD, HERE) == "wait"
    assert tried(doors, "operator", PASSWORD, HERE) == "wait"
    assert tried(doors, "lead", PASSWORD, seat) == "in"


def test_a_known_browser_is_known_for_its_own_account_alone_and_cannot_guess_either(doors: SignIn) -> None:
    seat = known_browser(doors, "operator")
    assert [tried(doors, "lead", origin=seat) for _ in range(FREE + 1)][-1] == "wait"
    assert tried(doors, "lead", PASSWORD, HERE) == "wait"  # it was counted as any stranger
    guesses = [tried(doors, "operator", origin=seat) for _ in range(FREE + 1)]
    assert guesses == ["wrong"] * FREE + ["wait"]
    assert tried(doors, "operator", PASSWORD, HERE) == "in"


@pytest.mark.parametrize("how", ["no such cookie", "", "x" * 5000])
def test_a_made_up_browser_is_a_stranger(doors: SignIn, how: str) -> None:
    known_browser(doors, "lead")
    stranger = Origin(HERE.address, how)
    assert [tried(doors, "lead", origin=stranger) for _ in range(FREE + 1)][-1] == "wait"


def test_spraying_accounts_from_one_address_ends_and_other_addresses_go_on(doors: SignIn) -> None:
    names = [f"account-{n}" for n in range(AT_ADDRESS + 2)]
    assert [tried(doors, name) for name in names] == ["wrong"] * AT_ADDRESS + ["wait"] * 2
    assert tried(doors, "operator", PASSWORD, HERE) == "wait"
    assert tried(doors, "operator", PASSWORD, THERE) == "in"


def test_logins_that_succeed_are_not_counted_however_many_share_an_address(
    doors: SignIn, reference: Reference
) -> None:
    names = [f"unit-{code}" for code in list(reference.units)[: AT_ADDRESS + 5]]
    assert len(names) == AT_ADDRESS + 5
    with ThreadPoolExecutor(12) as pool:
        assert set(pool.map(lambda name: tried(doors, name, PASSWORD), names)) == {"in"}


def test_what_was_tried_is_forgotten_by_a_success_and_by_an_hour_of_quiet(doors: SignIn, time: Hand) -> None:
    for _ in range(2):
        assert [tried(doors, "lead") for _ in range(FREE - 1)] == ["wrong"] * (FREE - 1)
        assert tried(doors, "lead", PASSWORD) == "in"
    assert [tried(doors, "lead") for _ in range(FREE + 1)][-1] == "wait"
    time.forward(hours=1)
    assert [tried(doors, "lead") for _ in range(FREE)] == ["wrong"] * FREE


def test_parallel_guesses_get_no_more_tries_than_others(doors: SignIn) -> None:
    with ThreadPoolExecutor(15) as pool:
        answers = list(pool.map(lambda _: tried(doors, "operator"), range(30)))
    assert (answers.count("wrong"), answers.count("wait")) == (FREE, 30 - FREE)


def test_every_web_process_counts_in_the_same_place(doors: SignIn, database: Database, time: Hand) -> None:
    other = SignIn(Database(database.url), time)
    answers = [tried(one, "lead") for one in (doors, other, doors, other, doors, other)]
    assert answers == ["wrong"] * FREE + ["wait"]


def test_an_unknown_name_is_answered_counted_and_hashed_like_a_known_one(
    doors: SignIn, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashings: list[int] = []
    fits = sign_in.passwords.fits
    monkeypatch.setattr(sign_in.passwords, "fits", lambda *words: hashings.append(1) or fits(*words))
    told = {}
    for name in ("operator", "nobody-of-that-name", "", "bad\nname", "x" * 500):
        sentences = []
        for _ in range(FREE + 1):
            before = len(hashings)
            with pytest.raises(Refusal) as refused:
                doors.enter(name, "wrong password", Origin(f"192.0.2.{len(told)}"))
            sentences.append((str(refused.value), refused.value.status, len(hashings) - before))
        told[name] = sentences
    assert len({tuple(one) for one in told.values()}) == 1


def test_a_name_that_nobody_has_is_written_down_nowhere(doors: SignIn, database: Database) -> None:
    tried(doors, "my-secret-password-in-the-wrong-field")
    with database.read() as session:
        rows = [(row.account, row.address) for row in session.scalars(select(SignInLimitRow))]
        written = repr([(row.account, row.detail) for row in session.scalars(select(AuditRow))])
    assert rows == [(None, HERE.address)] * 2 and "my-secret" not in written


def test_tries_and_waits_are_in_the_audit_but_not_every_knock_at_a_closed_door(
    doors: SignIn, database: Database
) -> None:
    for _ in range(FREE + 30):
        tried(doors, "lead")
    assert said(database) == [("login.failed", "lead")] * FREE + [("login.limited", "lead")]
    with database.read() as session:
        held = session.scalars(select(SignInLimitRow).where(SignInLimitRow.kind == "pair")).one()
    assert (held.failures, held.refused, held.account) == (FREE, 30, "lead")


@pytest.mark.parametrize("how", ["unlock", "passwd"])
def test_an_account_is_unlocked_by_hand_and_by_a_new_password(
    doors: SignIn, database: Database, time: Hand, how: str
) -> None:
    for _ in range(FREE):
        tried(doors, "lead")
    assert tried(doors, "lead", PASSWORD) == "wait"
    with database.write() as session:
        if how == "unlock":
            accounts.unlock(session, "lead", "admin", time())
        else:
            accounts.set_password(session, "lead", PASSWORD, time())
    assert tried(doors, "lead", PASSWORD) == "in"
    assert (f"account.{how}", "admin" if how == "unlock" else "console") in said(database)


def test_a_new_password_makes_every_browser_a_stranger_again(
    doors: SignIn, database: Database, time: Hand
) -> None:
    known_browser(doors, "lead")
    with database.write() as session:
        accounts.set_password(session, "lead", "another password", time())
        assert session.scalars(select(DeviceRow).where(DeviceRow.account == "lead")).all() == []


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::9%eth0", "2001:db8:1:2::/64"),
        ("", ""),
    ],
)
def test_one_line_counts_as_one_address(address: str, counted: str) -> None:
    assert limits.network(address) == counted


def post(browser: FlaskClient, password: str, name: str = "lead"):  # type: ignore[no-untyped-def]
    return browser.post("/login", data={"username": name, "password": password})


def test_the_form_says_how_long_to_wait_the_same_for_every_name(opened: OpenApi) -> None:
    answers = {}
    for name in ("lead", "nobody-of-that-name"):
        for _ in range(FREE):
            assert post(opened.client, "no", name).status_code == 401
        answer = post(opened.client, "no", name)
        assert int(answer.headers["Retry-After"]) > 0 and "秒后再试" in answer.text
        answers[name] = (answer.status_code, re.sub(r"\d+", "", answer.text.replace(name, "")))
    assert answers["lead"] == answers["nobody-of-that-name"]
    assert answers["lead"][0] == 429


def test_the_browser_of_the_seat_still_gets_in_while_a_stranger_guesses_beside_it(opened: OpenApi) -> None:
    seat = opened.login("lead")
    cookie = seat.get_cookie(client.DEVICE_COOKIE)
    assert cookie is not None and cookie.http_only and cookie.same_site == "Lax"
    seat.post("/logout")
    stranger = opened.client
    for _ in range(FREE + 1):
        post(stranger, "no")
    assert post(stranger, PASSWORD).status_code == 429
    assert post(seat, PASSWORD).status_code == 303
