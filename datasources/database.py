"""The database: engine and sessions. SQLite (default) and PostgreSQL behave alike.

Writers on SQLite BEGIN IMMEDIATE (the driver would not BEGIN on SELECT), WAL, synchronous=FULL: a 201 survives kill -9.
"""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from datasources.models import Base
from datasources.set_aside import Aside

MIGRATIONS = Path(__file__).parent / "migrations"
PATIENCE_SECONDS = 15.0
PAUSE_SECONDS = 0.005
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "busy_timeout=100",
    "temp_store=MEMORY",
    "cache_size=-16000",
)


class Database:
    """One database: `read()` and `write()` give sessions; `after_commit` hooks run once a writer has committed."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _engine(url)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self.after_commit: list[Callable[[], None]] = []
        self.aside = Aside()
        self._writer = self.engine.execution_options(writes=True)
        self._turn = threading.RLock()
        self._writing = False

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Give a session for reading; nothing in it is kept."""
        with Session(self.engine, info={"aside": self.aside}) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Give a session whose work is committed as one at the end, or not at all."""
        told = {"aside": self.aside}
        with (
            self._own_turn(),
            Session(self._writer, expire_on_commit=False, info=told) as session,
            session.begin(),
        ):
            yield session
        for hook in self.after_commit:
            hook()
        time.sleep(0)  # a busy writer lets the others of its process in: under gevent nobody else would

    @contextmanager
    def _own_turn(self) -> Iterator[None]:
        """Wait in Python for the other writers of this process.

        SQLite waits inside the driver, which under gevent would stop the very greenlet that holds the lock.
        """
        if not self.is_sqlite:
            yield
            return
        with self._turn:
            if self._writing:
                raise RuntimeError("a writer inside a writer of the same database")
            self._writing = True
            try:
                yield
            finally:
                self._writing = False

    def upgrade(self) -> None:
        """Bring the tables to the newest migration; safe when several processes start together."""
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        with self._writer.connect() as connection:
            if not self.is_sqlite:
                connection.execute(text("SELECT pg_advisory_lock(20260)"))
            try:
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
                connection.commit()
            finally:
                if not self.is_sqlite:
                    connection.execute(text("SELECT pg_advisory_unlock(20260)"))

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()


def reserve_ids(session: Session, table: type[Base], count: int) -> list[int]:
    """Return `count` fresh ids of a table, never given twice.

    On SQLite the writer is alone, so the next ones are free; PostgreSQL hands them out of the table's sequence.
    """
    name, connection = table.__tablename__, session.connection()
    if connection.dialect.name == "sqlite":
        last = connection.exec_driver_sql(f"SELECT max(id) FROM {name}").scalar() or 0
        return list(range(last + 1, last + 1 + count))
    draw = f"SELECT nextval(pg_get_serial_sequence('{name}', 'id')) FROM generate_series(1, {count:d})"
    return list(connection.exec_driver_sql(draw).scalars())


def take_turn(session: Session, number: int) -> None:
    """Wait until no other writer holds this number, to the end of the transaction; on SQLite writers are alone anyway."""
    if session.get_bind().dialect.name != "sqlite":
        session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})


def _engine(url: str) -> Engine:
    if url.startswith("sqlite"):
        engine = create_engine(url, connect_args={"check_same_thread": False, "timeout": 10})
        event.listen(engine, "connect", _open_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    return create_engine(url, pool_pre_ping=True, pool_size=10, max_overflow=20)


def _open_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    if not connection.get_execution_options().get("writes"):
        connection.exec_driver_sql("BEGIN")
        return
    # another process may be writing: wait in short turns that let this process's other work go on
    patience = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            return
        except OperationalError:
            if time.monotonic() > patience:
                raise
            time.sleep(PAUSE_SECONDS)
