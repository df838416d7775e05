"""Boards, numbers and roll-ups after a district was drawn anew (cases 02 and 03): history stands under what took its place."""
# ruff: noqa: F811

from pathlib import Path

import pytest
from sqlalchemy import func, select

from dashboard.sweeps import rollup_keeper
from datasources.history.imports import ImportJob, import_file
from datasources.store.models import LedgerRow
from tests.support.redrawn_city import (
    AFTER,
    BEFORE,
    LEVELS,
    City,
    city,  # noqa: F401
    empty,  # noqa: F401
    four_wards,
    get,
    lived,
    numbers,
    points,
    redraw,
    walk,
)
from tests.support.small_packs import area, ring


@pytest.mark.parametrize("level", ["ward", "block"])
def test_no_board_number_or_list_fails_on_history_whatever_the_level_is_called(
    city: City, level: str
) -> None:
    api, (first, second, third) = lived(city)
    redraw(city, level)
    asked = walk(city, api)
    assert asked["/kpis?period=7d"]["kpis"]["closed"]["num"] == 2
    assert {row["code"]: row["closed"] for row in asked["/levels?period=7d"]["areas"]} == {"c": 2, "S2": 2}
    by_unit = {row["code"] for row in asked["/kpis/by/unit?period=7d"]["rows"]}
    assert by_unit == {"NEW"}
    by_area = {row["code"] for row in asked["/kpis/by/area?period=7d&area=S2"]["rows"]}
    assert by_area == {"D"}
    events = (first, second, third)
    for number in (one["number"] for one in events):
        for path in ("", "/around", "/candidates"):
            get(api, f"/events/{number}{path}")


def test_points_stand_under_the_successor_and_every_board_is_the_sum_of_its_entries(city: City) -> None:
    api, _ = lived(city)
    before = points(city, "units")
    assert set(before) == {"OLD", "NEW"}
    redraw(city)
    assert points(city, "units") == {"NEW": before["OLD"] + before["NEW"]}
    assert set(points(city, "streets")) == {"S2"}
    assert set(points(city, "grids")) == {"D"}
    with city.database.read() as session:
        whole = int(session.scalar(select(func.sum(LedgerRow.tenths))) or 0)
    assert points(city, "streets") == {"S2": whole}
    items = get(api, "/scores/units/NEW/entries?period=7d&limit=100")["items"]
    assert round(sum(float(one["points"]) for one in items) * 10) == points(city, "units")["NEW"]


def test_what_was_rolled_up_before_reads_the_same_as_what_is_counted_live_and_rolled_up_anew(
    city: City,
) -> None:
    api, _ = lived(city)
    city.tick(days=3)
    now = city.hand.now()
    assert rollup_keeper.keep(city.database, city.runtime.references.get(), now)
    redraw(city)
    live = walk(city, api)
    assert {row["code"]: row["closed"] for row in live["/levels?period=7d"]["areas"]} == {"c": 2, "S2": 2}
    assert rollup_keeper.is_due(city.database, city.runtime.references.get(), now)
    rollup_keeper.keep(city.database, city.runtime.references.get(), now)
    assert walk(city, api) == live


def test_an_area_left_out_without_a_word_stands_where_it_lay_and_that_is_told(city: City) -> None:
    api, (first, second, _) = lived(city)
    whole = [
        area("c", "city", None, ring(0, 4)),
        area("S2", "street", "c", ring(0, 4)),
        area("D", "ward", "S2", ring(0, 4)),
    ]
    city.load("after", whole, LEVELS, **BEFORE)
    assert any("“A”" in told and "按位置归入“D”" in told for told in city.told)
    assert numbers(api, "area=A") == {first["number"], second["number"]} <= numbers(api, "area=D")
    walk(city, api)


def test_a_unit_left_out_without_a_word_is_listed_by_its_name_of_then(city: City) -> None:
    api, _ = lived(city)
    tables = AFTER | {"units": "code,name,kind,parent,area,may_claim\nNEW,New works,department,,,1\n"}
    city.load("after", four_wards(), LEVELS, **tables)
    assert any("“OLD”" in told and "没有写明 successor" in told for told in city.told)
    assert any("“OLD”" in told and "1 件未办结" in told for told in city.told)
    rows = get(api, "/scores?board=units&period=7d")["rows"]
    assert {row["code"]: row["name"] for row in rows} == {"OLD": "Old works", "NEW": "New works"}
    walk(city, api)


def test_a_level_with_a_new_name_is_the_same_level(city: City) -> None:
    api, (first, *_) = lived(city)
    renamed = [
        one | {"properties": one["properties"] | {"level": "block"}}
        if one["properties"]["level"] == "ward"
        else one
        for one in four_wards()
    ]
    renamed[3]["properties"] |= {"lng": 116.5003, "lat": 40.0003}
    city.load("after", renamed, ("city", "street", "block"), **BEFORE)
    reference = city.runtime.references.get()
    assert {one.code for one in reference.grids} == {"A", "B", "D", "E"}
    assert (reference.areas["A"].lng, reference.areas["A"].version) == (116.5003, 1)
    assert set(points(city, "grids")) == {"A", "D"}
    assert first["number"] in numbers(api, "area=A")
    walk(city, api)


def test_a_level_put_between_the_others_is_counted_by_the_areas_of_today(city: City) -> None:
    api, _ = lived(city)
    deeper = [
        area("c", "city", None, ring(0, 4)),
        area("Q", "quarter", "c", ring(0, 4)),
        *(one | {"properties": one["properties"] | {"parent": "Q"}} for one in four_wards()[1:3]),
        *four_wards()[3:],
    ]
    city.load("after", deeper, ("city", "quarter", "street", "ward"), **BEFORE)
    assert set(points(city, "grids")) == {"A", "D"}
    assert set(points(city, "streets")) == {"S1", "S2"}
    assert set(points(city, "quarter")) == {"Q"}
    walk(city, api)


def test_records_of_before_come_in_with_the_codes_of_their_day(city: City, tmp_path: Path) -> None:
    redraw(city)
    file = tmp_path / "history.csv"
    file.write_text(
        "external_id,title,reported_at,finished_at,closed_at,status,category,unit,lng,lat\n"
        "7,Pothole,2026-11-02T09:00:00+08:00,2026-11-02T11:00:00+08:00,2026-11-02T12:00:00+08:00,closed,hole,OLD,116.5025,40.0005\n",
        "utf-8",
    )
    outcome = import_file(city.database, city.runtime.references, ImportJob(file, city.hand.now()))
    assert (outcome.added, outcome.refused) == (1, 0)
    api = city.open()
    (event,) = get(api, "/events?unit=NEW&category=road")["items"]
    assert (event["unit"]["name"], event["category"]["name"]) == ("Old works", "Hole")
    walk(city, api)
