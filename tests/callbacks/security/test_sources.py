"""Nobody files in another's name, and only the hall counts as heard."""

from typing import Any

import pytest

from dashboard.clock import HandClock
from dashboard.rules.access import PERMISSIONS, Role
from dashboard.rules.events.capacities import SOURCES
from dashboard.rules.events.event import TRUSTED_SOURCES, Source
from datasources.alerts import screens
from tests.conftest import Town
from tests.support.api_world import OpenApi

pytestmark = pytest.mark.usefixtures("hand")  # the drill clock from the first moment on

ACCOUNTS = {Role.OPERATOR: "operator", Role.LEAD: "lead", Role.LEADER: "leader", Role.ADMIN: "admin"}


def body(place: Town, source: str) -> dict[str, Any]:
    spot = place.reference.areas[place.grid]
    return {"title": "占道经营", "category": "S0406", "lng": spot.lng, "lat": spot.lat, "source": source}


def account_of(place: Town, role: Role) -> str:
    unit = next(code for code, one in place.reference.units.items() if one.may_claim)
    return ACCOUNTS.get(role) or (f"unit-{unit}" if role is Role.UNIT else place.worker.name)


@pytest.mark.parametrize("role", [*ACCOUNTS, Role.UNIT, Role.WORKER])
def test_every_role_files_in_its_own_name_and_in_no_other(opened: OpenApi, place: Town, role: Role) -> None:
    for source in Source:
        answer = opened.call(account_of(place, role), "POST", "/events", body(place, source.value))
        if source in SOURCES[role]:
            assert answer.status_code == 201, (role, source)
        else:
            assert answer.status_code == 422 and answer.json["errors"][0]["field"] == "source"


def test_no_unit_and_nobody_but_a_worker_makes_its_own_case_register_itself() -> None:
    assert not SOURCES[Role.UNIT] & TRUSTED_SOURCES and not SOURCES[Role.RESIDENT] & TRUSTED_SOURCES
    assert not SOURCES[Role.LEADER] & TRUSTED_SOURCES
    assert SOURCES[Role.WORKER] & TRUSTED_SOURCES == {Source.GRID_WORKER}
    assert Source.LEADER not in SOURCES[Role.WORKER] | SOURCES[Role.UNIT]


@pytest.mark.parametrize("source", sorted(TRUSTED_SOURCES | {Source.LEADER}))
def test_a_unit_takes_no_trusted_name_by_any_door(opened: OpenApi, place: Town, source: str) -> None:
    unit = account_of(place, Role.UNIT)
    batch = opened.call(unit, "POST", "/events/batch", {"events": [body(place, source)]})
    assert batch.json["results"][0]["status"] == 422
    assert opened.call("lead", "GET", "/events?count=1").json["count"] == 0


def test_only_accounts_of_the_hall_count_as_audible_screens(
    opened: OpenApi, place: Town, hand: HandClock
) -> None:
    def heard() -> int:
        with place.database.read() as session:
            return screens.audible_screens(session, hand.now())

    says = {"name": "大厅", "audible": True}
    for account in (account_of(place, Role.UNIT), place.worker.name, "admin", "auditor"):
        answer = opened.call(account, "POST", "/screens", says)
        assert (answer.status_code, answer.json["audible"], heard()) == (200, False, 0), account
    for n, account in enumerate(("screen", "operator", "lead", "leader"), 1):
        assert opened.call(account, "POST", "/screens", says).json["audible"] is True and heard() == n
    assert {role.value for role in PERMISSIONS["screens.sound"]} == {"wall", "operator", "lead", "leader"}
