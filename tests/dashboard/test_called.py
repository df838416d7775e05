"""Whom an emergency calls when people send it, on hold, and after a redistricting: each to sign in its own time (LIFECYCLE §4)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from dashboard.feed.alerts import alert_messages
from dashboard.feed.serializer import feed_row
from dashboard.rules.alerts.alert import AlertState
from dashboard.rules.events.event import Event, Status
from datasources.districts.reference import Reference
from datasources.events import journal
from datasources.feed import outbox
from datasources.store.models import StepRow
from tests.conftest import LEAD, OPERATOR, Town, unit_viewer
from tests.dashboard.test_emergency_law import answer, lawful, open_alert
from tests.dashboard.test_raised import GAS, NAMED, with_responsible
from tests.support.ordinary_cases import left_out, sent


def beside(town: Town, event: Event) -> dict[str, tuple[bool, float]]:
    """Unit → whether it has signed, and the minutes it had for that from now on."""
    with town.database.read() as session:
        found = journal.co_units(session, event)
    return {
        one.unit: (one.accepted_at is not None, (one.accept_due_at - town.now).total_seconds() / 60)
        for one in found
        if one.accept_due_at is not None
    }


def last_facts(town: Town, event: Event) -> dict:
    query = select(StepRow.facts).where(StepRow.event_id == event.id).order_by(StepRow.version.desc())
    with town.database.read() as session:
        return dict(session.scalars(query.limit(1)).one() or {})


def given_back(town: Town) -> Event:
    """An emergency whose dispatch was taken back; one of its co-units has signed."""
    event = town.act(town.report(GAS), "accept", unit_viewer("FIRE"))
    return town.act(event, "recall", OPERATOR, reason="另派")


def declined_and_raised(town: Town) -> Event:
    """A case that the responsible unit declined before it was corrected to an emergency."""
    event = sent(town, "GAS")
    event = town.act(event, "decline", town.unit_of(event), ground="not_our_duty", text="不属我方")
    return town.act(event, "correct", OPERATOR, category=GAS)


def of_several(town: Town) -> Event:
    """An emergency for which several units are responsible."""
    with_responsible(town, "GAS", "WATER_SUPPLY")
    return town.report(GAS)


@pytest.mark.parametrize("waits", [given_back, declined_and_raised, of_several])
@pytest.mark.parametrize("named", [None, [], ["STREET_HULI"], ["WATER_SUPPLY"]])
def test_people_who_send_an_emergency_call_at_least_whom_the_pack_names_and_who_is_called(
    town: Town, waits: Callable[[Town], Event], named: list[str] | None
) -> None:
    before = waits(town)
    assert before.status == Status.PENDING_DISPATCH
    facts = {} if named is None else {"co_units": named}
    event = town.act(before, "dispatch", OPERATOR, unit="MUNICIPAL", **facts)
    assert set(event.co_units or ()) == NAMED | set(named or ())
    assert left_out(town, event) == ""
    assert beside(town, event).get("FIRE", (False,))[0] == (waits is given_back), "who has signed stays so"
    assert set(last_facts(town, event)["co_units"]) == set(event.co_units or ()), "the step says all of them"


def test_an_ordinary_case_calls_only_whom_people_name(town: Town) -> None:
    event = town.act(
        town.report("S0406"), "dispatch", OPERATOR, unit="MUNICIPAL", co_units=["HOUSING"], reason="指定"
    )
    assert event.co_units == ["HOUSING"]
    assert sent(town).co_units is None


def on_hold(town: Town) -> Event:
    """An emergency on hold, signed for by its lead alone."""
    event = town.act(town.report("9903"), "accept", unit_viewer("MUNICIPAL"))
    until = town.now + timedelta(days=3)
    event = town.act(event, "hold", unit_viewer("MUNICIPAL"), reason="等待抽水泵", until=until)
    return town.act(event, "approve", LEAD, request="hold")


def test_a_correction_that_calls_units_to_an_emergency_on_hold_ends_its_hold_so_that_they_can_sign(
    town: Town,
) -> None:
    before = on_hold(town)
    town.tick(minutes=40)
    event = town.act(town.fresh(before), "correct", OPERATOR, category="9904")
    assert "GAS" in (event.co_units or ())
    assert (event.status, event.unit, event.hold_from, event.hold_until) == (
        Status.HANDLING,
        "MUNICIPAL",
        None,
        None,
    )
    limit = town.reference.policy.limit_of(town.reference.category("9904"))
    assert event.handle_due_at == town.reference.policy.calendar.add(town.now, limit), "its clock is whole"
    assert lawful(event, open_alert(town, event), town.now) == ""
    event = town.act(event, "accept", unit_viewer("GAS"))
    assert beside(town, event)["GAS"][0]


def test_a_correction_that_calls_nobody_leaves_an_emergency_on_hold(town: Town) -> None:
    event = town.act(on_hold(town), "correct", OPERATOR, level="district")
    assert event.status == Status.ON_HOLD


def redrawn(town: Town, gone: str, heir: str | None = None) -> None:
    """Abolish a unit, as a redistricting does, with the unit that took its place."""
    here: Reference = town.reference
    units = {code: unit for code, unit in here.units.items() if code != gone}
    past = replace(here.gone, units={**here.gone.units, gone: replace(here.units[gone], successor=heir)})
    emergency = dict(here.config["emergency"])
    emergency["co_units"] = {
        code: [unit for unit in named if unit != gone] for code, named in emergency["co_units"].items()
    }
    config = {**here.config, "emergency": emergency}
    town.reference = replace(here, units=units, gone=past, config=config, _matched={})


def signed_but_for(town: Town, event: Event, gone: str) -> Event:
    for unit in [event.unit, *(event.co_units or ())]:
        if unit != gone:
            event = town.act(town.fresh(event), "accept", unit_viewer(unit or ""))
    return event


def test_a_co_unit_that_a_redistricting_abolished_is_waited_for_no_more(town: Town) -> None:
    event = town.report(GAS)
    redrawn(town, "HOUSING")
    event = signed_but_for(town, event, "HOUSING")
    answer(town, event)
    for _ in range(3):
        town.tick(minutes=5, seconds=1)
    alert = open_alert(town, event)
    assert (alert.state, alert.next_at) == (AlertState.ACKNOWLEDGED, event.handle_due_at)
    with town.database.read() as session:
        rows = outbox.alerts_open_or_among(session)
        (message,) = alert_messages(session, rows, lambda one: feed_row(one, town.reference), town.reference)
    shown = [one["unit"] for one in message["alert"]["units"]]
    assert sorted(shown) == sorted({"GAS", *NAMED} - {"HOUSING"}), "and no screen says that it waits"


def test_its_lead_finishes_without_saying_why_a_co_unit_that_is_gone_has_not(town: Town) -> None:
    event = town.report(GAS)
    redrawn(town, "HOUSING")
    event = signed_but_for(town, event, "HOUSING")
    for unit in event.co_units or ():
        if unit != "HOUSING":
            event = town.act(town.fresh(event), "finish", unit_viewer(unit), text="已处置")
    facts = {"text": "已处置", "photos": [town.photo()]}
    assert town.act(event, "finish", unit_viewer("GAS"), **facts).status == Status.CHECKING


@pytest.mark.parametrize("heir", [None, "URBAN_MGMT"])
@pytest.mark.parametrize("how", ["sent again", "another kind", "a bad check"])
def test_whoever_took_the_place_of_a_co_unit_that_is_gone_is_called_instead(
    town: Town, heir: str | None, how: str
) -> None:
    event = town.report(GAS)
    redrawn(town, "HOUSING", heir)
    if how == "sent again":
        event = town.act(event, "recall", OPERATOR, reason="另派")
        event = town.act(event, "dispatch", OPERATOR, unit="GAS")
    elif how == "another kind":
        event = town.act(event, "correct", OPERATOR, category="9901")
    else:
        event = town.act(event, "accept", unit_viewer("GAS"))
        event = town.act(
            event, "finish", unit_viewer("GAS"), text="已处置", reason="协办未到", photos=[town.photo()]
        )
        event = town.checked(event, "dissatisfied")
    called = set(event.co_units or ())
    assert "HOUSING" not in called and NAMED - {"HOUSING", event.unit} <= called
    assert ("URBAN_MGMT" in called) == (heir is not None)
    assert set(beside(town, event)) == called


def test_what_a_co_unit_did_before_it_was_abolished_stays(town: Town) -> None:
    event = town.act(town.report(GAS), "accept", unit_viewer("HOUSING"))
    redrawn(town, "HOUSING", "URBAN_MGMT")
    event = town.act(event, "recall", OPERATOR, reason="另派")
    event = town.act(event, "dispatch", OPERATOR, unit="GAS")
    assert beside(town, event)["HOUSING"][0]


@pytest.mark.parametrize("lead_signs", [False, True])
def test_units_called_in_later_have_their_own_minutes_to_sign(town: Town, lead_signs: bool) -> None:
    event = town.report("9903")
    if lead_signs:
        event = town.act(event, "accept", unit_viewer("MUNICIPAL"))
    first = set(event.co_units or ())
    town.tick(minutes=4)
    event = town.act(town.fresh(event), "correct", OPERATOR, category="9904")
    due = {unit: minutes for unit, (_, minutes) in beside(town, event).items()}
    assert {due[unit] for unit in due if unit not in first} == {5}
    assert {due[unit] for unit in first} == {1}, "who was called before has no more time than it had"
    assert event.accept_due_at == town.now + timedelta(minutes=1)


def test_co_units_called_while_it_waits_for_people_have_their_minutes_too(town: Town) -> None:
    event = sent(town, "GAS")
    event = town.act(event, "decline", town.unit_of(event), ground="not_our_duty", text="不属我方")
    event = town.act(event, "dispatch", OPERATOR, unit="URBAN_MGMT")
    event = town.act(event, "correct", OPERATOR, category=GAS)
    assert event.status == Status.PENDING_DISPATCH
    assert {minutes for _, minutes in beside(town, event).values()} == {5}
    assert set(beside(town, event)) == set(event.co_units or ())


def test_a_case_that_becomes_an_emergency_brings_the_signing_of_its_co_units_forward(town: Town) -> None:
    event = town.act(
        town.report("S0406"), "dispatch", OPERATOR, unit="URBAN_MGMT", co_units=["HOUSING"], reason="指定"
    )
    assert beside(town, event)["HOUSING"][1] == 30
    event = town.act(event, "correct", OPERATOR, emergency=True)
    assert beside(town, event)["HOUSING"][1] == 5
