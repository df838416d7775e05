"""Steps, ledger and audit keep what was written: the database refuses changes, and the chain names what was changed all the same."""

import json
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from dashboard import clock
from dashboard.loops import clock_loops
from datasources.accounts.accounts import audit
from datasources.audit import check, links
from datasources.exchange import export_requests
from datasources.store import sealing
from datasources.store.database import Database
from datasources.store.models import AuditRow, LedgerRow, StepRow
from tests.browser.waiting import until
from tests.conftest import LEAD, OPERATOR, Town
from tests.support.api_world import runtime_of
from tests.support.product import command

NOW = clock.real_now()
APPEND_ONLY = ("step", "ledger", "audit", "alert_log", "chain_link", "export_request")


def lived(town: Town) -> None:
    """Let a case run its way, so that every table of the chain has rows."""
    town.checked(town.finished(town.claimed()), "very_satisfied")
    town.act(town.report(emergency=True), "comment", OPERATOR, text="留言")
    with town.database.write() as session:
        audit(session, NOW, "operator", "reveal", event="1", reason="回访")
        export_requests.ask(session, OPERATOR, {"q": "路灯"}, "统计上报用", NOW)


def sealed(database: Database) -> int:
    return links.seal(database, NOW)


def checked(database: Database, head: dict | None = None) -> check.Found:
    with database.read() as session:
        return check.verify(session, head)


def beside_the_triggers(database: Database, *statements: str) -> None:
    """Do to the tables what somebody with the file, or with the owner's password, can do."""
    with database.engine.begin() as connection:
        if database.is_sqlite:
            names = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
            for name in names.scalars().all():
                connection.execute(text(f"DROP TRIGGER {name}"))
        else:
            for table in APPEND_ONLY:
                connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        for statement in statements:
            connection.execute(text(statement))


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("statement", ["UPDATE {table} SET {column} = 'x'", "DELETE FROM {table}"])
def test_the_database_refuses_to_change_or_take_away_what_was_written(
    town: Town, table: str, statement: str
) -> None:
    lived(town)
    sealed(town.database)
    column = {
        "ledger": "rule",
        "alert_log": "what",
        "audit": "what",
        "chain_link": "covers",
        "export_request": "why",
    }
    words = statement.format(table=table, column=column.get(table, "action"))
    with pytest.raises(DatabaseError), town.database.engine.begin() as connection:
        connection.execute(text(words))


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_insert_or_replace_forges_no_row_whoever_opens_the_file(small_town: Town, table: str) -> None:
    lived(small_town)
    sealed(small_town.database)
    path = small_town.database.engine.url.database
    assert path is not None
    key = "no" if table == "chain_link" else "id"
    other = sqlite3.connect(path)  # without our pragmas
    row = other.execute(f"SELECT * FROM {table} ORDER BY {key} LIMIT 1").fetchone()
    with pytest.raises(sqlite3.DatabaseError):
        other.execute(f"INSERT OR REPLACE INTO {table} VALUES ({','.join('?' * len(row))})", row)
    other.close()


def test_a_step_is_not_replaced_through_its_event_and_version_either(small_town: Town) -> None:
    lived(small_town)
    names = [column.name for column in StepRow.__table__.c]
    fresh = ", ".join("(SELECT max(id) + 1 FROM step)" if name == "id" else f'"{name}"' for name in names)
    words = f"INSERT OR REPLACE INTO step SELECT {fresh} FROM step LIMIT 1"
    with pytest.raises(DatabaseError), small_town.database.engine.begin() as connection:
        connection.execute(text(words))


def test_sqlite_asks_triggers_for_what_a_replace_deletes(small_town: Town) -> None:
    with small_town.database.engine.connect() as connection:
        assert connection.execute(text("PRAGMA recursive_triggers")).scalar() == 1


