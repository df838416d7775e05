"""Looking at reporters is limited by the hour and told to the lead; what the product writes is for its owner alone."""

import stat
from pathlib import Path

import pytest

from dashboard.clock import HandClock
from dashboard.runtime.runtime import open_runtime
from dashboard.settings import Settings
from datasources.audit import reveals
from datasources.store.models import AuditRow
from tests.support.api_world import OpenApi
from tests.support.product import command

pytestmark = pytest.mark.usefixtures("hand")  # the drill clock from the first moment on

PHONE = "13800138000"
MOST = Settings().reveals_per_hour


def reported(opened_on_both: OpenApi) -> str:
    body = {"title": "路灯不亮", "address": "示例路", "reporter": {"name": "某人", "phone": PHONE}}
    return str(opened_on_both.call("operator", "POST", "/events", body).json["number"])


def look(opened_on_both: OpenApi, number: str, account: str = "operator"):
    return opened_on_both.call(account, "POST", f"/events/{number}/reveal", {"reason": "回访核实"})


def test_looks_are_limited_by_the_hour_for_each_account_and_by_every_credential(
    opened_on_both: OpenApi, hand: HandClock
) -> None:
    number, browser = reported(opened_on_both), opened_on_both.login("operator")
    for _ in range(MOST):
        assert look(opened_on_both, number).status_code == 200
    refused = look(opened_on_both, number)
    assert (refused.status_code, PHONE in refused.text) == (429, False)
    assert browser.post(f"/api/v1/events/{number}/reveal", json={"reason": "回访"}).status_code == 429
    assert look(opened_on_both, number, "lead").status_code == 200
    hand.forward(minutes=61)
    assert look(opened_on_both, number).status_code == 200


def test_the_lead_is_told_once_who_reached_the_limit_and_an_operator_is_not(
    opened_on_both: OpenApi, hand: HandClock
) -> None:
    number = reported(opened_on_both)
    for _ in range(MOST + 3):
        look(opened_on_both, number)
    told = opened_on_both.call("lead", "GET", "/reveals").json
    assert told["limit"] == MOST
    assert [(one["account"], one["count"], bool(one["reached_at"])) for one in told["items"]] == [
        ("operator", MOST, True)
    ]
    for account in ("operator", "leader", "screen", "unit-FIRE"):
        assert opened_on_both.call(account, "GET", "/reveals").status_code == 403
    with opened_on_both.runtime.database.read() as session:
        notes = [row for row in session.query(AuditRow) if row.what == reveals.LIMIT]
    assert [(row.account, row.detail["event"]) for row in notes] == [("operator", number)]
    hand.forward(hours=2)
    assert opened_on_both.call("lead", "GET", "/reveals").json["items"] == []


def test_the_data_folder_is_closed_to_all_but_its_owner(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o755)
    folder.chmod(0o755)
    open_runtime(Settings(data_dir=folder)).close()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_folder_that_everybody_shares_is_left_as_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(0o1777)
    open_runtime(Settings(data_dir=folder)).close()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o1777


def test_every_file_a_command_writes_is_for_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    done = command(
        "user", "add", "someone", "--role", "lead", "--password", "a long password", "--data", str(folder)
    )
    assert done.returncode == 0, done.stderr
    modes = {path.name: stat.S_IMODE(path.lstat().st_mode) for path in folder.rglob("*")}
    assert modes and not [name for name, mode in modes.items() if mode & 0o077], modes
    assert folder.stat().st_mode & 0o077 == 0
