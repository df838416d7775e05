"""How the API speaks: compact UTF-8 JSON, events as their viewer may see them, moments with the district's offset."""

import json
from datetime import datetime
from typing import Any

from flask import Response, current_app

from callbacks.session import reader, viewer
from dashboard import clock, serializer
from dashboard.house import House
from dashboard.rules.access import sees
from dashboard.rules.event import Event
from datasources import journal

JSON = "application/json"
DUMP = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def house() -> House:
    """Return the belongings of this process."""
    found: House = current_app.extensions["grid.house"]
    return found


def dumped(body: Any) -> bytes:
    """Return JSON values as bytes."""
    return DUMP.encode(body).encode("utf-8", "replace")


def answer(body: Any, status: int = 200, **headers: str) -> Response:
    """Return JSON values as a response."""
    return Response(dumped(body), status, headers, content_type=JSON)


def moment(value: datetime | None) -> str | None:
    """Return an instant as RFC 3339 with the district's offset."""
    return serializer.moment(value, house().reference)


def event_body(event: Event | None) -> dict[str, Any] | None:
    """Return an event as the one who asks may see it, None where there is none or it may not be seen."""
    who = viewer()
    if event is None or who is None:
        return None
    belongings = house()
    reference = belongings.reference
    if not sees(event, who, reference):
        with belongings.database.read() as session:
            beside = [co.unit for co in journal.co_units(session, event)]
        if not sees(event, who, reference, beside) and not _lost(event, who.unit):
            return None
    return serializer.event_json(event, reader(who), reference, clock.now())


def _lost(event: Event, unit: str | None) -> bool:
    """Return whether a unit may still be told of an event it could claim a moment ago (the loser reads who won)."""
    return unit is not None and unit in house().reference.eligible(event)
