"""A consistent copy of a database while others write to it, and what brings it back.

SQLite is copied by its own backup interface; PostgreSQL table by table (COPY) in one REPEATABLE READ transaction.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, MetaData, inspect, text

from dashboard.rules.refusals import Refusal
from datasources.store.database import Database

VERSION_TABLE = "alembic_version"
SICK = "数据库 {name} 已损坏（{why}），没有备份；请先修复"
NOT_EMPTY = "目标数据库里已有数据，只能恢复到空的数据库"


def copy_sqlite(source: Path, target: Path) -> str:
    """Copy a database of SQLite as it stands at one moment; return its migration. Refusal when it is damaged."""
    with closing(sqlite3.connect(source, timeout=30)) as held, closing(sqlite3.connect(target)) as copy:
        try:
            held.backup(copy)
            verdict = copy.execute("PRAGMA quick_check").fetchone()[0]
            if verdict != "ok":
                raise Refusal(SICK, name=source.name, why=verdict)
            copy.execute("PRAGMA journal_mode=DELETE")  # the copy is one file
            return str(copy.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchone()[0])
        except sqlite3.DatabaseError as error:
            raise Refusal(SICK, name=source.name, why=error) from error


def copy_postgresql(database: Database, folder: Path) -> tuple[str, list[dict[str, Any]]]:
    """Write every table as a file of COPY, all as of one moment; return (migration, [{table, columns, file}])."""
    engine = database.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    with engine.connect() as connection:
        revision = str(connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar_one())
        tables = []
        for number, (name, columns) in enumerate(_tables(connection)):
            file = f"{number:03d}-{name}.copy"
            words = f"COPY {_quoted([name])} ({_quoted(columns)}) TO STDOUT"
            with (folder / file).open("wb") as written, _copying(connection, words) as parts:
                for part in parts:
                    written.write(part)
            tables.append({"table": name, "columns": columns, "file": file})
    return revision, tables


def restore_postgresql(
    database: Database, folder: Path, revision: str, tables: Sequence[dict[str, Any]]
) -> None:
    """Bring copied tables back into an empty database, all or none; Refusal when it holds something."""
    with database.engine.connect() as connection:
        if _filled(connection):
            raise Refusal(NOT_EMPTY)
    database.upgrade(revision)
    with database.engine.begin() as connection:
        for name in _filled(connection):  # what the migrations themselves have written
            _emptied(connection, _quoted([name]))
        for table in tables:
            words = f"COPY {_quoted([table['table']])} ({_quoted(table['columns'])}) FROM STDIN"
            with (folder / table["file"]).open("rb") as read, _copying(connection, words) as parts:
                while part := read.read(1 << 20):
                    parts.write(part)
        for table in tables:
            _count_on(connection, table["table"])


def _tables(connection: Connection) -> list[tuple[str, list[str]]]:
    """Return (name, columns) of each table, those that others refer to first."""
    found = MetaData()
    found.reflect(connection)
    return [
        (table.name, [column.name for column in table.columns if column.computed is None])
        for table in found.sorted_tables
        if table.name != VERSION_TABLE
    ]


def _filled(connection: Connection) -> list[str]:
    names = [name for name in inspect(connection).get_table_names() if name != VERSION_TABLE]
    return [
        name for name in names if connection.execute(text(f"SELECT 1 FROM {_quoted([name])} LIMIT 1")).first()
    ]


def _emptied(connection: Connection, table: str) -> None:
    """Empty a table whose own triggers keep what is written; they are back before anybody else sees it."""
    connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
    connection.execute(text(f"TRUNCATE {table} CASCADE"))
    connection.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))


def _count_on(connection: Connection, table: str) -> None:
    """Let the ids of a table go on after the highest there is."""
    columns = {column["name"] for column in inspect(connection).get_columns(table)}
    if "id" not in columns:
        return
    sequence = connection.execute(text("SELECT pg_get_serial_sequence(:name, 'id')"), {"name": _quoted([table])}).scalar()  # fmt: skip
    if sequence:
        connection.execute(
            text(f"SELECT setval(:sequence, greatest((SELECT max(id) FROM {_quoted([table])}), 1))"),
            {"sequence": sequence},
        )


@contextmanager
def _copying(connection: Connection, words: str) -> Iterator[Any]:
    cursor: Any = connection.connection.cursor()
    with cursor, cursor.copy(words) as parts:
        yield parts


def _quoted(names: Sequence[str]) -> str:
    return ", ".join('"' + name.replace('"', '""') + '"' for name in names)
