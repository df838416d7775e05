"""The PostgreSQL role of docs/postgresql-roles.sql runs the product and can change nothing that was written."""

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DatabaseError

from callbacks.cli.self_check import findings
from dashboard import clock
from dashboard.settings import Settings
from datasources.accounts.accounts import audit
from datasources.audit import check, links
from datasources.districts.reference import References
from datasources.store.database import Database
from datasources.store.server import role
from tests import ROOT
from tests.conftest import make_town

SQL = ROOT / "docs" / "postgresql-roles.sql"


@pytest.fixture
def as_app(postgresql: Database) -> Database:
    """The same database, entered as the role that owns nothing."""
    lines = [line for line in SQL.read_text("utf-8").splitlines() if not line.startswith("--")]
    with postgresql.engine.begin() as connection:
        connection.execute(
            text("DO $$ BEGIN CREATE ROLE grid_app LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$")
        )
        for statement in "\n".join(lines).split(";"):
            if statement.strip():
                connection.execute(text(statement))
    address = make_url(postgresql.url).set(username="grid_app")
    database = Database(address.render_as_string(hide_password=False))
    yield database
    database.close()


def test_the_product_lives_and_seals_as_a_role_that_owns_no_table(as_app: Database, hand) -> None:
    as_app.upgrade()  # nothing to do, and no right needed for it
    town = make_town(as_app, References(as_app).get(), hand)
    town.checked(town.finished(town.claimed()))
    with as_app.write() as session:
        audit(session, clock.real_now(), "operator", "reveal", event="1", reason="回访")
    assert links.seal(as_app, clock.real_now()) > 0
    with as_app.read() as session:
        assert not check.verify(session).fault


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE step SET actor = 'x'", "DELETE FROM ledger", "TRUNCATE audit", "UPDATE chain_link SET tags = ''",
        "DELETE FROM export_request", "ALTER TABLE step DISABLE TRIGGER ALL", "DROP TRIGGER audit_append_only ON audit",
        "DROP TABLE chain_link", "SET session_replication_role = replica",
    ],
)  # fmt: skip
def test_that_role_may_neither_change_what_was_written_nor_take_the_triggers_down(
    as_app: Database, statement: str
) -> None:
    with (
        pytest.raises(DatabaseError, match=r"permission denied|must be owner"),
        as_app.engine.begin() as open_,
    ):
        open_.execute(text(statement))


def test_check_finds_a_product_that_runs_as_the_owner_of_its_tables(
    postgresql: Database, as_app: Database
) -> None:
    def reasons(url: str) -> list[str]:
        return [
            one.reason
            for one in findings(Settings(host="0.0.0.0", database_url=url))
            if "触发器" in one.reason
        ]

    assert reasons(postgresql.url) and not reasons(as_app.url)
    assert not role.owns_tables("postgresql+psycopg://nobody@127.0.0.1:1/none")
    assert not [one for one in findings(Settings(database_url=postgresql.url)) if "触发器" in one.reason]


def test_a_member_of_the_owners_role_counts_as_an_owner(postgresql: Database, as_app: Database) -> None:
    engine = create_engine(postgresql.url)
    with engine.begin() as connection:
        connection.execute(text("GRANT postgres TO grid_app"))
    try:
        assert role.owns_tables(as_app.url)
    finally:
        with engine.begin() as connection:
            connection.execute(text("REVOKE postgres FROM grid_app"))
        engine.dispose()
