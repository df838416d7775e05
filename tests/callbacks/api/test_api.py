"""The HTTP API does what CONTRACT §5 says, sentence by sentence, on both databases."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest

from callbacks.api import feed
from callbacks.api.figures.areaviews import AreaViews
from callbacks.live.feed import LiveFeed
from callbacks.live.scopes import Visibility
from dashboard.clock import HandClock
from dashboard.feed.serializer import feed_row
from dashboard.rules.access import Role, Viewer
from dashboard.rules.events.event import Event
from datasources.alerts import screens
from datasources.events import journal
from datasources.feed.stream import Feed
from datasources.figures.views.named import VIEWS
from tests.conftest import Town
from tests.support.api_world import OpenApi

pytestmark = pytest.mark.usefixtures("hand")  # the drill clock from the first moment on

EVENT_KEYS = [
    "id",
    "number",
    "external_id",
    "source",
    "title",
    "description",
    "category",
    "status",
    "zone",
    "emergency",
    "level",
    "lng",
    "lat",
    "address",
    "grid",
    "border",
    "unit",
    "how",
    "round",
    "reported_at",
    "claim_due_at",
    "accept_due_at",
    "handle_due_at",
    "check_due_at",
    "hold_until",
    "overdue_at",
    "finished_at",
    "closed_at",
    "on_time",
    "rating",
    "supervision",
    "supervised_reason",
    "rework_count",
    "decline_count",
    "extension_count",
    "version",
    "reporter",
]


def pooled(opened_on_both: OpenApi, place_on_both: Town) -> dict[str, Any]:
    """Return an event in the claim pool, reported over HTTP by a grid worker."""
    spot = place_on_both.reference.areas[place_on_both.grid]
    body = {"title": "占道经营", "category": "S0406", "lng": spot.lng, "lat": spot.lat}
    answer = opened_on_both.call(place_on_both.worker.name, "POST", "/events", body)
    assert answer.json["status"] == "claimable"
    return dict(answer.json)


def claimers(place_on_both: Town, number: str) -> list[str]:
    with place_on_both.database.read() as session:
        event = journal.event_by_number(session, number)
    assert event is not None
    return [f"unit-{code}" for code in place_on_both.reference.eligible(event)]


def test_a_report_is_answered_201_with_the_whole_event_and_where_it_is(opened_on_both: OpenApi) -> None:
    answer = opened_on_both.call("operator", "POST", "/events", {"title": "占道经营", "address": "南山路"})
    assert answer.status_code == 201 and answer.content_type == "application/json"
    assert set(EVENT_KEYS) <= set(answer.json)
    assert answer.headers["Location"] == f"/api/v1/events/{answer.json['number']}"
    assert (answer.json["status"], answer.json["version"], answer.json["round"]) == ("reported", 1, 1)
    assert re.fullmatch(r"2026-11-20T09:00:00\.000\+08:00", answer.json["reported_at"])


def test_a_trusted_report_is_registered_by_the_system(opened_on_both: OpenApi, place_on_both: Town) -> None:
    event = pooled(opened_on_both, place_on_both)
    assert event["claim_due_at"] == "2026-11-20T09:30:00.000+08:00"
    assert event["category"] == {"code": "S0406", "name": place_on_both.reference.category_name("S0406")}
    assert event["grid"]["code"] == place_on_both.grid


def test_a_report_outside_the_district_is_taken_without_a_grid(opened_on_both: OpenApi) -> None:
    body = {"title": "占道经营", "category": "S0406", "lng": 2.35, "lat": 48.86, "source": "grid_worker"}
    answer = opened_on_both.call("operator", "POST", "/events", body)
    assert (answer.status_code, answer.json["grid"]) == (201, None)
    assert answer.json["status"] == "reported", "not even a trusted source registers what lies nowhere"


def test_an_outside_number_is_held_once(opened_on_both: OpenApi) -> None:
    body = {"title": "占道经营", "address": "南山路", "external_id": "12345-1"}
    first = opened_on_both.call("operator", "POST", "/events", body)
    again = opened_on_both.call("operator", "POST", "/events", body)
    assert (first.status_code, again.status_code) == (201, 409)
    assert again.json["event"]["number"] == first.json["number"] and again.json["winner"] is None
    assert len(opened_on_both.call("operator", "GET", "/events").json["items"]) == 1


def test_an_event_is_shown_with_its_steps_photos_and_what_one_may_do(
    opened_on_both: OpenApi, place_on_both: Town
) -> None:
    event = pooled(opened_on_both, place_on_both)
    shown = opened_on_both.call("operator", "GET", f"/events/{event['number']}").json
    assert {"event", "steps", "photos", "allowed"} <= set(shown)
    assert [(step["action"], step["from"], step["to"]) for step in shown["steps"]] == [
        ("report", None, "reported"),
        ("register", "reported", "claimable"),
    ]
    assert {"by", "at", "role"} <= set(shown["steps"][0])
    assert "dispatch" in shown["allowed"] and "claim" not in shown["allowed"]
    unit = claimers(place_on_both, event["number"])[0]
    assert "claim" in opened_on_both.call(unit, "GET", f"/events/{event['number']}").json["allowed"]


def test_what_may_be_the_same_matter_is_named_with_distance_and_age(
    opened_on_both: OpenApi, place_on_both: Town, hand: HandClock
) -> None:
    first = place_on_both.report()
    hand.forward(hours=2)
    second, other_kind = place_on_both.report(), place_on_both.report("S0113")
    hand.forward(hours=23)
    late = place_on_both.report()
    found = opened_on_both.call("operator", "GET", f"/events/{second.number}").json["possible_duplicates"]
    assert {(one["number"], one["hours"]) for one in found} == {(first.number, 2.0), (late.number, 23.0)}
    assert all(one["distance_m"] <= 50 for one in found)
    assert other_kind.number not in {one["number"] for one in found}


def test_an_event_that_is_not_there_is_404_and_one_not_to_be_seen_403(opened_on_both: OpenApi) -> None:
    assert opened_on_both.call("operator", "GET", "/events/20261120999999").status_code == 404
    assert opened_on_both.call("operator", "GET", "/events/%00").status_code == 404
    made = opened_on_both.call("operator", "POST", "/events", {"title": "占道", "address": "南山路"}).json
    assert opened_on_both.call("unit-FIRE", "GET", f"/events/{made['number']}").status_code == 403


def test_a_claim_has_one_winner_and_the_loser_reads_who_and_when(
    opened_on_both: OpenApi, place_on_both: Town
) -> None:
    event = pooled(opened_on_both, place_on_both)
    first, second = claimers(place_on_both, event["number"])[:2]
    path = f"/events/{event['number']}/claim"
    won = opened_on_both.call(first, "POST", path, {"version": event["version"]})
    lost = opened_on_both.call(second, "POST", path, {"version": event["version"]})
    assert (won.status_code, won.json["status"], won.json["how"]) == (200, "handling", "claim")
    assert (lost.status_code, lost.content_type) == (409, "application/problem+json")
    code = first.removeprefix("unit-")
    winner = {
        "unit": code,
        "name": place_on_both.reference.unit_name(code),
        "at": "2026-11-20T09:00:00.000+08:00",
    }
    assert lost.json["winner"] == winner
    assert lost.json["event"] is None and "已被" in lost.json["detail"]


def test_a_claim_after_the_deadline_is_refused_before_the_sweep(
    opened_on_both: OpenApi, place_on_both: Town, hand: HandClock
) -> None:
    event = pooled(opened_on_both, place_on_both)
    hand.forward(minutes=30)
    unit = claimers(place_on_both, event["number"])[0]
    answer = opened_on_both.call(
        unit, "POST", f"/events/{event['number']}/claim", {"version": event["version"]}
    )
    assert (answer.status_code, answer.json["winner"]) == (409, None)
    assert answer.json["event"]["status"] == "claimable"


def test_an_outdated_version_changes_nothing_and_shows_the_event_as_it_is(
    opened_on_both: OpenApi, place_on_both: Town
) -> None:
    event = pooled(opened_on_both, place_on_both)
    path = f"/events/{event['number']}/comment"
    assert (
        opened_on_both.call("operator", "POST", path, {"version": event["version"], "text": "一"}).status_code
        == 200
    )
    late = opened_on_both.call("operator", "POST", path, {"version": event["version"], "text": "二"})
    assert (late.status_code, late.json["winner"]) == (409, None)
    assert late.json["event"]["version"] == event["version"] + 1


@pytest.mark.parametrize(
    ("action", "body", "field"),
    [
        ("comment", {"text": "没有版本"}, "version"),
        ("comment", {"version": "1", "text": "x"}, "version"),
        ("comment", {"version": True, "text": "x"}, "version"),
        ("comment", {"version": 2}, "text"),
        ("comment", {"version": 2, "text": "空\x00字"}, "text"),
        ("comment", {"version": 2, "text": "x", "colour": "red"}, "colour"),
        ("dispatch", {"version": 2, "unit": "NO-SUCH", "reason": "x"}, "unit"),
        ("dispatch", {"version": 2, "unit": ["URBAN"], "reason": "x"}, "unit"),
        ("correct", {"version": 2, "level": "moon"}, "level"),
        ("correct", {"version": 2, "lng": 24.5, "lat": 118.1}, "lng"),
        ("correct", {"version": 2, "category": "NO-SUCH"}, "category"),
        ("merge", {"version": 2, "original": "nothing"}, "original"),
    ],
)
def test_a_missing_wrong_or_unknown_fact_is_422_with_its_field(
    opened_on_both: OpenApi, place_on_both: Town, action: str, body: dict, field: str
) -> None:
    event = pooled(opened_on_both, place_on_both)
    answer = opened_on_both.call("operator", "POST", f"/events/{event['number']}/{action}", body)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json["errors"]] == [field]
    assert opened_on_both.call("operator", "GET", f"/events/{event['number']}").json["event"]["version"] == 2


def test_a_moment_among_the_facts_is_read_with_its_offset(
    opened_on_both: OpenApi, place_on_both: Town
) -> None:
    event = pooled(opened_on_both, place_on_both)
    unit = claimers(place_on_both, event["number"])[0]
    path = f"/events/{event['number']}"
    version = opened_on_both.call(unit, "POST", f"{path}/claim", {"version": 2}).json["version"]
    body = {"version": version, "reason": "等配件", "until": "2026-11-25T09:00:00"}
    assert opened_on_both.call(unit, "POST", f"{path}/hold", body).status_code == 422
    body["until"] = "2026-11-25T09:00:00+08:00"
    assert opened_on_both.call(unit, "POST", f"{path}/hold", body).json["request"] == "hold"
    granted = {"version": version + 1, "request": "hold"}
    held = opened_on_both.call("lead", "POST", f"{path}/approve", granted).json
    assert (held["status"], held["hold_until"]) == ("on_hold", "2026-11-25T09:00:00.000+08:00")


@pytest.mark.parametrize("action", ["report", "lapse", "expire", "explode"])
def test_what_no_person_can_do_is_refused(opened_on_both: OpenApi, place_on_both: Town, action: str) -> None:
    event = pooled(opened_on_both, place_on_both)
    answer = opened_on_both.call("operator", "POST", f"/events/{event['number']}/{action}", {"version": 2})
    assert answer.status_code in (403, 404)


def test_a_whole_life_over_http(opened_on_both: OpenApi, place_on_both: Town, hand: HandClock) -> None:
    event = pooled(opened_on_both, place_on_both)
    path = f"/events/{event['number']}"
    unit = claimers(place_on_both, event["number"])[0]
    steps: list[tuple[str, str, dict[str, Any]]] = [
        (unit, "claim", {}),
        (unit, "finish", {"text": "已劝离", "photos": [place_photo(place_on_both, unit)]}),
        ("operator", "check", {"rating": "satisfied"}),
    ]
    version = event["version"]
    for account, action, facts in steps:
        hand.forward(minutes=5)
        answer = opened_on_both.call(account, "POST", f"{path}/{action}", {"version": version, **facts})
        assert answer.status_code == 200, answer.text
        version = answer.json["version"]
    assert (answer.json["status"], answer.json["rating"], answer.json["on_time"]) == (
        "closed",
        "satisfied",
        True,
    )
    entries = opened_on_both.call("lead", "GET", f"/scores/units/{unit.removeprefix('unit-')}/entries").json[
        "items"
    ]
    assert sum(float(entry["points"]) for entry in entries) == 3.0
    board = opened_on_both.call("lead", "GET", "/scores?board=units&period=month").json["rows"]
    assert next(row["points"] for row in board if row["code"] == unit.removeprefix("unit-")) == "3.0"
    kpis = opened_on_both.call("lead", "GET", "/kpis?period=today").json["kpis"]
    assert (kpis["satisfaction_rate"]["num"], kpis["satisfaction_rate"]["den"]) == (1, 1)
    assert kpis["claim_rate"]["text"] == "100.00 %"


def place_photo(place_on_both: Town, account: str) -> str:
    """Put a photo of an account's own into the database."""
    from datasources.store.models import PhotoRow

    key = place_on_both.photo()
    with place_on_both.database.write() as session:
        row = session.get(PhotoRow, key)
        assert row is not None
        row.created_by = account
    return key


