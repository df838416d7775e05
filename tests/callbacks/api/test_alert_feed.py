"""Alerts as screens get them: the plan, who must sign until when, what a screen missed — over real tables and the API."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from dashboard import alerting, clock
from dashboard.feed.alerts import alert_messages
from dashboard.feed.serializer import feed_row, millis
from dashboard.sweeps import deadlines
from datasources.feed import outbox
from datasources.store.models import AccountRow, AlertLogRow
from tests.support.api_world import OpenApi, open_app


@pytest.fixture
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenApi]:
    api = open_app(tmp_path_factory.mktemp("alerts"))
    yield api
    api.runtime.database.close()


def emergency(api: OpenApi, title: str = "燃气管道施工挖破") -> dict[str, Any]:
    """Report an emergency of a kind that goes straight to its units; return its alert."""
    body = {"title": title, "category": "S0502", "lng": 118.1093, "lat": 24.5123}
    answered = api.call("operator", "POST", "/events", body)
    assert answered.status_code == 201, answered.text
    number = answered.json["number"]
    return next(one for one in api.call("operator", "GET", "/alerts").json["items"] if one["event"] == number)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def missed(api: OpenApi, since: str, account: str = "screen") -> list[dict[str, Any]]:
    answered = api.client.get(
        "/api/v1/alerts/missed", query_string={"since": since}, headers=api.token(account)
    )
    assert answered.status_code == 200, answered.text
    return list(answered.json["items"])


def test_an_alert_carries_its_kind_its_plan_and_until_when_each_unit_should_sign(opened: OpenApi) -> None:
    alert = emergency(opened)
    raised = at(alert["raised_at"])
    plan = [((at(rung["at"]) - raised).seconds, rung["what"], rung["done"]) for rung in alert["ladder"]]
    assert plan == [
        (0, "raise", True),
        (30, "repeat", False),
        (60, "widen", False),
        (180, "webhook", False),
    ]
    assert alert["kind"] == "gas"
    assert alert["units"], "the kind of emergency names its units"
    assert all(not one["accepted"] and at(one["due_at"]) > raised for one in alert["units"])


def test_feed_and_api_say_the_same_alert_in_their_own_way_of_writing_time(opened: OpenApi) -> None:
    shown = emergency(opened)
    reference = opened.runtime.reference
    with opened.runtime.database.read() as session:
        rows = outbox.alerts_open_or_among(session)
        (message,) = alert_messages(session, rows, lambda event: feed_row(event, reference), reference)
    carried = message["alert"]
    assert set(carried) == set(shown)
    assert [rung["at"] for rung in carried["ladder"]] == [millis(at(rung["at"])) for rung in shown["ladder"]]
    assert [one["due_at"] for one in carried["units"]] == [
        millis(at(one["due_at"])) for one in shown["units"]
    ]


def test_climbed_rungs_stand_in_the_log_and_in_the_plan_late_ones_as_late(opened: OpenApi) -> None:
    alert = emergency(opened)
    raised = at(alert["raised_at"])
    runtime = opened.runtime
    for seconds in (31, 90):
        deadlines.sound(runtime.database, runtime.reference, raised + timedelta(seconds=seconds))
    with runtime.database.read() as session:
        rows = session.execute(
            select(AlertLogRow.what, AlertLogRow.at, AlertLogRow.late)
            .where(AlertLogRow.alert_id == alert["id"], AlertLogRow.what.in_(("repeat", "widen")))
            .order_by(AlertLogRow.id)
        )
        seen = [(what, round((when - raised).total_seconds()), late) for what, when, late in rows]
    assert seen == [("repeat", 30, False), ("widen", 60, True)]
    (again,) = opened.call("operator", "GET", "/alerts").json["items"]
    assert [rung["what"] for rung in again["ladder"] if rung["done"]] == ["raise", "repeat", "widen"]


def test_a_screen_that_was_away_gets_what_was_raised_since_with_what_became_of_it(opened: OpenApi) -> None:
    before = emergency(opened, "断线之前")
    cut = (at(before["raised_at"]) + timedelta(milliseconds=1)).isoformat()
    answered, over, waiting = (emergency(opened, title) for title in ("已有人确认", "已经解除", "无人确认"))
    body = {"episode": answered["episode"], "screen": "一号席"}
    assert opened.call("operator", "POST", f"/alerts/{answered['id']}/acknowledge", body).status_code == 200
    stand_down(opened, over)
    found = missed(opened, cut)
    assert [(one["title"], one["state"]) for one in found] == [
        ("无人确认", "raised"),
        ("已经解除", "stood_down"),
        ("已有人确认", "acknowledged"),
    ]
    assert (found[0]["id"], found[0]["raised_at"]) == (waiting["id"], waiting["raised_at"])
    assert found[1]["stood_down_at"] is not None and found[1]["ladder"][-1]["done"]
    assert found[2]["acknowledged"]["screen"] == "一号席"


def stand_down(api: OpenApi, alert: dict[str, Any]) -> None:
    with api.runtime.database.write() as session:
        alerting.stand_down(session, alert["event_id"], clock.now(), "operator")


@pytest.mark.parametrize("since", ["", "yesterday", "2026-11-20T15:31:00"])
def test_missed_needs_a_moment_with_an_offset(opened: OpenApi, since: str) -> None:
    answered = opened.client.get(
        "/api/v1/alerts/missed", query_string={"since": since}, headers=opened.token("screen")
    )
    assert answered.status_code == 422
    assert answered.json["errors"][0]["field"] == "since"


def test_a_unit_is_told_only_of_the_emergencies_it_must_sign(opened: OpenApi) -> None:
    alert = emergency(opened)
    units = {one["unit"] for one in alert["units"]}
    with opened.runtime.database.read() as session:
        accounts = session.execute(
            select(AccountRow.name, AccountRow.unit).where(AccountRow.unit.is_not(None))
        )
        of_unit = {unit: name for name, unit in accounts}
    mine = next(name for unit, name in of_unit.items() if unit in units)
    other = next(name for unit, name in of_unit.items() if unit not in units)
    assert [one["id"] for one in missed(opened, alert["raised_at"], mine)] == [alert["id"]]
    assert missed(opened, alert["raised_at"], other) == []
