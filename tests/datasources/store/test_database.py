"""The tables: migrations make exactly what the models say, and append-only is refused by the database itself."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from datasources.store.database import Database
from datasources.store.models import Base
from tests import ROOT
from tests.conftest import Town

NEWEST = max(
    path.name[:4] for path in (ROOT / "datasources" / "store" / "migrations" / "versions").glob("0*.py")
)


def test_migrations_make_exactly_the_tables_of_the_models(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, Base.metadata) == []


def test_upgrading_what_is_up_to_date_changes_nothing(database: Database) -> None:
    database.upgrade()
    with database.read() as session:
        assert session.execute(text("SELECT version_num FROM alembic_version")).scalars().all() == [NEWEST]


@pytest.mark.parametrize("table", ["step", "ledger", "alert_log"])
@pytest.mark.parametrize("statement", ["UPDATE {table} SET id = id", "DELETE FROM {table}"])
def test_the_database_refuses_to_change_what_is_append_only(town: Town, table: str, statement: str) -> None:
    town.checked(town.finished(town.claimed()))
    town.report("S0502")
    with pytest.raises(DBAPIError, match="append-only"), town.database.write() as session:
        session.execute(text(statement.format(table=table)))


def test_a_writer_inside_a_writer_is_told_so(small_town: Town) -> None:
    with (
        pytest.raises(RuntimeError, match="inside a writer"),
        small_town.database.write(),
        small_town.database.write(),
    ):
        pass


def test_what_a_failing_writer_did_is_undone(town: Town) -> None:
    event = town.report()
    with pytest.raises(ZeroDivisionError), town.database.write() as session:
        session.execute(text("UPDATE event SET title = 'changed'"))
        raise ZeroDivisionError
    assert town.fresh(event).title == event.title