def test_lists_are_filtered_and_paged_to_the_end(opened_on_both: OpenApi) -> None:
    made = [
        opened_on_both.call("operator", "POST", "/events", {"title": f"事件{n}", "address": "南山路"}).json[
            "number"
        ]
        for n in range(5)
    ]
    found: list[str] = []
    cursor = ""
    while True:
        page = opened_on_both.call("operator", "GET", f"/events?limit=2&status=reported{cursor}").json
        found += [event["number"] for event in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert found == made[::-1]
    assert opened_on_both.call("operator", "GET", "/events?q=事件3").json["items"][0]["number"] == made[3]


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=1001", "limit=x", "status=lost", "cursor=%21", "since=now", "bbox=1,2", "colour=red"],
)
def test_a_wrong_filter_is_refused_by_name(opened_on_both: OpenApi, query: str) -> None:
    answer = opened_on_both.call("operator", "GET", f"/events?{query}")
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, query.split("=")[0])


def emergency(opened_on_both: OpenApi) -> dict[str, Any]:
    body = {"title": "火情", "address": "南山路", "emergency": True}
    assert opened_on_both.call("operator", "POST", "/events", body).status_code == 201
    (alert,) = opened_on_both.call("operator", "GET", "/alerts").json["items"]
    return dict(alert)


