"""The claim pool as a unit meets it: what it may claim and why, who else may, what it earns, until when it would be due."""

from typing import Any

from flask import Response

from callbacks.api.answers import answer, moment, runtime, shown
from callbacks.api.events.events import known_event
from callbacks.security.guard import permission
from callbacks.security.session import somebody
from dashboard import advice, clock
from dashboard.rules.access import Viewer
from dashboard.rules.events.capacities import could_claim
from dashboard.rules.events.event import Event, Status
from dashboard.rules.ranking import points_text
from dashboard.rules.refusals import NotFound
from dashboard.rules.text.masking import mask_text
from datasources.districts.reference import Reference
from datasources.events import pool as queries_pool

AT_STAKE = ("claim", "claim_on_time", "very_satisfied")


@permission("pool.see")
def pool() -> Response:
    """Return what the unit may claim now, soonest first."""
    who, reference, now = somebody(), runtime().reference, clock.now()
    with runtime().database.read() as session:
        events = queries_pool.claimable(session, reference, who.unit or "", now)
        photos = queries_pool.photo_counts(session, [event.id for event in events])
        left = queries_pool.bonus_left(session, reference, who.unit or "", now)
    cap = points_text(reference.policy.claim_cap)
    stake = {rule: points_text(reference.policy.points[rule]) for rule in AT_STAKE}
    if left <= 0:
        stake["claim"] = points_text(0)
    items = list(shown("event", events, lambda event: _item(event, who, reference, photos.get(event.id, 0))))
    return answer({"items": items, "stake": stake, "bonus_left": points_text(max(0, left)), "bonus_cap": cap})


def _item(event: Event, who: Viewer, reference: Reference, photos: int) -> dict[str, Any]:
    duties = reference.matched(event)
    duty = next(one for one in duties if one.unit == who.unit)
    area, due = reference.areas.get(duty.area), advice.limits(event, reference, clock.now())
    own = next((one for one in due if one.condition == event.condition), due[0])
    rivals = [reference.unit_name(code) for code in reference.eligible(event) if code != who.unit]
    return {
        "number": event.number,
        "claim_due_at": moment(event.claim_due_at),
        "why": {
            "category": reference.category_name(duty.category),
            "area": area.name if area else reference.name,
            "priority": duty.priority,
        },
        "rivals": rivals,
        "limit": {"amount": own.limit.amount, "unit": own.limit.unit},
        "due_at": moment(own.due_at),
        "photos": photos,
        "description": mask_text(event.description),
    }


@permission("pool.see")
def fate(number: str) -> Response:
    """Return what became of an event that the unit could have claimed; NotFound for one that never was its business.

    Whoever lost a race learns who won and when (LIFECYCLE §2), and no more than that.
    """
    who, reference = somebody(), runtime().reference
    with runtime().database.read() as session:
        event = known_event(session, number)
        if event.pool_at is None or not could_claim(event, who, reference):
            raise NotFound("没有编号为 {number} 的事件", number=number[:50])
        at = queries_pool.left_pool_at(session, event.id)
    unit = {"code": event.unit, "name": reference.unit_name(event.unit)} if event.unit else None
    claimed = event.how == "claim" and event.status != Status.CLAIMABLE
    return answer(
        {
            "number": event.number,
            "status": event.status,
            "claimed": claimed,
            "unit": unit if claimed else None,
            "at": moment(at),
        }
    )


ROUTES = (("GET", "/pool", pool), ("GET", "/pool/<number>", fate))
