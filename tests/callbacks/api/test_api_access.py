"""Nobody reaches what is not theirs, and nobody without the right reads a person's phone, anywhere."""

import json
from typing import Any

import pytest

from dashboard.rules.access import PERMISSIONS, Role
from tests.conftest import OPERATOR, Town, unit_viewer
from tests.support.api_world import OpenApi

pytestmark = pytest.mark.usefixtures("hand")  # the drill clock from the first moment on

CANARY = "13800138000"
NAME = "金丝雀某人"
PERSONAL = PERMISSIONS["personal.see"]
COMMAND = ("screen", "operator", "lead", "leader", "admin", "auditor")


def canary(place: Town, **more: Any) -> dict[str, Any]:
    """Return a report that says a person's name and phone in every text it has."""
    spot = place.reference.areas[place.grid]
    return {
        "title": f"占道经营 {CANARY}",
        "description": f"请致电 {CANARY}",
        "address": f"南山路 {CANARY}",
        "category": "S0406",
        "lng": spot.lng,
        "lat": spot.lat,
        "source": "grid_worker",
        "reporter": {"name": NAME, "phone": CANARY},
    } | more


def accounts_of(place: Town) -> list[str]:
    """Return one account of each role that may see the canary event."""
    return [*COMMAND, place.worker.name]


def test_the_canary_is_read_by_those_with_the_right_and_nowhere_by_others(
    opened: OpenApi, place: Town
) -> None:
    event = opened.call("operator", "POST", "/events", canary(place, emergency=True)).json
    note = {"version": event["version"], "text": f"已联系 {CANARY}"}
    opened.call("operator", "POST", f"/events/{event['number']}/comment", note)
    unit = f"unit-{event['unit']['code']}" if event["unit"] else None
    roles = {"operator": Role.OPERATOR, "lead": Role.LEAD}
    paths = (f"/events/{event['number']}", "/events", f"/events?q={CANARY}", "/alerts", "/kpis", "/scores")
    for account in [*accounts_of(place), *([unit] if unit else [])]:
        said = "".join(opened.call(account, "GET", path).text for path in paths)
        said += opened.call(account, "POST", f"/events/{event['number']}/claim", {"version": 1}).text
        assert CANARY not in said and NAME not in said, account
        if roles.get(account) in PERSONAL:
            clear = "".join(
                opened.call(None, "GET", path, headers=opened.clear(account)).text for path in paths
            )
            assert CANARY in clear and NAME in clear
        else:
            assert opened.call(account, "GET", f"/events?q={CANARY}").json["items"] == []
            assert opened.call(account, "GET", f"/events?q={NAME}").json["items"] == []
    assert CANARY not in opened.client.get("/metrics", headers=opened.token("admin")).text


def test_a_browser_reads_persons_masked_whoever_sits_at_it_until_a_reason_is_given(
    opened: OpenApi, place: Town
) -> None:
    browser = opened.login("operator")
    event = browser.post("/api/v1/events", json=canary(place)).json
    path = f"/api/v1/events/{event['number']}"
    note = browser.post(f"{path}/comment", json={"version": event["version"], "text": f"已联系 {CANARY}"})
    assert note.status_code == 200
    outdated = browser.post(f"{path}/comment", json={"version": event["version"], "text": "再联系"})
    assert outdated.status_code == 409
    said = json.dumps(event, ensure_ascii=False) + note.text + outdated.text
    said += "".join(browser.get(one).text for one in (path, "/api/v1/events", f"{path}/around"))
    assert CANARY not in said and NAME not in said
    shown = browser.post(f"{path}/reveal", json={"reason": "回访核实"}).json
    assert shown["reporter"] == {"name": NAME, "phone": CANARY}


def test_a_reporter_without_the_right_does_not_read_back_what_it_reported(
    opened: OpenApi, place: Town
) -> None:
    answer = opened.call(place.worker.name, "POST", "/events", canary(place))
    assert answer.status_code == 201 and CANARY not in answer.text


