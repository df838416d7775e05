"""Telephone numbers lie sealed: no file of the database holds one in clear, whoever may finds and reads it all the same."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from datasources.store import sealing
from datasources.store.database import Database
from datasources.store.revisions import MIGRATIONS
from tests.support.api_world import OpenApi, build, runtime_of

PHONES = ("13800138001", "13800138002", "0592-6010110")
SECRET = "a secret of the tests"


@pytest.fixture(autouse=True)
def own_key() -> Iterator[None]:
    yield
    sealing.use([SECRET])


def reported(opened_on_both: OpenApi) -> list[str]:
    """Report by every door that takes a number; return the events' numbers."""
    body = {"title": "路灯不亮", "address": "示例路"}
    one, two, three = ({**body, "reporter": {"phone": phone}} for phone in PHONES)
    made = [
        opened_on_both.call("operator", "POST", "/events", one, headers={"Idempotency-Key": "k"}).json[
            "number"
        ],
        opened_on_both.call(None, "POST", "/reports", two, headers={"Idempotency-Key": "k"}).json["number"],
    ]
    batch = opened_on_both.call("operator", "POST", "/events/batch", {"events": [three]})
    return [*made, batch.json["results"][0]["event"]["number"]]


def stored(database: Database) -> str:
    """Return everything every table holds, as text."""
    with database.read() as session:
        dialect = session.get_bind().dialect.name
        names = (
            "SELECT name FROM sqlite_master WHERE type = 'table'"
            if dialect == "sqlite"
            else "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        )
        tables = session.execute(text(names)).scalars().all()
        return "".join(
            str([bytes(cell) if isinstance(cell, memoryview) else cell for cell in row])
            for table in tables
            for row in session.execute(text(f'SELECT * FROM "{table}"'))
        )


def in_clear(opened_on_both: OpenApi, number: str) -> dict[str, Any]:
    """Return an event as a token for reading persons gets it."""
    answer = opened_on_both.call(None, "GET", f"/events/{number}", headers=opened_on_both.clear("operator"))
    assert answer.status_code == 200
    return answer.json["event"]


def back_to(database: Database, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with database.engine.connect() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)
        connection.commit()


def test_no_table_holds_a_number_in_clear_after_reports_by_every_door(opened_on_both: OpenApi) -> None:
    reported(opened_on_both)
    held = stored(opened_on_both.runtime.database)
    assert "路灯不亮" in held
    assert [phone for phone in PHONES if phone in held] == []


def test_the_file_of_the_database_holds_no_number_either(sqlite: Database, tmp_path: Path) -> None:
    reported(build(runtime_of(sqlite, tmp_path)))
    path = sqlite.engine.url.database
    assert path is not None
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    data = Path(path).read_bytes()
    assert [phone for phone in PHONES if phone.encode() in data] == []


def test_whoever_may_reads_finds_and_reveals_it_and_nobody_else(opened_on_both: OpenApi) -> None:
    numbers = reported(opened_on_both)
    for number, phone in zip(numbers, PHONES, strict=True):
        shown = in_clear(opened_on_both, number)["reporter"]
        assert shown["phone"] == phone
        masked = opened_on_both.call("leader", "GET", f"/events/{number}").json["event"]["reporter"]["phone"]
        assert phone not in masked and "****" in masked
        told = opened_on_both.call("operator", "POST", f"/events/{number}/reveal", {"reason": "回访"}).json
        assert told["reporter"]["phone"] == phone
    found = opened_on_both.call("operator", "GET", "/events?q=138 0013 8001").json["items"]
    assert [one["number"] for one in found] == [numbers[0]]
    assert opened_on_both.call("operator", "GET", "/events?q=0013800").json["items"] == []
    assert opened_on_both.call("leader", "GET", "/events?q=13800138001").json["items"] == []


def test_a_number_sealed_by_an_earlier_key_is_read_while_that_key_is_known(opened_on_both: OpenApi) -> None:
    number = reported(opened_on_both)[0]
    sealing.use(["a new key", SECRET])
    assert in_clear(opened_on_both, number)["reporter"]["phone"] == PHONES[0]


def test_a_lost_key_is_said_in_words(opened_on_both: OpenApi) -> None:
    number = reported(opened_on_both)[0]
    sealing.use(["quite another key"])
    assert in_clear(opened_on_both, number)["reporter"]["phone"] == sealing.LOST


def test_numbers_that_lay_in_clear_are_sealed_by_the_migration(sqlite: Database, tmp_path: Path) -> None:
    opened_on_both = build(runtime_of(sqlite, tmp_path))
    number = reported(opened_on_both)[0]
    with sqlite.engine.begin() as connection:
        connection.execute(
            text("UPDATE event SET reporter_phone = '13911112222', reporter_phone_digest = NULL")
        )
    back_to(sqlite, "0007")
    sqlite.upgrade()
    assert "13911112222" not in stored(sqlite)
    assert in_clear(opened_on_both, number)["reporter"]["phone"] == "13911112222"
    assert len(opened_on_both.call("operator", "GET", "/events?q=13911112222").json["items"]) == 3
