"""Shared by the tests of who may enter: doors with the demo accounts, and real time moved by hand."""

from datetime import datetime, timedelta

import pytest

from dashboard import clock
from datasources.accounts import accounts
from datasources.accounts.sign_in import SignIn
from datasources.districts.reference import Reference
from datasources.store.database import Database
from tests.support.api_world import PASSWORD


class Hand:
    """Real time, moved by hand: sessions and locks do not follow the drill."""

    def __init__(self) -> None:
        self.moment = clock.real_now()

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, **delta: float) -> None:
        """Let time pass."""
        self.moment += timedelta(**delta)


@pytest.fixture
def time() -> Hand:
    """The time of the doors."""
    return Hand()


@pytest.fixture
def doors(database: Database, reference: Reference, time: Hand) -> SignIn:
    """The doors of a database with the demo accounts."""
    with database.write() as session:
        accounts.ensure_demo(session, reference, PASSWORD, time())
    return SignIn(database, time)
