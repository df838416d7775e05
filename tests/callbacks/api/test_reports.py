"""A resident's road through the API: report, follow, rate, object, be answered; an emergency is never held up."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from dashboard.clock import HandClock
from datasources.store.database import Database
from tests.callbacks.api.test_uploads import SEAT
from tests.conftest import Town, make_town
from tests.support.api_world import OpenApi, build, runtime_of

BODY = {"title": "楼道堆物", "category": "S0406", "reporter": {"phone": "13800138000"}}


@pytest.fixture
def place(database: Database, tmp_path: Path, hand: HandClock) -> tuple[OpenApi, Town]:
    opened = build(runtime_of(database, tmp_path))
    return opened, make_town(database, opened.runtime.reference, hand)


def report(opened: OpenApi, town: Town, **more: Any) -> dict[str, Any]:
    spot = town.reference.areas[town.grid]
    made = opened.call(None, "POST", "/reports", BODY | {"lng": spot.lng, "lat": spot.lat} | more)
    assert made.status_code == 201, made.text
    return dict(made.json)


def closed(opened: OpenApi, town: Town, mine: dict[str, Any]) -> Any:
    """Lead a resident's report to its closing and return the event."""
    from datasources.events import journal
    from tests.conftest import OPERATOR

    with town.database.read() as session:
        event = journal.event_by_number(session, mine["number"])
    assert event is not None
    event = town.act(event, "register", OPERATOR, category="S0406")
    event = town.act(event, "claim", town.claimer(event))
    return town.checked(town.finished(event))


def say(opened: OpenApi, mine: dict[str, Any], verb: str, **facts: Any) -> Any:
    return opened.call(None, "POST", f"/reports/{mine['number']}/{verb}", {"secret": mine["secret"]} | facts)


def follow(opened: OpenApi, mine: dict[str, Any]) -> dict[str, Any]:
    return dict(opened.call(None, "GET", f"/reports/{mine['number']}?secret={mine['secret']}").json)


def test_a_resident_follows_rates_objects_and_reads_the_answer(place: tuple[OpenApi, Town]) -> None:
    opened, town = place
    mine = report(opened, town)
    assert [bool(one["at"]) for one in follow(opened, mine)["stages"]] == [True, False, False, False, False]
    assert say(opened, mine, "rate", rating="satisfied").status_code == 409
    event = closed(opened, town, mine)
    seen = follow(opened, mine)
    assert all(one["at"] for one in seen["stages"]) and seen["may"]["rate"] and seen["may"]["object"]
    assert say(opened, mine, "rate", rating="dissatisfied").status_code == 422
    rated = say(opened, mine, "rate", rating="dissatisfied", text="还在堆")
    assert rated.json["rating"] == "dissatisfied" and not rated.json["may"]["rate"]
    assert say(opened, mine, "rate", rating="satisfied").status_code == 409
    assert say(opened, mine, "object").status_code == 422
    objected = say(opened, mine, "object", text="第二天又堆满了").json
    assert objected["objection"]["answer"] is None and not objected["may"]["object"]
    (waiting,) = opened.call("operator", "GET", "/objections").json["items"]
    assert (waiting["number"], waiting["text"]) == (mine["number"], "第二天又堆满了")
    version = town.fresh(event).version
    opened.call(
        "operator", "POST", f"/events/{mine['number']}/reopen", {"version": version, "reason": "属实"}
    )
    after = follow(opened, mine)
    assert after["status"] == "handling" and "属实" in after["objection"]["answer"]
    assert opened.call("operator", "GET", "/objections").json["items"] == []


def test_a_residents_rating_stands_beside_the_check_and_changes_no_kpi(place: tuple[OpenApi, Town]) -> None:
    opened, town = place
    mine = report(opened, town)
    event = closed(opened, town, mine)
    before = opened.call("leader", "GET", "/kpis?period=today").json["kpis"]["satisfaction_rate"]
    say(opened, mine, "rate", rating="very_dissatisfied", text="没人来")
    assert opened.call("leader", "GET", "/kpis?period=today").json["kpis"]["satisfaction_rate"] == before
    assert town.fresh(event).rating == "satisfied"


def test_an_objection_is_dismissed_with_a_reason_the_resident_reads(place: tuple[OpenApi, Town]) -> None:
    opened, town = place
    mine = report(opened, town)
    event = closed(opened, town, mine)
    say(opened, mine, "object", text="不满意")
    version = town.fresh(event).version
    path = f"/events/{mine['number']}/dismiss"
    assert opened.call("operator", "POST", path, {"version": version}).status_code == 422
    assert (
        opened.call("operator", "POST", path, {"version": version, "reason": "复查合格"}).status_code == 200
    )
    assert follow(opened, mine)["objection"]["answer"] == "复查合格"
    assert say(opened, mine, "object", text="还是不满意").status_code == 409
    assert (
        opened.call("operator", "POST", path, {"version": version + 1, "reason": "再驳"}).status_code == 409
    )


def test_an_objection_ends_seven_days_after_the_closing(place: tuple[OpenApi, Town], hand: HandClock) -> None:
    opened, town = place
    mine = report(opened, town)
    closed(opened, town, mine)
    hand.forward(days=7, seconds=1)
    assert not follow(opened, mine)["may"]["object"]
    assert say(opened, mine, "object", text="太晚").status_code == 409


def test_a_wrong_secret_opens_nothing(place: tuple[OpenApi, Town]) -> None:
    opened, town = place
    mine = report(opened, town) | {"secret": "wrong"}
    for verb in ("rate", "object"):
        assert say(opened, mine, verb, rating="satisfied", text="x").status_code == 401


