"""Two publishers beside each other: what the slow one deletes is what it has read, never newer news."""

from pathlib import Path

import pytest
from sqlalchemy import delete, func, insert, select, text

from datasources.feed import outbox
from datasources.store.database import Database
from datasources.store.models import OutboxRow, RollupMarkRow
from tests.conftest import FRIDAY, Town

NEWS = {"event_id": 1, "step_id": 1, "alert_id": None, "urgent": False, "at": FRIDAY}


def waiting(database: Database) -> list[int]:
    with database.read() as session:
        return list(session.scalars(select(OutboxRow.id)))


def test_a_slow_publisher_deletes_none_of_the_news_that_came_meanwhile(town: Town) -> None:
    town.report()
    with town.database.read() as session:
        slow = [row.id for row in outbox.unpublished(session, 500)]
    with town.database.write() as session:  # the quick one is done first
        outbox.forget(session, slow)
    town.report()
    fresh = waiting(town.database)
    with town.database.write() as session:
        outbox.forget(session, slow)
    assert waiting(town.database) == fresh and fresh


@pytest.mark.parametrize("row", [OutboxRow, RollupMarkRow])
def test_ids_of_what_is_deleted_are_never_given_again(database: Database, row: type) -> None:
    values = NEWS if row is OutboxRow else {"at": FRIDAY}
    seen: list[int] = []
    for _ in range(3):
        with database.write() as session:
            session.execute(insert(row).values(**values))
            newest = session.scalar(select(func.max(row.id)))
            assert newest is not None
            seen.append(newest)
            session.execute(delete(row))
    assert seen == sorted(set(seen))


def test_what_waits_while_the_tables_are_upgraded_waits_afterwards(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'old.db'}")
    database.upgrade("0014")
    with database.write() as session:
        for _ in range(3):
            session.execute(
                text(
                    "INSERT INTO outbox (event_id, step_id, urgent, at) VALUES (7, 8, 1, '2026-11-20 01:00:00.000000')"
                )
            )
        session.execute(text("DELETE FROM outbox WHERE id = 2"))
    database.upgrade()
    with database.read() as session:
        rows = outbox.unpublished(session, 10)
        assert [(row.id, row.event_id, row.step_id, row.urgent, row.at) for row in rows] == [
            (1, 7, 8, True, FRIDAY),
            (3, 7, 8, True, FRIDAY),
        ]
    database.close()
