"""The database: engine and sessions. SQLite (default) and PostgreSQL behave alike.

Writers on SQLite BEGIN IMMEDIATE (the driver would not BEGIN on SELECT), WAL, synchronous=FULL: a 201 survives kill -9.
"""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, select, text
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.orm import Session

from dashboard.rules.refusals import Refusal
from datasources.store.models import Base
from datasources.store.revisions import newest_revision
from datasources.store.server.limits import Limits
from datasources.store.set_aside import Aside

HELD = text("SELECT version_num FROM alembic_version")
PATIENCE_SECONDS = 15.0
UNREACHABLE = "打不开数据库：{why}"
PAUSE_SECONDS = 0.005
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "recursive_triggers=ON",  # INSERT OR REPLACE deletes, and the triggers against that are asked only so
    "busy_timeout=100",
    "temp_store=MEMORY",
    "cache_size=-16000",
)


class Database:
    """One database: `read()` and `write()` give sessions; `after_commit` hooks run once a writer has committed."""

    def __init__(self, url: str, limits: Limits | None = None) -> None:
        self.url = url
        self.engine = _engine(url, limits or Limits())
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
        if not self._turn.acquire(timeout=PATIENCE_SECONDS):
            raise OperationalError("BEGIN IMMEDIATE", None, TimeoutError("other writers take too long"))
        try:
            if self._writing:
                raise RuntimeError("a writer inside a writer of the same database")
            self._writing = True
            try:
                yield
            finally:
                self._writing = False
        finally:
            self._turn.release()

    def upgrade(self, to: str = "head") -> None:
        """Bring the tables to the newest migration; safe when several processes start together.

        Refusal, in words, for a database that is newer than this program, or that cannot be opened.
        """
        try:
            self._upgrade(to)
        except OperationalError as error:
            raise Refusal(UNREACHABLE, why=_first_line(error)) from error
        except DatabaseError as error:
            if type(error) is not DatabaseError:  # what is wrong with a statement is a fault of ours
                raise
            raise Refusal(UNREACHABLE, why=_first_line(error)) from error

    def _upgrade(self, to: str) -> None:
        with self.engine.connect() as connection:
            if to == "head" and _is_newest(connection):
                return
        from datasources.store import upgrading

        with self._writer.connect() as connection, upgrading.alone(connection):
            upgrading.upgrade(connection, to)

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


def hold_row(session: Session, column: Any, key: int) -> None:
    """Keep other writers off the row of an id, to the end of the transaction; what is read after this stays so."""
    session.execute(select(column).where(column == key).with_for_update())


def _is_newest(connection: Connection) -> bool:
    """Return whether there is nothing to upgrade, without loading what upgrades."""
    try:
        return list(connection.execute(HELD).scalars()) == [newest_revision()]
    except DatabaseError:
        return False  # no tables yet, or no database of ours: upgrading says what is wrong


def _first_line(error: DatabaseError) -> str:
    return (str(error.orig).strip().splitlines() or [""])[0]


def _engine(url: str, limits: Limits) -> Engine:
    if url.startswith("sqlite"):
        engine = create_engine(
            url,
            hide_parameters=True,
            connect_args={"check_same_thread": False, "timeout": 10},
            pool_size=limits.kept,
            max_overflow=limits.connections - limits.kept,
            pool_timeout=limits.pool,
        )
        event.listen(engine, "connect", _open_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    from datasources.store.server import postgres  # the driver is loaded where there is such a server

    return postgres.engine(url, limits)


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
