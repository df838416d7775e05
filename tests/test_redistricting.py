"""History after a district was drawn anew (LIFECYCLE §5; cases 02 and 03): found by its old codes, standing under what took
their place, counted as ever, and nothing fails on it."""

import itertools
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from dashboard import redistricting, rollup_keeper, sweeps
from dashboard.clock import HandClock
from dashboard.rules.kpis import period
from datasources.database import Database
from datasources.district import read_pack
from datasources.imports import import_file
from datasources.models import AreaRow, EventRow, LedgerRow, PhotoRow, StepRow
from datasources.queries_boards import board_rows
from tests.api_house import ApiHouse, build, house_of
from tests.conftest import _admin
from tests.small_packs import area, ring, small_pack

CATEGORIES = "code,name,parent,limit,claim_minutes,emergency,level,photo_required{more}\n"
BEFORE = {
    "units": "code,name,kind,parent,area,may_claim\nOLD,Old works,department,,,1\nNEW,New works,department,,,1\n",
    "categories": CATEGORIES.format(more="")
    + "infra,Infrastructure,,,,0,,0\nhole,Hole,infra,2工作日,,0,street,0\nroad,Road,infra,2工作日,,0,street,0\n",
    "duties": "unit,category,area,priority\nOLD,hole,c,1\nNEW,road,c,1\n",
}
AFTER = {
    "units": "code,name,kind,parent,area,may_claim,successor\nOLD,Old works,department,,,1,NEW\nNEW,New works,department,,,1,\n",
    "categories": CATEGORIES.format(more=",successor")
    + "infra,Infrastructure,,,,0,,0,\nhole,Hole,infra,2工作日,,0,street,0,road\nroad,Road,infra,2工作日,,0,street,0,\n",
    "duties": "unit,category,area,priority\nNEW,road,c,1\n",
}
LEVELS = ("city", "street", "ward")
ACCOUNT = "operator"
_serial = itertools.count()


def four_wards() -> list[dict[str, Any]]:
    wards = [area(code, "ward", "S1" if at < 2 else "S2", ring(at, at + 1)) for at, code in enumerate("ABDE")]
    return [
        area("c", "city", None, ring(0, 4)),
        area("S1", "street", "c", ring(0, 2), name="First Street"),
        area("S2", "street", "c", ring(2, 4)),
        *wards,
    ]


def redrawn(level: str = "ward") -> list[dict[str, Any]]:
    """The first street and its ward A are gone, ward B lies in the second street; a level may have got another name."""
    wards = [area(code, level, "S2", ring(at, at + 1)) for at, code in ((1, "B"), (2, "D"), (3, "E"))]
    return [
        area("c", "city", None, ring(0, 4)),
        area("S2", "street", "c", ring(0, 4)),
        *wards,
        area("S1", "street", "c", ring(0, 2), successor="S2"),
        area("A", level, "S1", ring(0, 1), successor="D"),
    ]


