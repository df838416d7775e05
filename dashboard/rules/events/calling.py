"""Whom an emergency calls: who is in charge of it and who stands beside, decided here alone (LIFECYCLE §4).

Law: the one unit responsible is in charge, with the units that the pack names; where there is not one answer people
choose. Whoever sends it, all of them are called; whoever was called, or is at work on it, stays.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from dashboard.rules.events.context import Context
from dashboard.rules.events.event import OWNED, Event, Status
from dashboard.rules.events.guards import needs_ruling

REROUTED = "更正后属紧急事件，按职责清单改派"
Next = tuple[str, dict[str, Any]]


def sent_to(event: Event, context: Context) -> Next | None:
    """Return the dispatch of an emergency that waits at the centre; None where it is for people to choose."""
    units = context.world.responsible(event)
    # whoever declined it, and what the lead has to rule on, is for people to decide
    if len(units) != 1 or needs_ruling(event) or units[0] in context.declined_by:
        return None
    return "dispatch", {"unit": units[0]}


def corrected(event: Event, before: Event, context: Context) -> Next | None:
    """Return what follows where a correction says anew whose an emergency is that a unit has in hand.

    The unit keeps it that is responsible, or where nobody is, or where the lead ruled; any other gives it back to be
    sent on. What is reported as done goes on only where it is other work now.
    """
    if event.status not in OWNED:
        return None
    units = context.world.responsible(event)
    fits, missing = event.unit in units or not units, _missing(event, context)
    if event.status == Status.CHECKING:
        other_work = event.category != before.category or not before.emergency
        return _given_back() if other_work and (missing or not fits) else None
    if not fits and not needs_ruling(event):
        return _given_back()
    return ("call_in", {"co_units": missing}) if missing else None


def with_lead(lead: str, event: Event, named: Iterable[str], context: Context) -> tuple[str, ...]:
    """Return who stands beside a lead from now on: whom people name, and in an emergency everybody who is called anyway."""
    others = beside(event, context, named) if event.emergency else _once(named)
    return tuple(code for code in others if code != lead)


def beside(event: Event, context: Context, named: Iterable[str] = ()) -> list[str]:
    """Return who stands beside the lead of an emergency: those the pack names, whoever is called already, others named.

    Where one of them is there no more, whoever took its place is called; what it has signed for stays its own.
    """
    world, signed = context.world, {one.unit for one in context.co_units if one.accepted_at}
    wanted = [*world.co_units(event), *(event.co_units or ()), *named]
    here = (code if code in signed else world.standing_unit(code) for code in wanted)
    return _once(code for code in here if code in signed or world.is_unit(code))


def once_more(event: Event, context: Context) -> tuple[str, ...]:
    """Return whom an emergency calls when its work begins again: as before, each to sign anew."""
    return with_lead(event.unit or "", event, (), replace(context, co_units=())) if event.emergency else ()


def _missing(event: Event, context: Context) -> list[str]:
    """Return who has to be called to an emergency in a unit's hands and is not."""
    units, called = context.world.responsible(event), {event.unit, *(event.co_units or ())}
    # who is in charge the lead has ruled; the responsible are called all the same
    ruled_out = [] if event.unit in units or not needs_ruling(event) else units
    wanted = beside(event, context, [code for code in ruled_out if code not in context.declined_by])
    return [code for code in wanted if code not in called]


def _given_back() -> Next:
    return "recall", {"reason": REROUTED}


def _once(codes: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(codes))