def test_an_emergency_opens_an_alert_that_is_answered_once(opened_on_both: OpenApi) -> None:
    alert = emergency(opened_on_both)
    assert {"id", "event", "episode", "state", "raised_at", "acknowledged"} <= set(alert)
    assert (alert["state"], alert["acknowledged"]) == ("raised", None)
    path, answer = f"/alerts/{alert['id']}/acknowledge", {"episode": alert["episode"], "screen": "一号席"}
    done = opened_on_both.call("operator", "POST", path, answer)
    assert done.status_code == 200 and done.json["acknowledged"] == {
        "by": "operator",
        "title": "值班员",
        "at": "2026-11-20T09:00:00.000+08:00",
        "screen": "一号席",
    }
    assert opened_on_both.call("leader", "POST", path, answer).status_code == 409
    assert opened_on_both.call("operator", "GET", "/alerts").json["items"][0]["state"] == "acknowledged"


def test_an_old_episode_is_409_none_422_the_wall_403_and_no_alert_404(opened_on_both: OpenApi) -> None:
    alert = emergency(opened_on_both)
    path = f"/alerts/{alert['id']}/acknowledge"
    assert opened_on_both.call("operator", "POST", path, {"episode": 0, "screen": "x"}).status_code == 409
    assert opened_on_both.call("operator", "POST", path, {"screen": "x"}).status_code == 422
    assert opened_on_both.call("screen", "POST", path, {"episode": 1, "screen": "x"}).status_code == 403
    assert (
        opened_on_both.call("operator", "POST", "/alerts/999/acknowledge", {"episode": 1}).status_code == 404
    )
    assert (
        opened_on_both.call("operator", "POST", f"/alerts/{2**80}/acknowledge", {"episode": 1}).status_code
        == 404
    )
    assert opened_on_both.call("operator", "GET", "/alerts").json["items"][0]["state"] == "raised"


