"""What a wall's account reads, and where its address works: what is drawn and listed, in the one browser that was enrolled."""

import gzip
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from callbacks.live.scopes import EVERYTHING, WALL, Visibility, scope_of
from callbacks.live.store import LiveStore
from callbacks.live.updates import Update
from callbacks.pages import admin
from callbacks.security import walls
from datasources.accounts import recognition
from datasources.accounts.kiosks import ENROL_WITHIN, Elsewhere
from datasources.store.database import Database
from datasources.store.models import AuditRow, KioskRow
from tests.callbacks.security.test_kiosk import NAME, at_the_hall, change, entered, made, make, sees
from tests.conftest import OPERATOR
from tests.conftest import WALL as SCREEN
from tests.datasources.files.test_photos import picture, upload
from tests.support.api_world import OpenApi, build, runtime_of

HIDDEN = "只有办理的人才该看到的话"


@pytest.fixture
def opened(sqlite: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OpenApi:
    monkeypatch.setattr(recognition, "REMEMBERED", 0.0)
    opened = build(runtime_of(sqlite, tmp_path))
    admin.install(opened.app)
    return opened


def reported(opened: OpenApi, **more: Any) -> str:
    photo = upload(opened, picture()).json["id"]
    body = {
        "title": "占道经营", "address": "南山路", "description": HIDDEN, "external_id": f"WAI-{photo[:6]}", "photos": [photo],
        "reporter": {"name": "某居民", "phone": "13800138000"},
    }  # fmt: skip
    answer = opened.call("operator", "POST", "/events", body | more)
    assert answer.status_code == 201, answer.text
    return str(answer.json["number"])


def test_the_walls_list_holds_what_happened_where_and_nothing_people_wrote_or_are(opened: OpenApi) -> None:
    number = reported(opened)
    for path in ("/events", "/kpis/reported/events?period=today"):
        answer = opened.call("screen", "GET", path)
        (item,) = [one for one in answer.json["items"] if one["number"] == number]
        assert (item["title"], item["address"], item["status"]) == ("占道经营", "南山路", "reported")
        for secret in (HIDDEN, "WAI-", "居民", "8000"):
            assert secret not in answer.text, path
        whole = opened.call("operator", "GET", path).json["items"][0]
        assert item.keys() == whole.keys(), "the shape is the same for everybody"


def test_the_wall_lists_open_events_and_finds_nothing_by_what_it_does_not_list(opened: OpenApi) -> None:
    number = reported(opened)
    for words, count in ((HIDDEN[:4], 0), ("占道", 1), ("南山", 1)):
        assert len(opened.call("screen", "GET", f"/events?q={words}").json["items"]) == count, words
    assert len(opened.call("leader", "GET", f"/events?q={HIDDEN[:4]}").json["items"]) == 1
    version = opened.call("operator", "GET", f"/events/{number}").json["event"]["version"]
    done = opened.call(
        "operator", "POST", f"/events/{number}/reject", {"version": version, "reason": "不属受理范围"}
    )
    assert done.status_code == 200
    assert opened.call("screen", "GET", "/events").json["items"] == []
    assert len(opened.call("operator", "GET", "/events").json["items"]) == 1
    assert opened.call("screen", "GET", "/events?status=rejected").status_code == 403
    assert opened.call("screen", "GET", "/kpis/reported/events?period=year").status_code == 403
    assert opened.call("leader", "GET", "/kpis/reported/events?period=year").status_code == 200


def test_a_wall_is_refused_everything_its_page_does_not_ask_for(opened: OpenApi) -> None:
    number = reported(opened)
    photo = opened.call("operator", "GET", f"/events/{number}").json["photos"][0]["id"]
    for path in (
        f"/events/{number}",
        f"/photos/{photo}",
        f"/events/{number}/around",
        "/scores",
        "/scores/units/X/entries",
    ):
        assert opened.call("screen", "GET", path).status_code == 403, path
    allowed = set()
    for rule in opened.app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or not rule.rule.startswith("/api/v1/"):
            continue
        path = rule.rule
        for name in rule.arguments:
            path = path.replace(f"<int:{name}>", "1").replace(f"<{name}>", number)
        status = opened.client.get(path, headers=opened.token("screen")).status_code
        if status not in (401, 403):
            allowed.add(str(rule.endpoint))
    named = {name for name in allowed if name.startswith("api.")}
    assert named <= walls.MAY | {"api.openapi_openapi"}


def test_every_route_a_wall_may_ask_for_exists(opened: OpenApi) -> None:
    known = {rule.endpoint for rule in opened.app.url_map.iter_rules()}
    assert {name for name in walls.MAY if name.startswith("api.")} <= known


ROW = {
    "id": 1, "version": 2, "number": "2026112000001", "title": "占道经营", "status": "handling", "path": "/350206/", "unit": "URBAN",
    "reported_at": 1_700_000_000_000, "handler": "unit-URBAN-2", "request": HIDDEN, "declines": 1, "round": 2,
}  # fmt: skip


def test_the_walls_live_rows_carry_no_hands_no_requests_and_the_same_ids_and_versions() -> None:
    store = LiveStore()
    change = store.apply([ROW])
    sight = Visibility(lambda _event: ())
    assert scope_of(SCREEN) == WALL and scope_of(OPERATOR) == EVERYTHING
    (told,) = Update("1-0", 1, "rows", change=change).body(WALL, sight)["rows"]  # type: ignore[index]
    assert told == {name: value for name, value in ROW.items() if name not in walls.UNDRAWN}
    assert Update("1-0", 1, "rows", change=change).body(EVERYTHING, sight)["rows"] == [ROW]  # type: ignore[index]
    whole = json.loads(store.snapshot("1-0", None, walls.UNDRAWN))
    assert not walls.UNDRAWN & set(whole["columns"]) and {"id", "version"} <= set(whole["columns"])
    packed = gzip.decompress(store.packed("1-0", None, walls.UNDRAWN))
    assert b"unit-URBAN-2" not in packed and HIDDEN.encode() not in packed
    assert b"unit-URBAN-2" in gzip.decompress(store.packed("1-0"))
    odd = LiveStore()
    odd.apply([ROW | {"strange": True}])
    assert HIDDEN.encode() not in gzip.decompress(odd.packed("1-0", None, walls.UNDRAWN))


def test_an_address_works_once_and_then_in_that_browser_alone(opened: OpenApi) -> None:
    path = make(opened)
    hall = at_the_hall(opened, path)
    thief = opened.client
    answer = thief.get(path)
    assert answer.status_code == 403 and "已经在另一台电脑上启用" in answer.text
    assert "Set-Cookie" not in answer.headers and sees(thief) == 401
    assert hall.get(path).status_code == 303 and sees(hall) == 200, "the hall opens it every morning"
    with opened.runtime.database.read() as session:
        told = session.scalars(select(AuditRow.what).where(AuditRow.account == f"screen:{NAME}")).all()
    assert told.count("screen.refused") == 1 and "screen.enrol" in told


def test_the_hall_comes_in_again_with_its_device_when_its_session_is_gone(opened: OpenApi) -> None:
    path = make(opened)
    hall = at_the_hall(opened, path)
    hall.delete_cookie("grid_session")
    assert sees(hall) == 401
    assert hall.get(path).status_code == 303 and sees(hall) == 200


def test_a_look_ahead_at_an_address_enrols_nobody(opened: OpenApi) -> None:
    path = make(opened)
    assert opened.client.head(path).status_code == 403
    assert opened.client.get(path, headers={"Sec-Purpose": "prefetch;prerender"}).status_code == 403
    assert sees(at_the_hall(opened, path)) == 200


def test_an_address_nobody_opened_within_a_day_is_worth_nothing(database: Database) -> None:
    secret = made(database)
    with pytest.raises(Elsewhere, match="24 小时"):
        entered(database, secret, None, ENROL_WITHIN + timedelta(seconds=1))
    assert entered(database, secret, None, ENROL_WITHIN - timedelta(seconds=1)).token


def test_a_new_address_enrols_anew_and_the_old_device_is_out(opened: OpenApi) -> None:
    hall = at_the_hall(opened, make(opened))
    fresh = change(opened, "renew").json["address"].removeprefix("http://localhost")
    other = at_the_hall(opened, fresh)
    assert sees(other) == 200 and sees(hall) == 401
    assert hall.get(fresh).status_code == 403


def test_a_hall_that_was_in_before_addresses_were_bound_is_bound_where_it_is(database: Database) -> None:
    secret = made(database)
    first = entered(database, secret)
    with database.write() as session:
        row = session.get(KioskRow, NAME)
        assert row is not None
        row.device = None  # as an older version left it
    again = entered(database, secret, first.token, timedelta(days=90))
    assert again.token is None and again.device
    with pytest.raises(Elsewhere):
        entered(database, secret, None, timedelta(days=90))
