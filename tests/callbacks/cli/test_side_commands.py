"""A command beside a product touches the accounts it was told to and no other; demo or not is the data folder's, kept by what serves."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from callbacks.cli import demo_check
from callbacks.cli.serving import demo_accounts
from dashboard import clock
from dashboard.runtime.runtime import Runtime, open_runtime
from dashboard.settings import Settings
from dashboard.simulation import choice
from datasources.accounts import accounts, sign_in
from datasources.accounts.sign_in import SignIn
from datasources.store.database import Database
from datasources.store.models import AccountRow, AuditRow
from tests.support.api_world import runtime_of
from tests.support.product import PASSWORD, command

ONE = "number,title,reported_at\nA1,占道经营,2026-11-02 09:00\n"


def standing(database: Database) -> list[tuple[Any, ...]]:
    """Return everything of every account that a command could change."""
    with database.read() as session:
        columns = [column for column in AccountRow.__table__.columns if column.name != "created_at"]
        return [tuple(row) for row in session.execute(select(*columns).order_by(AccountRow.name))]


def served(folder: Path, **said: Any) -> Runtime:
    """A house as `run` opens it, its accounts made or closed as the settings say."""
    settings = choice.resolved(Settings(data_dir=folder, **said))
    runtime = open_runtime(settings)
    demo_accounts(runtime)
    return runtime


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("GRID_DEMO", "GRID_DEMO_PASSWORD", "GRID_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "data"


def test_no_side_command_touches_an_account_it_was_not_told_to(folder: Path, tmp_path: Path) -> None:
    runtime = served(folder, demo=False, demo_password="One-long-word")
    token, _ = SignIn(runtime.database, clock.real_now).login("leader", "One-long-word")
    before = standing(runtime.database)
    assert len(before) > 50
    one = tmp_path / "one.csv"
    one.write_text(ONE, "utf-8")
    words = ("--data", str(folder))
    for said in (
        ("user", "list"),
        ("import", str(one)),
        ("token", "leader"),
        ("token", "list"),
        ("rebuild",),
        ("check",),
    ):
        done = command(*said, *words, GRID_DEMO_PASSWORD="")
        assert "Traceback" not in done.stderr, said
        assert standing(runtime.database) == before, said
    assert SignIn(runtime.database, clock.real_now).viewer_for_session(token) is not None
    assert not (folder / "demo-password").exists()
    runtime.close()


def test_the_process_that_rolls_up_touches_no_account(folder: Path) -> None:
    runtime = served(folder, demo=False, demo_password="One-long-word")
    before = standing(runtime.database)
    assert command("roll", "--data", str(folder), GRID_DEMO_PASSWORD="Another-long-word").returncode == 0
    assert standing(runtime.database) == before
    runtime.close()


def test_beside_a_folder_without_a_demo_no_command_makes_one(folder: Path, tmp_path: Path) -> None:
    one = tmp_path / "one.csv"
    one.write_text(ONE, "utf-8")
    words = ("--data", str(folder))
    assert command("user", "list", *words, GRID_DEMO="false", GRID_DEMO_PASSWORD="").stdout == ""
    command("import", str(one), *words)  # in an environment that would have a demo
    listed = command("user", "list", *words)
    assert (listed.returncode, listed.stdout) == (0, "")


def test_demo_or_not_is_kept_per_data_folder_and_read_where_nobody_says(folder: Path) -> None:
    assert choice.resolved(Settings(data_dir=folder)).demo is True
    served(folder, demo=False).close()
    assert choice.resolved(Settings(data_dir=folder)).demo is False
    assert choice.resolved(Settings(data_dir=folder, demo=True)).demo is True
    assert command("user", "list", "--data", str(folder), GRID_DEMO="true").returncode == 0
    assert choice.resolved(Settings(data_dir=folder)).demo is False


def test_with_the_demo_off_its_accounts_are_closed_with_their_sessions_and_tokens(folder: Path) -> None:
    runtime = served(folder, demo=True, demo_password=PASSWORD)
    doors = SignIn(runtime.database, clock.real_now)
    session_token, _ = doors.login("lead", PASSWORD)
    with runtime.database.write() as session:
        api_token = sign_in.issue_token(session, "admin", clock.real_now())
        accounts.disable(session, "unit-GAS", clock.real_now())
        new = accounts.NewAccount("night", accounts.Role.OPERATOR, PASSWORD)
        accounts.create(session, runtime.reference, new, clock.real_now())
    runtime.close()
    runtime = served(folder, demo=False)
    fresh = SignIn(runtime.database, clock.real_now)
    assert fresh.viewer_for_session(session_token) is None and fresh.viewer_for_token(api_token) is None
    with runtime.database.read() as session:
        assert [row.name for row in accounts.listed(session) if not row.disabled] == ["night"]
        assert "account.demo_closed" in session.scalars(select(AuditRow.what)).all()
    runtime.close()
    runtime = served(folder, demo=True, demo_password=PASSWORD)
    with runtime.database.read() as session:
        closed = [row.name for row in accounts.listed(session) if row.disabled]
    assert closed == ["unit-GAS"]  # somebody closed that one, and nobody has opened it since
    runtime.close()


def test_a_demo_account_cannot_be_enabled_while_the_demo_is_off(folder: Path) -> None:
    served(folder, demo=True, demo_password=PASSWORD).close()
    served(folder, demo=False).close()
    done = command("user", "enable", "lead", "--data", str(folder), GRID_DEMO_PASSWORD="")
    assert done.returncode == 1 and "演示已关闭" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("said", "words", "findings"),
    [
        ({"demo": True, "demo_password": PASSWORD}, "演示：开启", 0),
        ({"demo": False}, "演示：关闭；演示账号 {held} 个，全部停用", 0),
        ({"demo": False, "demo_password": PASSWORD}, "演示：关闭，但设置了 GRID_DEMO_PASSWORD", 0),
    ],
)
def test_check_says_whether_the_folder_is_a_demo(
    folder: Path, said: dict[str, Any], words: str, findings: int
) -> None:
    served(folder, demo=True, demo_password=PASSWORD).close()
    served(folder, **said).close()
    told, found = demo_check.demo(choice.resolved(Settings(data_dir=folder, **said)))
    assert told.text.startswith(words) and told.params["held"] > 50
    assert len(found) == findings


def test_check_refuses_demo_accounts_that_are_open_without_a_demo(folder: Path, sqlite: Database) -> None:
    runtime = runtime_of(sqlite, folder)
    with sqlite.write() as session:
        accounts.ensure_demo(session, runtime.reference, PASSWORD, clock.real_now())
    folder.mkdir()
    (folder / "district").write_text("huli")
    done = command(
        "check", "--data", str(folder), GRID_DATABASE_URL=sqlite.url, GRID_DEMO="false", GRID_DEMO_PASSWORD=""
    )
    assert done.returncode == 1
    assert "演示：关闭" in done.stdout and "仍有演示账号可用" in done.stderr
