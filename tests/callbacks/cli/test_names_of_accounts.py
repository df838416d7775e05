"""Names the product itself acts under, or makes keys of, are nobody's account; what is there already is named by `check`."""

import pytest

from dashboard import clock
from dashboard.rules.access import Role
from dashboard.rules.refusals import Refusal
from datasources.accounts import accounts, kiosks
from datasources.accounts.kiosks import Shows
from datasources.districts.reference import References
from datasources.store.database import Database
from datasources.store.models import AccountRow
from tests.support.api_world import PASSWORD

ITS_OWN = [
    "resident", "Resident", "system", "clock", "console", "public", "list", "revoke", "screen:hall", "kiosk:1",
    "door:127.0.0.1", "seat:x", "lead/a", "a?b", "a#b", "a<b", "a b", "kiosk：1", ".", "..",
]  # fmt: skip


@pytest.mark.parametrize("name", ITS_OWN)
def test_a_name_that_the_product_uses_is_refused_in_words(sqlite: Database, name: str) -> None:
    reference = References(sqlite).get()
    with sqlite.write() as session, pytest.raises(Refusal) as refused:
        accounts.create(
            session, reference, accounts.NewAccount(name, Role.OPERATOR, PASSWORD), clock.real_now()
        )
    assert refused.value.params["field"] == "name"


@pytest.mark.parametrize(
    "name", ["night-desk", "zhang.san", "zhang@centre", "夜班_1", "unit-GAS", "screen", "operator"]
)
def test_ordinary_names_are_taken(sqlite: Database, name: str) -> None:
    reference = References(sqlite).get()
    with sqlite.write() as session:
        assert (
            accounts.create(
                session, reference, accounts.NewAccount(name, Role.OPERATOR, PASSWORD), clock.real_now()
            ).name
            == name
        )


def test_names_from_before_are_told_and_screens_keep_theirs(sqlite: Database) -> None:
    now = clock.real_now()
    with sqlite.write() as session:
        kiosks.make(session, "hall", "", Shows(), "admin", now)
        for name, closed in (("resident", False), ("kiosk:1", False), ("system", True), ("fine", False)):
            session.add(AccountRow(name=name, title="", role="operator", disabled=closed, created_at=now))
        session.flush()
        assert accounts.unfit_names(session) == ["kiosk:1", "resident"]


@pytest.mark.parametrize("name", [".", "..", "....", "", "a b", "a/b"])
def test_a_screen_is_not_named_by_dots_alone(sqlite: Database, name: str) -> None:
    with sqlite.write() as session, pytest.raises(Refusal):
        kiosks.make(session, name, "", Shows(), "admin", clock.real_now())