def test_a_shelf_needs_a_reason_and_ends_within_half_an_hour(opened_on_both: OpenApi) -> None:
    path = f"/alerts/{emergency(opened_on_both)['id']}/shelve"
    good = {"reason": "误报核实中", "until": "2026-11-20T09:20:00+08:00"}
    for wrong in ({"reason": " "}, {"until": "2026-11-20T09:31:00+08:00"}, {"until": "soon"}):
        assert opened_on_both.call("operator", "POST", path, good | wrong).status_code == 422
    shelved = opened_on_both.call("operator", "POST", path, good).json["shelved"]
    assert (shelved["by"], shelved["reason"]) == ("operator", "误报核实中")


def test_a_screen_that_says_it_can_be_heard_is_heard_for_its_lease(
    opened_on_both: OpenApi, place_on_both: Town, hand: HandClock
) -> None:
    body = {"name": "大厅", "audible": True}
    assert opened_on_both.call("screen", "POST", "/screens", body).status_code == 200
    with place_on_both.database.read() as session:
        assert screens.audible_screens(session, hand.now()) == 1
        assert screens.audible_screens(session, hand.now() + timedelta(seconds=16)) == 0


def test_the_anonymous_door_gives_a_number_and_a_secret_to_follow_it(opened_on_both: OpenApi) -> None:
    body = {"title": "路灯不亮", "address": "南山路", "reporter": {"phone": "13800138000"}}
    made = opened_on_both.call(None, "POST", "/reports", body)
    assert made.status_code == 201 and set(made.json) == {"number", "secret"}
    path = f"/reports/{made.json['number']}"
    followed = opened_on_both.call(None, "GET", f"{path}?secret={made.json['secret']}")
    assert followed.status_code == 200 and followed.json["status"] == "reported"
    assert "13800138000" not in followed.text
    assert opened_on_both.call(None, "GET", f"{path}?secret=wrong").status_code == 401
    assert opened_on_both.call(None, "GET", path).status_code == 401
    known = opened_on_both.call("operator", "POST", "/events", {"title": "占道", "address": "南山路"}).json[
        "number"
    ]
    assert opened_on_both.call(None, "GET", f"/reports/{known}?secret=").status_code == 401


