"""Points that went to a community's shared name instead of a person are taken back and given anew by the migration."""

from datetime import datetime
from importlib import import_module
from typing import Any

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import insert, select

from dashboard.rules.access import Role, Viewer
from dashboard.rules.events.scoring import Subject
from datasources.store.database import Database
from datasources.store.models import LedgerRow, StepRow
from tests.conftest import Town, open_account

MIGRATION = import_module("datasources.store.migrations.versions.0036_points_of_persons")
SHARED = "worker-350206009009"  # a name nobody bears


def migrate(database: Database) -> None:
    with (
        database.write() as session,
        Operations.context(MigrationContext.configure(session.connection())),
    ):
        MIGRATION.upgrade()


def wrongly(town: Town, event_id: int, action: str, rule: str, tenths: int) -> None:
    """Write an entry as it used to be written: to the name made of the community."""
    with town.database.write() as session:
        step = select(StepRow).where(StepRow.event_id == event_id, StepRow.action == action)
        row = session.scalars(step.order_by(StepRow.id.desc())).first()
        assert row is not None
        values: dict[str, Any] = {"subject_kind": Subject.WORKER.value, "subject": SHARED, "rule": rule}
        values |= {"tenths": tenths, "event_id": event_id, "step_id": row.id, "at": row.at, "for_at": row.at}
        session.execute(insert(LedgerRow).values(values))


def lines(town: Town, event_id: int) -> list[tuple[str, str, int, bool, datetime]]:
    query = select(LedgerRow).where(LedgerRow.event_id == event_id, LedgerRow.rule.startswith("check"))
    with town.database.read() as session:
        return [
            (one.subject, one.rule, one.tenths, one.reverses is not None, one.for_at)
            for one in session.scalars(query.order_by(LedgerRow.id))
        ]


def test_the_migration_gives_the_points_of_a_check_to_who_checked_and_takes_them_from_the_shared_name(
    town: Town,
) -> None:
    checker = Viewer("gridworker-23", Role.WORKER, area=town.worker.area)
    open_account(town.database, checker)
    event = town.finished(town.claimed())
    town.act(event, "check", checker, rating="satisfied", photos=[town.photo()])
    [right] = lines(town, event.id)
    wrongly(town, event.id, "check", "check_on_time", 10)
    migrate(town.database)
    moment = right[-1]
    assert lines(town, event.id) == [
        right,
        (SHARED, "check_on_time", 10, False, moment),
        ("gridworker-23", "check_on_time", 10, False, moment),
        (SHARED, "check_on_time", -10, True, moment),
    ]
    migrate(town.database)
    assert len(lines(town, event.id)) == 4  # once is enough


def test_the_migration_charges_a_late_check_to_the_person_whose_task_it_was(town: Town) -> None:
    event = town.finished(town.claimed())
    town.tick(hours=5)
    [charged] = lines(town, event.id)
    assert charged[:3] == (town.worker.name, "check_late", -20)
    wrongly(town, event.id, "remind", "check_late", -20)
    migrate(town.database)
    subjects = [(subject, tenths) for subject, _, tenths, _, _ in lines(town, event.id)]
    assert subjects == [(town.worker.name, -20), (SHARED, -20), (town.worker.name, -20), (SHARED, 20)]
