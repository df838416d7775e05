"""Two people on one event: the first holds it, silence and leaving end the hold, taking over needs a reason."""

from pathlib import Path
from typing import Any

import pytest

from callbacks.hands import SEAT
from dashboard import clock
from datasources.database import Database
from tests.api_house import ApiHouse, build, house_of


@pytest.fixture
def opened(database: Database, tmp_path: Path) -> ApiHouse:
    return build(house_of(database, tmp_path))


@pytest.fixture
def number(opened: ApiHouse) -> str:
    body = {"title": "占道经营", "address": "南山路", "accuracy_m": 5}
    found: str = opened.call("operator", "POST", "/events", body).json["number"]
    return found


def here(opened: ApiHouse, account: str, number: str, seat: str, **more: Any) -> Any:
    return opened.call(account, "POST", f"/events/{number}/presence", {"seat": seat, **more})


def comment(opened: ApiHouse, account: str, number: str, version: int, seat: str | None) -> Any:
    headers = {SEAT: seat} if seat else {}
    body = {"version": version, "text": "已联系"}
    return opened.call(account, "POST", f"/events/{number}/comment", body, headers=headers)


def test_the_first_holds_and_both_see_each_other(opened: ApiHouse, number: str) -> None:
    first = here(opened, "operator", number, "a").json
    second = here(opened, "lead", number, "b").json
    assert (first["mine"], first["others"]) == (True, [])
    assert not second["mine"] and second["holder"]["account"] == "operator"
    again = here(opened, "operator", number, "a").json
    assert again["mine"] and [one["account"] for one in again["others"]] == ["lead"]


def test_the_second_cannot_overwrite_and_is_told_who_holds_it(opened: ApiHouse, number: str) -> None:
    here(opened, "operator", number, "a")
    here(opened, "lead", number, "b")
    refused = comment(opened, "lead", number, 1, "b")
    assert refused.status_code == 409 and "正在处理" in refused.json["detail"]
    assert comment(opened, "operator", number, 1, "a").status_code == 200


def test_two_tabs_of_one_account_are_two_seats(opened: ApiHouse, number: str) -> None:
    here(opened, "operator", number, "a")
    assert comment(opened, "operator", number, 1, "b").status_code == 409


def test_whoever_names_no_seat_is_a_program_and_not_held_up(opened: ApiHouse, number: str) -> None:
    here(opened, "operator", number, "a")
    assert comment(opened, "lead", number, 1, None).status_code == 200


def test_the_hold_ends_when_the_first_leaves(opened: ApiHouse, number: str) -> None:
    here(opened, "operator", number, "a")
    here(opened, "operator", number, "a", leave=True)
    assert here(opened, "lead", number, "b").json["mine"]


def test_choosing_another_event_leaves_the_one_before(opened: ApiHouse, number: str) -> None:
    here(opened, "operator", number, "a")
    other = opened.call("operator", "POST", "/events", {"title": "路灯不亮", "address": "海山路"}).json[
        "number"
    ]
    here(opened, "operator", other, "a")
    assert here(opened, "lead", number, "b").json["mine"]


def test_the_hold_ends_after_45_seconds_of_silence(
    opened: ApiHouse, number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = clock.real_now()
    here(opened, "operator", number, "a")
    from datetime import timedelta

    monkeypatch.setattr(clock, "real_now", lambda: start + timedelta(seconds=44))
    assert not here(opened, "lead", number, "b").json["mine"]
    monkeypatch.setattr(clock, "real_now", lambda: start + timedelta(seconds=46))
    assert here(opened, "lead", number, "b").json["mine"]


def test_taking_over_needs_a_reason_and_becomes_a_step(opened: ApiHouse, number: str) -> None:
    here(opened, "operator", number, "a")
    path = f"/events/{number}/presence/take"
    bare = opened.call("lead", "POST", path, {"seat": "b", "reason": " "})
    assert (bare.status_code, bare.json["errors"][0]["field"]) == (422, "reason")
    assert opened.call("lead", "POST", path, {"seat": "b", "reason": "交接班"}).json["mine"]
    steps = opened.call("lead", "GET", f"/events/{number}").json["steps"]
    assert steps[-1]["action"] == "comment" and "交接班" in steps[-1]["facts"]["text"]
    assert comment(opened, "operator", number, 2, "a").status_code == 409


def test_a_unit_has_no_seat_at_the_desk(opened: ApiHouse, number: str) -> None:
    assert here(opened, "leader", number, "c").status_code == 403
