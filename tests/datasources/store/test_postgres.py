"""Every wait for PostgreSQL ends, a process takes no more connections than meant, and `check` counts them all."""

import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolEmpty

from callbacks.cli import store_check
from dashboard.rules.refusals import Refusal
from dashboard.settings import Settings
from datasources.store.database import Database
from datasources.store.server import postgres
from datasources.store.server.limits import Limits
from tests.conftest import CALM
from tests.support.product import command

QUICK = Limits(connections=2, pool=0.2, connect=2, statement=0.3, lock=0.2, idle=0.3)


@pytest.fixture
def quick(postgresql: Database) -> Iterator[Database]:
    """The database with very little patience."""
    database = Database(postgresql.url, QUICK)
    yield database
    database.close()


def test_a_statement_that_takes_too_long_is_ended(quick: Database) -> None:
    with pytest.raises(OperationalError, match="statement timeout"), quick.read() as session:
        session.execute(text("SELECT pg_sleep(30)"))


def test_a_lock_that_is_not_given_is_not_waited_for_for_ever(quick: Database, postgresql: Database) -> None:
    with postgresql.write() as holder:
        holder.execute(text("LOCK TABLE event IN ACCESS EXCLUSIVE MODE"))
        with pytest.raises(OperationalError, match="lock timeout"), quick.read() as session:
            session.execute(text("SELECT count(*) FROM event"))


def test_an_idle_transaction_is_ended_by_the_server(quick: Database, postgresql: Database) -> None:
    with quick.read() as session:
        process = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
        alive = text("SELECT count(*) FROM pg_stat_activity WHERE pid = :pid")
        with postgresql.read() as other:
            while other.execute(alive, {"pid": process}).scalar_one():
                other.rollback()
        with pytest.raises(DBAPIError):
            session.execute(text("SELECT 1"))
        session.invalidate()


def test_an_exhausted_pool_is_an_error_and_not_a_hang(quick: Database) -> None:
    with ExitStack() as held:
        for _ in range(QUICK.connections):
            held.enter_context(quick.read()).execute(text("SELECT 1"))
        with pytest.raises(PoolEmpty), quick.read() as session:
            session.execute(text("SELECT 1"))
    with quick.read() as session:
        assert session.execute(text("SELECT 1")).scalar_one() == 1


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_pool_has_the_size_of_its_setting_on_both_databases(
    kind: str, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue(kind).url
    database = Database(url, replace(QUICK, connections=3))
    with ExitStack() as held:
        for _ in range(3):
            held.enter_context(database.read()).execute(text("SELECT 1"))
        with pytest.raises(PoolEmpty), database.read() as session:
            session.execute(text("SELECT 1"))
    database.close()


def test_a_server_that_accepts_and_never_answers_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        database = Database(f"postgresql+psycopg://nobody@127.0.0.1:{silent.getsockname()[1]}/none", QUICK)
        with pytest.raises(OperationalError), database.read() as session:
            session.execute(text("SELECT 1"))


def test_a_server_that_stands_still_in_the_middle_is_given_up(quick: Database, postgresql: Database) -> None:
    with quick.read() as session:
        backend = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
        os.kill(backend, signal.SIGSTOP)
        try:
            with pytest.raises(OperationalError, match="has not answered"):
                session.execute(text("SELECT 1"))
        finally:
            os.kill(backend, signal.SIGCONT)
        session.invalidate()
    with quick.read() as session:
        assert session.execute(text("SELECT 1")).scalar_one() == 1


def test_a_migration_is_not_hurried_by_the_time_out_of_statements(quick: Database) -> None:
    with quick.engine.connect() as connection:
        postgres.unbounded(connection)
        assert connection.execute(text("SELECT pg_sleep(0.6) IS NOT NULL")).scalar_one()
        connection.invalidate()


def test_check_counts_the_connections_of_all_processes_against_the_servers(postgresql: Database) -> None:
    with postgresql.engine.connect() as connection:
        found = postgres.room(connection)
    assert found.is_enough and found.ours >= CALM.connections
    running = [Database(postgresql.url, Limits(connections=found.most)) for _ in range(2)]
    for database in running:
        with database.read() as session:
            session.execute(text("SELECT 1"))
    (finding,) = store_check.findings(Settings(database_url=postgresql.url))
    assert finding.params["ours"] >= 2 * found.most and "max_connections" in finding.cure
    for database in running:
        database.close()
    while ours(postgresql) >= found.most:  # the server takes a moment to notice
        pass
    assert store_check.findings(Settings(database_url=postgresql.url)) == []


def ours(database: Database) -> int:
    with database.engine.connect() as connection:
        return postgres.room(connection).ours


def test_check_refuses_more_connections_than_the_server_has(postgresql: Database, tmp_path: Path) -> None:
    settings = {"GRID_DATABASE_URL": postgresql.url, "GRID_DATABASE_CONNECTIONS": "400"}
    postgresql.close()
    done = command("check", "--data", str(tmp_path), **settings)
    assert done.returncode == 1 and "GRID_DATABASE_CONNECTIONS" in done.stderr


def test_a_writer_on_sqlite_does_not_wait_for_ever_for_the_others_of_its_process(
    sqlite: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("datasources.store.database.PATIENCE_SECONDS", 0.2)
    writes, done = threading.Event(), threading.Event()

    def hold() -> None:
        with sqlite.write():
            writes.set()
            done.wait(60)

    other = threading.Thread(target=hold)
    other.start()
    assert writes.wait(60)
    with pytest.raises(OperationalError), sqlite.write():
        pass
    done.set()
    other.join()
    with sqlite.write() as session:
        session.execute(text("SELECT 1"))


def test_a_database_that_is_not_there_is_told_in_a_sentence() -> None:
    with pytest.raises(Refusal, match="打不开数据库"):
        Database("postgresql+psycopg://nobody@127.0.0.1:9/none", QUICK).upgrade()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_database_newer_than_the_program_is_told_in_a_sentence(
    kind: str, request: pytest.FixtureRequest
) -> None:
    database = request.getfixturevalue(kind)
    with database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Refusal) as refused:
        database.upgrade()
    assert refused.value.params["held"] == "9999"
    other = create_engine(database.url)
    with other.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == "9999"
    other.dispose()


def test_the_command_says_that_a_database_is_newer_without_a_traceback(tmp_path: Path) -> None:
    assert command("load-district", "huli", "--data", str(tmp_path)).returncode == 0
    (path,) = tmp_path.glob("*.db")
    database = Database(f"sqlite:///{path}")
    with database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    done = command("user", "list", "--data", str(tmp_path))
    assert done.returncode == 1
    assert "9999" in done.stderr and len(done.stderr.strip().splitlines()) == 1
