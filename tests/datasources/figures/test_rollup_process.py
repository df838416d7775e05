"""Rolling up happens in a process of its own: begun when there is something to do, begun again when it died, ended with us."""

import select
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func
from sqlalchemy import select as query

from dashboard import actions, clock
from dashboard.rules.events.report import Report
from dashboard.runtime.runtime import Runtime
from dashboard.sweeps.rollup_process import RollupProcess
from datasources.store.database import Database
from datasources.store.models import RolledRow
from tests.conftest import OPERATOR
from tests.support.api_world import runtime_of

WITHIN_S = 60.0


@pytest.fixture
def runtime(sqlite: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Runtime:
    """A house on the time of day, whose other processes find its database."""
    monkeypatch.setenv("GRID_DATABASE_URL", sqlite.url)
    monkeypatch.setattr(clock, "_clock", clock.WallClock())
    return runtime_of(sqlite, tmp_path)


@pytest.fixture
def process(runtime: Runtime) -> Iterator[RollupProcess]:
    rolling = RollupProcess(runtime)
    yield rolling
    rolling.stop()


def report_days_ago(runtime: Runtime, days: int) -> None:
    at = clock.now() - timedelta(days=days)
    filed = Report("占道堆物", "phone", category="S0406", address="湖里区")
    with runtime.database.write() as session:
        actions.report(session, runtime.reference, filed, OPERATOR, at)


def rolled_days(runtime: Runtime) -> int:
    with runtime.database.read() as session:
        return session.scalar(query(func.count()).select_from(RolledRow).where(RolledRow.tier == "day")) or 0


def until_rolled(runtime: Runtime, days: int) -> None:
    end = time.monotonic() + WITHIN_S
    while rolled_days(runtime) < days:
        assert time.monotonic() < end, rolled_days(runtime)
        select.select([], [], [], 0.1)


def test_while_nothing_is_over_no_process_is_begun(process: RollupProcess, runtime: Runtime) -> None:
    process.ensure()
    report_days_ago(runtime, 0)
    process.ensure()
    assert process.child is None


def test_days_that_are_over_are_rolled_up_beside_us_and_it_ends_when_told(
    process: RollupProcess, runtime: Runtime
) -> None:
    report_days_ago(runtime, 3)
    process.ensure()
    until_rolled(runtime, 3)
    child = process.child
    process.ensure()
    assert process.child is child  # one is enough
    process.stop()
    assert child is not None and child.returncode == 0


def test_a_killed_process_is_begun_again_once_something_is_due(
    process: RollupProcess, runtime: Runtime
) -> None:
    report_days_ago(runtime, 2)
    process.ensure()
    first = process.child
    assert first is not None
    first.kill()
    first.wait()
    report_days_ago(runtime, 4)
    process.ensure()
    assert process.child is not first
    until_rolled(runtime, 4)
