"""What lies around an event: what may be the same matter nearby, and what happened at this place before."""

from collections.abc import Sequence
from typing import Any

from flask import Response

from callbacks.api.answers import answer, moment, runtime
from callbacks.api.events.events import seen_event
from callbacks.security.guard import permission
from callbacks.security.session import somebody
from dashboard import clock
from dashboard.rules.access import Viewer
from dashboard.rules.events.capacities import sees
from dashboard.rules.events.event import on_time
from dashboard.rules.text.masking import mask_text
from datasources.events import around as queries_around


@permission("events.see")
def around(number: str) -> Response:
    """Return possible duplicates, the likeliest first, and the history of the place, newest first, as far as seen."""
    who, reference = somebody(), runtime().reference
    with runtime().database.read() as session:
        event = seen_event(session, number, who)
        near = queries_around.duplicates_of(session, reference, event, clock.now())
        past = queries_around.history_here(session, reference, event)
    body = {"number": event.number, "duplicates": _shown(near, who), "history": _shown(past, who)}
    return answer(body)


def _shown(found: Sequence[queries_around.Beside], who: Viewer) -> list[dict[str, Any]]:
    reference, now = runtime().reference, clock.now()
    return [
        {
            "number": one.event.number,
            "title": mask_text(one.event.title),
            "status": one.event.status,
            "category": reference.category_name(one.event.category),
            "alike": one.alike,
            "distance_m": None if one.metres is None else round(one.metres, 1),
            "age_s": round(one.age.total_seconds()),
            "reported_at": moment(one.event.reported_at),
            "unit": {"code": one.event.unit, "name": reference.unit_name(one.event.unit)}
            if one.event.unit
            else None,
            "rating": one.event.rating,
            "on_time": on_time(one.event, now),
        }
        for one in found
        if sees(one.event, who, reference)
    ]


ROUTES = (("GET", "/events/<number>/around", around),)
