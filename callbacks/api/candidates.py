"""Whom to send an event to: units in order with their reasons, the limits as due times, and the border in doubt."""

from datetime import datetime
from typing import Any

from flask import Response

from callbacks.api.answers import answer, house, moment
from callbacks.api.events import seen_event
from callbacks.guard import permission
from callbacks.session import somebody
from dashboard import clock
from dashboard.rules.access import Viewer
from dashboard.rules.context import Context
from dashboard.rules.event import Event
from dashboard.rules.lifecycle import permit
from dashboard.rules.recommend import Candidate
from dashboard.rules.refusals import NotNow
from datasources import queries_candidates
from datasources.geo import BAND_M
from datasources.models import BorderDecisionRow
from datasources.reference import Reference
from layouts.words import translate


@permission("desk.use")
def candidates(number: str) -> Response:
    """Return what an operator needs to dispatch an event; it changes nothing."""
    who, reference, now = somebody(), house().reference, clock.now()
    with house().database.read() as session:
        event = seen_event(session, reference, number, who)
        units = queries_candidates.candidates(session, reference, event, now)
        ruling = queries_candidates.remembered(session, event)
    why_not = _why_not(event, who, reference, now)
    body = {
        "number": event.number,
        "version": event.version,
        "dispatchable": why_not is None,
        "why_not": why_not,
        "units": [_unit(one, reference) for one in units],
        "limits": _limits(event, reference, now),
        "border": _border(event, reference, ruling) if event.border else None,
    }
    return answer(body)


def _why_not(event: Event, who: Viewer, reference: Reference, now: datetime) -> str | None:
    """Return why the viewer may not dispatch the event now, in the words a dispatch would be refused with."""
    try:
        permit(event, "dispatch", who, Context(now, reference))
    except NotNow as refusal:
        params = {name: translate(value) for name, value in refusal.params.items()}
        return translate(refusal.text, **params)
    return None


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


def _limits(event: Event, reference: Reference, now: datetime) -> list[dict[str, Any]]:
    """Return the limit of the category, then of each filing condition, and when it would be due from now."""
    policy, category = reference.policy, reference.category(event.category)
    conditions = reference.conditions.get(event.category or "", [])
    found = []
    for no, text in [(None, ""), *((one["no"], one["text"]) for one in conditions)]:
        limit = policy.limit_of(category, no)
        found.append(
            {
                "condition": no,
                "text": text,
                "limit": {"amount": limit.amount, "unit": limit.unit},
                "due_at": moment(policy.calendar.add(now, limit)),
            }
        )
    return found


def _border(event: Event, reference: Reference, ruling: BorderDecisionRow | None) -> dict[str, Any]:
    """Return the grids the place may lie in, as the event names them, with the newest ruling on the same stretch."""
    border = event.border or {}
    metres: dict[str, float] = {}
    if event.lng is not None and event.lat is not None:
        reach = max(BAND_M, event.accuracy_m or 0.0)
        metres = dict(reference.geo.near(event.lng, event.lat, reach))
    return {
        "candidates": [_grid(code, metres.get(code), reference) for code in border.get("candidates", ())],
        "accuracy_m": event.accuracy_m,
        "settled": bool(border.get("settled")),
        "remembered": {"grid": ruling.grid, "by": ruling.by, "at": moment(ruling.at)} if ruling else None,
    }


def _grid(code: str, metres: float | None, reference: Reference) -> dict[str, Any]:
    area = reference.areas.get(code)
    return {
        "code": code,
        "name": area.name if area else code,
        "street": _street(reference.geo.path(code), reference),
        "distance_m": None if metres is None else round(metres, 1),
        "inside": metres == 0,
    }


def _street(path: str, reference: Reference) -> str | None:
    """Return the name of the area of the second level on a path."""
    road = [reference.areas[code] for code in path.split("/") if code in reference.areas]
    return next((area.name for area in road if area.level in reference.levels[1:2]), None)


ROUTES = (("GET", "/events/<number>/candidates", candidates),)
