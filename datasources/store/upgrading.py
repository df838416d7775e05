"""The migrations of a database, one after the other; loaded only where there is something to migrate or to compare."""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from dashboard.rules.refusals import Refusal
from datasources.store.revisions import MIGRATIONS

NEWER = "数据库已由更新的版本升级到 {held}，这个程序只认识到 {known}；请改用新版程序，或恢复升级前的备份"


@contextmanager
def alone(connection: Connection) -> Iterator[None]:
    """Let no other process migrate meanwhile; on SQLite writers are alone anyway."""
    if connection.dialect.name == "sqlite":
        yield
        return
    from datasources.store.server import postgres

    postgres.unbounded(connection)
    connection.execute(text("SELECT pg_advisory_lock(20260)"))
    try:
        yield
    finally:
        connection.rollback()
        connection.execute(text("SELECT pg_advisory_unlock(20260)"))
        connection.invalidate()  # the next one has an end to its waits again


def upgrade(connection: Connection, to: str) -> None:
    """Bring the tables to a migration and commit; a Refusal for a database that a newer program has changed."""
    config = _config()
    _refuse_newer(connection, config)
    config.attributes["connection"] = connection
    command.upgrade(config, to)
    connection.commit()


def known_revisions(config: Config | None = None) -> frozenset[str]:
    """Return the migrations that this program knows."""
    scripts = ScriptDirectory.from_config(config or _config())
    return frozenset(script.revision for script in scripts.walk_revisions())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def _refuse_newer(connection: Connection, config: Config) -> None:
    """Refuse a database that a newer program has changed: this one does not know what stands there."""
    known = known_revisions(config)
    unknown = set(MigrationContext.configure(connection).get_current_heads()) - known
    if unknown:
        raise Refusal(NEWER, held=", ".join(sorted(unknown)), known=max(known))
