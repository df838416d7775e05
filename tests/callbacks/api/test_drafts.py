"""Writing a report down at the desk: finding the place, what it may double, joining; and who reported it, for a reason."""

from typing import Any

import pytest
from sqlalchemy import select

from datasources.store.models import AuditRow
from tests.support.api_world import OpenApi

HERE = {"title": "井盖破损", "category": "S0406", "accuracy_m": 5, "source": "phone"}


@pytest.fixture
def spot(opened_on_both: OpenApi) -> dict[str, float]:
    """The middle of a grid."""
    grid = next(
        area for area in opened_on_both.runtime.reference.areas.values() if area.level == "grid" and area.lng
    )
    return {"lng": grid.lng or 0.0, "lat": grid.lat or 0.0}


def filed(opened_on_both: OpenApi, spot: dict[str, float], **more: Any) -> Any:
    return opened_on_both.call("operator", "POST", "/events", {**HERE, **spot, **more}).json


def test_an_address_text_finds_the_area_it_names_before_those_it_only_resembles(
    opened_on_both: OpenApi,
) -> None:
    grid = next(
        area for area in opened_on_both.runtime.reference.areas.values() if area.level == "grid" and area.lng
    )
    found = opened_on_both.call("operator", "GET", f"/gazetteer?q={grid.name} 路口西侧").json["items"]
    assert found[0]["code"] == grid.code and found[0]["kind"] == "grid"
    assert opened_on_both.call("operator", "GET", "/gazetteer?q=甲").json["items"] == []
    assert opened_on_both.call("operator", "GET", "/gazetteer?q=与此地毫无相干的话").json["items"] == []


def test_a_draft_is_shown_what_it_may_double_with_distance_and_age(
    opened_on_both: OpenApi, spot: dict[str, float]
) -> None:
    near = filed(opened_on_both, spot)
    filed(opened_on_both, {"lng": spot["lng"] + 0.01, "lat": spot["lat"]})
    query = f"/duplicates?lng={spot['lng']}&lat={spot['lat'] + 0.0003}&category=S0406"
    found = opened_on_both.call("operator", "GET", query).json["items"]
    assert [one["number"] for one in found] == [near["number"]]
    assert 20 < found[0]["distance_m"] < 50 and found[0]["alike"]
    assert opened_on_both.call("operator", "GET", "/duplicates?lng=x&lat=1").status_code == 422


def test_joining_files_the_report_and_merges_it_and_counts_the_demand(
    opened_on_both: OpenApi, spot: dict[str, float]
) -> None:
    original = filed(opened_on_both, spot)
    body = {"original": original["number"], "report": {**HERE, **spot, "reporter": {"name": "某某"}}}
    answer = opened_on_both.call("operator", "POST", "/events/join", body, headers={"Idempotency-Key": "k"})
    assert answer.status_code == 201 and answer.json["original"]["demand"] == 2
    joined = opened_on_both.call("operator", "GET", f"/events/{answer.json['number']}").json
    assert joined["event"]["status"] == "merged"
    again = opened_on_both.call("operator", "POST", "/events/join", body, headers={"Idempotency-Key": "k"})
    assert again.data == answer.data


def test_an_emergency_is_never_joined_and_nothing_is_filed(
    opened_on_both: OpenApi, spot: dict[str, float]
) -> None:
    original = filed(opened_on_both, spot)
    before = opened_on_both.call("operator", "GET", "/events?count=1").json
    body = {"original": original["number"], "report": {**HERE, **spot, "emergency": True}}
    refused = opened_on_both.call("operator", "POST", "/events/join", body)
    assert (refused.status_code, refused.json["errors"][0]["field"]) == (422, "report.emergency")
    assert opened_on_both.call("operator", "GET", "/events?count=1").json == before


def test_nothing_is_joined_to_an_event_that_has_ended(
    opened_on_both: OpenApi, spot: dict[str, float]
) -> None:
    original = filed(opened_on_both, spot)
    rejected = {"version": original["version"], "reason": "非管辖"}
    assert (
        opened_on_both.call("operator", "POST", f"/events/{original['number']}/reject", rejected).status_code
        == 200
    )
    body = {"original": original["number"], "report": {**HERE, **spot}}
    refused = opened_on_both.call("operator", "POST", "/events/join", body)
    assert (refused.status_code, refused.json["errors"][0]["field"]) == (422, "original")


def test_only_the_desk_joins(opened_on_both: OpenApi) -> None:
    assert (
        opened_on_both.call("leader", "POST", "/events/join", {"original": "1", "report": HERE}).status_code
        == 403
    )


def test_the_reporter_is_shown_for_a_reason_and_the_reason_is_kept(
    opened_on_both: OpenApi, spot: dict[str, float]
) -> None:
    event = filed(opened_on_both, spot, reporter={"name": "某某某", "phone": "13900001234"})
    path = f"/events/{event['number']}/reveal"
    bare = opened_on_both.call("operator", "POST", path, {"reason": ""})
    assert (bare.status_code, bare.json["errors"][0]["field"]) == (422, "reason")
    shown = opened_on_both.call("operator", "POST", path, {"reason": "回电核实位置"})
    assert shown.json["reporter"] == {"name": "某某某", "phone": "13900001234"}
    assert opened_on_both.call("leader", "POST", path, {"reason": "看看"}).status_code == 403
    with opened_on_both.runtime.database.read() as session:
        kept = [row for row in session.scalars(select(AuditRow)) if row.what == "reveal"]
    assert [(row.account, row.detail["event"], row.detail["reason"]) for row in kept] == [
        ("operator", event["number"], "回电核实位置")
    ]


def test_an_alert_is_acknowledged_on_behalf_of_somebody_with_channel_and_words(
    opened_on_both: OpenApi, spot: dict[str, float]
) -> None:
    filed(opened_on_both, spot, emergency=True)
    (alert,) = opened_on_both.call("operator", "GET", "/alerts").json["items"]
    path, body = f"/alerts/{alert['id']}/acknowledge", {"episode": alert["episode"], "screen": "席位 02"}
    wrong = body | {"on_behalf": {"who": "", "channel": "pigeon", "words": "收到"}}
    assert opened_on_both.call("operator", "POST", path, wrong).status_code == 422
    behalf = {"who": "消防救援站值班室", "channel": "phone", "words": "收到，五分钟出动"}
    answer = opened_on_both.call("operator", "POST", path, body | {"on_behalf": behalf})
    assert answer.json["acknowledged"]["behalf"] == behalf
    assert answer.json["acknowledged"]["by"] == "operator"


def test_more_than_ten_alarms_in_ten_minutes_are_a_flood(
    opened_on_both: OpenApi, spot: dict[str, float]
) -> None:
    for _ in range(10):
        filed(opened_on_both, spot, emergency=True)
    assert opened_on_both.call("operator", "GET", "/alerts/load").json == {
        "ten_minutes": 10,
        "flood": False,
        "limit": 10,
    }
    filed(opened_on_both, spot, emergency=True)
    assert opened_on_both.call("operator", "GET", "/alerts/load").json["flood"]
