"""What two processes do in the same moment on PostgreSQL: the cap of claims holds, one screen is one row."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import func, select

from datasources.alerts import screens
from datasources.store.database import Database
from datasources.store.models import LedgerRow, ScreenRow
from tests.conftest import FRIDAY, Town, make_town
from tests.support.references import references

CAP = 300  # tenths, a unit and day


def claims_of(town: Town, unit: str) -> int:
    entries = select(func.sum(LedgerRow.tenths)).where(LedgerRow.subject == unit, LedgerRow.rule == "claim")
    with town.database.read() as session:
        return int(session.scalar(entries) or 0)


def test_checks_at_the_same_moment_do_not_pass_the_days_cap_of_claims(postgresql: Database, hand) -> None:
    town = make_town(postgresql, references(postgresql).get(), hand)
    first = town.claimed()
    assert first.unit is not None
    town.checked(town.finished(first))
    while claims_of(town, first.unit) < CAP - 20:
        town.checked(town.finished(town.claimed()))
    waiting = [town.finished(town.claimed()) for _ in range(4)]
    together = Barrier(len(waiting))

    def check(event) -> None:
        together.wait()
        town.checked(event)

    with ThreadPoolExecutor(len(waiting)) as threads:
        list(threads.map(check, waiting))
    assert claims_of(town, first.unit) == CAP


def test_two_pages_of_one_screen_heard_at_the_same_moment_are_one_screen(postgresql: Database) -> None:
    together = Barrier(2)

    def speak(audible: bool) -> None:
        with postgresql.write() as session:
            session.execute(select(ScreenRow)).all()
            together.wait()
            screens.heard_from(session, "kiosk-1", "kiosk-1", audible, FRIDAY)

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(speak, (True, False)))
    with postgresql.read() as session:
        assert [row.name for row in session.scalars(select(ScreenRow))] == ["kiosk-1"]
