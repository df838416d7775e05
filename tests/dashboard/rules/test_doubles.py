"""One definition of a possible duplicate, and of what another event may be merged into."""

from datetime import timedelta
from typing import Any

import pytest

from dashboard.clock import HandClock
from dashboard.rules.advice.doubles import near, stands
from dashboard.rules.events.event import Event, Status
from dashboard.rules.refusals import Invalid
from datasources.events import around
from tests.conftest import OPERATOR, Town, make_town
from tests.dashboard.rules.test_lifecycle import NOW, an_event
from tests.support.api_world import OpenApi

pytestmark = pytest.mark.usefixtures("hand")  # the drill clock from the first moment on

METRE = 1 / 111_195
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("metres", "age", "is_near"),
    [
        (100.0, timedelta(0), True), (100.1, timedelta(0), False), (0, timedelta(hours=72), True),
        (0, timedelta(hours=72) + SECOND, False), (0, -timedelta(hours=72), True), (0, -timedelta(hours=73), False),
    ],
)  # fmt: skip
def test_near_is_a_hundred_metres_and_three_days(metres: float, age: timedelta, is_near: bool) -> None:
    assert near(metres, age) is is_near


@pytest.mark.parametrize(
    ("status", "closed_ago", "still"),
    [
        *((status, None, True) for status in Status if status not in ("closed", "rejected", "merged")),
        (Status.CLOSED, timedelta(days=1), True),
        (Status.CLOSED, timedelta(days=1) + SECOND, False),
        (Status.REJECTED, timedelta(0), False),
        (Status.MERGED, timedelta(0), False),
    ],
)
def test_what_is_open_or_closed_within_the_day_may_still_be_the_same_matter(
    status: Status, closed_ago: timedelta | None, still: bool
) -> None:
    event = an_event(status, closed_at=None if closed_ago is None else NOW - closed_ago)
    assert stands(event, NOW) is still


def beside(town: Town, metres: float, category: str = "S0406", **facts: Any) -> Event:
    spot = town.reference.areas[town.grid]
    assert spot.lat is not None
    return town.report(category, lng=spot.lng, lat=spot.lat + metres * METRE, **facts)


def test_a_list_of_duplicates_goes_to_the_bounds_and_not_beyond(town: Town) -> None:
    for metres in (60, 99, 101):
        beside(town, metres)
    beside(town, 1, "B0101")
    beside(town, 2, reported_at=town.now - timedelta(hours=72))
    beside(town, 3, reported_at=town.now - timedelta(hours=72, seconds=1))
    event = beside(town, 0)
    with town.database.read() as session:
        found = around.duplicates_of(session, town.reference, event, town.now)
    assert [round(one.metres or 0) for one in found] == [2, 60, 99]


def closed(town: Town) -> Event:
    return town.checked(town.finished(town.claimed()))


@pytest.mark.parametrize(("more", "taken"), [(timedelta(0), True), (SECOND, False)])
def test_a_merge_takes_an_original_closed_within_the_day_and_no_older_one(
    small_town: Town, more: timedelta, taken: bool
) -> None:
    town, original = small_town, closed(small_town)
    town.hand.forward(seconds=(timedelta(days=1) + more).total_seconds())
    event = town.report()
    with town.database.read() as session:
        shown = around.duplicates_of(session, town.reference, event, town.now)
    assert (original.id in {one.event.id for one in shown}) is taken
    if taken:
        assert town.act(event, "merge", OPERATOR, original=original.number).status == Status.MERGED
    else:
        with pytest.raises(Invalid) as refused:
            town.act(event, "merge", OPERATOR, original=original.number)
        assert refused.value.errors[0][:2] == ("original", "只能并入在办的，或一天内办结的事件")


@pytest.mark.parametrize(("more", "status"), [(timedelta(0), 201), (SECOND, 422)])
def test_joining_and_the_page_of_an_event_go_by_the_same(
    opened: OpenApi, hand: HandClock, more: timedelta, status: int
) -> None:
    town = make_town(opened.runtime.database, opened.runtime.reference, hand)
    original, spot = closed(town), town.reference.areas[town.grid]
    hand.forward(seconds=(timedelta(days=1) + more).total_seconds())
    report = {"title": "占道经营", "address": "南山路", "category": "S0406", "lng": spot.lng, "lat": spot.lat}
    other = town.report()
    for path, key in (
        (f"/events/{other.number}", "possible_duplicates"),
        (f"/events/{other.number}/around", "duplicates"),
    ):
        shown = opened.call("operator", "GET", path).json[key]
        assert (original.number in {one["number"] for one in shown}) is (status == 201)
    body = {"original": original.number, "report": report}
    assert opened.call("operator", "POST", "/events/join", body).status_code == status
