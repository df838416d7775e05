"""Handling clocks that stand, move and pass: nothing is counted twice, nothing is lost because a sweep came late."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from dashboard import actions
from dashboard.rules.access import SYSTEM
from dashboard.rules.events.event import Event, Status
from dashboard.rules.refusals import NotAllowedNow
from datasources.store.models import DeliveryRow, LedgerRow, StepRow
from tests.conftest import LEAD, OPERATOR, Town


def replayed(town: Town, hours: float = 10) -> Event:
    """An event that the system dispatched with a moment of its own, signed for by its unit."""
    event = town.report("B0101", source="phone", by=OPERATOR)
    event = town.act(event, "register", OPERATOR, category="B0101")
    if event.status == Status.CLAIMABLE:
        event = town.tick(hours=3) and town.fresh(event)
    facts = {"unit": town.reference.responsible(event)[0], "due_at": town.now + timedelta(hours=hours)}
    with town.database.write() as session:
        event = actions.perform(
            session, town.reference, event, actions.Request("dispatch", facts, SYSTEM, town.now)
        )
    return town.act(event, "accept", town.unit_of(event))


def asked(town: Town, event: Event, request: str = "hold", **facts: Any) -> Event:
    return town.act(event, request, town.unit_of(event), reason="等材料", **facts)


def points(town: Town, event: Event, rule: str) -> int:
    with town.database.read() as session:
        query = select(func.count()).where(LedgerRow.event_id == event.id, LedgerRow.rule == rule)
        return session.scalar(query) or 0


def overdue_unswept(town: Town, event: Event) -> datetime:
    """The deadline passes and no sweep comes by."""
    due = event.handle_due_at
    assert due is not None
    town.hand.forward(seconds=(due - town.now).total_seconds() + 3600)
    return due


def test_what_was_merged_on_hold_has_the_time_left_that_it_had(small_town: Town) -> None:
    town, hour = small_town, 3600
    original, event = town.report(), replayed(small_town, hours=4)
    town.hand.forward(hours=2)  # two hours left
    event = asked(town, event, until=town.now + timedelta(days=3))
    event = town.act(event, "approve", LEAD, request="hold")
    town.hand.forward(seconds=hour)
    event = town.act(event, "merge", OPERATOR, original=original.number)
    town.hand.forward(seconds=5 * hour)
    event = town.act(event, "unmerge", OPERATOR)
    assert event.status == Status.ON_HOLD
    town.hand.forward(seconds=hour)
    event = town.act(event, "resume", town.unit_of(event))
    assert event.handle_due_at == town.now + timedelta(hours=2)


def test_a_merge_of_what_was_in_hand_stops_its_clock_once(small_town: Town) -> None:
    town = small_town
    original, event = town.report(), replayed(small_town, hours=4)
    town.hand.forward(hours=2)
    event = town.act(event, "merge", OPERATOR, original=original.number)
    town.hand.forward(hours=5)
    event = town.act(event, "unmerge", OPERATOR)
    assert event.handle_due_at == town.now + timedelta(hours=2)


def test_each_extension_adds_the_original_span_once(small_town: Town) -> None:
    town, event = small_town, replayed(small_town)
    start = event.handle_from
    assert start is not None
    for times in (2, 3):
        event = town.act(asked(town, event, "extend"), "approve", LEAD, request="extend")
        assert event.handle_due_at == start + timedelta(hours=10 * times)
        assert event.red_due_at == start + timedelta(hours=10 * (times + 1))


def test_a_hold_whose_end_has_passed_is_not_approved_but_may_be_refused(small_town: Town) -> None:
    town, event = small_town, replayed(small_town)
    event = asked(town, event, until=town.now + timedelta(hours=1))
    town.hand.forward(hours=1)
    with town.database.read() as session:
        found = actions.buttons(session, town.reference, event, LEAD, town.now)
    assert "approve" not in found and "refuse" in found
    with pytest.raises(NotAllowedNow) as refused:
        town.act(event, "approve", LEAD, request="hold")
    assert refused.value.text == "申请的挂单截止时间已过，不能再批准"
    assert town.act(event, "refuse", LEAD, request="hold", reason="已过").request is None


@pytest.mark.parametrize(
    "between", ["hold", "extend", "merge", "escalate", "correct", "finish", "recall", "decline"]
)
def test_a_deadline_missed_before_the_sweep_is_noted_as_it_was(small_town: Town, between: str) -> None:
    town = small_town
    event = replayed_unsigned(town) if between in ("recall", "decline") else replayed(town)
    if between in ("hold", "extend"):
        until = {"until": town.now + timedelta(days=9)} if between == "hold" else {}
        event = asked(town, event, between, **until)
    if between == "escalate":
        event = town.act(event, "correct", OPERATOR, level="street")
    due = overdue_unswept(town, event)
    unit = town.unit_of(event)
    done = {
        "hold": lambda: town.act(event, "approve", LEAD, request="hold"),
        "extend": lambda: town.act(event, "approve", LEAD, request="extend"),
        "merge": lambda: town.act(event, "merge", OPERATOR, original=town.report().number),
        "escalate": lambda: town.act(event, "escalate", unit, reason="难"),
        "correct": lambda: town.act(event, "correct", OPERATOR, category="S0406"),
        "finish": lambda: town.finished(event),
        "recall": lambda: town.act(event, "recall", OPERATOR),
        "decline": lambda: town.act(event, "decline", unit, ground="not_our_duty", text="不是"),
    }[between]()
    assert (done.overdue_at, done.late) == (due, True)
    assert points(town, event, "overdue") == 1
    town.tick(seconds=1)
    assert town.fresh(event).overdue_at == due
    assert points(town, event, "overdue") == 1


def replayed_unsigned(town: Town) -> Event:
    event = town.report("B0101", source="phone", by=OPERATOR)
    event = town.act(event, "register", OPERATOR, category="B0101")
    if event.status == Status.CLAIMABLE:
        event = town.tick(hours=3) and town.fresh(event)
    return town.act(event, "dispatch", OPERATOR, unit=town.reference.responsible(event)[0])


def test_a_second_failure_noticed_by_the_finish_is_supervised_like_one_that_the_sweep_noticed(
    small_town: Town,
) -> None:
    town = small_town
    event = town.checked(town.finished(town.claimed()), "dissatisfied")
    overdue_unswept(town, event)
    event = town.finished(event)
    assert (event.round, event.supervision, event.supervised_reason) == (2, "ordinary", "二次处置超期")


def test_a_corrected_category_charges_the_same_round_no_second_time(small_town: Town) -> None:
    town, event = small_town, replayed(small_town)
    for category in ("S0406", "B0101"):
        overdue_unswept(town, event)
        town.tick(seconds=1)
        event = town.act(town.fresh(event), "correct", OPERATOR, category=category)
        assert points(town, event, "overdue") == 1
    assert event.handle_due_at is not None and event.handle_due_at > town.now


@pytest.mark.parametrize("reason", ["超期达一倍时限", "领导批示"])
def test_what_a_person_supervises_is_pushed_and_costs_whatever_they_write(
    small_town: Town, reason: str
) -> None:
    town, event = small_town, small_town.claimed()
    town.act(event, "supervise", LEAD, reason=reason)
    with town.database.read() as session:
        owed = session.scalars(select(DeliveryRow.reason).where(DeliveryRow.event_id == event.id)).all()
    assert list(owed) == [reason]
    assert points(town, event, "supervised") == 1


@pytest.mark.parametrize("by_hand", [True, False])
def test_an_appeal_takes_back_a_supervision_of_the_system_and_none_of_a_person(
    small_town: Town, by_hand: bool
) -> None:
    town = small_town
    event = town.claimed()
    if not by_hand:
        event = town.checked(town.finished(event), "dissatisfied")
    overdue_unswept(town, event)
    town.tick(seconds=1)
    event = town.fresh(event)
    if by_hand:
        event = town.act(event, "supervise", LEAD, reason="二次处置超期")
    assert event.supervised_reason == "二次处置超期"
    event = town.checked(town.finished(event))
    event = town.act(event, "appeal", town.unit_of(event), reason="停电")
    for who in (OPERATOR, LEAD):
        event = town.act(event, "review", who, verdict="uphold", reason="属实")
    assert event.appeal == "upheld"
    with town.database.read() as session:
        query = select(func.sum(LedgerRow.tenths)).where(
            LedgerRow.event_id == event.id, LedgerRow.rule == "supervised"
        )
        left = session.scalar(query)
        roles = session.scalars(
            select(StepRow.actor_role).where(StepRow.event_id == event.id, StepRow.action == "supervise")
        ).all()
    assert list(roles) == ["lead" if by_hand else "system"]
    assert (left == 0) is not by_hand
