"""Merging beside whatever else decides by what is merged into what: no emergency is lost, no circle, no wrong demand."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from dashboard import actions
from dashboard.rules.access import Viewer
from dashboard.rules.events.event import Event, Status
from dashboard.rules.refusals import Refusal
from datasources.accounts import limits
from datasources.audit import links, reveals
from datasources.events import journal
from datasources.figures.rollups import days
from tests.conftest import LEAD, OPERATOR, Town
from tests.dashboard.test_emergency_law import open_alert
from tests.support.interleaved import Work, interleaved


def urgent(town: Town) -> Event:
    """Return an emergency that waits at the desk."""
    return town.report(category=None, source="phone", by=OPERATOR, emergency=True)


def doing(town: Town, event: Event, action: str, by: Viewer = OPERATOR, **facts: Any) -> Work:
    """Return the work of somebody who sees an event as given."""

    def work(session: Session) -> Event:
        request = actions.Request(action, facts, by, town.now, event.version)
        return actions.act(session, town.reference, event.number, request)

    return work


ENDINGS = (
    ("reject", {"reason": "误报"}),
    ("correct", {"emergency": False}),
)


@pytest.mark.parametrize(("action", "facts"), ENDINGS)
def test_what_an_emergency_is_being_merged_into_cannot_lose_its_alarm(
    city: Town, action: str, facts: dict[str, Any]
) -> None:
    merged, original = urgent(city), urgent(city)
    merging = doing(city, merged, "merge", original=original.number)
    _, ending = interleaved(city.database, merging, doing(city, original, action, LEAD, **facts))
    assert isinstance(ending, Refusal), ending
    assert city.fresh(merged).status == Status.MERGED
    assert city.fresh(original).emergency and city.fresh(original).is_open and open_alert(city, original)


@pytest.mark.parametrize(("action", "facts"), ENDINGS)
def test_no_emergency_is_merged_into_what_is_losing_its_alarm(
    city: Town, action: str, facts: dict[str, Any]
) -> None:
    merged, original = urgent(city), urgent(city)
    ending = doing(city, original, action, LEAD, **facts)
    _, merging = interleaved(city.database, ending, doing(city, merged, "merge", original=original.number))
    assert isinstance(merging, Refusal), merging
    assert city.fresh(merged).is_open and open_alert(city, merged)


def test_no_emergency_is_merged_into_one_that_a_check_is_closing(city: Town) -> None:
    merged, original = urgent(city), city.report("S0502", title="燃气泄漏")
    original = city.act(original, "accept", city.unit_of(original))
    feedback = {"text": "已处置", "reason": "协办单位未到场", "photos": [city.photo()]}
    original = city.act(original, "finish", city.unit_of(original), **feedback)
    closing = doing(city, original, "check", city.worker, rating="satisfied", photos=[city.photo()])
    _, merging = interleaved(city.database, closing, doing(city, merged, "merge", original=original.number))
    assert city.fresh(original).status == Status.CLOSED
    assert isinstance(merging, Refusal), merging
    assert city.fresh(merged).is_open and open_alert(city, merged)


def test_two_events_merged_into_each_other_make_no_circle(city: Town) -> None:
    one, other = city.report(), city.report()
    _, back = interleaved(
        city.database,
        doing(city, one, "merge", original=other.number),
        doing(city, other, "merge", original=one.number),
    )
    assert isinstance(back, Refusal), back
    assert city.fresh(one).merged_into == other.id and city.fresh(other).is_open


def test_the_demand_of_what_is_merged_on_at_the_same_moment_is_counted_to_the_last(city: Town) -> None:
    first, second, third = city.report(), city.report(), city.report()
    _, onward = interleaved(
        city.database,
        doing(city, first, "merge", original=second.number),
        doing(city, second, "merge", original=third.number),
    )
    assert not isinstance(onward, Exception), onward
    assert [city.fresh(event).demand for event in (first, second, third)] == [1, 2, 3]


def test_a_circle_that_stands_in_the_rows_stops_nobody(small_town: Town) -> None:
    one, other = small_town.report(), small_town.report()
    with small_town.database.write() as session:
        for event, into in ((one, other), (other, one)):
            session.execute(
                text("UPDATE event SET status = 'merged', merged_into = :into WHERE id = :id"),
                {"into": into.id, "id": event.id},
            )
        journal.add_demand(session, one.id, 1)
        assert not journal.bears_urgent(session, one)
    assert [small_town.fresh(event).demand for event in (one, other)] == [2, 2]


def test_whoever_takes_turns_over_different_things_does_not_wait_for_the_other() -> None:
    turns = [links.TURN, reveals.TURN, days.TURN, limits.TURN, journal.MERGING]
    assert len(set(turns)) == len(turns)
