"""Several emergencies on wall and desk: numbered, the nearest escalation first, when it happened apart from its alarm."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from playwright.sync_api import APIRequestContext, Page, expect

from dashboard import clock
from tests.browser.test_screen import in_live
from tests.browser.test_wall_alert import browsers, centre, emergency, enter, open_alerts, operator

__all__ = ["browsers", "centre", "enter", "operator"]
ORDER = "own.alertStore.open().filter((one) => one.state === 'raised').map((one) => one.next.at)"


def test_alarms_are_numbered_as_they_happened_and_say_when_they_happened_apart_from_when_they_were_raised(
    enter: Callable[..., Page],
    operator: APIRequestContext,
) -> None:
    fresh = emergency(operator, "刚刚发生", "9901")
    happened = clock.real_now() - timedelta(minutes=40)
    body = {
        "title": "早就发生",
        "category": "S0502",
        "lng": 118.1093,
        "lat": 24.5123,
        "address": "枋湖工业区",
    }
    said = operator.post("/api/v1/events", data=body | {"reported_at": happened.isoformat()})
    assert said.status == 201, said.text()
    late = next(one for one in open_alerts(operator) if one["event"] == said.json()["number"])
    assert datetime.fromisoformat(late["reported_at"]) < datetime.fromisoformat(late["raised_at"])
    page = enter()
    in_live(page)
    strip = page.locator("#screen-alert .w-alarm h2")
    expect(strip).to_be_visible()
    page.evaluate(f"own.alertStore.show({late['id']})")
    expect(strip).to_have_text("1 · 早就发生")
    local = happened.astimezone(ZoneInfo("Asia/Shanghai"))
    raised = datetime.fromisoformat(late["raised_at"]).astimezone(UTC)
    told = page.locator(".w-alarm__s")
    expect(told).to_contain_text(f"{local:%H:%M:%S} 发生")
    expect(told).to_contain_text(re.compile(rf"{raised.astimezone(local.tzinfo):%H:%M:%S} 告警"))
    expect(page.locator(f"[data-other='{fresh['id']}'] b").first).to_have_text("2 · 刚刚发生")
    times = page.evaluate(ORDER)
    assert len(times) == 2 and times == sorted(times)
    expect(page.locator(f".w-emg[data-event='{late['event']}'] > b")).to_have_text("1")
    desk = enter("operator", "/desk")
    expect(desk.locator("#desk-alerts")).to_contain_text("1 · 早就发生")
    expect(desk.locator("#desk-alerts")).to_contain_text("2 · 刚刚发生")