def test_a_flood_at_the_anonymous_door_is_stopped_but_an_emergency_passes(opened_on_both: OpenApi) -> None:
    body = {"title": "路灯不亮", "address": "南山路"}
    answers = [opened_on_both.call(None, "POST", "/reports", body).status_code for _ in range(22)]
    assert answers == [201] * 20 + [429] * 2
    assert opened_on_both.call(None, "POST", "/reports", body | {"emergency": True}).status_code == 201
    assert (
        opened_on_both.call(
            None, "POST", "/reports", body, environ_base={"REMOTE_ADDR": "10.0.0.9"}
        ).status_code
        == 201
    )


def test_the_dictionaries_are_those_of_the_pack(opened_on_both: OpenApi) -> None:
    reference = opened_on_both.runtime.reference
    assert len(opened_on_both.call("screen", "GET", "/units").json["items"]) == len(reference.units)
    assert len(opened_on_both.call("screen", "GET", "/categories").json["items"]) == len(reference.categories)
    streets = opened_on_both.call("screen", "GET", "/areas?level=street")
    assert streets.json["type"] == "FeatureCollection" and len(streets.json["features"]) == 5
    below = opened_on_both.call(
        "screen", "GET", f"/areas?parent={streets.json['features'][0]['properties']['code']}"
    )
    assert {one["properties"]["level"] for one in below.json["features"]} == {"community"}
    assert opened_on_both.call("screen", "GET", "/areas?level=moon").status_code == 422


@pytest.mark.parametrize("query", ["period=someday", "basis=moon", "area=NO", "unit=NO", "colour=red"])
def test_a_wrong_question_for_kpis_is_refused_by_name(opened_on_both: OpenApi, query: str) -> None:
    answer = opened_on_both.call("lead", "GET", f"/kpis?{query}")
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, query.split("=")[0])


def test_grid_workers_scores_are_for_those_who_may_see_them(opened_on_both: OpenApi) -> None:
    assert opened_on_both.call("lead", "GET", "/scores?board=workers").status_code == 200
    assert opened_on_both.call("unit-FIRE", "GET", "/scores?board=workers").status_code == 403


