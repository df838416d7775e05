"""Who joins a running product — another web, a clock, a replay — touches no account, whatever its environment says."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, select, text

from dashboard import clock
from dashboard.runtime import folder_lock
from datasources.accounts import passwords, sign_in
from datasources.store.database import Database
from datasources.store.models import AccountRow
from tests.browser.waiting import until
from tests.support.product import (
    PASSWORD,
    ROOT,
    Product,
    command,
    database_of,
    free_port,
    start,
    surroundings,
    token_for,
)

OTHER = "another-password-altogether"


@pytest.fixture
def url(postgres: str) -> Iterator[str]:
    admin = create_engine(postgres, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("DROP DATABASE IF EXISTS joining_test WITH (FORCE)"))
        connection.execute(text("CREATE DATABASE joining_test"))
    yield postgres.replace("/postgres?", "/joining_test?")
    with admin.connect() as connection:
        connection.execute(text("DROP DATABASE IF EXISTS joining_test WITH (FORCE)"))
    admin.dispose()


def held(database: Database) -> dict[str, tuple[str | None, int, bool]]:
    """Return what opens each account."""
    with database.read() as session:
        return {
            row.name: (row.password_hash, row.epoch, row.disabled)
            for row in session.scalars(select(AccountRow))
        }


def opens(database: Database, password: str) -> bool:
    return passwords.fits(held(database)["operator"][0], password)


def signed_in(running: Product, token: str) -> bool:
    return running.ask("/api/v1/events", token=token)[0] == 200


def test_a_web_that_joins_with_another_password_or_without_demo_leaves_everybody_signed_in(
    url: str, tmp_path: Path
) -> None:
    web = ("--role", "web")
    with start(tmp_path, "--no-demo", *web, GRID_DATABASE_URL=url) as first:
        database = Database(url)
        with database.write() as session:
            token = sign_in.issue_token(session, "operator", clock.real_now())
        before = held(database)
        assert before and opens(database, PASSWORD)
        with start(tmp_path, "--demo", *web, GRID_DATABASE_URL=url, GRID_DEMO_PASSWORD=OTHER) as second:
            assert held(database) == before
            assert signed_in(first, token) and signed_in(second, token)
        none = {"GRID_DEMO_PASSWORD": ""}
        with start(tmp_path, "--no-demo", *web, GRID_DATABASE_URL=url, **none) as third:
            assert held(database) == before
            assert signed_in(first, token) and signed_in(third, token)
    # when nobody serves any more, the next one decides: the password is another, and who was in is out
    with start(tmp_path, "--no-demo", *web, GRID_DATABASE_URL=url, GRID_DEMO_PASSWORD=OTHER) as fourth:
        assert opens(database, OTHER) and not opens(database, PASSWORD)
        assert not signed_in(fourth, token)
    database.close()


@contextmanager
def kept_clock(folder: Path) -> Iterator[None]:
    """Run a process that keeps the clock, from when it answers on its port on."""
    port = free_port()
    words = [sys.executable, "app.py", "run", "--role", "clock", "--demo", "--data", str(folder)]
    settings = surroundings(GRID_DEMO_PASSWORD=OTHER, GRID_CLOCK_PORT=str(port))
    with subprocess.Popen(words, cwd=ROOT, env=settings) as process:
        try:
            until(lambda: process.poll() is not None or answers(port), within=90)
            assert process.poll() is None
            yield
        finally:
            process.terminate()


def answers(port: int) -> bool:
    with closing(socket.socket()) as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0


def test_a_clock_makes_no_account_and_changes_none(tmp_path: Path) -> None:
    with kept_clock(tmp_path):
        assert held(database_of(tmp_path)) == {}
    with start(tmp_path, "--no-demo", "--role", "web") as web:
        (token,) = token_for(tmp_path, "operator")
        before = held(database_of(tmp_path))
        assert before
        with kept_clock(tmp_path):
            assert held(database_of(tmp_path)) == before and signed_in(web, token)


def test_a_replay_that_joins_with_another_password_leaves_everybody_signed_in(tmp_path: Path) -> None:
    records = tmp_path / "records.csv"
    records.write_text(
        "external_id,reported_at,closed_at,title,category,unit,lng,lat\n"
        "R1,2026-10-09 09:00:00,2026-10-09 09:10:00,占道经营一,S0406,URBAN_MGMT,118.1343,24.5222\n",
        "utf-8",
    )
    folder = tmp_path / "data"
    with start(folder, "--no-demo") as running:
        (token,) = token_for(folder, "operator")
        database = database_of(folder)
        before = held(database)
        done = command(
            "replay", str(records), "--speed", "3600", "--data", str(folder), "--port", str(free_port()),
            GRID_DEMO_PASSWORD=OTHER,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert held(database) == before and signed_in(running, token)


def test_of_those_who_serve_the_first_is_told_and_the_others_too(tmp_path: Path) -> None:
    with folder_lock.joining(tmp_path) as (one, first):
        assert first
    with folder_lock.joining(tmp_path) as (two, first):
        assert not first
    one.close()
    with folder_lock.joining(tmp_path) as (three, first):
        assert not first
    folder_lock.release([two, three])
    with folder_lock.joining(tmp_path) as (four, first):
        assert first
    four.close()
