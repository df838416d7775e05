"""Faults of the database at the HTTP door: 503 with Retry-After and a sentence, never the 409 that means "overtaken"."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event as hooks
from sqlalchemy import text

from dashboard import clock
from datasources.events import idempotency
from datasources.store import database as databases
from datasources.store.database import Database
from tests.support.api_world import OpenApi, build, runtime_of

BODY = {"title": "燃气泄漏", "address": "南山路", "emergency": True}


def send(opened: OpenApi, path: str = "/events", body: Any = BODY, key: str | None = "one") -> Any:
    return opened.call("operator", "POST", path, body, headers={"Idempotency-Key": key} if key else {})


def unavailable(answer: Any) -> bool:
    body = answer.json
    assert answer.status_code == 503, (answer.status_code, body)
    return body["status"] == 503 and int(answer.headers["Retry-After"]) > 0 and bool(body["detail"])


@contextmanager
def locked(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Another process writes and does not end."""
    monkeypatch.setattr(databases, "PATIENCE_SECONDS", 0.05)
    other = Database(database.url)
    with other.write() as held:
        held.execute(text("SELECT 1"))  # begins
        yield
    other.close()


@contextmanager
def full(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The disk takes not a page more."""

    def narrow(connection: Any, _record: Any) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages}")

    hooks.listen(database.engine, "connect", narrow)
    database.engine.dispose()
    yield
    hooks.remove(database.engine, "connect", narrow)
    database.engine.dispose()


@contextmanager
def read_only(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A standby that takes no writes."""
    with _altered(database, "default_transaction_read_only", "on"):
        yield


@contextmanager
def _altered(database: Database, name: str, value: str) -> Iterator[None]:
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as admin:
        admin.execute(text(f"ALTER DATABASE {database.engine.url.database} SET {name} = '{value}'"))
    database.engine.dispose()
    yield


@pytest.fixture
def opened(sqlite: Database, tmp_path: Path) -> OpenApi:
    found = build(runtime_of(sqlite, tmp_path))
    found.token("operator")
    return found


@pytest.fixture
def on_postgresql(postgresql: Database, tmp_path: Path) -> OpenApi:
    found = build(runtime_of(postgresql, tmp_path))
    found.token("operator")
    return found


@pytest.mark.parametrize("key", ["again", None])
@pytest.mark.parametrize("fault", [locked, full])
def test_a_database_that_is_locked_or_full_is_503_and_the_same_report_is_taken_afterwards(
    opened: OpenApi, fault: Any, key: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = {**BODY, "description": "漏气" * 900}
    with fault(opened.runtime.database, monkeypatch):
        for n in range(50):  # until the last page is taken
            if send(opened, "/events", body, key and f"{key}{n}").status_code != 201:
                break
        assert unavailable(send(opened, "/events", body, key))
    assert send(opened, "/events", body, key).status_code == 201


def test_a_read_only_database_is_503_at_reporting_acting_and_answering_an_alert(
    on_postgresql: OpenApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = send(on_postgresql).json["number"]
    alert = on_postgresql.call("operator", "GET", "/alerts").json["items"][0]
    with read_only(on_postgresql.runtime.database, monkeypatch):
        assert unavailable(send(on_postgresql, key="two"))
        assert unavailable(send(on_postgresql, f"/events/{number}/comment", {"version": 1, "text": "在吗"}))
        answered = {"episode": alert["episode"], "screen": "desk-1"}
        assert unavailable(
            on_postgresql.call("operator", "POST", f"/alerts/{alert['id']}/acknowledge", answered)
        )


def test_a_row_that_somebody_else_holds_is_503_and_not_the_key(on_postgresql: OpenApi) -> None:
    filed = send(on_postgresql).json
    number = filed["number"]
    database = on_postgresql.runtime.database
    with _altered(database, "lock_timeout", "100ms"), database.write() as other:
        other.execute(text("UPDATE event SET demand = demand WHERE number = :number"), {"number": number})
        assert unavailable(
            send(on_postgresql, f"/events/{number}/comment", {"version": filed["version"], "text": "好"}, "k")
        )


def test_only_a_key_whose_first_request_is_in_work_is_409_and_says_so_without_an_event(
    on_postgresql: OpenApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idempotency, "WAIT", "50ms")
    database = on_postgresql.runtime.database
    mark = idempotency.fingerprint("/api/v1/events", BODY)
    with database.write() as first:
        idempotency.first_answer(first, "operator", "busy", mark, clock.real_now())
        answer = send(on_postgresql, key="busy")
        assert (answer.status_code, answer.json["event"]) == (409, None)
        assert answer.json["type"].endswith("in-work") and answer.headers["Retry-After"]
    assert send(on_postgresql, key="other").status_code == 201
