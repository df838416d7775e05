"""A small city that is drawn anew: its packs before and after, what lived in it, and every number there is to ask."""

import itertools
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dashboard.clock import HandClock
from dashboard.districts import redistricting
from dashboard.rules.figures.kpis import period
from dashboard.sweeps import deadlines
from datasources.districts.pack.reading import read_pack
from datasources.figures.boards import board_rows
from datasources.figures.question import Question
from datasources.store.database import Database
from datasources.store.models import PhotoRow
from tests.conftest import _admin
from tests.support.api_world import OpenApi, build, runtime_of
from tests.support.small_packs import area, ring, small_pack

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
        self.runtime = runtime_of(database, folder)
        self.told: list[str] = []

    def load(self, name: str, areas: list[dict[str, Any]], levels: tuple[str, ...], **tables: str) -> None:
        pack = read_pack(small_pack(self.folder / name, areas, levels, **tables), self.hand.now())
        _, warnings = redistricting.load(self.database, self.runtime.references, pack, self.hand.now())
        self.told = [str(warning) for warning in (*pack.warnings, *warnings)]

    def open(self) -> OpenApi:
        return build(self.runtime)

    def tick(self, **delta: float) -> None:
        self.hand.forward(**delta)
        deadlines.tick(self.database, self.runtime.references.get(), self.hand.now())


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


def done(api: OpenApi, event: dict[str, Any], account: str, action: str, **facts: Any) -> dict[str, Any]:
    number, version = event["number"], event["version"]
    answer = api.call(account, "POST", f"/events/{number}/{action}", {"version": version, **facts})
    assert answer.status_code == 200, answer.text
    return dict(answer.json)


def case(api: OpenApi, category: str, lng: float, unit: str) -> dict[str, Any]:
    """A case reported by a grid worker, claimed and finished: it is to be checked."""
    body = {"title": "A hole", "source": "grid_worker", "category": category, "lng": lng, "lat": 40.0005}
    answer = api.call("worker-S1" if lng < 116.502 else "worker-S2", "POST", "/events", body)
    assert answer.status_code == 201, answer.text
    return done(
        api, done(api, dict(answer.json), f"unit-{unit}", "claim"), f"unit-{unit}", "finish", text="Done"
    )


def lived(city: City) -> tuple[OpenApi, list[dict[str, Any]]]:
    """A closed case and one to be checked in ward A, a closed one in ward D; then the district is drawn anew."""
    api = city.open()
    first, second, third = (
        case(api, "hole", 116.5005, "OLD"),
        case(api, "hole", 116.5005, "OLD"),
        case(api, "road", 116.5025, "NEW"),
    )
    city.tick(minutes=5)
    with city.database.write() as session:
        photos = [photo_of(session, city, name) for name in ("worker-S1", "worker-S2")]
    first = done(api, first, "worker-S1", "check", rating="very_satisfied", photos=photos[:1])
    third = done(api, third, "worker-S2", "check", rating="satisfied", photos=photos[1:])
    return api, [first, second, third]


def photo_of(session: Any, city: City, account: str, name: str = "") -> str:
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


def get(api: OpenApi, path: str) -> Any:
    answer = api.call(ACCOUNT, "GET", path)
    assert answer.status_code == 200, f"{path}: {answer.text}"
    return answer.json


def numbers(api: OpenApi, query: str) -> set[str]:
    return {one["number"] for one in get(api, f"/events?{query}&limit=100")["items"]}


def redraw(city: City, level: str = "ward") -> None:
    city.load("after", redrawn(level), ("city", "street", level), **AFTER)


def walk(city: City, api: OpenApi) -> dict[str, Any]:
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
    paths += [
        "/areas?parent=S1",
        "/places?area=A",
        "/areas",
        "/units",
        "/categories",
        "/places",
        "/borders/stretches",
        "/gazetteer?q=S",
    ]
    return {path: get(api, path) for path in paths}


def points(city: City, board: str) -> dict[str, int]:
    reference, now = city.runtime.references.get(), city.hand.now()
    with city.database.read() as session:
        rows = board_rows(session, reference, board, Question(period("7d", now, reference.tz), now))
    return {row.code: row.tenths for row in rows if row.tenths}
