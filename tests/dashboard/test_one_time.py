"""The database's time decides: a host that is fast or slow changes nothing, says so, and fails `/readyz` when it is far off."""

import logging
import re
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from dashboard import clock
from dashboard.rules.alerts import alert as alerts
from dashboard.rules.alerts.clock_steps import SPANS
from dashboard.rules.refusals import Refusal
from dashboard.runtime import shared_time
from datasources.alerts import journal
from datasources.districts.reference import References
from datasources.store.database import Database
from datasources.store.models import AlertRow
from tests.conftest import LEAD, OPERATOR, Town, make_town
from tests.support.api_world import open_app

HALF_AN_HOUR = 31 * 60
TRUE_TIME = time.time


@pytest.fixture(autouse=True)
def afterwards() -> Iterator[None]:
    """Leave the clock as it was found."""
    clock.use(clock.WallClock())
    yield
    clock.alone()
    clock.use(clock.WallClock())


def set_host(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Set this machine's clock so many seconds fast."""
    monkeypatch.setattr(time, "time", lambda: TRUE_TIME() + seconds)


def database_says(database: Database) -> float:
    with database.read() as session:
        return session.execute(text("SELECT clock_timestamp()")).scalar_one().timestamp()


def test_a_web_whose_host_is_fast_still_takes_a_valid_claim(
    postgresql: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = make_town(postgresql, References(postgresql).get(), clock.WallClock())  # type: ignore[arg-type]
    event = town.report("S0406")
    set_host(monkeypatch, HALF_AN_HOUR)
    with pytest.raises(Refusal):
        town.act(event, "claim", town.claimer(event))
    shared_time.agree(postgresql)
    assert town.act(event, "claim", town.claimer(event)).status == "handling"


@pytest.mark.parametrize("seconds", [-3600.0, 300.0])
def test_two_hosts_with_different_clocks_have_one_time_on_postgresql(
    postgresql: Database, monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    set_host(monkeypatch, seconds)
    shared_time.agree(postgresql)
    assert abs(clock.now().timestamp() - database_says(postgresql)) < 30
    assert clock.skew() == pytest.approx(-seconds, abs=30)


def test_a_host_whose_clock_is_set_while_it_runs_keeps_the_databases_time(
    postgresql: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared_time.agree(postgresql)
    before = clock.now()
    set_host(monkeypatch, -3600.0)
    assert timedelta() <= clock.now() - before < timedelta(minutes=30)


def test_a_drill_shared_by_two_hosts_stands_at_the_same_moment_on_both(
    postgresql: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared_time.agree(postgresql)
    drill = clock.drill(clock.now(), 10.0)
    set_host(monkeypatch, 300.0)
    shared_time.agree(postgresql)
    assert abs(drill.now() - clock.now()) < timedelta(minutes=10)


def test_a_difference_of_more_than_two_seconds_is_said_once(
    postgresql: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    set_host(monkeypatch, -90.0)
    with caplog.at_level(logging.WARNING):
        shared_time.agree(postgresql)
        shared_time.agree(postgresql)
    said = [record.getMessage() for record in caplog.records if "clock" in record.getMessage()]
    assert len(said) == 1 and re.search(r" -(89|90|91)\.\d s off", said[0])


def test_a_difference_of_more_than_thirty_seconds_fails_readyz(tmp_path: Path) -> None:
    client = open_app(tmp_path).client
    clock.agree(clock.real_now() + timedelta(seconds=20))
    answer = client.get("/readyz")
    assert answer.status_code == 200 and answer.json["clock_skew"] == pytest.approx(20, abs=5)
    clock.agree(clock.real_now() + timedelta(seconds=40))
    assert client.get("/readyz").status_code == 503


def open_alert(town: Town, event_id: int) -> journal.Alert:
    with town.database.read() as session:
        found = journal.open_alert(session, event_id)
    assert found is not None
    return found


@pytest.mark.parametrize("rungs", range(5))
def test_a_clock_put_back_moves_no_rung_further_away_than_its_own_span(town: Town, rungs: int) -> None:
    event = town.report("S0502")
    for _ in range(rungs):
        waits = open_alert(town, event.id).next_at
        assert waits is not None
        town.tick(seconds=(waits - town.now).total_seconds())
    assert open_alert(town, event.id).stage == rungs
    town.tick(hours=-1)
    for rung in range(rungs, rungs + 3):
        span = SPANS[min(rung, len(SPANS) - 1)]
        waits = open_alert(town, event.id).next_at
        assert waits is not None and waits <= town.now + span
        town.tick(seconds=span.total_seconds())
        assert open_alert(town, event.id).stage == rung + 1
        town.tick()


def test_an_answer_from_the_future_opens_again_within_its_five_minutes(town: Town) -> None:
    event = town.report("S0502")
    alert = open_alert(town, event.id)
    with town.database.write() as session:
        answered = alerts.acknowledged(alert, alert.episode, OPERATOR.name, "desk", town.now)
        assert journal.update_alert(session, alert, answered)
    town.tick(hours=-1)
    waits = open_alert(town, event.id).next_at
    assert waits is not None and waits <= town.now + timedelta(minutes=5)


def test_a_silence_from_the_future_ends_within_its_half_hour(town: Town) -> None:
    event = town.report("S0502")
    alert = open_alert(town, event.id)
    until = town.now + timedelta(minutes=30)
    with town.database.write() as session:
        shelf = alerts.shelved(alert, LEAD.name, "误报核实中", until, town.now)
        assert journal.update_alert(session, alert, shelf)
    town.tick(hours=-1)
    with town.database.read() as session:
        row = session.get(AlertRow, alert.id)
    assert row is not None and row.shelved_until is not None
    assert row.shelved_until <= town.now + timedelta(minutes=30)