def test_no_account_reaches_an_event_that_is_not_its_business(opened: OpenApi, place: Town) -> None:
    """Every way in, for every unit and every community that the event does not concern."""
    event = opened.call(place.worker.name, "POST", "/events", canary(place)).json
    with place.database.read() as session:
        from datasources.events import journal

        held = journal.event_by_number(session, event["number"])
    assert held is not None
    concerned = {f"unit-{code}" for code in place.reference.eligible(held)} | {place.worker.name}
    units = [f"unit-{code}" for code in place.reference.units]
    areas = [f"worker-{a.code}" for a in place.reference.areas.values() if a.level == "community"]
    strangers = [name for name in (*units[:12], *areas[:8]) if name not in concerned]
    assert len(strangers) > 10
    for account in strangers:
        path = f"/events/{event['number']}"
        assert opened.call(account, "GET", path).status_code == 403
        for action in ("comment", "claim", "urge", "finish", "dispatch", "accept"):
            answer = opened.call(account, "POST", f"{path}/{action}", {"version": 2, "text": "x"})
            assert answer.status_code == 403 and event["title"] not in answer.text, (account, action)
        assert opened.call(account, "GET", "/events").json["items"] == []
        assert opened.call(account, "GET", "/alerts").json["items"] == []
    assert (
        opened.call("lead", "GET", f"/events/{event['number']}").json["event"]["version"] == event["version"]
    )


def test_a_unit_opens_what_it_could_claim_only_once_that_has_been_in_the_pool(
    opened: OpenApi, place: Town
) -> None:
    waiting = place.report(by=OPERATOR, source="phone")
    rejected = place.act(place.report(by=OPERATOR, source="phone"), "reject", OPERATOR, reason="现场无问题")
    spot = place.photo()
    on_the_spot = place.report(resolved_on_site=True, photos=(spot,))
    pool = place.report()
    unit = place.claimer(pool).name

    def opens(*numbers: str) -> list[int]:
        return [opened.call(unit, "GET", f"/events/{number}").status_code for number in numbers]

    assert (waiting.status, pool.status, on_the_spot.status) == ("reported", "claimable", "closed")
    assert opens(waiting.number, rejected.number, on_the_spot.number, pool.number) == [403, 403, 403, 200]
    place.tick(minutes=31)
    assert place.fresh(pool).status == "pending_dispatch"
    assert opens(pool.number) == [200], "whose card it was a moment ago reads that it lapsed"
    sent = place.act(place.fresh(pool), "dispatch", OPERATOR, unit="STREET_HULI")
    place.act(sent, "decline", unit_viewer("STREET_HULI"), ground="not_our_duty", text="非本单位职责")
    assert opens(pool.number) == [403]


READERS = ("screen", "auditor")
WRITES = [
    ("/events", {"title": "占道", "address": "南山路"}),
    ("/events/batch", {"events": [{"title": "占道", "address": "南山路"}]}),
    ("/events/{number}/comment", {"version": 2, "text": "x"}),
    ("/events/{number}/dispatch", {"version": 2, "unit": "FIRE", "reason": "x"}),
    ("/alerts/1/acknowledge", {"episode": 1, "screen": "x"}),
    ("/alerts/1/shelve", {"reason": "x", "until": "2026-11-20T09:10:00+08:00"}),
]


@pytest.mark.parametrize("account", READERS)
@pytest.mark.parametrize(("path", "body"), WRITES)
def test_the_wall_and_the_auditor_only_read(
    opened: OpenApi, place: Town, account: str, path: str, body: dict
) -> None:
    event = opened.call("operator", "POST", "/events", canary(place)).json
    answer = opened.call(account, "POST", path.format(number=event["number"]), body)
    assert answer.status_code == 403
    assert (
        opened.call("lead", "GET", f"/events/{event['number']}").json["event"]["version"] == event["version"]
    )


def test_nobody_without_an_account_gets_more_than_a_401(opened: OpenApi) -> None:
    for rule in opened.app.url_map.iter_rules():
        if not rule.rule.startswith("/api/v1/") or rule.endpoint in (
            "api.openapi_openapi",
            "api.reports_report",
        ):
            continue
        path = rule.rule.removeprefix("/api/v1").replace("<int:key>", "1")
        for name in rule.arguments:
            path = path.replace(f"<{name}>", "x")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            answer = opened.call(None, method, path, {})
            assert (answer.status_code, answer.content_type) == (401, "application/problem+json"), path
