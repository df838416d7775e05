"""The counter: reports of one moment share a transaction, and nothing else; each is answered for itself."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from dashboard.report_batcher import ReportBatcher, stands_alone
from dashboard.rules.events.report import Report
from datasources.districts.reference import References
from datasources.store.models import EventRow, OutboxRow, StepRow
from tests.conftest import OPERATOR, Town
from tests.dashboard.test_races import at_once

CROWD = 16


def filer(town: Town, titles: list[Any]) -> Callable[[int], Any]:
    """Return what files one report with the title of that number, at a counter all share."""
    counter, spot = ReportBatcher(town.database, References(town.database)), town.reference.areas[town.grid]

    def file(index: int) -> Any:
        report = Report(title=titles[index], source="phone", category="S0406", lng=spot.lng, lat=spot.lat)
        return counter.file(report, OPERATOR, town.now)

    return file


def test_reports_filed_at_once_are_each_answered_with_their_own_event(town: Town) -> None:
    titles = [f"占道经营 {number}" for number in range(CROWD)]
    made = at_once(CROWD, filer(town, titles))
    assert [event.title for event in made] == titles
    assert len({event.number for event in made}) == CROWD
    with town.database.read() as session:
        assert session.scalar(select(func.count()).select_from(EventRow)) == CROWD
        assert session.scalar(select(func.count(func.distinct(StepRow.event_id)))) == CROWD


def test_whoever_files_at_once_is_written_in_fewer_commits_than_reports(small_town: Town) -> None:
    commits: list[int] = []
    small_town.database.after_commit.append(lambda: commits.append(1))
    file = filer(small_town, ["占道经营"] * CROWD)
    with ThreadPoolExecutor(CROWD) as crowd:
        with small_town.database.write():  # everybody arrives while somebody else writes
            made = [crowd.submit(file, number) for number in range(CROWD)]
        assert len({one.result().number for one in made}) == CROWD
    assert len(commits) - 1 < CROWD / 2


def test_a_report_that_cannot_be_written_fails_alone(town: Town) -> None:
    titles: list[Any] = [f"占道经营 {number}" for number in range(CROWD)]
    titles[5] = None
    made = at_once(CROWD, filer(town, titles))
    assert isinstance(made.pop(5), IntegrityError)
    titles.pop(5)
    assert [event.title for event in made] == titles
    with town.database.read() as session:
        assert session.scalar(select(func.count()).select_from(EventRow)) == CROWD - 1
        assert session.scalar(select(func.count(func.distinct(OutboxRow.event_id)))) == CROWD - 1


def test_what_may_clash_with_another_report_is_not_filed_together() -> None:
    assert stands_alone(Report(title="占道经营", source="phone"))
    assert not stands_alone(Report(title="占道经营", source="phone", external_id="a"))
    assert not stands_alone(Report(title="占道经营", source="phone", photos=("p",)))
