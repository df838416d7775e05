"""Objections that wait for the desk's answer."""

from typing import Any

from flask import Response

from callbacks.api.answers import answer, moment, runtime, shown
from callbacks.security.guard import permission
from dashboard.rules.events.event import Event
from dashboard.rules.text.masking import mask_text
from datasources.events import objections as queries_objections


@permission("desk.use")
def objections() -> Response:
    """Return the closed events whose reporter is not content, the oldest closing first."""
    with runtime().database.read() as session:
        events = queries_objections.standing(session)
    return answer({"items": list(shown("event", events, _item)), "next": None})


def _item(event: Event) -> dict[str, Any]:
    unit = runtime().reference.unit_name(event.unit) if event.unit else ""
    return {
        "number": event.number,
        "title": mask_text(event.title),
        "text": mask_text(event.request_reason or ""),
        "unit": unit,
        "closed_at": moment(event.closed_at),
    }


ROUTES = (("GET", "/objections", objections),)
