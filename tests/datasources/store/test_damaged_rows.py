"""One damaged row, whatever its table and column, costs only itself: every address that reads the table still answers."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import JSON, Boolean, Float, Integer, select
from sqlalchemy.exc import OperationalError

from callbacks.pages import admin, audit
from dashboard import clock
from dashboard.clock import HandClock
from dashboard.loops import keep_aside
from dashboard.rules.events.event import Event
from dashboard.rules.figures.table import KPIS
from dashboard.sweeps import rollup_keeper
from datasources.accounts import accounts, kiosks
from datasources.accounts.kiosks import Shows
from datasources.alerts import screens
from datasources.audit import reveals
from datasources.events import beside, journal, stretches
from datasources.figures.rollups import days
from datasources.store import beats, kept_aside
from datasources.store.column_types import Moment
from datasources.store.database import Database
from datasources.store.faults import is_outage
from datasources.store.models import (
    AccountRow,
    AlertRow,
    AssignmentRow,
    AuditRow,
    Base,
    BeatRow,
    DeliveryRow,
    EventRow,
    ExportRequestRow,
    KioskRow,
    PhotoRow,
    ScreenRow,
    StepRow,
)
from tests.conftest import Town
from tests.support.api_world import PASSWORD, OpenApi, build, runtime_of

GAS = "S0502"
LEAVES_ALONE = {"id", "number", "digest"}  # what a row is found by
# table → where it is read, as whom; every address of events reads far more than events
READ_AT: dict[type[Base], tuple[tuple[str, str], ...]] = {
    AssignmentRow: (("lead", "/alerts"), ("lead", "/alerts/missed?since=2026-11-01T00:00:00Z"), ("lead", "/alerts/load")),
    AlertRow: (("lead", "/alerts"), ("lead", "/alerts/missed?since=2026-11-01T00:00:00Z"), ("lead", "/alerts/load")),
    StepRow: (("lead", "/bottleneck"), ("lead", "/kpis"), ("lead", "/handoffs"), ("lead", "/borders/stretches"), ("worker", "/field")),
    PhotoRow: (("worker", "/field"), ("unit-URBAN_MGMT", "/pool")),
    AuditRow: (("auditor", "//audit"), ("auditor", "/reveals"), ("auditor", "//admin/health")),
    AccountRow: (("admin", "//admin/state"), ("lead", "/alerts"), ("auditor", "/reveals")),
    KioskRow: (("admin", "//admin/state"),),
    ScreenRow: (("admin", "//admin/state"), ("lead", "/alerts/load")),
    DeliveryRow: (("admin", "/deliveries"), ("lead", "/deliveries")),
    ExportRequestRow: (("leader", "/exports/requests"), ("lead", "/exports/requests")),
}  # fmt: skip
EVENTS_AT = (
    "/events?limit=1000", "/events?count=1&q=占道", "/events?overdue=true", "/pool", "/field", "/alerts", "/objections",
    "/appeals", "/borders/stretches", "/bottleneck", "/handoffs", "/levels", "/scores?board=units", "/kpis", "/deliveries",
    "/kpis/by/area", "/kpis/by/unit", "/kpis/by/category", "/kpis/by/channel", "/exports/events.csv?why=核对", "/appeals?state=decided",
    *(f"/kpis/{code}/events?period=year" for code in KPIS), "/exports/counted.csv?why=核对&kpi=reported&period=year",
)  # fmt: skip


@pytest.fixture
def opened(sqlite: Database, tmp_path: Path, hand: HandClock) -> OpenApi:
    opened = build(runtime_of(sqlite, tmp_path))
    admin.install(opened.app)
    audit.install(opened.app)
    return opened


def bad(column: Any) -> Any:
    """Return what a damaged file may hold instead of what a column should."""
    kind = column.type
    if isinstance(kind, Moment):
        return "x"
    if isinstance(kind, JSON):
        return "{bad"
    return "abc" if isinstance(kind, (Float, Integer, Boolean)) else b"\xff"


def columns_of(row: type[Base]) -> list[Any]:
    table = row.__table__
    return [one for one in table.columns if not one.primary_key and one.name not in LEAVES_ALONE]


def raw(database: Database) -> Any:
    """Return a connection past everything that keeps rows sound."""
    connection = sqlite3.connect(str(database.engine.url.database), isolation_level=None)
    connection.execute("PRAGMA foreign_keys=OFF")
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f'DROP TRIGGER "{name}"')
    return closing(connection)


def damages(database: Database, row: type[Base]) -> Iterator[str]:
    """Damage one column after the other of the newest row of a table; give each column's name, then mend it."""
    table = row.__table__.name  # type: ignore[attr-defined]
    with raw(database) as connection:
        (key,) = connection.execute(f"SELECT max(rowid) FROM {table}").fetchone()
        assert key is not None, table
        for column in columns_of(row):
            held = connection.execute(
                f'SELECT "{column.name}" FROM {table} WHERE rowid = ?', (key,)
            ).fetchone()
            set_ = f'UPDATE {table} SET "{column.name}" = ? WHERE rowid = ?'
            try:
                connection.execute(set_, (bad(column), key))
            except sqlite3.IntegrityError:
                continue
            yield column.name
            connection.execute(set_, (*held, key))


