"""Two people on one event: the first holds it, silence and leaving end the hold, taking over needs a reason."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from callbacks.security.edit_lock import SEAT
from dashboard import clock
from dashboard.clock import HandClock
from datasources.accounts import accounts
from datasources.store.database import Database
from tests.conftest import Town, make_town
from tests.support.api_world import OpenApi, build, runtime_of


@pytest.fixture
def opened(database: Database, tmp_path: Path) -> OpenApi:
    return build(runtime_of(database, tmp_path))


@pytest.fixture
def place(opened: OpenApi, hand: HandClock) -> Town:
    return make_town(opened.runtime.database, opened.runtime.reference, hand)


@pytest.fixture
def number(opened: OpenApi) -> str:
    body = {"title": "占道经营", "address": "南山路", "accuracy_m": 5}
    found: str = opened.call("operator", "POST", "/events", body).json["number"]
    return found


def here(opened: OpenApi, account: str, number: str, seat: str, **more: Any) -> Any:
    return opened.call(account, "POST", f"/events/{number}/presence", {"seat": seat, **more})


def comment(opened: OpenApi, account: str, number: str, version: int, seat: str | None) -> Any:
    headers = {SEAT: seat} if seat else {}
    body = {"version": version, "text": "已联系"}
    return opened.call(account, "POST", f"/events/{number}/comment", body, headers=headers)


def test_the_first_holds_and_both_see_each_other(opened: OpenApi, number: str) -> None:
    first = here(opened, "operator", number, "a").json
    second = here(opened, "lead", number, "b").json
    assert (first["mine"], first["others"]) == (True, [])
    assert not second["mine"] and second["holder"]["account"] == "operator"
    again = here(opened, "operator", number, "a").json
    assert again["mine"] and [one["account"] for one in again["others"]] == ["lead"]


def test_the_second_cannot_overwrite_and_is_told_who_holds_it(opened: OpenApi, number: str) -> None:
    here(opened, "operator", number, "a")
    here(opened, "lead", number, "b")
    refused = comment(opened, "lead", number, 1, "b")
    assert refused.status_code == 409 and "正在处理" in refused.json["detail"]
    assert comment(opened, "operator", number, 1, "a").status_code == 200


def test_two_tabs_of_one_account_are_two_seats(opened: OpenApi, number: str) -> None:
    here(opened, "operator", number, "a")
    assert comment(opened, "operator", number, 1, "b").status_code == 409


def test_whoever_names_no_seat_is_a_program_and_not_held_up(opened: OpenApi, number: str) -> None:
    here(opened, "operator", number, "a")
    assert comment(opened, "lead", number, 1, None).status_code == 200


def test_the_hold_ends_when_the_first_leaves(opened: OpenApi, number: str) -> None:
    here(opened, "operator", number, "a")
    here(opened, "operator", number, "a", leave=True)
    assert here(opened, "lead", number, "b").json["mine"]


def test_choosing_another_event_leaves_the_one_before(opened: OpenApi, number: str) -> None:
    here(opened, "operator", number, "a")
    other = opened.call("operator", "POST", "/events", {"title": "路灯不亮", "address": "海山路"}).json[
        "number"
    ]
    here(opened, "operator", other, "a")
    assert here(opened, "lead", number, "b").json["mine"]


def test_the_hold_ends_after_45_seconds_of_silence(
    opened: OpenApi, number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = clock.real_now()
    here(opened, "operator", number, "a")
    monkeypatch.setattr(clock, "real_now", lambda: start + timedelta(seconds=44))
    assert not here(opened, "lead", number, "b").json["mine"]
    monkeypatch.setattr(clock, "real_now", lambda: start + timedelta(seconds=46))
    assert here(opened, "lead", number, "b").json["mine"]


def test_taking_over_needs_a_reason_and_becomes_a_step(opened: OpenApi, number: str) -> None:
    here(opened, "operator", number, "a")
    path = f"/events/{number}/presence/take"
    bare = opened.call("lead", "POST", path, {"seat": "b", "reason": " "})
    assert (bare.status_code, bare.json["errors"][0]["field"]) == (422, "reason")
    assert opened.call("lead", "POST", path, {"seat": "b", "reason": "交接班"}).json["mine"]
    steps = opened.call("lead", "GET", f"/events/{number}").json["steps"]
    assert steps[-1]["action"] == "comment" and "交接班" in steps[-1]["facts"]["text"]
    assert comment(opened, "operator", number, 2, "a").status_code == 409


def test_a_lead_rules_on_a_request_while_an_operator_looks_on(opened: OpenApi, place: Town) -> None:
    """What the holder may not do anyway overwrites nothing of theirs."""
    event = place.claimed()
    event = place.act(event, "extend", place.unit_of(event), reason="等待配件")
    here(opened, "operator", event.number, "a")
    path, seat = f"/events/{event.number}", {SEAT: "b"}
    urge = opened.call("lead", "POST", f"{path}/urge", {"version": event.version}, headers=seat)
    assert urge.status_code == 409
    ruling = {"version": event.version, "request": "extend"}
    assert opened.call("lead", "POST", f"{path}/approve", ruling, headers=seat).status_code == 200


def test_an_account_closed_meanwhile_holds_nothing(opened: OpenApi, number: str) -> None:
    here(opened, "operator", number, "a")
    with opened.runtime.database.write() as session:
        accounts.disable(session, "operator", clock.real_now())
    assert comment(opened, "lead", number, 1, "b").status_code == 200


def test_a_form_takes_over_at_the_seat_its_header_names(opened: OpenApi, number: str) -> None:
    here(opened, "operator", number, "a")
    path, body = f"/events/{number}/presence/take", {"reason": "交接班", "version": 1}
    assert opened.call("lead", "POST", path, body).status_code == 422
    assert opened.call("lead", "POST", path, body, headers={SEAT: "b"}).json["mine"]


@pytest.mark.parametrize("_round", range(3))
def test_of_many_who_come_at_once_everybody_names_the_same_one(
    opened: OpenApi, number: str, _round: int
) -> None:
    with ThreadPoolExecutor(6) as crowd:
        list(crowd.map(lambda seat: here(opened, "operator", number, seat), "abcdef"))
    again = [here(opened, "operator", number, seat).json for seat in "abcdef"]
    assert sum(one["mine"] for one in again) == 1
    assert len({one["holder"]["seat"] for one in again}) == 1


def test_nobody_but_the_desks_has_a_seat(opened: OpenApi, number: str) -> None:
    for account in ("leader", "screen", "admin", "auditor", "unit-URBAN_MGMT"):
        assert here(opened, account, number, "c").status_code == 403, account