def test_an_export_request_is_answered_once_and_its_downloads_only_grow(town: Town) -> None:
    with town.database.write() as session:
        key = export_requests.ask(session, OPERATOR, {}, "统计上报用", NOW).id
    with town.database.write() as session:
        export_requests.answer(session, key, LEAD, NOW, granted=True, words="")
    with town.database.write() as session:
        assert export_requests.take(session, key, OPERATOR, NOW).downloads == 1
    for change in (
        "state = 'refused'",
        "answered_by = 'x'",
        "downloads = 0",
        "account = 'x'",
        "filters = '[]'",
    ):
        with pytest.raises(DatabaseError), town.database.engine.begin() as connection:
            connection.execute(text(f"UPDATE export_request SET {change}"))


def test_a_chain_over_a_lived_town_is_whole_and_waits_for_nothing_once_sealed(town: Town) -> None:
    lived(town)
    before = checked(town.database)
    assert not before.fault and before.waiting > 0
    done = sealed(town.database)
    after = checked(town.database)
    with town.database.read() as session:
        written = sum(
            len(session.scalars(select(table.id)).all()) for table in (StepRow, LedgerRow, AuditRow)
        )
    assert (after.fault, after.waiting, after.rows, done) == ("", 0, written, written)


FORGERIES: dict[str, tuple[str, str]] = {
    "a step with another actor": ("UPDATE step SET actor = 'lead' WHERE id = (SELECT max(id) FROM step)", "step"),
    "a step with other facts": ("UPDATE step SET facts = '[]' WHERE action = 'comment'", "step"),
    "a ledger entry of other tenths": ("UPDATE ledger SET tenths = tenths + 1 WHERE id = (SELECT min(id) FROM ledger)", "ledger"),
    "an audit row taken away": ("DELETE FROM audit WHERE what = 'reveal'", "audit"),
    "an audit row of somebody else": ("UPDATE audit SET account = 'lead' WHERE what = 'reveal'", "audit"),
    "the last ledger entry taken away": ("DELETE FROM ledger WHERE id = (SELECT max(id) FROM ledger)", "ledger"),
    "a link signed by nobody": ("UPDATE chain_link SET covers = '{}' WHERE no = 2", "2"),
    "a link taken away": ("DELETE FROM chain_link WHERE no = 2", "2"),
    "every link taken away": ("DELETE FROM chain_link", "链是空的"),
}  # fmt: skip


@pytest.mark.parametrize("forgery", FORGERIES)
def test_the_first_break_is_named_for(town: Town, forgery: str) -> None:
    lived(town)
    sealed(town.database)
    lived(town)
    sealed(town.database)
    statement, named = FORGERIES[forgery]
    beside_the_triggers(town.database, statement)
    found = checked(town.database)
    assert found.fault and named in found.fault.format(**(found.params or {}))


def test_a_row_put_in_where_the_chain_is_closed_is_found(town: Town) -> None:
    lived(town)
    sealed(town.database)
    columns = "at, account, what, detail"
    beside_the_triggers(
        town.database,
        f"INSERT INTO audit (id, {columns}) SELECT -7, {columns} FROM audit WHERE what = 'reveal'",
    )
    assert checked(town.database).params == {"table": "audit", "row": -7}


def test_a_chain_cut_at_its_end_or_made_anew_is_found_by_a_head_kept_elsewhere(town: Town) -> None:
    lived(town)
    sealed(town.database)
    with town.database.read() as session:
        head = check.head_of(session)
    assert not checked(town.database, head).fault
    beside_the_triggers(
        town.database,
        "DELETE FROM chain_link WHERE no > 1",
        "UPDATE audit SET account = 'x' WHERE what = 'reveal'",
    )
    assert "截去" in checked(town.database, head).fault
    lived(town)
    sealed(town.database)
    assert not checked(town.database).fault  # without the head nothing is to be seen
    assert "链被换过" in checked(town.database, head).fault


def test_an_emptied_chain_is_never_begun_anew_by_the_sealer(town: Town) -> None:
    lived(town)
    beside_the_triggers(town.database, "DELETE FROM chain_link")
    with pytest.raises(RuntimeError, match="chain"):
        sealed(town.database)


def test_another_key_signs_nothing_that_is_believed(town: Town) -> None:
    lived(town)
    try:
        sealing.use(["a thief's key"])
        sealed(town.database)
    finally:
        sealing.use(["a secret of the tests"])
    assert checked(town.database).params == {"no": 2}


