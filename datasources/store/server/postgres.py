"""PostgreSQL with an end to every wait, and so many connections a process as are meant for it.

Law: nothing waits for the server for ever. It ends statements, locks and idle transactions itself; where it does not
answer at all, the connection is given up on this side.
"""

import secrets
import socket
import time
from collections.abc import Generator
from typing import Any

import psycopg
from psycopg.rows import TupleRow
from sqlalchemy import Connection, Engine, create_engine, event, text

from datasources.store.server.limits import Limits, Room

NAMED = "grid/"
GRACE_SECONDS = 3.0  # the server's own end of a statement comes first, with its reason


class Patient(psycopg.Connection[TupleRow]):
    """A connection that is given up when the server does not answer for too long."""

    patience: float = 0.0

    def wait(self, gen: Any, *args: Any, **options: Any) -> Any:
        if not self.patience:
            return super().wait(gen, *args, **options)
        try:
            return super().wait(_ending(gen, self.patience), *args, **options)
        except NoAnswer:
            self.close()
            raise


class NoAnswer(psycopg.OperationalError):
    """The server did not answer in time."""


def _ending(gen: Any, seconds: float) -> Generator[Any, Any, Any]:
    end = time.monotonic() + seconds
    try:
        wanted = next(gen)
        while True:
            ready = yield wanted
            if not ready and time.monotonic() > end:
                raise NoAnswer(f"the server has not answered for {seconds:.0f} s")
            wanted = gen.send(ready)
    except StopIteration as done:
        return done.value


def engine(url: str, limits: Limits) -> Engine:
    """Return an engine whose every wait ends."""
    name = f"{NAMED}{limits.connections}/{socket.gethostname()[:20]}/{secrets.token_hex(4)}"
    made = create_engine(
        url,
        hide_parameters=True,
        pool_pre_ping=True,
        pool_size=limits.kept,
        max_overflow=limits.connections - limits.kept,
        pool_timeout=limits.pool,
        connect_args={
            "connect_timeout": limits.connect,
            "application_name": name,
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            "tcp_user_timeout": 15_000,
        },
    )

    @event.listens_for(made, "do_connect")
    def connect(_dialect: Any, _record: Any, words: Any, options: Any) -> Patient:
        opened = Patient.connect(*words, autocommit=True, **options)
        opened.execute(
            "SELECT set_config('statement_timeout', %s, false), set_config('lock_timeout', %s, false), "
            "set_config('idle_in_transaction_session_timeout', %s, false)",
            [str(round(seconds * 1000)) for seconds in (limits.statement, limits.lock, limits.idle)],
        )
        opened.autocommit = False
        opened.patience = limits.statement and limits.statement + GRACE_SECONDS
        return opened

    return made


def unbounded(connection: Connection) -> None:
    """Let what this connection does next take its time: a migration is not hurried."""
    connection.execute(text("SELECT set_config('statement_timeout', '0', false), set_config('lock_timeout', '0', false)"))  # fmt: skip
    driver = connection.connection.driver_connection
    if isinstance(driver, Patient):
        driver.patience = 0.0


def room(connection: Connection) -> Room:
    """Return how the server's connections are shared out: each of our processes writes in its name what it may take."""
    most = connection.execute(
        text(
            "SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int"
            " - coalesce(current_setting('reserved_connections', true), '0')::int"
        )
    ).scalar_one()
    names = connection.execute(
        text("SELECT application_name FROM pg_stat_activity WHERE backend_type = 'client backend'")
    ).scalars()
    held = [name or "" for name in names]
    ours = {name for name in held if name.startswith(NAMED)}
    return Room(
        most=most,
        ours=sum(int(name.split("/")[1]) for name in ours if name.split("/")[1].isdigit()),
        others=sum(not name.startswith(NAMED) for name in held),
    )
