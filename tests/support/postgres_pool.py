"""PostgreSQL databases for tests: copied from a template, and used again where that can be shown to be the template.

Copying costs three hundred files; emptying what a test has filled costs a few milliseconds. A database goes back only
if its schema, its roles' rights and the rows that the template has are untouched, and it gets a new name each time, so
that whatever is left of the test before it cannot find it.
"""

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg

LARGE = 4 << 20  # bytes: emptying a table this big leaves more behind than copying costs
_serial = itertools.count()

# everything a test might change that is neither a row nor a sequence
SCHEMA = """
SELECT md5(string_agg(line, '|' ORDER BY line)) FROM (
    SELECT concat_ws(' ', 'class', relname, relkind, relowner, relacl, relrowsecurity, reloptions) AS line
        FROM pg_class WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT concat_ws(' ', 'column', attrelid::regclass, attname, atttypid, atttypmod, attnotnull, attacl, attisdropped)
        FROM pg_attribute WHERE attnum > 0 AND attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)
    UNION ALL SELECT concat_ws(' ', 'trigger', tgrelid::regclass, tgname, tgenabled) FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT concat_ws(' ', 'function', proname, proowner, proacl, md5(prosrc)) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT concat_ws(' ', 'constraint', conrelid::regclass, conname, convalidated) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT concat_ws(' ', 'schema', nspname, nspacl) FROM pg_namespace WHERE nspname !~ '^pg_(toast|temp)'
    UNION ALL SELECT concat_ws(' ', 'database', datacl, datdba) FROM pg_database WHERE datname = current_database()
    UNION ALL SELECT concat_ws(' ', 'setting', setrole, setconfig) FROM pg_db_role_setting
        WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
) AS told(line)
"""
TABLES = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY relname"
SEQUENCES = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'S' ORDER BY relname"


@dataclass(frozen=True)
class Mark:
    """What a database that nobody has used looks like."""

    schema: str
    held: str  # a query of count and newest writer of each table that has rows
    rows: tuple[object, ...]
    empty: tuple[str, ...]
    sequences: str  # a query that sets them all


@dataclass
class Pool:
    """The databases of one server, of which nobody has used those that lie ready."""

    server: str  # the address of the server's own database
    marks: dict[str, Mark] = field(default_factory=dict)
    ready: dict[str, list[str]] = field(default_factory=dict)

    def address(self, name: str) -> str:
        """Return the address of a database of this server."""
        return self.server.replace("/postgres?", f"/{name}?")

    def run(self, sql: str) -> None:
        """Do something that belongs to no database."""
        with self._opened("postgres") as connection:
            connection.execute(sql)

    @contextmanager
    def copy(self, template: str) -> Iterator[str]:
        """Give the address of a database that is as the template is; nobody else may be in the template."""
        if template not in self.marks:
            with self._opened(template) as connection:
                self.marks[template] = _mark(connection)
        name = f"grid_{os.getpid()}_{next(_serial)}"
        lying = self.ready.setdefault(template, [])
        if lying:
            self.run(f"ALTER DATABASE {lying.pop()} RENAME TO {name}")
        else:
            self.run(f"CREATE DATABASE {name} TEMPLATE {template}")
        yield self.address(name)
        if self._emptied(name, self.marks[template]):
            lying.append(name)
        else:
            self.run(f"DROP DATABASE {name} WITH (FORCE)")

    def _emptied(self, name: str, mark: Mark) -> bool:
        """Make a used database as the template is; False where that would be more than emptying tables."""
        try:
            with self._opened(name) as connection:
                connection.execute(
                    "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
                if _one(connection, SCHEMA) != (mark.schema,) or _one(connection, mark.held) != mark.rows:
                    return False
                return _empty(connection, mark)
        except psycopg.Error:
            return False

    def _opened(self, name: str) -> psycopg.Connection:
        return psycopg.connect(
            self.address(name).replace("postgresql+psycopg:", "postgresql:"), autocommit=True
        )


def _one(connection: psycopg.Connection, sql: str) -> tuple[object, ...]:
    return tuple(connection.execute(sql).fetchone() or ())  # type: ignore[arg-type]


def _names(connection: psycopg.Connection, sql: str) -> list[str]:
    return [row[0] for row in connection.execute(sql)]  # type: ignore[arg-type]


def _mark(connection: psycopg.Connection) -> Mark:
    filled, empty = [], []
    for table in _names(connection, TABLES):
        (count,) = _one(connection, f'SELECT count(*) FROM "{table}"')
        (filled if count else empty).append(table)
    parts = [
        f"(SELECT concat_ws(' ', count(*), max(xmin::text::bigint)) FROM \"{table}\")" for table in filled
    ]
    held = f"SELECT {', '.join(parts)}"
    ends = []
    for name in _names(connection, SEQUENCES):
        last, called = _one(connection, f'SELECT last_value, is_called FROM "{name}"')
        ends.append(f"setval('\"{name}\"', {last}, {str(called).lower()})")
    rows = _one(connection, held)
    return Mark(str(_one(connection, SCHEMA)[0]), held, rows, tuple(empty), f"SELECT {', '.join(ends)}")


def _empty(connection: psycopg.Connection, mark: Mark) -> bool:
    sizes = ", ".join(f"pg_relation_size('\"{table}\"')" for table in mark.empty)
    sizes_of = dict(zip(mark.empty, _one(connection, f"SELECT {sizes}"), strict=True))
    if max(sizes_of.values(), default=0) > LARGE:  # type: ignore[type-var, operator]
        return False
    # tables that nothing is deleted from have triggers against it, and keys hold rows together: both are off for a replica
    used = [f'DELETE FROM "{table}"' for table, size in sizes_of.items() if size]
    connection.execute("; ".join(["BEGIN", "SET LOCAL session_replication_role = replica", *used, mark.sequences, "COMMIT"]))  # fmt: skip
    return True
