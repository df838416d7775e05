"""Whom to send an event to: units in order with their reasons, the limits as due times, and the border in doubt."""

from typing import Any

from flask import Response

from callbacks.api.answers import answer, moment, runtime
from callbacks.api.events.events import seen_event
from callbacks.security.guard import permission
from callbacks.security.session import somebody
from callbacks.wording import spoken
from dashboard import advice, clock
from dashboard.rules.advice.advice import Border, Due, Side
from dashboard.rules.advice.recommend import Candidate
from datasources.districts.reference import Reference
from layouts.text.words import translate


@permission("desk.use")
def candidates(number: str) -> Response:
    """Return what an operator needs to dispatch an event; it changes nothing."""
    who, reference, now = somebody(), runtime().reference, clock.now()
    with runtime().database.read() as session:
        event = seen_event(session, number, who)
        found = advice.advise(session, reference, event, who, now)
    body = {
        "number": event.number,
        "version": event.version,
        "dispatchable": found.why_not is None,
        "why_not": spoken(found.why_not) if found.why_not else None,
        "units": [_unit(one, reference) for one in found.units],
        "limits": [_due(one) for one in found.limits],
        "border": _border(found.border, reference) if found.border else None,
    }
    return answer(body)


def _unit(one: Candidate, reference: Reference) -> dict[str, Any]:
    num, den = one.facts.on_time
    return {
        "code": one.unit,
        "name": reference.unit_name(one.unit),
        "fit": one.fit,
        "score": one.score,
        "reasons": [
            {"kind": kind, "text": translate(text, **params), "good": good}
            for kind, text, params, good in one.reasons
        ],
        "load": one.facts.load,
        "on_time": {"num": num, "den": den},
    }


def _due(one: Due) -> dict[str, Any]:
    return {
        "condition": one.condition,
        "text": one.text,
        "limit": {"amount": one.limit.amount, "unit": one.limit.unit},
        "due_at": moment(one.due_at),
    }


def _border(border: Border, reference: Reference) -> dict[str, Any]:
    before = border.remembered
    return {
        "candidates": [side_body(one) for one in border.sides],
        "accuracy_m": border.accuracy_m,
        "settled": border.settled,
        "offered": border.offered,
        "remembered": before
        and {
            "grid": before.grid,
            "name": advice.side(before.grid, reference).name,
            "by": before.by,
            "at": moment(before.at),
            "distance_m": before.distance_m,
        },
    }


def side_body(side: Side) -> dict[str, Any]:
    """Return a grid at a border as the API shows it."""
    return {
        "code": side.code,
        "name": side.name,
        "street": side.street,
        "distance_m": side.distance_m,
        "inside": side.inside,
    }


ROUTES = (("GET", "/events/<number>/candidates", candidates),)
