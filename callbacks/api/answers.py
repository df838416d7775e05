"""How the API speaks: compact UTF-8 JSON, events as their viewer may see them, moments with the district's offset."""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from operator import attrgetter
from typing import Any

from flask import Response, current_app
from sqlalchemy.orm import Session

from callbacks.security.clear_reads import read_in_clear
from callbacks.security.session import masked, reader, viewer
from dashboard import clock
from dashboard.feed import serializer
from dashboard.rules.access import Viewer
from dashboard.rules.events.capacities import could_claim, sees
from dashboard.rules.events.event import Event, Status
from dashboard.runtime.runtime import Runtime
from datasources.events import journal

JSON = "application/json"
DUMP = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def runtime() -> Runtime:
    """Return the belongings of this process."""
    found: Runtime = current_app.extensions["grid.runtime"]
    return found


def dumped(body: Any) -> bytes:
    """Return JSON values as bytes."""
    return DUMP.encode(body).encode("utf-8", "replace")


def answer(body: Any, status: int = 200, **headers: str) -> Response:
    """Return JSON values as a response."""
    return Response(dumped(body), status, headers, content_type=JSON)


def shown(
    kind: str, things: Iterable[Any], make: Callable[[Any], Any], key: Callable[[Any], Any] = attrgetter("id")
) -> Iterator[Any]:
    """Yield what is made of each thing of a list; one that cannot be shown is set aside, the others are shown."""
    return runtime().database.aside.each(kind, things, key, make)


def moment(value: datetime | None) -> str | None:
    """Return an instant as RFC 3339 with the district's offset."""
    return serializer.moment(value, runtime().reference)


def read_event(event: Event, who: Viewer, now: datetime) -> dict[str, Any]:
    """Return an event as its reader may see it; who reads persons in clear is noted with the number."""
    read_in_clear(who, event.number)
    return serializer.event_json(event, reader(who), runtime().reference, now)


def done_event(event: Event, who: Viewer, now: datetime) -> dict[str, Any]:
    """Return an event as the answer to an action: persons masked, so that the same answer may be given again."""
    return serializer.event_json(event, masked(who), runtime().reference, now)


def event_body(event: Event | None) -> dict[str, Any] | None:
    """Return an event beside a refusal, None where there is none or whoever asks may not open it."""
    who = viewer()
    if event is None or who is None:
        return None
    with runtime().database.read() as session:
        if not may_open(session, event, who):
            return None
    return done_event(event, who, clock.now())


def may_open(session: Session, event: Event, who: Viewer) -> bool:
    """Return whether an account may open an event: what answers and refusals alike are filtered by.

    What has just lapsed is open still to the units that had it in their pool: nobody else got it.
    """
    reference = runtime().reference
    lapsed = event.status == Status.PENDING_DISPATCH and event.pool_at is not None and event.owned_at is None
    if sees(event, who, reference) or (lapsed and could_claim(event, who, reference)):
        return True
    return sees(event, who, reference, [co.unit for co in journal.co_units(session, event)])