def test_what_an_earlier_key_signed_holds_while_that_key_is_known(town: Town) -> None:
    lived(town)
    sealed(town.database)
    try:
        sealing.use(["a new key", "a secret of the tests"])
        lived(town)
        sealed(town.database)
        assert not checked(town.database).fault
    finally:
        sealing.use(["a secret of the tests"])


def test_rows_committed_behind_ids_that_are_sealed_already_are_sealed_later(postgresql: Database) -> None:
    """Two writers on PostgreSQL: the one that drew the lower id commits last."""
    with postgresql.write() as session:
        audit(session, NOW, "operator", "first")
    slow = Session(postgresql.engine)
    audit(slow, NOW, "operator", "slow")
    slow.flush()
    with postgresql.write() as session:
        audit(session, NOW, "operator", "fast")
    sealed(postgresql)
    slow.commit()
    slow.close()
    waiting = checked(postgresql)
    assert (waiting.fault, waiting.waiting) == ("", 1)
    sealed(postgresql)
    assert (checked(postgresql).fault, checked(postgresql).waiting) == ("", 0)


def test_a_gap_left_by_a_writer_that_gave_up_is_closed_after_a_day(postgresql: Database) -> None:
    with postgresql.write() as session:
        audit(session, NOW, "operator", "first")
    with pytest.raises(ZeroDivisionError), postgresql.write() as session:
        audit(session, NOW, "operator", "given up")
        session.flush()
        raise ZeroDivisionError
    with postgresql.write() as session:
        audit(session, NOW, "operator", "second")
    sealed(postgresql)
    assert not checked(postgresql).fault
    with postgresql.write() as session:
        audit(session, NOW, "operator", "third")
    links.seal(postgresql, NOW + timedelta(days=2))
    beside_the_triggers(
        postgresql,
        "INSERT INTO audit (id, at, account, what, detail) "
        "SELECT max(id) - 2, now(), 'x', 'x', '{}' FROM audit WHERE what = 'third'",
    )
    assert "插入" in checked(postgresql).fault


def test_two_sealers_at_once_make_one_chain(town: Town) -> None:
    lived(town)
    beside = Database(town.database.url)
    with town.database.read() as session:
        last = links.newest(session)
    assert last is not None and links.seal(beside, NOW) > 0
    beside.close()
    assert sealed(town.database) == 0
    assert not checked(town.database).fault


def test_a_process_that_keeps_the_clock_keeps_the_chain_sealed(town: Town, tmp_path: Path) -> None:
    lived(town)
    [loop] = [one for one in clock_loops(runtime_of(town.database, tmp_path)) if one.name == "seal"]
    loop.start()
    until(lambda: not checked(town.database).waiting)
    loop.stop()
    assert not checked(town.database).fault


@pytest.fixture
def folder(tmp_path: Path) -> Callable[..., object]:
    def run(*words: str) -> object:
        return command("audit", *words, "--data", str(tmp_path), GRID_DEMO_PASSWORD="", GRID_LANG="zh_CN")

    return run


def test_the_command_says_whether_the_chain_is_whole_and_prints_a_head(tmp_path: Path, folder) -> None:
    made = command(
        "user", "add", "someone", "--role", "lead", "--password", "a long password", "--data", str(tmp_path)
    )
    assert made.returncode == 0, made.stderr
    head = folder("head")
    assert head.returncode == 0 and json.loads(head.stdout)["no"] > 1
    (tmp_path / "head.json").write_text(head.stdout)
    whole = folder("verify", "--head", str(tmp_path / "head.json"))
    assert (whole.returncode, whole.stderr) == (0, "") and "链完整" in whole.stdout
    file = next(tmp_path.glob("*.db"))
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        connection.execute(text("DROP TRIGGER audit_no_update"))
        connection.execute(text("UPDATE audit SET account = 'nobody' WHERE what = 'account.create'"))
    engine.dispose()
    broken = folder("verify")
    assert broken.returncode == 1 and "audit" in broken.stderr and "Traceback" not in broken.stderr
    assert folder("verify", "--head", str(tmp_path / "none")).returncode == 1
