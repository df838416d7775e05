"""Ordinary cases in a unit's hands, as far on as they can be, and whom an emergency that one turns out to be must call."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from dashboard.rules.events.event import Event, Status
from dashboard.rules.events.guards import needs_ruling
from datasources.events import journal
from tests.conftest import LEAD, OPERATOR, Town


def sent(town: Town, unit: str = "URBAN_MGMT") -> Event:
    """A case that was dispatched to a unit."""
    return town.act(town.report("S0406"), "dispatch", OPERATOR, unit=unit, reason="指定处置")


def signed(town: Town) -> Event:
    """A case that a unit has signed for."""
    event = sent(town)
    return town.act(event, "accept", town.unit_of(event))


def held(town: Town) -> Event:
    """A case on hold."""
    event = town.claimed()
    until = town.now + timedelta(days=30)
    event = town.act(event, "hold", town.unit_of(event), reason="等待材料到货", until=until)
    return town.act(event, "approve", LEAD, request="hold")


def finished(town: Town) -> Event:
    """A case that has to be checked."""
    return town.finished(town.claimed())


def returned(town: Town) -> Event:
    """A case that came back after a bad check."""
    return town.checked(finished(town), "dissatisfied")


def declined(town: Town) -> Event:
    """A case that one unit declined and another one has signed for."""
    event = sent(town, "GAS")
    event = town.act(event, "decline", town.unit_of(event), ground="not_our_duty", text="不属我方")
    event = town.act(event, "dispatch", OPERATOR, unit="URBAN_MGMT")
    return town.act(event, "accept", town.unit_of(event))


def ruled(town: Town) -> Event:
    """A case that two units declined, in the hands of the one to whom the lead sent it."""
    event = sent(town, "MUNICIPAL")
    event = town.act(event, "decline", town.unit_of(event), ground="not_our_duty", text="不属我方")
    event = town.act(event, "dispatch", OPERATOR, unit="URBAN_MGMT")
    event = town.act(event, "decline", town.unit_of(event), ground="not_our_duty", text="不属我方")
    event = town.act(event, "dispatch", LEAD, unit="URBAN_MGMT")
    return town.act(event, "accept", town.unit_of(event))


IN_HAND: Mapping[str, Callable[[Town], Event]] = {
    "sent": sent,
    "signed": signed,
    "claimed": Town.claimed,
    "held": held,
    "finished": finished,
    "returned": returned,
    "declined": declined,
    "ruled": ruled,
}


def uncalled(town: Town, event: Event, before: Event) -> str:
    """Return what of the law a correction of an emergency has left undone; nothing when everybody is called."""
    units = set(town.reference.responsible(event))
    with town.database.read() as session:
        refused = set(journal.declined_by(session, event))
    if event.status == Status.PENDING_DISPATCH:
        people_choose = len(units) != 1 or needs_ruling(event) or units & refused
        return _unasked(town, event) if people_choose else "one unit is responsible and does not have it"
    if event.status == Status.CHECKING and before.emergency and before.category == event.category:
        return _unasked(town, event)
    if units and event.unit not in units and not needs_ruling(event):
        return f"{event.unit} has it, and is not responsible"
    missing = (units - refused if needs_ruling(event) else set()) - {event.unit, *(event.co_units or ())}
    return f"it does not call {missing}" if missing else left_out(town, event)


def left_out(town: Town, event: Event) -> str:
    """Return what of the law is left undone for whoever stands beside the lead of an emergency that a unit has."""
    missing = set(town.reference.co_units(event)) - {event.unit, *(event.co_units or ())}
    return f"it does not call {missing}" if missing else _unasked(town, event)


def _unasked(town: Town, event: Event) -> str:
    with town.database.read() as session:
        beside = {one.unit for one in journal.co_units(session, event)}
    return "" if set(event.co_units or ()) == beside else "who stands beside it has nothing to sign"