def test_a_repeat_with_its_key_is_the_same_report(place: tuple[OpenApi, Town]) -> None:
    opened, _ = place
    headers = SEAT | {"Idempotency-Key": "k-1"}
    body = BODY | {"address": "示例路"}
    first = opened.call(None, "POST", "/reports", body, headers=headers)
    assert opened.call(None, "POST", "/reports", body, headers=headers).data == first.data
    other = SEAT | {"X-Upload-Seat": "quite another seat", "Idempotency-Key": "k-1"}
    assert opened.call(None, "POST", "/reports", body, headers=other).json != first.json


def test_no_limit_ever_holds_an_emergency_up_but_the_desk_is_told_of_many(
    place: tuple[OpenApi, Town],
) -> None:
    opened, _ = place
    body = BODY | {"address": "示例路"}
    answers = [opened.call(None, "POST", "/reports", body) for _ in range(21)]
    assert [one.status_code for one in answers] == [201] * 20 + [429]
    assert all(number in answers[-1].json["detail"] for number in ("110", "119", "120"))
    urgent = [opened.call(None, "POST", "/reports", body | {"emergency": True}) for _ in range(7)]
    assert [one.status_code for one in urgent] == [201] * 7
    steps = [
        [
            step["action"]
            for step in opened.call("operator", "GET", f"/events/{one.json['number']}").json["steps"]
        ]
        for one in (urgent[0], urgent[-1])
    ]
    assert "comment" not in steps[0] and "comment" in steps[1]


def test_a_repetition_under_its_key_is_answered_before_any_limit_and_counts_for_none(
    place: tuple[OpenApi, Town],
) -> None:
    opened, _ = place
    body, again = BODY | {"address": "示例路"}, SEAT | {"Idempotency-Key": "k-again"}
    first = opened.call(None, "POST", "/reports", body, headers=again)
    for _ in range(25):
        assert opened.call(None, "POST", "/reports", body, headers=again).data == first.data
    others = [opened.call(None, "POST", "/reports", body) for _ in range(20)]
    assert [one.status_code for one in others] == [201] * 19 + [429]
    assert opened.call(None, "POST", "/reports", body, headers=again).data == first.data
    changed = opened.call(None, "POST", "/reports", body | {"title": "改过"}, headers=again)
    assert (changed.status_code, changed.json["errors"][0]["field"]) == (422, "Idempotency-Key")


def test_a_repeated_emergency_is_not_told_to_the_desk_as_many(place: tuple[OpenApi, Town]) -> None:
    opened, _ = place
    body, again = BODY | {"address": "示例路", "emergency": True}, SEAT | {"Idempotency-Key": "k-alarm"}
    for _ in range(8):
        assert opened.call(None, "POST", "/reports", body, headers=again).status_code == 201
    other = opened.call(None, "POST", "/reports", body)
    steps = opened.call("operator", "GET", f"/events/{other.json['number']}").json["steps"]
    assert "comment" not in [step["action"] for step in steps]


def test_a_report_that_was_taken_is_answered_again_when_it_has_become_too_old_to_be_filed(
    place: tuple[OpenApi, Town], hand: HandClock
) -> None:
    opened, _ = place
    made = hand.now() - timedelta(days=6, hours=23)
    body = {"title": "路面破损", "address": "示例路", "source": "phone", "reported_at": made.isoformat()}
    first = opened.call("operator", "POST", "/events", body, headers={"Idempotency-Key": "k-old"})
    assert first.status_code == 201, first.text
    hand.forward(hours=3)
    assert opened.call("operator", "POST", "/events", body).status_code == 422
    again = opened.call("operator", "POST", "/events", body, headers={"Idempotency-Key": "k-old"})
    assert (again.status_code, again.data) == (201, first.data)


def test_a_check_made_offline_counts_by_its_true_moment(place: tuple[OpenApi, Town], hand: HandClock) -> None:
    opened, town = place
    event = town.finished(town.claimed())
    made = hand.now() + timedelta(hours=1)
    town.tick(hours=5)  # reminded and charged meanwhile
    body = {"version": town.fresh(event).version, "rating": "satisfied", "checked_at": made.isoformat()}
    worker = town.worker.name
    photo = _worker_photo(opened, worker)
    answer = opened.call(worker, "POST", f"/events/{event.number}/check", body | {"photos": [photo]})
    assert answer.status_code == 200, answer.text
    rows = opened.call(worker, "GET", "/field").json["entries"]
    earned = {(one["rule"], one["reversed"]): one["points"] for one in rows if one["event"] == event.number}
    assert earned[("check_on_time", False)] == "1.0"
    assert earned[("check_late", False)] == "-2.0" and earned[("check_late", True)] == "2.0"


@pytest.mark.parametrize("hours", [-1, 6])
def test_a_check_cannot_lie_before_the_finishing_or_ahead(
    place: tuple[OpenApi, Town], hand: HandClock, hours: int
) -> None:
    opened, town = place
    event = town.finished(town.claimed())
    made = hand.now() + timedelta(hours=hours)
    body = {"version": event.version, "rating": "satisfied", "checked_at": made.isoformat()}
    answer = opened.call(town.worker.name, "POST", f"/events/{event.number}/check", body)
    assert answer.status_code == 422 and "checked_at" in {one["field"] for one in answer.json["errors"]}


def _worker_photo(opened: OpenApi, account: str) -> str:
    from tests.datasources.files.test_photos import picture, upload

    return str(upload(opened, picture(), account).json["id"])
