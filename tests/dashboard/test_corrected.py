"""A correction closes the old clock wherever it stands, and dispatches an emergency only where that is the system's to do."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from dashboard.rules.events.event import Event, Status
from dashboard.rules.limits import Limit
from dashboard.rules.refusals import NotAllowedNow
from datasources.store.models import LedgerRow
from tests.conftest import LEAD, OPERATOR, Town

SLOW, FAST, GAS = "B0127", "B0110", "S0502"  # 2 work days, 2 urgent hours, an emergency within 1 urgent hour


def waiting(town: Town, category: str) -> Event:
    """An event that the command centre has to dispatch."""
    event = town.report(category)
    if event.status == Status.CLAIMABLE:
        town.tick(minutes=30)
    return town.fresh(event)


def sent(town: Town, category: str, unit: str) -> Event:
    return town.act(waiting(town, category), "dispatch", OPERATOR, unit=unit)


def declined(town: Town, event: Event) -> Event:
    return town.act(event, "decline", town.unit_of(event), ground="not_our_duty", text="不属于本单位")


def held(town: Town, category: str) -> Event:
    event = sent(town, category, "URBAN_MGMT")
    event = town.act(event, "accept", town.unit_of(event))
    until = town.now + timedelta(days=7)
    event = town.act(event, "hold", town.unit_of(event), reason="等待材料", until=until)
    return town.act(event, "approve", LEAD, request="hold")


def due(town: Town, category: str) -> object:
    """When an event of a category is due whose clock starts now."""
    found = town.reference.categories[category]
    limit = found.limit
    assert isinstance(limit, Limit)
    return town.reference.policy.calendar.add(town.now, limit)


def test_after_two_declines_a_correction_leaves_the_dispatch_to_the_lead(town: Town) -> None:
    event = town.report(GAS)
    event = declined(town, event)
    event = declined(town, town.act(event, "dispatch", OPERATOR, unit="GAS"))
    for facts in ({"level": "street"}, {"lng": event.lng + 1e-4, "lat": event.lat}, {"category": "9904"}):
        event = town.act(event, "correct", OPERATOR, **facts)
        assert (event.status, event.final_dispatch) == (Status.PENDING_DISPATCH, False)
    with pytest.raises(NotAllowedNow, match="值班长裁定"):
        town.act(event, "dispatch", OPERATOR, unit="GAS")


def test_a_correction_does_not_send_an_emergency_to_who_has_just_declined_it(town: Town) -> None:
    event = declined(town, town.report(GAS))
    event = town.act(event, "correct", OPERATOR, lng=event.lng + 1e-4, lat=event.lat)
    assert event.status == Status.PENDING_DISPATCH


def test_a_correction_of_the_level_alone_undoes_no_recall(town: Town) -> None:
    event = town.act(town.report(GAS), "recall", OPERATOR, reason="另派")
    assert town.act(event, "correct", OPERATOR, level="district").status == Status.PENDING_DISPATCH


def test_what_becomes_an_emergency_by_correction_is_dispatched_by_the_system(town: Town) -> None:
    event = town.act(waiting(town, SLOW), "correct", OPERATOR, category=GAS)
    assert (event.status, event.unit) == (Status.DISPATCHED, "GAS")


def test_a_category_corrected_on_hold_begins_its_own_clock_whole_when_the_hold_ends(town: Town) -> None:
    event = held(town, SLOW)
    town.hand.forward(hours=1)
    event = town.act(event, "correct", OPERATOR, category=FAST)
    town.hand.forward(hours=3)
    event = town.act(event, "resume", LEAD)
    assert event.handle_due_at == due(town, FAST)


def test_a_held_event_that_is_corrected_to_an_emergency_runs_against_the_emergencys_limit(town: Town) -> None:
    event = held(town, SLOW)
    town.hand.forward(hours=1)
    event = town.act(event, "correct", OPERATOR, category=GAS)
    assert (event.status, event.emergency, event.handle_due_at) == (Status.DISPATCHED, True, due(town, GAS))


@pytest.mark.parametrize("to", [GAS, "B0149", FAST])
def test_a_category_corrected_after_a_decline_starts_a_new_clock_for_the_same_unit_too(
    town: Town, to: str
) -> None:
    unit = "MUNICIPAL"
    event = declined(town, sent(town, SLOW, unit))
    town.hand.forward(minutes=10)
    event = town.act(event, "correct", OPERATOR, category=to)
    if event.status == Status.PENDING_DISPATCH:
        event = town.act(event, "dispatch", OPERATOR, unit=unit)
    assert event.handle_due_at == due(town, to)


def test_without_a_correction_the_clock_of_a_declined_event_goes_on_for_the_same_unit(town: Town) -> None:
    first = sent(town, SLOW, "MUNICIPAL")
    event = declined(town, first)
    town.hand.forward(minutes=10)
    event = town.act(event, "dispatch", OPERATOR, unit="MUNICIPAL")
    assert event.handle_due_at == first.handle_due_at


def entries(town: Town, event: Event, *rules: str) -> list[tuple[str, str, int]]:
    query = select(LedgerRow.subject, LedgerRow.rule, LedgerRow.tenths).where(LedgerRow.event_id == event.id)
    with town.database.read() as session:
        return [tuple(row) for row in session.execute(query.order_by(LedgerRow.id)) if row.rule in rules]


def test_an_unfounded_decline_is_charged_once_however_often_the_lead_sends_the_case_there(town: Town) -> None:
    event = waiting(town, "S0406")
    for unit in ("MUNICIPAL", "URBAN_MGMT"):
        event = declined(town, town.act(event, "dispatch", OPERATOR, unit=unit))
    event = town.act(event, "dispatch", LEAD, unit="MUNICIPAL")
    event = town.act(event, "accept", town.unit_of(event))
    event = town.act(event, "escalate", town.unit_of(event), reason="超出能力")
    event = town.act(event, "dispatch", LEAD, unit="MUNICIPAL")
    assert entries(town, event, "unfounded_decline") == [("MUNICIPAL", "unfounded_decline", -10)]


def test_an_upheld_appeal_gives_back_what_its_own_unit_had_lost_by_then_and_nothing_else(town: Town) -> None:
    event = town.claimed()
    first = event.unit
    assert first is not None
    town.tick(days=4)
    event = town.checked(town.finished(town.fresh(event)))
    event = town.act(event, "appeal", town.unit_of(event), reason="台风停工")
    event = town.act(event, "reopen", OPERATOR, reason="复发")
    event = town.act(event, "escalate", town.unit_of(event), reason="超出能力")
    event = town.act(event, "dispatch", OPERATOR, unit="MUNICIPAL")
    event = town.act(event, "accept", town.unit_of(event))
    town.tick(days=4)
    event = town.checked(town.finished(town.fresh(event)))
    before = entries(town, event, "overdue", "supervised")
    for reviewer in (OPERATOR, LEAD):
        event = town.act(event, "review", reviewer, verdict="uphold", reason="属实")
    back = entries(town, event, "overdue", "supervised")[len(before) :]
    assert first != "MUNICIPAL" and back == [(first, "overdue", 20)]


def ruled_on(town: Town) -> Event:
    """An event that two units declined; the lead sent it to the first, which signed and passed it up."""
    event = waiting(town, "S0406")
    for unit in ("MUNICIPAL", "URBAN_MGMT"):
        event = declined(town, town.act(event, "dispatch", OPERATOR, unit=unit))
    town.hand.forward(minutes=1)
    event = town.act(event, "dispatch", LEAD, unit="MUNICIPAL")
    event = town.act(event, "accept", town.unit_of(event))
    event = town.act(event, "escalate", town.unit_of(event), reason="超出能力")
    town.hand.forward(minutes=1)
    return event


def test_recalling_a_final_dispatch_gives_back_the_points_of_its_own_unit_and_of_no_other(town: Town) -> None:
    event = town.act(ruled_on(town), "dispatch", LEAD, unit="URBAN_MGMT")
    town.act(event, "recall", LEAD)
    assert entries(town, event, "unfounded_decline") == [
        ("MUNICIPAL", "unfounded_decline", -10),
        ("URBAN_MGMT", "unfounded_decline", -10),
        ("URBAN_MGMT", "unfounded_decline", 10),
    ]


def test_recalling_a_second_final_dispatch_leaves_what_the_first_one_ruled(town: Town) -> None:
    event = town.act(ruled_on(town), "dispatch", LEAD, unit="MUNICIPAL")
    town.act(event, "recall", LEAD)
    assert entries(town, event, "unfounded_decline") == [("MUNICIPAL", "unfounded_decline", -10)]