def ask(opened: OpenApi, account: str, path: str, place: Town) -> Any:
    account = place.worker.name if account == "worker" else account
    if path.startswith("//"):
        return opened.client.get(path[1:], headers=opened.token(account))
    return opened.call(account, "GET", path)


def filled(opened: OpenApi, place: Town) -> list[Event]:
    """Return emergencies with a co-unit each, beside one row at least of everything that is listed."""
    alarms = [
        place.report(GAS, title="燃气泄漏") for _ in range(2)
    ]  # with a co-unit: the pack names the fire brigade
    place.finished(place.claimed())
    body = {"filters": {}, "why": "核对"}
    assert opened.call("lead", "POST", "/exports/requests", body).status_code == 201
    opened.call("operator", "POST", f"/events/{alarms[0].number}/reveal", {"reason": "核实现场"})
    now = clock.real_now()
    with opened.runtime.database.write() as session:
        kiosks.make(session, "hall-1", "大厅", Shows(), "admin", now)
        kiosks.make(session, "hall-2", "大厅", Shows(), "admin", now)
        screens.heard_from(session, "lead/a", "lead", True, clock.now(), {"nodes": 1})
        session.add(DeliveryRow(
            target="gateway", reason="x", event_id=alarms[0].id, payload={}, created_at=place.now, tries=0,
            next_try_at=place.now, urgent=True, resends=0,
        ))  # fmt: skip
    return alarms


@pytest.mark.parametrize("row", list(READ_AT), ids=lambda row: row.__tablename__)
def test_a_damaged_row_stops_no_address_that_reads_its_table(
    opened: OpenApi, place: Town, row: type[Base]
) -> None:
    filled(opened, place)
    for account, path in READ_AT[row]:
        assert ask(opened, account, path, place).status_code == 200, (account, path)
    for column in damages(opened.runtime.database, row):
        for account, path in READ_AT[row]:
            answer = ask(opened, account, path, place)
            assert answer.status_code == 200, (column, account, path, answer.text[:300])


def test_damaged_events_stop_no_list_and_the_sound_ones_stand_there(opened: OpenApi, place: Town) -> None:
    sound = filled(opened, place)
    extra = ["status", "reported_at", "hold_until", "lng"]
    worse = ["weird", "0001-01-01 00:00:00.000000", "9999-12-31 23:59:59.000000", 9e999]
    columns = [(column.name, bad(column)) for column in columns_of(EventRow)] + list(
        zip(extra, worse, strict=True)
    )
    events = [place.report() for _ in columns]
    damaged: set[str] = set()
    with raw(opened.runtime.database) as connection:
        for event, (name, value) in zip(events, columns, strict=True):
            try:
                connection.execute(f'UPDATE event SET "{name}" = ? WHERE id = ?', (value, event.id))
                damaged.add(event.number)
            except sqlite3.IntegrityError:
                continue
    for account in ("lead", "unit-URBAN_MGMT", "worker", "auditor"):
        for path in EVENTS_AT:
            answer = ask(opened, account, path, place)
            assert answer.status_code < 500, (account, path, answer.text[:300])
    listed = {one["number"] for one in opened.call("lead", "GET", "/events?limit=1000").json["items"]}
    assert {event.number for event in sound} <= listed and not damaged <= listed
    aside = {note.kind for note in opened.runtime.database.aside.take()}
    assert "event" in aside


def test_a_page_is_filled_up_behind_a_damaged_event(opened: OpenApi, place: Town) -> None:
    events = [place.report() for _ in range(5)]
    with raw(opened.runtime.database) as connection:
        connection.execute("UPDATE event SET handle_due_at = 'x' WHERE id = ?", (events[3].id,))
    first = opened.call("lead", "GET", "/events?limit=2").json
    second = opened.call("lead", "GET", f"/events?limit=2&cursor={first['next']}").json
    numbers = [one["number"] for one in (*first["items"], *second["items"])]
    assert numbers == [events[at].number for at in (4, 2, 1, 0)] and second["next"] is None


