"""A small real world for the tests of the live feed: a database with the Huli pack, a bundled Valkey, the real verbs."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import redis
from sqlalchemy import create_engine, select, text

from callbacks.live.feed import LiveFeed
from callbacks.live.scopes import Visibility
from callbacks.live.store import hash_of
from dashboard import actions, alerting
from dashboard.feed.publisher import publish
from dashboard.feed.serializer import feed_row
from dashboard.rules.access import SYSTEM, Role, Viewer
from dashboard.rules.events.event import Event
from dashboard.rules.events.report import Report
from datasources.districts.loading import load_pack
from datasources.districts.pack.reading import read_pack
from datasources.districts.reference import References
from datasources.feed import outbox
from datasources.feed.embedded import Embedded
from datasources.feed.stream import Feed
from datasources.store.database import Database
from datasources.store.models import AlertRow

__all__ = [
    "loaded_postgresql",
    "loaded_sqlite",
    "postgresql_world",
    "shared_valkey",
    "sqlite_world",
    "world",
]

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
ORIGIN = "http://centre.test"
OPERATOR = Viewer("operator", Role.OPERATOR, title="值班员")
LEAD = Viewer("lead", Role.LEAD, title="值班长")
DISPUTE = "9101"  # 邻里纠纷: claimable by JUSTICE, POLICE and the street
GAS = "S0502"  # 燃气管道破裂: an emergency, dispatched to GAS at once


class World:
    """One database, its district and its feed, with the verbs of people on a clock moved by hand."""

    def __init__(self, db: Database, embedded: Embedded) -> None:
        self.db, self.embedded = db, embedded
        self.references = References(db)
        self.reference = self.references.get()
        self.now = NOON
        self.feed = self.new_feed()
        self.grid = next(area for area in self.reference.grids if area.lng and area.lat)

    def new_feed(self) -> Feed:
        return Feed(self.embedded.ensure(), self.reference.code, self.embedded.ensure)

    def row_of(self, event: Event) -> dict[str, Any]:
        return feed_row(event, self.reference)

    def report(self, title: str = "路灯不亮", *, session: Any = None, **facts: Any) -> Event:
        filed = Report(title, "grid_worker", lng=self.grid.lng, lat=self.grid.lat, **facts)
        if session is not None:
            return actions.report(session, self.reference, filed, SYSTEM, self.now)
        with self.db.write() as fresh:
            return actions.report(fresh, self.reference, filed, SYSTEM, self.now)

    def act(self, event: Event, action: str, by: Viewer = OPERATOR, **facts: Any) -> Event:
        self.now += timedelta(seconds=1)
        with self.db.write() as session:
            request = actions.Request(action, facts, by, self.now, event.version)
            return actions.act(session, self.reference, event.number, request)

    def close(self, event: Event) -> Event:
        """Take an event out of the live set."""
        return self.act(event, "reject", reason="重复巡查，现场无问题")

    def acknowledge(self, alert: AlertRow, screen: str = "席位一") -> None:
        with self.db.write() as session:
            alerting.acknowledge(session, alert.id, alert.episode, screen, OPERATOR, self.now)

    def alerts(self) -> list[AlertRow]:
        with self.db.read() as session:
            return list(session.scalars(select(AlertRow).order_by(AlertRow.id)))

    def publish(self) -> int:
        return publish(self.db, self.feed, self.row_of).steps

    def live(self, **extras: Any) -> LiveFeed:
        sight = Visibility(self.reference.eligible)
        return LiveFeed(self.db, self.new_feed(), self.row_of, sight, names=lambda: self.reference, **extras)

    def truth(self) -> str:
        """Return the canonical hash of the open events as the database has them."""
        with self.db.read() as session:
            return hash_of(outbox.open_versions(session))

    def viewer_of_unit(self, code: str) -> Viewer:
        return Viewer(f"unit-{code}", Role.UNIT, unit=code)


class Listener:
    """A line that keeps the text of what it was sent, as a browser would get it."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, dict[str, Any]]] = []

    def push(self, frame: bytes) -> None:
        start = {126: 4, 127: 10}.get(frame[1], 2)
        name, content = json.loads(frame[start:].decode()[2:])
        self.messages.append((name, content))

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [content for name, content in self.messages if name == kind]

    def chain_holds(self, head: str) -> bool:
        for name, content in self.messages:
            if name != "tick":
                if content["prev"] != head:
                    return False
                head = content["id"]
        return True


def fill(db: Database) -> None:
    db.upgrade()
    with db.write() as session:
        load_pack(session, read_pack("huli"), NOON)


@pytest.fixture(scope="session")
def loaded_sqlite(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("loaded") / "grid.db"
    db = Database(f"sqlite:///{path}")
    fill(db)
    with db.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    return path.read_bytes()


@pytest.fixture(scope="session")
def loaded_postgresql(postgres: str) -> Iterator[str]:
    url = postgres
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("DROP DATABASE IF EXISTS live_loaded WITH (FORCE)"))  # one a module that asks
        connection.execute(text("CREATE DATABASE live_loaded"))
    loaded = Database(url.replace("/postgres?", "/live_loaded?"))
    fill(loaded)
    loaded.close()
    yield url
    admin.dispose()


@pytest.fixture(scope="session")
def shared_valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedded]:
    embedded = Embedded(tmp_path_factory.mktemp("valkey"))
    embedded.ensure()
    yield embedded
    embedded.stop()


@pytest.fixture
def sqlite_world(loaded_sqlite: bytes, shared_valkey: Embedded, tmp_path: Path) -> Iterator[World]:
    (tmp_path / "grid.db").write_bytes(loaded_sqlite)
    yield from _world(Database(f"sqlite:///{tmp_path / 'grid.db'}"), shared_valkey)


@pytest.fixture
def postgresql_world(loaded_postgresql: str, shared_valkey: Embedded) -> Iterator[World]:
    admin = create_engine(loaded_postgresql, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("DROP DATABASE IF EXISTS live_test WITH (FORCE)"))
        connection.execute(text("CREATE DATABASE live_test TEMPLATE live_loaded"))
    admin.dispose()
    yield from _world(Database(loaded_postgresql.replace("/postgres?", "/live_test?")), shared_valkey)


@pytest.fixture(params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest) -> World:
    return request.getfixturevalue(f"{request.param}_world")


def _world(db: Database, embedded: Embedded) -> Iterator[World]:
    world = World(db, embedded)
    wipe(embedded)
    yield world
    db.close()


def wipe(embedded: Embedded) -> None:
    redis.Redis.from_url(embedded.ensure()).flushall()


def in_thread(work: Any) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread
