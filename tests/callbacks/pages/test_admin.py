"""What administrators see and do about screens: auditors read, admins change, nobody else knows of it."""

from pathlib import Path
from typing import Any

import pytest

from callbacks.live import heartbeat
from callbacks.pages import admin
from dashboard.clock import HandClock
from datasources.store.database import Database
from tests.support.api_world import OpenApi, build, runtime_of

REPORT = {
    "position": "1700000000000-0",
    "age": 1.5,
    "heap_mb": 120,
    "frame_ms": 17,
    "errors": 0,
    "nodes": 1500,
    "hash_ok": True,
    "uptime_s": 60,
    "reason": "night",
}


@pytest.fixture
def opened(sqlite: Database, tmp_path: Path, hand: HandClock) -> OpenApi:
    opened = build(runtime_of(sqlite, tmp_path))
    admin.install(opened.app)
    return opened


def state(opened: OpenApi, account: str = "admin") -> Any:
    return opened.client.get("/admin/state", headers=opened.token(account))


def make(opened: OpenApi, account: str = "admin", **wishes: Any) -> Any:
    body = {"name": "hall-1", **wishes}
    return opened.client.post("/admin/screens", json=body, headers=opened.token(account))


@pytest.mark.parametrize(
    ("account", "reads", "changes"),
    [
        ("admin", 200, 201),
        ("auditor", 200, 403),
        ("leader", 403, 403),
        ("screen", 403, 403),
        ("unit-GAS", 403, 403),
    ],
)
def test_auditors_read_admins_change_and_nobody_else_knows(
    opened: OpenApi, account: str, reads: int, changes: int
) -> None:
    assert state(opened, account).status_code == reads
    assert make(opened, account).status_code == changes
    make(opened)
    for verb in ("revoke", "restore", "renew"):
        answer = opened.client.post(f"/admin/screens/hall-1/{verb}", json={}, headers=opened.token(account))
        assert answer.status_code == (200 if changes == 201 else 403), verb


def test_nobody_is_asked_to_log_in_and_another_site_is_refused(opened: OpenApi) -> None:
    assert opened.client.get("/admin/state").status_code == 401
    browser = opened.login("admin")
    stranger = {"Origin": "http://elsewhere.test"}
    assert browser.post("/admin/screens", json={"name": "hall-1"}, headers=stranger).status_code == 403
    assert state(opened).json["screens"] == []


def test_a_screen_is_listed_with_its_last_report_and_how_long_ago_it_spoke(
    opened: OpenApi, hand: HandClock
) -> None:
    make(opened, place="一楼大厅", rotate=20)
    hall = opened.client
    address = opened.client.post("/admin/screens/hall-1/renew", json={}, headers=opened.token("admin"))
    hall.get(address.json["address"].removeprefix("http://localhost"))
    body = {"name": "hall-1", "audible": True, **REPORT}
    assert hall.post("/api/v1/screens", json=body).status_code == 200
    hand.forward(seconds=40)
    (shown,) = state(opened, "auditor").json["screens"]
    assert shown["name"] == "hall-1" and shown["place"] == "一楼大厅" and shown["kiosk"]
    assert shown["shows"] == "/screen?screen=hall-1&rotate=20"
    assert (shown["ago"], shown["audible"], shown["report"]) == (40.0, True, REPORT)
    assert shown["opened_at"] and shown["revoked_at"] is None and shown["origin"] == "127.0.0.1"


def test_a_heartbeat_without_a_report_keeps_the_last_one(opened: OpenApi) -> None:
    opened.call("screen", "POST", "/screens", {"name": "left", "audible": True, **REPORT})
    opened.call("screen", "POST", "/screens", {"name": "left", "audible": False})
    (shown,) = state(opened).json["screens"]
    assert (shown["key"], shown["audible"], shown["report"]) == ("screen/left", False, REPORT)


def test_unnamed_screens_are_forgotten_after_a_day_and_named_ones_never(
    opened: OpenApi, hand: HandClock
) -> None:
    make(opened)
    opened.call("screen", "POST", "/screens", {"name": "left", "audible": True})
    assert [one["key"] for one in state(opened).json["screens"]] == ["screen/left", "screen:hall-1"]
    hand.forward(days=2)
    assert [one["key"] for one in state(opened).json["screens"]] == ["screen:hall-1"]


def test_the_accounts_are_listed_without_what_opens_them(opened: OpenApi) -> None:
    make(opened)
    said = state(opened)
    people = {one["name"]: one for one in said.json["accounts"]}
    assert people["unit-GAS"]["role"] == "处置单位" and people["unit-GAS"]["belongs"]
    assert people["lead"]["disabled"] is False and "screen:hall-1" not in people
    assert "argon2" not in said.text and "digest" not in said.text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("area", "no-such-area"),
        ("scene", "no-such-scene"),
        ("lang", "tlh"),
        ("rotate", 5),
        ("rotate", True),
        ("rotate", "20"),
        ("place", "x" * 81),
        ("place", "a\x07b"),
        ("surprise", 1),
    ],
)
def test_a_wrong_wish_is_named(opened: OpenApi, field: str, value: Any) -> None:
    answer = make(opened, **{field: value})
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json["errors"]] == [field]
    assert state(opened).json["screens"] == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("heap_mb", -1),
        ("age", "1"),
        ("errors", True),
        ("hash_ok", 1),
        ("position", "x" * 65),
        ("reason", "a\x00"),
        ("nodes", 1e12),
    ],
)
def test_a_heartbeat_that_makes_no_sense_is_refused(opened: OpenApi, field: str, value: Any) -> None:
    body = {"name": "left", "audible": True, field: value}
    answer = opened.call("screen", "POST", "/screens", body)
    assert answer.status_code == 422 and answer.json["errors"][0]["field"] == field


@pytest.mark.parametrize(
    ("said", "known", "lag"),
    [
        ("1700000000000-0", "1700000000000-0", 0.0),
        ("1700000000000-0", "1700000002500-3", 2.5),
        ("1700000009000-0", "1700000002500-3", 0.0),
        ("~ab-4", "1700000002500-3", None),
        (None, "1700000002500-3", None),
    ],
)
def test_lag_is_the_time_between_two_places_in_the_feed(
    said: str | None, known: str, lag: float | None
) -> None:
    assert heartbeat.lag_of(said, known) == lag


@pytest.mark.parametrize("field", ["area", "scene", "lang", "rotate"])
@pytest.mark.parametrize("value", [[1], {"a": 1}, 1.5, True])
def test_a_wish_of_another_kind_is_refused_in_words(opened: OpenApi, field: str, value: object) -> None:
    answer = make(opened, **{field: value})
    assert answer.status_code == 422 and [one["field"] for one in answer.json["errors"]] == [field]
