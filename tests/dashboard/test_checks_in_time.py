"""A check on site is in time by the deadline that stood when it was made, whatever has become of the case meanwhile."""

from collections import Counter
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from dashboard.rules.events.event import Event
from datasources.store.models import EventRow, LedgerRow
from tests.conftest import OPERATOR, Town


def earned(town: Town, event: Event) -> dict[str, int]:
    """What stands of the points for checking after everything that was taken back."""
    query = select(LedgerRow.rule, LedgerRow.tenths).where(LedgerRow.event_id == event.id)
    sums: Counter[str] = Counter()
    with town.database.read() as session:
        for rule, tenths in session.execute(query):
            if rule.startswith("check"):
                sums[rule] += tenths
    return {rule: tenths for rule, tenths in sums.items() if tenths}


def told_later(town: Town, event: Event, made: datetime) -> dict[str, int]:
    """A check of that moment, of which the news comes now, after the clock has reminded of it and charged for it."""
    event = town.fresh(event)
    assert event.check_reminders and earned(town, event) == {"check_late": -20}
    return earned(town, town.checked(event, checked_at=made))


IN_TIME, LATE = {"check_on_time": 10}, {"check_late": -20}


@pytest.mark.parametrize(("minutes", "points"), [(29, IN_TIME), (31, LATE)])
def test_of_a_case_raised_while_it_is_checked_the_hurried_deadline_counts(
    town: Town, minutes: int, points: dict[str, int]
) -> None:
    event = town.finished(town.claimed())
    town.tick(hours=2)
    event = town.act(town.fresh(event), "correct", OPERATOR, emergency=True)
    made = town.now + timedelta(minutes=minutes)
    town.tick(minutes=35)
    assert told_later(town, event, made) == points


def test_of_a_case_raised_after_its_check_was_late_the_deadline_it_had_counts(town: Town) -> None:
    event = town.finished(town.claimed())
    made = town.now + timedelta(hours=3)
    town.tick(hours=5)
    event = town.act(town.fresh(event), "correct", OPERATOR, emergency=True)
    assert told_later(town, event, made) == IN_TIME


def test_of_an_emergency_lowered_after_its_check_was_late_the_deadline_it_had_counts(town: Town) -> None:
    event = town.act(town.finished(town.claimed()), "correct", OPERATOR, emergency=True)
    made = town.now + timedelta(minutes=32)
    town.tick(minutes=33)
    event = town.act(town.fresh(event), "correct", OPERATOR, emergency=False)
    assert told_later(town, event, made) == LATE


def test_the_clock_of_a_check_stands_still_while_the_case_is_merged(town: Town) -> None:
    original, event = town.report(), town.finished(town.claimed())
    event = town.act(event, "merge", OPERATOR, original=original.number)
    town.tick(hours=3)
    event = town.act(event, "unmerge", OPERATOR)
    made = town.now + timedelta(hours=3)
    town.tick(hours=5)
    assert told_later(town, event, made) == IN_TIME


def test_every_round_has_its_own_first_deadline(town: Town) -> None:
    event = town.finished(town.claimed())
    town.tick(hours=5)
    event = town.finished(town.checked(town.fresh(event), "dissatisfied"))
    made = town.now + timedelta(hours=1)
    town.tick(hours=5)
    town.checked(town.fresh(event), checked_at=made)
    assert earned(town, event) == {"check_on_time": 10, "check_late": -20}


def test_what_a_version_before_this_one_reminded_of_counts_from_the_finishing(town: Town) -> None:
    event = town.finished(town.claimed())
    made = town.now + timedelta(hours=1)
    town.tick(hours=5)
    with town.database.write() as session:
        session.execute(update(EventRow).where(EventRow.id == event.id).values(check_missed_at=None))
    assert told_later(town, event, made) == IN_TIME
