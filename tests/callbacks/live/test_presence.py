"""Two people on one event: the first holds it, silence and leaving end the hold, taking over needs a reason."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from callbacks.security.edit_lock import SEAT
from dashboard import clock
from datasources.accounts import accounts
from tests.conftest import Town
from tests.support.api_world import OpenApi


@pytest.fixture
def number(opened_on_both: OpenApi) -> str:
    body = {"title": "占道经营", "address": "南山路", "accuracy_m": 5}
    found: str = opened_on_both.call("operator", "POST", "/events", body).json["number"]
    return found


def here(opened_on_both: OpenApi, account: str, number: str, seat: str, **more: Any) -> Any:
    return opened_on_both.call(account, "POST", f"/events/{number}/presence", {"seat": seat, **more})


def comment(opened_on_both: OpenApi, account: str, number: str, version: int, seat: str | None) -> Any:
    headers = {SEAT: seat} if seat else {}
    body = {"version": version, "text": "已联系"}
    return opened_on_both.call(account, "POST", f"/events/{number}/comment", body, headers=headers)


def test_the_first_holds_and_both_see_each_other(opened_on_both: OpenApi, number: str) -> None:
    first = here(opened_on_both, "operator", number, "a").json
    second = here(opened_on_both, "lead", number, "b").json
    assert (first["mine"], first["others"]) == (True, [])
    assert not second["mine"] and second["holder"]["account"] == "operator"
    again = here(opened_on_both, "operator", number, "a").json
    assert again["mine"] and [one["account"] for one in again["others"]] == ["lead"]


def test_the_second_cannot_overwrite_and_is_told_who_holds_it(opened_on_both: OpenApi, number: str) -> None:
    here(opened_on_both, "operator", number, "a")
    here(opened_on_both, "lead", number, "b")
    refused = comment(opened_on_both, "lead", number, 1, "b")
    assert refused.status_code == 409 and "正在处理" in refused.json["detail"]
    assert comment(opened_on_both, "operator", number, 1, "a").status_code == 200


def test_two_tabs_of_one_account_are_two_seats(opened_on_both: OpenApi, number: str) -> None:
    here(opened_on_both, "operator", number, "a")
    assert comment(opened_on_both, "operator", number, 1, "b").status_code == 409


def test_whoever_names_no_seat_is_a_program_and_not_held_up(opened_on_both: OpenApi, number: str) -> None:
    here(opened_on_both, "operator", number, "a")
    assert comment(opened_on_both, "lead", number, 1, None).status_code == 200


def test_the_hold_ends_when_the_first_leaves(opened_on_both: OpenApi, number: str) -> None:
    here(opened_on_both, "operator", number, "a")
    here(opened_on_both, "operator", number, "a", leave=True)
    assert here(opened_on_both, "lead", number, "b").json["mine"]


def test_choosing_another_event_leaves_the_one_before(opened_on_both: OpenApi, number: str) -> None:
    here(opened_on_both, "operator", number, "a")
    other = opened_on_both.call(
        "operator", "POST", "/events", {"title": "路灯不亮", "address": "海山路"}
    ).json["number"]
    here(opened_on_both, "operator", other, "a")
    assert here(opened_on_both, "lead", number, "b").json["mine"]


def test_the_hold_ends_after_45_seconds_of_silence(
    opened_on_both: OpenApi, number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = clock.real_now()
    here(opened_on_both, "operator", number, "a")
    monkeypatch.setattr(clock, "real_now", lambda: start + timedelta(seconds=44))
    assert not here(opened_on_both, "lead", number, "b").json["mine"]
    monkeypatch.setattr(clock, "real_now", lambda: start + timedelta(seconds=46))
    assert here(opened_on_both, "lead", number, "b").json["mine"]


def test_taking_over_needs_a_reason_and_becomes_a_step(opened_on_both: OpenApi, number: str) -> None:
    here(opened_on_both, "operator", number, "a")
    path = f"/events/{number}/presence/take"
    bare = opened_on_both.call("lead", "POST", path, {"seat": "b", "reason": " "})
    assert (bare.status_code, bare.json["errors"][0]["field"]) == (422, "reason")
    assert opened_on_both.call("lead", "POST", path, {"seat": "b", "reason": "交接班"}).json["mine"]
    steps = opened_on_both.call("lead", "GET", f"/events/{number}").json["steps"]
    assert steps[-1]["action"] == "comment" and "交接班" in steps[-1]["facts"]["text"]
    assert comment(opened_on_both, "operator", number, 2, "a").status_code == 409


def test_a_lead_rules_on_a_request_while_an_operator_looks_on(
    opened_on_both: OpenApi, place_on_both: Town
) -> None:
    """What the holder may not do anyway overwrites nothing of theirs."""
    event = place_on_both.claimed()
    event = place_on_both.act(event, "extend", place_on_both.unit_of(event), reason="等待配件")
    here(opened_on_both, "operator", event.number, "a")
    path, seat = f"/events/{event.number}", {SEAT: "b"}
    urge = opened_on_both.call("lead", "POST", f"{path}/urge", {"version": event.version}, headers=seat)
    assert urge.status_code == 409
    ruling = {"version": event.version, "request": "extend"}
    assert opened_on_both.call("lead", "POST", f"{path}/approve", ruling, headers=seat).status_code == 200


def test_an_account_closed_meanwhile_holds_nothing(opened_on_both: OpenApi, number: str) -> None:
    here(opened_on_both, "operator", number, "a")
    with opened_on_both.runtime.database.write() as session:
        accounts.disable(session, "operator", clock.real_now())
    assert comment(opened_on_both, "lead", number, 1, "b").status_code == 200


def test_a_form_takes_over_at_the_seat_its_header_names(opened_on_both: OpenApi, number: str) -> None:
    here(opened_on_both, "operator", number, "a")
    path, body = f"/events/{number}/presence/take", {"reason": "交接班", "version": 1}
    assert opened_on_both.call("lead", "POST", path, body).status_code == 422
    assert opened_on_both.call("lead", "POST", path, body, headers={SEAT: "b"}).json["mine"]


@pytest.mark.parametrize("_round", range(3))
def test_of_many_who_come_at_once_everybody_names_the_same_one(
    opened_on_both: OpenApi, number: str, _round: int
) -> None:
    with ThreadPoolExecutor(6) as crowd:
        list(crowd.map(lambda seat: here(opened_on_both, "operator", number, seat), "abcdef"))
    again = [here(opened_on_both, "operator", number, seat).json for seat in "abcdef"]
    assert sum(one["mine"] for one in again) == 1
    assert len({one["holder"]["seat"] for one in again}) == 1


def test_nobody_but_the_desks_has_a_seat(opened_on_both: OpenApi, number: str) -> None:
    for account in ("leader", "screen", "admin", "auditor", "unit-URBAN_MGMT"):
        assert here(opened_on_both, account, number, "c").status_code == 403, account
