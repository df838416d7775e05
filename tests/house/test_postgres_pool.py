"""A database that a test has used comes to the next one as the template is, or not at all."""

import psycopg
import pytest
from sqlalchemy import text

from datasources.store.database import Database
from datasources.store.models import AccountRow, AreaRow, AuditRow
from tests.conftest import CALM, FRIDAY
from tests.support.postgres_pool import Pool


def used(pool: Pool, template: str, *sql: str) -> str:
    """Do something in a database of the pool; return its address."""
    with pool.copy(template) as url:
        database = Database(url, CALM)
        with database.write() as session:
            session.add(AuditRow(at=FRIDAY, account="lead", what="x", detail={}))
            session.add(AccountRow(name="lead", title="", role="lead", created_at=FRIDAY))
            for one in sql:
                session.execute(text(one))
        database.close()
        return url


def test_what_was_written_is_gone_and_ids_begin_again(postgres_pool: Pool, _postgres_template: str) -> None:
    first = used(postgres_pool, _postgres_template)
    assert len(postgres_pool.ready[_postgres_template]) >= 1, "it lies ready for the next test"
    with postgres_pool.copy(_postgres_template) as url:
        assert url != first
        database = Database(url, CALM)
        with database.write() as session:
            assert session.query(AuditRow).count() == session.query(AccountRow).count() == 0
            assert session.query(AreaRow).count() > 0
            row = AuditRow(at=FRIDAY, account="lead", what="x", detail={})
            session.add(row)
            session.flush()
            assert row.id == 1
        with pytest.raises(Exception, match="append"), database.write() as session:
            session.execute(text("DELETE FROM audit"))
        database.close()


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE one_more (id int)",
        "ALTER TABLE event ADD COLUMN one_more int",
        "ALTER TABLE audit DISABLE TRIGGER ALL",
        "UPDATE area SET name = 'x' WHERE id = (SELECT min(id) FROM area)",
        "DELETE FROM calendar_day",
    ],
)
def test_a_database_whose_schema_or_district_was_changed_is_thrown_away(
    postgres_pool: Pool, _postgres_template: str, sql: str
) -> None:
    before = list(postgres_pool.ready.get(_postgres_template, []))
    url = used(postgres_pool, _postgres_template, sql)
    assert len(postgres_pool.ready[_postgres_template]) <= len(before)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url.replace("+psycopg", ""))
