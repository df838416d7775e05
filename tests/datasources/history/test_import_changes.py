"""A held number whose record says something else is counted, and taken only where that is asked for; numbers are per system."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from callbacks.cli import commands
from dashboard import actions
from dashboard.rules.events.event import Event
from datasources.districts.reference import References
from datasources.events import journal
from datasources.history.imports import ImportJob, Outcome, import_file
from datasources.store.database import Database
from datasources.store.models import AlertRow, DeliveryRow, EventRow, OutboxRow, RollupMarkRow, StepRow
from tests.conftest import OPERATOR
from tests.datasources.history.test_imports import NOW, bring, count, events, row, write

LATER = NOW + timedelta(hours=1)


def renew(database: Database, path: Path, mapping: Path | None = None) -> Outcome:
    return import_file(database, References(database), ImportJob(path, LATER, mapping, update=True))


def one(database: Database, number: str) -> Event:
    return next(event for event in events(database) if event.outside_id == number)


def steps(database: Database, event: Event) -> list[StepRow]:
    with database.read() as session:
        return list(session.scalars(select(StepRow).where(StepRow.event_id == event.id).order_by(StepRow.id)))


def test_a_changed_record_is_counted_among_the_held_and_left_alone(
    database: Database, tmp_path: Path
) -> None:
    bring(database, write(tmp_path / "a.csv", [row(1), row(2), row(3)]))
    changed = write(tmp_path / "b.csv", [row(1), row(2, title="改过"), row(3, closed_at=""), row(4)])
    for outcome in (bring(database, changed), bring(database, changed)):
        assert (outcome.changed, outcome.refused) == (2, 0)
    assert outcome == Outcome(0, 4, 0)
    assert [event.title for event in events(database)] == [f"占道经营{n}" for n in (1, 2, 3, 4)]


def test_updating_takes_what_records_say_now_as_steps_of_their_own(
    database: Database, tmp_path: Path
) -> None:
    bring(database, write(tmp_path / "a.csv", [row(1), row(2, closed_at=""), row(3)]))
    before = {event.external_id: event for event in events(database)}
    told, marked = count(database, OutboxRow), count(database, RollupMarkRow)
    path = write(tmp_path / "b.csv", [row(1, title="改过", unit="FIRE"), row(2), row(3)])
    assert (renew(database, path), renew(database, path).changed) == (Outcome(0, 3, 0), 0)
    after = {event.external_id: event for event in events(database)}
    assert (after["A1"].title, after["A1"].unit, after["A1"].status) == ("改过", "FIRE", "closed")
    assert after["A2"].status == "closed" and after["A2"].closed_at == datetime(2026, 10, 9, 7, tzinfo=UTC)
    assert after["A3"] == before["A3"]
    assert {key: event.number for key, event in after.items()} == {
        key: one.number for key, one in before.items()
    }
    written = steps(database, after["A2"])
    assert [(step.version, step.from_status, step.to_status) for step in written] == [
        (1, None, "handling"),
        (2, "handling", "closed"),
    ]
    assert written[1].at == after["A2"].closed_at and "status" in written[1].facts["changed"]
    assert [step.facts.get("changed") for step in steps(database, after["A1"])][-1] == ["title", "unit"]
    assert count(database, OutboxRow) == told + 2 and count(database, RollupMarkRow) > marked


def test_a_record_that_becomes_an_open_emergency_sounds_and_is_silent_once_closed(
    database: Database, tmp_path: Path
) -> None:
    def states() -> list[str]:
        with database.read() as session:
            return list(session.scalars(select(AlertRow.state)))

    bring(database, write(tmp_path / "a.csv", [row(1, closed_at="")]))
    assert states() == []
    renew(database, write(tmp_path / "b.csv", [row(1, closed_at="", category="9901")]))
    assert states() == ["raised"]
    assert count(database, DeliveryRow) == 1, "no screen is audible: the gateway is owed at once"
    renew(database, write(tmp_path / "c.csv", [row(1, category="9901")]))
    assert states() == ["stood_down"]


def test_an_answered_emergency_waits_no_longer_than_the_deadline_its_record_has_now(
    database: Database, tmp_path: Path
) -> None:
    far = row(1, closed_at="", category="9901", handle_due_at="2026-12-30 09:00:00")
    bring(database, write(tmp_path / "a.csv", [far]))
    event = one(database, "A1")
    with database.write() as session:
        alert = session.scalars(select(AlertRow)).one()
        alert.state, alert.acknowledged_by, alert.acknowledged_at = "acknowledged", "operator", NOW
        alert.next_at = event.handle_due_at
    near = row(1, closed_at="", category="9901", handle_due_at="2026-12-01 09:00:00")
    renew(database, write(tmp_path / "b.csv", [near]))
    with database.read() as session:
        assert session.scalars(select(AlertRow.next_at)).one() == one(database, "A1").handle_due_at
    assert one(database, "A1").handle_due_at < event.handle_due_at


def test_what_people_have_worked_on_is_theirs(database: Database, tmp_path: Path) -> None:
    bring(database, write(tmp_path / "a.csv", [row(1, closed_at="", unit="")]))
    with database.write() as session:
        held = journal.events_where(session)[0]
        facts = {"unit": "URBAN_MGMT"}
        actions.perform(
            session, References(database).get(), held, actions.Request("dispatch", facts, OPERATOR, NOW)
        )
    path = write(tmp_path / "b.csv", [row(1, title="改过", closed_at="", unit="")])
    assert renew(database, path).changed == 0
    assert one(database, "A1").title == "占道经营1" and one(database, "A1").status == "dispatched"


def test_a_report_made_by_hand_is_held_by_its_number_and_never_rewritten(
    database: Database, tmp_path: Path
) -> None:
    from dashboard.rules.events.report import Report

    with database.write() as session:
        filed = Report("手工登记", "phone", address="示例路", external_id="A1")
        actions.report(session, References(database).get(), filed, OPERATOR, NOW)
    assert renew(database, write(tmp_path / "a.csv", [row(1)])) == Outcome(0, 1, 0)
    assert one(database, "A1").title == "手工登记"


def system(folder: Path, name: str) -> Path:
    path = folder / f"{name}.toml"
    path.write_text(f'source_system = "{name}"\n')
    return path


def test_the_same_number_in_two_systems_is_two_records_and_twice_in_one_is_one(
    database: Database, tmp_path: Path
) -> None:
    path = write(tmp_path / "a.csv", [row(1)])
    assert bring(database, path) == Outcome(1, 0, 0)
    for name in ("12345", "1999"):
        assert bring(database, path, system(tmp_path, name)) == Outcome(1, 0, 0)
        again = write(tmp_path / "b.csv", [row(1), row(2)])
        assert bring(database, again, system(tmp_path, name)) == Outcome(1, 1, 0)
    own = system(tmp_path, References(database).get().code)
    assert bring(database, write(tmp_path / "c.csv", [row(1)]), own) == Outcome(0, 1, 0)
    held = sorted((event.source_system or "", event.outside_id) for event in events(database))
    assert held == [("", "A1"), ("12345", "A1"), ("12345", "A2"), ("1999", "A1"), ("1999", "A2")]


def test_the_database_itself_holds_a_number_once_in_a_system(database: Database, tmp_path: Path) -> None:
    bring(database, write(tmp_path / "a.csv", [row(1), row(2)]), system(tmp_path, "12345"))
    with pytest.raises(IntegrityError), database.write() as session:
        session.execute(EventRow.__table__.update().values(source_id="A1"))


def test_the_command_line_says_what_changed_and_what_nobody_knows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRID_LANG", "zh_CN")
    folder = ["--district", "huli", "--data", str(tmp_path / "data")]

    def run(*more: str) -> tuple[int, str]:
        code = commands.main(["import", str(tmp_path / "f.csv"), *folder, *more], lambda *_: None)
        return code, capsys.readouterr().out.replace("\n", "")

    write(tmp_path / "f.csv", [row(1), row(2)])
    assert run()[0] == 0
    write(tmp_path / "f.csv", [row(1), row(2, title="改过"), row(3, category="坑洞")])
    code, said = run()
    assert (
        code == 1 and "已有 2 条" in said and "1 条内容有变化，没有改动；要按文件更新，请加 --update" in said
    )
    assert "category：“坑洞” 1 行" in said and "f.csv.unknown.toml" in said
    code, said = run("--update")
    assert code == 1 and "1 条内容有变化，已按文件更新" in said


def test_the_api_shows_the_system_a_number_comes_from(sqlite: Database, tmp_path: Path) -> None:
    from tests.support.api_world import build, runtime_of

    opened = build(runtime_of(sqlite, tmp_path))
    bring(sqlite, write(tmp_path / "a.csv", [row(1)]), system(tmp_path, "12345"))
    shown = opened.call("operator", "GET", "/events").json["items"][0]
    assert (shown["external_id"], shown["source_system"]) == ("A1", "12345")
    own = {"title": "路灯", "address": "示例路", "external_id": "A1"}
    assert opened.call("operator", "POST", "/events", own).status_code == 201
    assert opened.call("operator", "POST", "/events", own).status_code == 409
