"""What is work again says nothing of having been done: no finish, no level it was solved at, no check that is due."""

import pytest

from dashboard.rules.events.event import Event, Status
from dashboard.rules.figures.kpis import counts, period
from tests.conftest import OPERATOR, Town
from tests.support.histories import record_of
from tests.support.ordinary_cases import declined

GAS = "S0502"
DONE = (
    "finished_at",
    "solved_level",
    "resolved_on_site",
    "check_due_at",
    "check_missed_at",
    "check_reminders",
)


def says_done(event: Event) -> set[str]:
    """Which of its columns say that it is done."""
    return {name for name in DONE if getattr(event, name)}


def resolved(town: Town, category: str = "S0406") -> Event:
    """A case that its grid worker resolved on the spot."""
    return town.report(category, resolved_on_site=True, photos=(town.photo(),))


def reported_as_done(town: Town) -> Event:
    """A case that was reported as done, whose check is late."""
    event = town.finished(declined(town))
    town.tick(hours=5)
    return town.fresh(event)


def recalled(town: Town) -> Event:
    """One that turned out to be an emergency of a unit that has declined it: it waits for the desk's choice."""
    return town.act(reported_as_done(town), "correct", OPERATOR, category=GAS)


def returned(town: Town) -> Event:
    """One whose check went badly."""
    return town.checked(reported_as_done(town), "dissatisfied")


def reopened(town: Town) -> Event:
    """One that was closed and is opened again."""
    closed = town.checked(reported_as_done(town))
    return town.act(closed, "reopen", OPERATOR, reason="没有处理好")


def reopened_on_the_spot(town: Town) -> Event:
    """One that a grid worker had resolved and is opened again."""
    return town.act(resolved(town), "reopen", OPERATOR, reason="没有处理好")


@pytest.mark.parametrize("made", [recalled, returned, reopened, reopened_on_the_spot])
def test_what_is_work_again_says_nothing_of_having_been_done(small_town: Town, made) -> None:
    event = made(small_town)
    assert event.is_open and says_done(event) == set()


def test_what_was_recalled_by_rule_counts_as_finished_no_more(small_town: Town) -> None:
    event = recalled(small_town)
    assert event.status == Status.PENDING_DISPATCH
    with small_town.database.read() as session:
        record = record_of(session, event)
    today = period("today", small_town.now, small_town.reference.tz)
    assert counts([record], today, small_town.now)["rework_rate"] == (0, 0)


def test_what_a_department_finished_after_all_was_not_solved_on_the_spot(small_town: Town) -> None:
    town = small_town
    event = town.act(reopened_on_the_spot(town), "dispatch", OPERATOR, unit="URBAN_MGMT")
    event = town.finished(town.act(event, "accept", town.unit_of(event)))
    event = town.checked(event)
    assert (event.status, event.resolved_on_site, event.solved_level) == (Status.CLOSED, False, "district")


def test_a_case_opened_again_is_to_be_solved_where_its_category_says(small_town: Town) -> None:
    code = next(one.code for one in small_town.reference.categories.values() if one.level == "street")
    event = resolved(small_town, code)
    assert event.level == "grid"
    event = small_town.act(event, "reopen", OPERATOR, reason="没有处理好")
    assert event.level == "street"