class City:
    """A small city with its API open, and a hand on its clock."""

    def __init__(self, database: Database, folder: Path, hand: HandClock) -> None:
        self.folder, self.hand, self.database = folder, hand, database
        self.house = house_of(database, folder)
        self.told: list[str] = []

    def load(self, name: str, areas: list[dict[str, Any]], levels: tuple[str, ...], **tables: str) -> None:
        pack = read_pack(small_pack(self.folder / name, areas, levels, **tables), self.hand.now())
        _, warnings = redistricting.load(self.database, self.house.references, pack, self.hand.now())
        self.told = [str(warning) for warning in (*pack.warnings, *warnings)]

    def open(self) -> ApiHouse:
        return build(self.house)

    def tick(self, **delta: float) -> None:
        self.hand.forward(**delta)
        sweeps.tick(self.database, self.house.references.get(), self.hand.now())


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database of each kind."""
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path / 'c.db'}")
        database.upgrade()
        yield database
        database.close()
        return
    server, name = request.getfixturevalue("postgres"), f"small_{os.getpid()}_{next(_serial)}"
    _admin(server, f"CREATE DATABASE {name}")
    database = Database(server.replace("/postgres?", f"/{name}?"))
    database.upgrade()
    yield database
    database.close()
    _admin(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def city(empty: Database, tmp_path: Path, hand: HandClock) -> City:
    found = City(empty, tmp_path, hand)
    found.load("before", four_wards(), LEVELS, **BEFORE)
    return found


def done(api: ApiHouse, event: dict[str, Any], account: str, action: str, **facts: Any) -> dict[str, Any]:
    number, version = event["number"], event["version"]
    answer = api.call(account, "POST", f"/events/{number}/{action}", {"version": version, **facts})
    assert answer.status_code == 200, answer.text
    return dict(answer.json)


def case(api: ApiHouse, category: str, lng: float, unit: str) -> dict[str, Any]:
    """A case reported by a grid worker, claimed and finished: it is to be checked."""
    body = {"title": "A hole", "source": "grid_worker", "category": category, "lng": lng, "lat": 40.0005}
    answer = api.call("worker-S1" if lng < 116.502 else "worker-S2", "POST", "/events", body)
    assert answer.status_code == 201, answer.text
    return done(
        api, done(api, dict(answer.json), f"unit-{unit}", "claim"), f"unit-{unit}", "finish", text="Done"
    )


def lived(city: City) -> tuple[ApiHouse, list[dict[str, Any]]]:
    """A closed case and one to be checked in ward A, a closed one in ward D; then the district is drawn anew."""
    api = city.open()
    first, second, third = (
        case(api, "hole", 116.5005, "OLD"),
        case(api, "hole", 116.5005, "OLD"),
        case(api, "road", 116.5025, "NEW"),
    )
    city.tick(minutes=5)
    with city.database.write() as session:
        photos = [_photo(session, city, name) for name in ("worker-S1", "worker-S2")]
    first = done(api, first, "worker-S1", "check", rating="very_satisfied", photos=photos[:1])
    third = done(api, third, "worker-S2", "check", rating="satisfied", photos=photos[1:])
    return api, [first, second, third]


def _photo(session: Any, city: City, account: str, name: str = "") -> str:
    key = name or f"of-{account}"
    session.add(
        PhotoRow(
            id=key,
            sha256="0" * 64,
            width=1,
            height=1,
            size=1,
            created_at=city.hand.now(),
            created_by=account,
        )
    )
    return key


def get(api: ApiHouse, path: str) -> Any:
    answer = api.call(ACCOUNT, "GET", path)
    assert answer.status_code == 200, f"{path}: {answer.text}"
    return answer.json


def numbers(api: ApiHouse, query: str) -> set[str]:
    return {one["number"] for one in get(api, f"/events?{query}&limit=100")["items"]}


def redraw(city: City, level: str = "ward") -> None:
    city.load("after", redrawn(level), ("city", "street", level), **AFTER)


def test_events_are_found_by_the_old_and_by_the_new_codes_of_areas_units_and_categories(city: City) -> None:
    api, (first, second, third) = lived(city)
    redraw(city)
    old = {first["number"], second["number"]}
    for query in ("area=A", "area=S1", "unit=OLD", "category=hole"):
        assert numbers(api, query) == old, query
    for query in ("area=D", "area=S2", "area=c", "unit=NEW", "category=road", "category=infra"):
        assert numbers(api, query) == old | {third["number"]}, query
    assert numbers(api, "area=B") == set()


def test_an_event_keeps_the_names_of_its_day(city: City) -> None:
    api, (first, *_) = lived(city)
    redraw(city)
    shown = get(api, f"/events/{first['number']}")["event"]
    assert shown["grid"] == {"code": "A", "name": "A"}
    assert shown["unit"] == {"code": "OLD", "name": "Old works"}
    assert shown["category"] == {"code": "hole", "name": "Hole"}


def test_a_check_left_in_an_area_that_is_gone_is_reminded_of_and_done_by_whoever_took_it_over(
    city: City,
) -> None:
    api, (_, second, _) = lived(city)
    redraw(city)
    city.tick(hours=30)
    steps = get(api, f"/events/{second['number']}")["steps"]
    assert "remind" in [step["action"] for step in steps]
    event = get(api, f"/events/{second['number']}")["event"]
    with city.database.write() as session:
        photo = _photo(session, city, "worker-S2", "p3")
    assert done(api, event, "worker-S2", "check", rating="satisfied", photos=[photo])["status"] == "closed"


def test_an_open_event_that_stands_elsewhere_now_says_so_in_a_step(city: City) -> None:
    api, (first, second, _) = lived(city)
    redraw(city)
    assert [step["facts"] for step in get(api, f"/events/{second['number']}")["steps"]][-1] == {
        "text": "区划调整：A → D"
    }
    assert get(api, f"/events/{first['number']}")["steps"][-1]["action"] != "comment"


def walk(city: City, api: ApiHouse) -> dict[str, Any]:
    """Ask every number of the API, for the whole district and narrowed by old and new codes."""
    narrow = [
        "",
        *(f"&area={code}" for code in ("c", "S1", "S2", "A", "B", "D")),
        "&unit=OLD",
        "&unit=NEW",
        "&category=hole",
        "&category=road",
    ]
    paths = [f"{path}?period=7d{one}" for path in ("/kpis", "/levels", "/handoffs") for one in narrow]
    paths += [f"/bottleneck?{one[1:]}" for one in narrow if one]
    paths += [
        f"/kpis/by/{dimension}?period=7d{one}"
        for dimension in ("area", "unit", "category", "channel")
        for one in narrow
    ]
    boards = ("units", "streets", "communities", "grids", "workers")
    paths += [f"/scores?board={board}&period=7d{one}" for board in boards for one in narrow[:7]]
    paths += [
        f"/scores/{board}/{code}/entries?period=7d"
        for board in boards
        for code in ("A", "D", "S1", "OLD", "NEW")
    ]
    paths += (
        [f"/feed/views?area={code}" for code in ("A", "S1", "S2", "D")]
        if "grid.live" in api.app.extensions
        else []
    )
    paths += ["/areas", "/units", "/categories", "/places", "/borders/stretches", "/gazetteer?q=S"]
    return {path: get(api, path) for path in paths}


@pytest.mark.parametrize("level", ["ward", "block"])
def test_no_board_number_or_list_fails_on_history_whatever_the_level_is_called(
    city: City, level: str
) -> None:
    api, (first, second, third) = lived(city)
    redraw(city, level)
    asked = walk(city, api)
    assert asked["/kpis?period=7d"]["kpis"]["closed"]["num"] == 2
    assert {row["code"]: row["closed"] for row in asked["/levels?period=7d"]["rows"]} == {"c": 2, "S2": 2}
    by_unit = {row["code"] for row in asked["/kpis/by/unit?period=7d"]["rows"]}
    assert by_unit == {"NEW"}
    by_area = {row["code"] for row in asked["/kpis/by/area?period=7d&area=S2"]["rows"]}
    assert by_area == {"D"}
    events = (first, second, third)
    for number in (one["number"] for one in events):
        for path in ("", "/around", "/candidates"):
            get(api, f"/events/{number}{path}")


def points(city: City, board: str) -> dict[str, int]:
    reference, now = city.house.references.get(), city.hand.now()
    with city.database.read() as session:
        rows = board_rows(session, reference, board, period("7d", now, reference.tz), now)
    return {row.code: row.tenths for row in rows if row.tenths}


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
    assert rollup_keeper.keep(city.database, city.house.references.get(), now)
    redraw(city)
    live = walk(city, api)
    assert {row["code"]: row["closed"] for row in live["/levels?period=7d"]["rows"]} == {"c": 2, "S2": 2}
    assert rollup_keeper.is_due(city.database, city.house.references.get(), now)
    rollup_keeper.keep(city.database, city.house.references.get(), now)
    assert walk(city, api) == live


def test_a_code_that_comes_back_gets_the_next_version_and_its_history(city: City) -> None:
    api, (first, second, _third) = lived(city)
    redraw(city)
    city.load("again", four_wards(), LEVELS, **BEFORE)
    with city.database.read() as session:
        rows = session.execute(
            select(AreaRow.code, AreaRow.version, AreaRow.valid_to).where(AreaRow.code == "A")
        )
        found = [(code, version, end is None) for code, version, end in rows]
    assert sorted(found) == [("A", 1, False), ("A", 2, True)]
    assert numbers(api, "unit=OLD") == {first["number"], second["number"]}
    reference = city.house.references.get()
    assert (reference.standing_unit("OLD"), reference.standing_area("A")) == ("OLD", "A")


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
    reference = city.house.references.get()
    assert {one.code for one in reference.grids} == {"A", "B", "D", "E"}
    assert (reference.areas["A"].lng, reference.areas["A"].version) == (116.5003, 1)
    assert set(points(city, "grids")) == {"A", "D"}
    assert first["number"] in numbers(api, "area=A")
    walk(city, api)


def test_an_area_with_a_new_name_is_called_by_the_old_one_where_history_names_it(city: City) -> None:
    api, (first, *_) = lived(city)
    renamed = [
        one | {"properties": one["properties"] | {"name": "Newmarket"}}
        if one["properties"]["code"] == "A"
        else one
        for one in four_wards()
    ]
    city.load("after", renamed, LEVELS, **BEFORE)
    assert get(api, f"/events/{first['number']}")["event"]["grid"] == {"code": "A", "name": "A"}
    rows = get(api, "/scores?board=grids&period=7d")["rows"]
    assert next(row for row in rows if row["code"] == "A")["name"] == "Newmarket"
    body = {"title": "A hole", "source": "phone", "category": "hole", "lng": 116.5005, "lat": 40.0005}
    fresh = dict(api.call(ACCOUNT, "POST", "/events", body).json)
    assert fresh["grid"] == {"code": "A", "name": "Newmarket"}


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
    assert set(points(city, "streets")) == {"Q"}
    walk(city, api)


def test_loading_the_same_pack_again_changes_nothing_and_moves_nobody(city: City) -> None:
    _, _ = lived(city)
    redraw(city)
    with city.database.read() as session:
        steps = session.scalar(select(func.count()).select_from(StepRow))
    city.hand.forward(seconds=timedelta(minutes=1).total_seconds())
    redraw(city)
    with city.database.read() as session:
        assert session.scalar(select(func.count()).select_from(StepRow)) == steps


def test_records_of_before_come_in_with_the_codes_of_their_day(city: City, tmp_path: Path) -> None:
    redraw(city)
    file = tmp_path / "history.csv"
    file.write_text(
        "external_id,title,reported_at,finished_at,closed_at,status,category,unit,lng,lat\n"
        "7,Pothole,2026-11-02T09:00:00+08:00,2026-11-02T11:00:00+08:00,2026-11-02T12:00:00+08:00,closed,hole,OLD,116.5025,40.0005\n",
        "utf-8",
    )
    outcome = import_file(city.database, city.house.references, file, None, now=city.hand.now())
    assert (outcome.added, outcome.refused) == (1, 0)
    api = city.open()
    (event,) = get(api, "/events?unit=NEW&category=road")["items"]
    assert (event["unit"]["name"], event["category"]["name"]) == ("Old works", "Hole")
    walk(city, api)


def test_accounts_of_what_is_gone_are_told_and_left_as_they_are(city: City) -> None:
    api, _ = lived(city)
    redraw(city)
    assert [told for told in city.told if "worker-S1" in told or "unit-OLD" in told] == [
        "units.csv: 账号“unit-OLD”属于已撤销的“Old works”（OLD），请停用或另开账号",
        "areas.geojson: 账号“worker-S1”属于已撤销的“First Street”（S1），请停用或另开账号",
    ]
    for account, path in (("worker-S1", "/field"), ("unit-OLD", "/events")):
        assert api.call(account, "GET", path).status_code == 200


def test_a_category_that_was_forgotten_before_history_was_kept_is_asked_for_anew(city: City) -> None:
    api = city.open()
    body = {"title": "A hole", "source": "phone", "category": "hole", "lng": 116.5005, "lat": 40.0005}
    event = dict(api.call(ACCOUNT, "POST", "/events", body).json)
    with city.database.write() as session:
        session.execute(update(EventRow).values(category="ghost"))
    answer = api.call(ACCOUNT, "POST", f"/events/{event['number']}/register", {"version": event["version"]})
    assert (answer.status_code, [one["field"] for one in answer.json["errors"]]) == (422, ["category"])
    assert done(api, event, ACCOUNT, "register", category="road")["status"] == "claimable"


def test_a_border_in_doubt_between_grids_that_are_gone_is_settled_for_what_took_their_place(
    city: City,
) -> None:
    api = city.open()
    body = {"title": "A hole", "source": "phone", "category": "hole", "lng": 116.501, "lat": 40.0005}
    event = dict(api.call(ACCOUNT, "POST", "/events", body).json)
    assert event["border"]["candidates"] == ["A", "B"]
    redraw(city)
    event = get(api, f"/events/{event['number']}")["event"]
    get(api, "/borders/stretches")
    settled = done(api, event, ACCOUNT, "settle_border", grid="A")
    assert settled["grid"]["code"] == "D"


def test_what_was_filed_under_an_area_after_it_was_gone_is_brought_along(city: City) -> None:
    _, (first, second, _third) = lived(city)
    redraw(city)
    with city.database.write() as session:  # as a process does that has not noticed the new pack yet
        session.execute(update(EventRow).where(EventRow.grid == "A").values(area_path="/c/S1/A/"))
    assert redistricting.bring_stragglers(city.database, city.house.references, city.hand.now()) == 1
    with city.database.read() as session:
        paths = dict(session.execute(select(EventRow.number, EventRow.area_path)).tuples())
    assert {paths[first["number"]], paths[second["number"]]} == {"/c/S2/D/"}
