"""A case in a unit's hands that is corrected to an emergency calls whom every emergency calls (LIFECYCLE §2, §4)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from dashboard.rules.events.event import Event, Status
from dashboard.rules.refusals import NotAllowedNow
from datasources.events import journal
from datasources.store.models import LedgerRow, StepRow
from tests.conftest import LEAD, OPERATOR, Town, unit_viewer
from tests.dashboard.test_emergency_law import lawful, open_alert
from tests.support.ordinary_cases import IN_HAND, declined, finished, held, ruled, signed, uncalled

GAS = "S0502"
NAMED = {"FIRE", "HOUSING", "POLICE", "HEALTH", "STREET_HULI"}
AT_WORK = {"signed", "claimed", "held", "returned"}


def done(town: Town, event: Event, since: Event) -> list[tuple[str, str, str]]:
    """The steps after another one, as (action, role, to)."""
    query = select(StepRow).where(StepRow.event_id == event.id, StepRow.version > since.version)
    with town.database.read() as session:
        return [
            (row.action, row.actor_role, row.to_status)
            for row in session.scalars(query.order_by(StepRow.version))
        ]


def points(town: Town, event: Event) -> list[tuple[str, str, int]]:
    query = select(LedgerRow.subject, LedgerRow.rule, LedgerRow.tenths).where(LedgerRow.event_id == event.id)
    with town.database.read() as session:
        return [tuple(row) for row in session.execute(query.order_by(LedgerRow.id))]


def gas(town: Town, event: Event) -> Event:
    return town.act(event, "correct", OPERATOR, category=GAS)


@pytest.mark.parametrize("stands", ["sent", "signed", "claimed", "held", "finished", "returned"])
def test_the_responsible_unit_gets_it_at_once_with_the_co_units_and_whoever_is_at_work_stays_beside(
    town: Town, stands: str
) -> None:
    before = IN_HAND[stands](town)
    town.tick(minutes=1)
    before, paid = town.fresh(before), points(town, before)
    event = gas(town, before)
    assert (event.status, event.unit, event.how) == (Status.DISPATCHED, "GAS", "dispatch")
    assert set(event.co_units or ()) == NAMED | ({before.unit} if stands in AT_WORK else set())
    assert uncalled(town, event, before) == ""
    assert done(town, event, before)[-2:] == [
        ("recall", "system", Status.PENDING_DISPATCH),
        ("dispatch", "system", Status.DISPATCHED),
    ]
    with town.database.read() as session:
        assert {one.accept_due_at for one in journal.co_units(session, event)} == {event.accept_due_at}
    hour = town.reference.policy.limit_of(town.reference.category(GAS))
    assert event.accept_due_at == town.now + timedelta(minutes=5)
    assert event.handle_due_at == town.reference.policy.calendar.add(town.now, hour)
    assert (event.hold_until, event.check_due_at, event.round) == (None, None, before.round)
    assert points(town, event) == paid, "nobody pays for having had it"
    assert lawful(event, open_alert(town, event), town.now) == ""
    if stands in AT_WORK:
        event = town.act(event, "accept", unit_viewer(before.unit or ""))
    event = town.act(event, "accept", unit_viewer("GAS"))
    assert event.status == Status.HANDLING


@pytest.mark.parametrize("stands", ["sent", "signed", "claimed", "held", "finished"])
def test_the_responsible_unit_keeps_what_is_raised_in_its_own_hands(town: Town, stands: str) -> None:
    before = IN_HAND[stands](town)
    event = town.act(before, "correct", OPERATOR, emergency=True)
    assert (event.unit, event.how, event.accepted_at) == (before.unit, before.how, before.accepted_at)
    assert event.status == (Status.HANDLING if stands == "held" else before.status)
    assert [action for action, *_ in done(town, event, before)] == ["correct"]
    assert uncalled(town, event, before) == ""


def with_responsible(town: Town, *units: str) -> None:
    """Let these units be the first in the matrix for gas."""
    line = town.reference.duties[GAS][0]
    lines = [replace(line, unit=unit, priority=1) for unit in units]
    town.reference = replace(town.reference, duties={**town.reference.duties, GAS: lines}, _matched={})


@pytest.mark.parametrize("stands", ["sent", "signed", "claimed", "held"])
def test_where_the_unit_that_has_it_is_responsible_the_co_units_are_called_to_it_by_a_step_of_their_own(
    town: Town, stands: str
) -> None:
    with_responsible(town, "URBAN_MGMT")
    before = IN_HAND[stands](town)
    event = gas(town, before)
    assert (event.unit, set(event.co_units or ())) == ("URBAN_MGMT", NAMED)
    assert event.status == (Status.HANDLING if stands == "held" else before.status)
    assert done(town, event, before)[-1][:2] == ("call_in", "system")
    with town.database.read() as session:
        due = {one.accept_due_at for one in journal.co_units(session, event)}
    assert due == {town.now + timedelta(minutes=5)}
    assert uncalled(town, event, before) == ""
    event = town.act(event, "accept", unit_viewer("FIRE"))
    assert lawful(event, open_alert(town, event), town.now) == ""


def test_what_its_responsible_unit_reported_as_done_is_work_again_where_co_units_have_to_come(
    town: Town,
) -> None:
    with_responsible(town, "URBAN_MGMT")
    event = gas(town, finished(town))
    assert (event.status, event.unit, set(event.co_units or ())) == (Status.DISPATCHED, "URBAN_MGMT", NAMED)
    assert (event.finished_at, event.rework_count) == (None, 0)


def test_where_several_units_are_responsible_the_operator_chooses_and_everybody_named_is_called(
    town: Town,
) -> None:
    with_responsible(town, "GAS", "WATER_SUPPLY")
    before = signed(town)
    event = gas(town, before)
    assert (event.status, event.unit) == (Status.PENDING_DISPATCH, None)
    assert set(event.co_units or ()) == NAMED | {"URBAN_MGMT"}
    assert lawful(event, open_alert(town, event), town.now) == ""
    event = town.act(event, "dispatch", OPERATOR, unit="WATER_SUPPLY")
    assert set(event.co_units or ()) == NAMED | {"URBAN_MGMT"}


def test_where_nobody_is_responsible_it_stays_where_it_is(town: Town) -> None:
    before = signed(town)
    town.reference = replace(town.reference, duties={}, _matched={})
    event = gas(town, before)
    assert (event.status, event.unit, set(event.co_units or ())) == (Status.HANDLING, "URBAN_MGMT", NAMED)


def test_whoever_declined_it_gets_it_by_nobody_but_people(town: Town) -> None:
    event = gas(town, declined(town))
    assert (event.status, event.unit) == (Status.PENDING_DISPATCH, None)
    assert set(event.co_units or ()) == NAMED | {"URBAN_MGMT"}


def test_who_is_in_charge_stays_as_the_lead_ruled_and_the_responsible_unit_is_called_beside(
    town: Town,
) -> None:
    before = ruled(town)
    paid = points(town, before)
    event = gas(town, before)
    assert (event.status, event.unit, event.final_dispatch) == (Status.HANDLING, "URBAN_MGMT", True)
    assert set(event.co_units or ()) == NAMED | {"GAS"}
    assert points(town, event) == paid
    with pytest.raises(NotAllowedNow, match="值班长"):
        town.act(event, "recall", OPERATOR, reason="燃气")
    event = town.act(event, "recall", LEAD, reason="燃气")
    assert town.act(event, "dispatch", LEAD, unit="GAS").unit == "GAS"


def test_an_emergency_corrected_to_another_kind_goes_to_that_kinds_unit_and_keeps_who_is_on_the_way(
    town: Town,
) -> None:
    fire = town.report("9901")
    assert fire.unit == "FIRE"
    fire = town.act(fire, "accept", unit_viewer("FIRE"))
    event = gas(town, fire)
    assert event.unit == "GAS"
    assert set(event.co_units or ()) == NAMED | set(fire.co_units or ()) | {"FIRE"}
    assert uncalled(town, event, fire) == ""


def test_a_corrected_level_calls_nobody_anew(town: Town) -> None:
    event = gas(town, signed(town))
    after = town.act(event, "correct", OPERATOR, level="street")
    assert [action for action, *_ in done(town, after, event)] == ["correct"]


def test_an_emergency_in_the_hands_of_who_is_not_responsible_can_be_sent_on_with_a_reason(town: Town) -> None:
    before = town.act(town.report(GAS), "recall", OPERATOR, reason="另派")
    event = town.act(before, "dispatch", OPERATOR, unit="MUNICIPAL")
    event = town.act(event, "accept", unit_viewer("MUNICIPAL"))
    event = town.act(event, "recall", OPERATOR, reason="转交燃气公司")
    event = town.act(town.act(event, "dispatch", OPERATOR, unit="GAS"), "accept", unit_viewer("GAS"))
    with pytest.raises(NotAllowedNow, match="已经签收"):
        town.act(event, "recall", OPERATOR, reason="再派")


def test_a_second_failure_that_shows_with_the_correction_is_supervised_and_sent_on(town: Town) -> None:
    event = IN_HAND["returned"](town)
    town.hand.forward(days=10)
    before = town.fresh(event)
    event = gas(town, before)
    assert [action for action, *_ in done(town, event, before)] == [
        "correct",
        "supervise",
        "recall",
        "dispatch",
    ]
    assert {subject for subject, rule, _ in points(town, event) if rule == "supervised"} == {before.unit}


def test_raising_a_held_case_to_an_emergency_ends_its_hold(town: Town) -> None:
    raised = town.act(held(town), "correct", OPERATOR, emergency=True)
    assert raised.status == Status.HANDLING and raised.hold_until is None
    assert lawful(raised, open_alert(town, raised), town.now) == ""


def test_raising_a_case_to_an_emergency_brings_its_signing_and_its_check_forward(town: Town) -> None:
    sent = town.report("S0406")
    town.tick(minutes=31)
    sent = town.act(town.fresh(sent), "dispatch", OPERATOR, unit="URBAN_MGMT")
    raised = town.act(sent, "correct", OPERATOR, emergency=True)
    assert raised.accept_due_at == town.now + timedelta(minutes=5)
    done = town.finished(town.claimed())
    raised = town.act(done, "correct", OPERATOR, emergency=True)
    assert raised.check_due_at == town.now + timedelta(minutes=30)


@pytest.mark.parametrize("how", ["a bad check", "reopening"])
def test_an_emergency_whose_work_begins_again_calls_whom_it_had_beside_it_once_more(
    town: Town, how: str
) -> None:
    event = town.act(town.report(GAS), "accept", unit_viewer("GAS"))
    beside = event.co_units
    assert beside
    event = town.act(
        event, "finish", unit_viewer("GAS"), text="已处置", reason="协办未到", photos=[town.photo()]
    )
    if how == "a bad check":
        event = town.checked(event, "dissatisfied")
    else:
        event = town.act(town.checked(event), "reopen", OPERATOR, reason="又漏气")
    assert (event.status, event.unit, event.round) == (Status.HANDLING, "GAS", 2)
    assert set(event.co_units or ()) == set(beside)
    signed_anew = town.act(event, "accept", unit_viewer(beside[0]))
    assert open_alert(town, signed_anew) is not None
