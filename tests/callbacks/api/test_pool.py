"""The pool as a unit meets it through the API: what it may claim and why, what it earns, what became of what it lost."""

from pathlib import Path

import pytest

from dashboard.clock import HandClock
from datasources.store.database import Database
from tests.conftest import LEAD, Town, make_town
from tests.support.api_world import OpenApi, build, runtime_of


@pytest.fixture
def place(database: Database, tmp_path: Path, hand: HandClock) -> tuple[OpenApi, Town]:
    opened = build(runtime_of(database, tmp_path))
    return opened, make_town(database, opened.runtime.reference, hand)


def test_the_pool_tells_a_unit_why_it_may_claim_and_what_is_at_stake(place: tuple[OpenApi, Town]) -> None:
    opened, town = place
    first, second = town.report(), town.report("S0401")
    unit = town.claimer(first)
    found = opened.call(unit.name, "GET", "/pool").json
    assert [one["number"] for one in found["items"]] == [first.number, second.number]
    item, duties = found["items"][0], town.reference.matched(first)
    own = next(duty for duty in duties if duty.unit == unit.unit)
    assert item["why"]["priority"] == own.priority
    rivals = [town.reference.unit_name(code) for code in town.reference.eligible(first) if code != unit.unit]
    assert item["rivals"] == rivals
    assert found["stake"] == {"claim": "2.0", "claim_on_time": "1.0", "very_satisfied": "1.0"}
    claimed = opened.call(unit.name, "POST", f"/events/{first.number}/claim", {"version": first.version}).json
    assert item["due_at"] == claimed["handle_due_at"]


def test_points_at_stake_say_when_the_claims_of_the_month_are_paid_out(place: tuple[OpenApi, Town]) -> None:
    opened, town = place
    unit = town.claimer(town.report())
    for _ in range(town.reference.policy.claim_cap // town.reference.policy.points["claim"]):
        town.checked(town.finished(town.claimed()))
    found = opened.call(unit.name, "GET", "/pool").json
    assert found["bonus_left"] == "0.0" and found["stake"]["claim"] == "0.0"


def test_who_lost_a_race_reads_who_won_and_when_and_strangers_read_nothing(
    place: tuple[OpenApi, Town],
) -> None:
    opened, town = place
    event = town.report()
    winner, loser = town.claimer(event, 0), town.claimer(event, 1)
    assert opened.call(loser.name, "GET", f"/pool/{event.number}").json["claimed"] is False
    after = town.act(event, "claim", winner)
    fate = opened.call(loser.name, "GET", f"/pool/{event.number}").json
    assert fate["claimed"] and fate["unit"]["code"] == winner.unit
    assert fate["at"] == opened.call(winner.name, "GET", f"/events/{event.number}").json["steps"][-1]["at"]
    assert (
        opened.call(loser.name, "POST", f"/events/{event.number}/claim", {"version": event.version}).json[
            "winner"
        ]["unit"]
        == winner.unit
    )
    assert after.unit == winner.unit
    others = set(town.reference.units) - set(town.reference.eligible(event))
    assert opened.call(f"unit-{sorted(others)[0]}", "GET", f"/pool/{event.number}").status_code == 404


@pytest.mark.parametrize("account", ["operator", "leader", "screen"])
def test_the_pool_is_for_units(place: tuple[OpenApi, Town], account: str) -> None:
    assert place[0].call(account, "GET", "/pool").status_code == 403


def test_a_supervision_is_answered_once_by_the_unit_that_holds_the_event(
    place: tuple[OpenApi, Town],
) -> None:
    opened, town = place
    event = town.claimed()
    unit = town.unit_of(event)
    path = f"/events/{event.number}/reply"
    assert opened.call(unit.name, "POST", path, {"version": event.version, "text": "x"}).status_code == 409
    event = town.act(event, "supervise", LEAD, reason="群众反映强烈")
    assert "reply" in opened.call(unit.name, "GET", f"/events/{event.number}").json["allowed"]
    said = opened.call(unit.name, "POST", path, {"version": event.version, "text": "明天上午完成"})
    assert said.status_code == 200 and said.json["reply_due_at"] is None
    again = opened.call(unit.name, "POST", path, {"version": said.json["version"], "text": "再说一次"})
    assert again.status_code == 409 and "督办已经回复" in again.json["detail"]


def test_a_workers_phone_is_told_tasks_reports_and_points_in_one_answer(place: tuple[OpenApi, Town]) -> None:
    opened, town = place
    done = town.checked(town.finished(town.claimed()))
    waiting = town.finished(town.claimed())
    found = opened.call(town.worker.name, "GET", "/field").json
    assert [one["number"] for one in found["tasks"]] == [waiting.number]
    assert found["tasks"][0]["said"] == "已处置" and len(found["tasks"][0]["photos"]) == 1
    assert {one["number"] for one in found["mine"]} == {done.number, waiting.number}
    assert (found["reported_today"], found["checked_today"]) == (2, 1)
    board = opened.call("leader", "GET", "/scores?board=workers&period=today").json["rows"]
    assert found["points"]["today"] == next(one["points"] for one in board if one["code"] == town.worker.name)
    assert opened.call("operator", "GET", "/field").status_code == 403
