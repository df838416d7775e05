"""A district may have one level, two or five: places, boards, levels, numbers and the tasks of the field follow them."""

from pathlib import Path
from typing import Any

import pytest

from dashboard.clock import HandClock
from dashboard.districts import redistricting
from datasources.districts.pack.reading import read_pack
from datasources.store.database import Database
from datasources.store.models import PhotoRow
from tests.support.api_world import OpenApi, build, runtime_of
from tests.support.small_packs import nested, small_pack

PACKS = {
    1: ("ward",),
    2: ("city", "ward"),
    3: ("city", "street", "ward"),
    5: ("city", "street", "community", "grid", "building"),
}
BOARDS = {
    1: {"streets": "ward-1", "communities": "ward-1", "grids": "ward-1"},
    2: {"streets": "ward-1", "communities": "ward-1", "grids": "ward-1"},
    3: {"streets": "street-1", "communities": "street-1", "grids": "ward-1"},
    5: {
        "streets": "street-1",
        "communities": "community-1",
        "grids": "grid-1",
        "building": "building-1",
    },
}
WORKER = {1: "ward-1", 2: "ward-1", 3: "street-1", 5: "community-1"}


@pytest.fixture(params=list(PACKS))
def deep(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def api(deep: int, tmp_path: Path, hand: HandClock) -> OpenApi:
    levels = PACKS[deep]
    duties = f"unit,category,area,priority\nPW,road,{levels[0]}-1,1\n"
    pack = read_pack(small_pack(tmp_path / "pack", nested(levels), levels, duties=duties), hand.now())
    database = Database(f"sqlite:///{tmp_path / 'c.db'}")
    database.upgrade()
    runtime = runtime_of(database, tmp_path)
    redistricting.load(database, runtime.references, pack, hand.now())
    return build(runtime)


def ask(api: OpenApi, account: str, method: str, path: str, body: Any = None) -> Any:
    answer = api.call(account, method, path, body)
    assert answer.status_code in (200, 201), f"{path}: {answer.text}"
    return answer.json


def test_a_case_lives_and_is_counted_on_every_board_of_its_pack(
    api: OpenApi, deep: int, hand: HandClock
) -> None:
    worker = f"worker-{WORKER[deep]}"
    body = {
        "title": "A hole",
        "source": "grid_worker",
        "category": "road",
        "lng": 116.5005,
        "lat": 40.0005,
    }
    event = ask(api, worker, "POST", "/events", body)
    assert event["grid"]["code"] == f"{PACKS[deep][-1]}-1"
    for account, action, facts in (("unit-PW", "claim", {}), ("unit-PW", "finish", {"text": "Done"})):
        facts = {"version": event["version"], **facts}
        event = ask(api, account, "POST", f"/events/{event['number']}/{action}", facts)
    (task,) = ask(api, worker, "GET", "/field")["tasks"]
    assert task["number"] == event["number"]
    hand.forward(minutes=1)
    with api.runtime.database.write() as session:
        session.add(
            PhotoRow(
                id="p",
                sha256="0" * 64,
                width=1,
                height=1,
                size=1,
                created_at=hand.now(),
                created_by=worker,
            )
        )
    facts = {"version": event["version"], "rating": "satisfied", "photos": ["p"]}
    ask(api, worker, "POST", f"/events/{event['number']}/check", facts)
    for board, code in BOARDS[deep].items():
        rows = ask(api, "operator", "GET", f"/scores?board={board}&period=7d")["rows"]
        assert {row["code"]: row["closed"] for row in rows if row["closed"]} == {code: 1}, board
        items = ask(api, "operator", "GET", f"/scores/{board}/{code}/entries?period=7d")["items"]
        (points,) = [row["points"] for row in rows if row["code"] == code]
        assert sum(float(one["points"]) for one in items) == float(points)
    codes = [f"{level}-1" for level in PACKS[deep]]
    for area in codes:
        assert ask(api, "operator", "GET", f"/kpis?period=7d&area={area}")["kpis"]["closed"]["num"] == 1
        for path in ("/levels?period=7d", "/kpis/by/area?period=7d", "/handoffs?period=7d"):
            ask(api, "operator", "GET", f"{path}&area={area}")
    by_area = ask(api, "operator", "GET", "/kpis/by/area?period=7d")["rows"]
    assert [row["code"] for row in by_area if row["code"]] == codes[1:2]
    rows = ask(api, "operator", "GET", "/levels?period=7d")["areas"]
    assert [row["code"] for row in rows] == codes[:2]
