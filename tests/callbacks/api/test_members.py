"""A unit's head sees all of the unit, a member their own: lists, events, buttons, live rows, and work handed over."""

from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest

from callbacks.live.scopes import Visibility, scope_of
from dashboard import clock
from dashboard.clock import HandClock
from dashboard.feed.serializer import feed_row
from dashboard.rules.access import Role, Viewer
from dashboard.rules.refusals import Refusal
from datasources.accounts import accounts
from datasources.store.database import Database
from tests.conftest import Town, make_town
from tests.support.api_world import PASSWORD, OpenApi, build, runtime_of

UNIT = "URBAN_MGMT"
HEAD, ONE, OTHER = f"unit-{UNIT}", "member-one", "member-two"


@pytest.fixture
def place(database: Database, tmp_path: Path, hand: HandClock) -> tuple[OpenApi, Town]:
    opened = build(runtime_of(database, tmp_path))
    with database.write() as session:
        for name in (ONE, OTHER):
            new = accounts.NewAccount(name, Role.UNIT, PASSWORD, unit=UNIT, member=True)
            accounts.create(session, opened.runtime.reference, new, clock.real_now())
    return opened, make_town(database, opened.runtime.reference, hand)


def claim(opened: OpenApi, town: Town, account: str) -> str:
    event = town.report()
    answer = opened.call(account, "POST", f"/events/{event.number}/claim", {"version": event.version})
    assert answer.status_code == 200, answer.text
    return event.number


def listed(opened: OpenApi, account: str) -> set[str]:
    return {one["number"] for one in opened.call(account, "GET", f"/events?unit={UNIT}").json["items"]}


def test_a_member_has_what_they_claimed_and_the_head_has_all(place: tuple[OpenApi, Town]) -> None:
    opened, town = place
    first, second, heads = claim(opened, town, ONE), claim(opened, town, OTHER), claim(opened, town, HEAD)
    assert listed(opened, HEAD) == {first, second, heads}
    assert listed(opened, ONE) == {first, heads}  # what the head took is anybody's of the unit
    assert opened.call(ONE, "GET", f"/events/{second}").status_code == 403
    assert opened.call(ONE, "GET", "/pool").status_code == 200
    assert "hand_over" not in opened.call(ONE, "GET", f"/events/{first}").json["allowed"]


def test_a_dispatch_is_anybodys_of_the_unit_until_a_member_signs_it(place: tuple[OpenApi, Town]) -> None:
    opened, town = place
    event = town.report()
    body = {"version": event.version, "unit": UNIT, "reason": "就近"}
    sent = opened.call("operator", "POST", f"/events/{event.number}/dispatch", body).json
    assert event.number in listed(opened, ONE) and event.number in listed(opened, OTHER)
    path = f"/events/{event.number}/accept"
    assert opened.call(OTHER, "POST", path, {"version": sent["version"]}).status_code == 200
    assert event.number in listed(opened, OTHER) and event.number not in listed(opened, ONE)


def test_an_emergency_is_told_to_all_members_until_one_has_signed_it(place: tuple[OpenApi, Town]) -> None:
    opened, town = place
    event = town.report()
    raised = opened.call(
        "operator", "POST", f"/events/{event.number}/correct", {"version": 2, "emergency": True}
    )
    assert (raised.json["status"], raised.json["unit"]["code"]) == ("dispatched", UNIT)

    def told(account: str) -> list[str]:
        since = quote((town.now - timedelta(hours=1)).isoformat())
        lists = [opened.call(account, "GET", f"/alerts{more}") for more in ("", f"/missed?since={since}")]
        (first, second) = [[one["event"] for one in answer.json["items"]] for answer in lists]
        assert first == second
        return first

    assert told(ONE) == told(OTHER) == told(HEAD) == [event.number]
    path = f"/events/{event.number}/accept"
    assert opened.call(ONE, "POST", path, {"version": raised.json["version"]}).status_code == 200
    assert told(ONE) == told(HEAD) == [event.number] and told(OTHER) == []


def test_the_head_hands_work_over_within_the_unit_only(place: tuple[OpenApi, Town]) -> None:
    opened, town = place
    number = claim(opened, town, ONE)
    path, version = f"/events/{number}/hand_over", _version(opened, number)
    strange = opened.call(HEAD, "POST", path, {"version": version, "handler": "unit-GAS"})
    assert strange.status_code == 422 and strange.json["errors"][0]["field"] == "handler"
    assert opened.call(HEAD, "POST", path, {"version": version, "handler": OTHER}).status_code == 200
    assert number in listed(opened, OTHER) and number not in listed(opened, ONE)
    back = opened.call(HEAD, "POST", path, {"version": version + 1})
    assert back.status_code == 200 and {number} <= listed(opened, ONE) & listed(opened, OTHER)


def _version(opened: OpenApi, number: str) -> int:
    return int(opened.call("operator", "GET", f"/events/{number}").json["event"]["version"])


def test_live_rows_reach_a_member_as_lists_do(place: tuple[OpenApi, Town]) -> None:
    _, town = place
    sight = Visibility(town.reference.eligible)
    viewer = Viewer(ONE, Role.UNIT, UNIT, member=True)
    event = town.report()
    mine = town.act(event, "claim", viewer)
    for who, seen in (
        (viewer, True),
        (Viewer(OTHER, Role.UNIT, UNIT, member=True), False),
        (Viewer(HEAD, Role.UNIT, UNIT), True),
    ):
        scope = scope_of(who)
        assert scope is not None
        test = sight.of(scope)
        assert test is not None and test(feed_row(mine, town.reference)) is seen


def test_only_an_account_of_a_unit_can_be_a_member(place: tuple[OpenApi, Town]) -> None:
    opened, _ = place
    with pytest.raises(Refusal), opened.runtime.database.write() as session:
        new = accounts.NewAccount("x", Role.LEADER, PASSWORD, member=True)
        accounts.create(session, opened.runtime.reference, new, clock.real_now())
