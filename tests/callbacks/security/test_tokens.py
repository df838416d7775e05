"""API tokens end: after a time, when they are revoked, with their account and with its password."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from dashboard import clock
from datasources.accounts import accounts, tokens
from datasources.accounts.sign_in import SignIn
from datasources.districts.reference import Reference
from datasources.store.database import Database
from datasources.store.models import TokenRow
from tests.support.api_world import PASSWORD
from tests.support.product import command

NOW = clock.real_now()


@pytest.fixture
def made(database: Database, reference: Reference) -> Database:
    with database.write() as session:
        accounts.ensure_demo(session, reference, PASSWORD, NOW)
    return database


def issued(database: Database, name: str = "lead", **more: int) -> str:
    with database.write() as session:
        return tokens.issue_token(session, name, NOW, **more)


def opens(database: Database, token: str, after: timedelta = timedelta()) -> bool:
    """Whether a token opens a door that remembers nothing."""
    return SignIn(database, lambda: NOW + after).viewer_for_token(token) is not None


@pytest.mark.parametrize(("more", "days"), [({}, 90), ({"days": 7}, 7)])
def test_a_token_ends_after_its_days_ninety_unless_said(made: Database, more: dict, days: int) -> None:
    token = issued(made, **more)
    assert opens(made, token, timedelta(days=days, seconds=-1))
    assert not opens(made, token, timedelta(days=days))


def test_a_token_of_a_version_that_knew_no_end_ends_too(made: Database) -> None:
    token = issued(made)
    with made.write() as session:
        session.execute(update(TokenRow).values(expires_at=None))
    assert opens(made, token, timedelta(days=89)) and not opens(made, token, timedelta(days=90))


@pytest.mark.parametrize("how", ["passwd", "disable", "another demo password", "demo off"])
def test_tokens_do_not_outlive_a_password_or_an_open_account(
    made: Database, reference: Reference, how: str
) -> None:
    token, other = issued(made), issued(made, "operator")
    with made.write() as session:
        if how == "passwd":
            accounts.set_password(session, "lead", "another password", NOW)
        elif how == "disable":
            accounts.disable(session, "lead", NOW)
        elif how == "demo off":
            accounts.close_demo(session, NOW)
        else:
            accounts.ensure_demo(session, reference, "another password", NOW)
    assert not opens(made, token)
    assert opens(made, other) == (how in ("passwd", "disable"))


def test_an_enabled_account_comes_back_without_its_old_tokens_and_sessions(made: Database) -> None:
    token = issued(made)
    cookie, _ = SignIn(made, lambda: NOW).login("lead", PASSWORD)
    with made.write() as session:
        accounts.disable(session, "lead", NOW)
        accounts.enable(session, "lead", NOW)
    doors = SignIn(made, lambda: NOW)
    assert doors.login("lead", PASSWORD)[1].name == "lead"
    assert doors.viewer_for_token(token) is None and doors.viewer_for_session(cookie) is None


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("data")
    for name in ("gate", "lamp"):
        words = ("--role", "operator", "--password", "a-long-enough-password", "--data", str(path))
        assert command("user", "add", name, *words).returncode == 0
    return path


def said(folder: Path, *words: str) -> tuple[int, list[list[str]], str]:
    done = command("token", *words, "--data", str(folder))
    assert "Traceback" not in done.stderr
    return done.returncode, [line.split("\t") for line in done.stdout.splitlines()], done.stderr


def test_tokens_are_listed_and_revoked_by_id_by_themselves_and_by_account(folder: Path) -> None:
    printed = command(
        "token", "gate", "gate", "gate", "lamp", "--expires", "30", "--data", str(folder)
    ).stdout
    first = printed.splitlines()[0].split()[-1]
    _, rows, _ = said(folder, "list", "gate")
    assert [row[1] for row in rows] == ["gate"] * 3 and {row[4] for row in rows} == {"可用"}
    assert first not in str(rows)
    assert said(folder, "revoke", first)[0] == 0
    still = next(row[0] for row in said(folder, "list", "gate")[1] if row[4] == "可用")
    assert said(folder, "revoke", still)[0] == 0
    assert sorted(row[4] for row in said(folder, "list", "gate")[1]) == ["可用", "已吊销", "已吊销"]
    assert said(folder, "revoke", "gate")[0] == 0
    assert {row[4] for row in said(folder, "list", "gate")[1]} == {"已吊销"}
    assert [row[4] for row in said(folder, "list", "lamp")[1]] == ["可用"]


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("revoke", "nobody"), 1),
        (("revoke", "grid_nothing"), 1),
        (("list", "nobody"), 1),
        (("gate", "--expires", "0"), 1),
        (("revoke",), 2),
        (("list", "--expires", "3"), 2),
        (("gate", "--expires", "soon"), 2),
    ],
)
def test_words_that_name_no_token_are_one_sentence(folder: Path, words: tuple[str, ...], status: int) -> None:
    code, rows, told = said(folder, *words)
    assert (code, rows) == (status, [])
    assert told.strip()


def test_an_account_is_enabled_and_unlocked_by_command(folder: Path) -> None:
    words = ("lamp", "--data", str(folder))
    assert command("user", "disable", *words).returncode == 0
    assert command("token", *words).returncode == 1
    assert command("user", "enable", *words).returncode == 0
    assert command("user", "unlock", *words).returncode == 0
    assert command("token", *words).returncode == 0
    assert command("user", "unlock", "nobody", "--data", str(folder)).returncode == 1