def test_a_process_says_that_it_is_alive_and_ready(opened_on_both: OpenApi) -> None:
    assert opened_on_both.client.get("/healthz").json == {"status": "ok"}
    ready = opened_on_both.client.get("/readyz")
    assert ready.status_code == 200 and ready.json["database"] == "ok"
    assert {"feed", "clock_age", "oldest_unpublished_seconds"} <= set(ready.json)


def test_metrics_are_for_admins_and_auditors_in_prometheus_text(opened_on_both: OpenApi) -> None:
    opened_on_both.call("operator", "GET", "/units")
    for account, status in (("admin", 200), ("auditor", 200), ("operator", 403)):
        answer = opened_on_both.client.get("/metrics", headers=opened_on_both.token(account))
        assert answer.status_code == status
    said = opened_on_both.client.get("/metrics", headers=opened_on_both.token("admin")).text
    assert 'grid_http_requests_total{endpoint="api.dictionaries_units",status="200"}' in said
    assert "grid_database_up 1.0" in said


def test_errors_speak_the_language_asked_for(opened_on_both: OpenApi) -> None:
    chinese = opened_on_both.call("operator", "GET", "/events/nothing").json
    english = opened_on_both.call("operator", "GET", "/events/nothing?lang=en").json
    assert "事件" in chinese["detail"]
    assert (english["title"] + english["detail"]).isascii()


def test_a_worker_sees_the_events_of_the_own_community_only(
    opened_on_both: OpenApi, place_on_both: Town
) -> None:
    event = pooled(opened_on_both, place_on_both)
    other = next(
        area.code
        for area in place_on_both.reference.areas.values()
        if area.level == "community" and area.code != place_on_both.worker.area
    )
    assert (
        opened_on_both.call(place_on_both.worker.name, "GET", f"/events/{event['number']}").status_code == 200
    )
    assert opened_on_both.call(f"worker-{other}", "GET", f"/events/{event['number']}").status_code == 403
    assert opened_on_both.call(f"worker-{other}", "GET", "/events").json["items"] == []


def test_what_json_says_is_what_the_database_holds(opened_on_both: OpenApi, place_on_both: Town) -> None:
    words = '引号" 反斜\\杠 <b>标签</b> 😀'
    body = json.dumps(
        {"title": words, "address": "南山路", "reporter": {"name": "某", "phone": "13800138000"}}
    )
    answer = opened_on_both.client.post(
        "/api/v1/events", data=body, content_type="application/json", headers=opened_on_both.token("operator")
    )
    with place_on_both.database.read() as session:
        event = journal.event_by_number(session, answer.json["number"])
    assert isinstance(event, Event) and event.title == words == answer.json["title"]
    assert event.reported_by == Viewer("operator", Role.OPERATOR).name


def test_the_list_behind_a_kpi_has_as_many_entries_as_the_kpi_says(
    opened_on_both: OpenApi, place_on_both: Town
) -> None:
    for _ in range(2):
        place_on_both.checked(place_on_both.finished(place_on_both.claimed()))
    place_on_both.claimed()
    street = place_on_both.reference.areas[place_on_both.grid].path.split("/")[2]
    for query in ("", f"&area={street}", "&unit=FIRE"):
        told = opened_on_both.call("screen", "GET", f"/kpis?period=today{query}").json["kpis"]
        for code in ("reported", "closed", "claim_rate", "satisfaction_rate"):
            for part in ("num", "den"):
                path = f"/kpis/{code}/events?period=today&part={part}&limit=1{query}"
                page = opened_on_both.call("screen", "GET", path).json
                assert (page["count"], page["hidden"]) == (told[code][part], 0), path
                assert len(page["items"]) == min(1, page["count"])
                assert (page["next"] is None) == (page["count"] <= 1)
    item = opened_on_both.call("screen", "GET", "/kpis/satisfaction_rate/events").json["items"][0]
    assert item["counted"] == {"at": item["closed_at"], "rating": "satisfied"}
    assert item["reporter"] == {"name": None, "phone": None}
    assert opened_on_both.call("screen", "GET", "/kpis/nonsense/events").status_code == 404
    assert opened_on_both.call("screen", "GET", "/kpis/owner_to_finish/events").status_code == 422
    assert opened_on_both.call("screen", "GET", "/kpis/reported/events?part=half").status_code == 422