def test_a_damaged_co_unit_is_told_to_the_administrator_and_the_other_units_stand_there(
    opened: OpenApi, place: Town
) -> None:
    (event, _) = filled(opened, place)
    units = len(opened.call("lead", "GET", "/alerts").json["items"][0]["units"])
    with raw(opened.runtime.database) as connection:
        connection.execute(
            "UPDATE assignment SET accepted_at = 'x' WHERE event_id = ? AND unit = 'FIRE'", (event.id,)
        )
    alerts = {one["event"]: one for one in opened.call("lead", "GET", "/alerts").json["items"]}
    assert len(alerts) == 2 and len(alerts[event.number]["units"]) == units - 1
    keep_aside(opened.runtime)
    told = opened.client.get("/admin/health", headers=opened.token("admin")).json["aside"]
    assert [(one["kind"], "FIRE" in one["key"]) for one in told if one["kind"] == "assignment"] == [
        ("assignment", True)
    ]


def test_beats_that_cannot_be_read_are_mended_by_the_next_ones(sqlite: Database) -> None:
    now = clock.real_now()
    with sqlite.write() as session:
        beats.keep(session, {"lapse": 1.0, "publisher": 2.0}, now)
    with raw(sqlite) as connection:
        connection.execute("UPDATE beat SET at = 'x'")
    with sqlite.read() as session:
        assert beats.ages(session, now) == {}
    with sqlite.write() as session:
        beats.keep(session, {"lapse": 0.0}, now)
        assert list(beats.ages(session, now)) == ["lapse"]


def test_the_list_of_what_was_set_aside_lives_with_a_damaged_line(sqlite: Database) -> None:
    now = clock.real_now()
    for key in (7, 8):
        sqlite.aside.note("event", key, "broken")
    with sqlite.write() as session:
        kept_aside.keep(session, sqlite.aside.take(), now)
    with raw(sqlite) as connection:
        connection.execute("UPDATE set_aside SET first_at = 'x' WHERE key = '7'")
    sqlite.aside.note("event", 7, "broken")
    with sqlite.write() as session:
        kept_aside.keep(session, sqlite.aside.take(), now)
    with sqlite.read() as session:
        assert [row.key for row in kept_aside.listed(session, now)] == ["8"]


@pytest.mark.parametrize("change", ["created_at = 'x'", "role = 'weird'", "title = x'ff'"])
def test_the_demo_starts_with_a_damaged_account_and_the_others_enter(opened: OpenApi, change: str) -> None:
    with raw(opened.runtime.database) as connection:
        connection.execute(f"UPDATE account SET {change} WHERE name = 'leader'")
    with opened.runtime.database.write() as session:
        names = accounts.ensure_demo(session, opened.runtime.reference, PASSWORD, clock.real_now())
    assert "lead" in names
    people = opened.client.get("/admin/state", headers=opened.token("admin")).json["accounts"]
    assert "lead" in {one["name"] for one in people} and "leader" not in {one["name"] for one in people}


@pytest.mark.parametrize("moment", ["0001-01-01 00:00:00.000000", "0900-01-01 00:00:00.000000", "x"])
def test_days_are_counted_beside_an_event_of_a_year_that_never_was(
    opened: OpenApi, place: Town, moment: str
) -> None:
    events = [place.report() for _ in range(2)]
    with raw(opened.runtime.database) as connection:
        connection.execute("UPDATE event SET reported_at = ? WHERE id = ?", (moment, events[0].id))
    place.hand.forward(days=3)
    database, reference = opened.runtime.database, opened.runtime.reference
    assert rollup_keeper.keep(database, reference, place.now)
    with database.read() as session:
        assert len(days.unrolled_days(session, place.now, reference.tz)) <= 1


def test_text_that_is_none_is_no_outage(sqlite: Database) -> None:
    with raw(sqlite) as connection:
        connection.execute("INSERT INTO beat VALUES ('a', '2026-11-20 01:00:00.000000')")
        connection.execute("INSERT INTO beat VALUES (CAST(x'ff' AS TEXT), '2026-11-20 01:00:00.000000')")
    with sqlite.read() as session, pytest.raises(OperationalError) as met:
        session.execute(select(BeatRow.name)).all()
    assert not is_outage(met.value)


def test_what_is_read_inside_json_is_read_alike_by_both_databases(town: Town) -> None:
    event = town.report()
    with town.database.write() as session:
        assert reveals.look(session, event, "operator", "核实现场", town.now, 5)
    with town.database.read() as session:
        assert [look.reason for look in reveals.looks_at(session, event)] == ["核实现场"]
        assert stretches.troubled(session, town.now) == []
        assert len(beside.steps_of(session, event.id)) == 2  # reported, then filed
        assert journal.events_where(session) == [event]
