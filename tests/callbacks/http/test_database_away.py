"""What people and programs read while the database cannot take it: 503 and a sentence, whatever the fault is."""

from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import text

from callbacks.api.problems import DETAILS
from datasources.store.database import Database
from datasources.store.server.limits import Limits
from tests.support.api_world import OpenApi, build, runtime_of

REPORT = {"title": "占道经营", "source": "phone", "category": "S0406", "address": "湖里区"}


@pytest.fixture
def narrow(postgresql: Database, tmp_path: Path) -> OpenApi:
    """An API on two connections that nobody waits long for."""
    database = Database(postgresql.url, Limits(connections=2, pool=0.1, lock=0.2))
    return build(runtime_of(database, tmp_path))


def told(answer) -> None:  # type: ignore[no-untyped-def]
    assert (answer.status_code, answer.json["detail"]) == (503, DETAILS[503])
    assert answer.headers["Retry-After"]


def test_an_exhausted_pool_is_told_in_words_and_serves_again_afterwards(narrow: OpenApi) -> None:
    narrow.token("operator")
    assert narrow.call("operator", "GET", "/units").status_code == 200
    with ExitStack() as held:
        for _ in range(2):
            held.enter_context(narrow.runtime.database.read()).execute(text("SELECT 1"))
        told(narrow.call("operator", "GET", "/events"))
    assert narrow.call("operator", "GET", "/events").status_code == 200


def test_a_database_that_only_reads_is_told_in_words(narrow: OpenApi, postgresql: Database) -> None:
    narrow.token("operator")
    with postgresql.write() as session:
        name = session.execute(text("SELECT current_database()")).scalar_one()
        session.execute(text(f"ALTER DATABASE {name} SET default_transaction_read_only = on"))
    narrow.runtime.database.close()
    assert narrow.call("operator", "GET", "/events").status_code == 200
    told(narrow.call("operator", "POST", "/events", REPORT))


def test_a_lock_that_is_not_given_is_told_in_words(narrow: OpenApi, postgresql: Database) -> None:
    narrow.token("operator")
    with postgresql.write() as session:
        session.execute(text("LOCK TABLE event IN ACCESS EXCLUSIVE MODE"))
        told(narrow.call("operator", "POST", "/events", REPORT))