def test_a_list_of_events_says_how_many_there_are_when_asked(
    opened_on_both: OpenApi, place_on_both: Town
) -> None:
    for title in ("占道经营", "占道经营", "噪声扰民"):
        place_on_both.report(title=title)
    page = opened_on_both.call("screen", "GET", "/events?status=claimable&limit=1&count=1").json
    assert (len(page["items"]), page["count"]) == (1, 3)
    assert opened_on_both.call("screen", "GET", "/events?q=噪声&count=1").json["count"] == 1
    assert opened_on_both.call("screen", "GET", "/events?source=phone&count=1").json["count"] == 0
    assert opened_on_both.call("screen", "GET", "/events?source=grid_worker&count=1").json["count"] == 3
    assert "count" not in opened_on_both.call("screen", "GET", "/events").json
    assert opened_on_both.call("screen", "GET", "/events?count=2").status_code == 422
    assert opened_on_both.call("screen", "GET", "/events?source=nobody").status_code == 422


def test_places_are_told_by_kind_and_area(opened_on_both: OpenApi) -> None:
    whole = opened_on_both.call("screen", "GET", "/places").json["items"]
    offices = opened_on_both.call("screen", "GET", "/places?kind=office").json["items"]
    assert len(offices) == 5 and len(whole) > 5
    assert list(offices[0]) == ["code", "name", "kind", "lng", "lat", "area", "unit", "note"]
    street = offices[0]["area"]
    here = opened_on_both.call("screen", "GET", f"/places?area={street}&kind=station").json["items"]
    assert here and {one["kind"] for one in here} == {"station"}
    assert opened_on_both.call("screen", "GET", "/places?kind=castle").status_code == 422
    assert opened_on_both.call("screen", "GET", "/places?area=nowhere").status_code == 422
    assert opened_on_both.call(None, "GET", "/places").status_code == 401


def test_an_areas_views_are_those_of_the_area_and_at_most_a_second_old(
    opened_on_both: OpenApi, place_on_both: Town
) -> None:
    reference = place_on_both.reference
    live = LiveFeed(
        opened_on_both.runtime.database,
        Feed("unix:///nowhere", "huli"),
        lambda event: feed_row(event, reference),
        Visibility(reference.eligible),
    )
    feed.use(opened_on_both.app, live)
    place_on_both.report()
    street = reference.areas[place_on_both.grid].path.split("/")[2]
    other = next(one.code for one in reference.areas.values() if one.level == "street" and one.code != street)

    def views_of(code: str) -> dict[str, Any]:
        answer = opened_on_both.call("screen", "GET", f"/feed/views?area={code}")
        assert answer.status_code == 200
        assert answer.json["position"] == live.position
        assert all(set(view) == {"version", "data"} for view in answer.json["views"].values())
        return {name: view["data"] for name, view in answer.json["views"].items()}

    shown = views_of(street)
    assert list(shown) == list(VIEWS)
    assert shown["kpis"]["kpis"]["reported"]["num"] == 1
    assert views_of(other)["kpis"]["kpis"]["reported"]["num"] == 0
    told = opened_on_both.call("screen", "GET", f"/kpis?area={street}").json["kpis"]["reported"]
    assert told["num"] == 1
    assert opened_on_both.call("screen", "GET", "/feed/views?area=nowhere").status_code == 422
    assert opened_on_both.call("unit-GAS", "GET", f"/feed/views?area={street}").status_code == 403
    assert "views" in opened_on_both.call("screen", "GET", "/feed/views").json


def test_many_who_ask_for_an_areas_views_within_a_second_are_given_the_same(place_on_both: Town) -> None:
    kept, street = AreaViews(), place_on_both.reference.areas[place_on_both.grid].path.split("/")[2]
    first = kept.get(place_on_both.database, place_on_both.reference, street, "1-0", place_on_both.now)
    place_on_both.report()
    assert (
        kept.get(place_on_both.database, place_on_both.reference, street, "2-0", place_on_both.now) is first
    )
    kept._kept[street] = (float("-inf"), first)
    fresh = kept.get(place_on_both.database, place_on_both.reference, street, "2-0", place_on_both.now)
    assert fresh["position"] == "2-0"
    assert fresh["views"]["kpis"]["version"] != first["views"]["kpis"]["version"]
