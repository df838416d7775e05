"""What a grid worker's phone asks for, in one answer: tasks to check, what was reported, points, the server's time."""

from typing import Any

from flask import Response

from callbacks.api.answers import answer, moment, runtime, shown
from callbacks.api.events.events import photo_body
from callbacks.security.guard import permission
from callbacks.security.session import somebody
from dashboard import clock
from dashboard.feed.serializer import millis
from dashboard.rules.events.event import Event
from dashboard.rules.ranking import points_text
from dashboard.rules.text.masking import mask_text
from datasources.districts.reference import Reference
from datasources.events import field as queries_field
from datasources.events.field import Task
from datasources.figures.points import ledger_entries

LATEST = 50


@permission("field.see")
def field() -> Response:
    """Return everything the page of a grid worker shows of the present."""
    who, reference, now = somebody(), runtime().reference, clock.now()
    today = queries_field.today(reference, now)
    month = queries_field.month(reference, now)
    with runtime().database.read() as session:
        tasks = queries_field.tasks(session, who.area or "")
        mine = queries_field.reported(session, who.name)
        standing = queries_field.open_in(session, who.area or "")
        done = queries_field.done_today(session, who.name, today)
        sums = {
            name: queries_field.points(session, who.name, span)
            for name, span in (("today", today), ("month", month))
        }
        entries, _ = ledger_entries(session, "workers", who.name, month, LATEST, None)
    return answer(
        {
            "now": millis(now),
            "speed": clock.speed(),
            "tasks": list(shown("event", tasks, lambda one: _task(one, reference), lambda one: one.event.id)),
            "mine": list(shown("event", mine, lambda event: _mine(event, reference))),
            "open": standing,
            "reported_today": done.reported,
            "checked_today": done.checked,
            "points": {name: points_text(tenths) for name, tenths in sums.items()},
            "entries": [
                {
                    "rule": one.rule,
                    "event": one.event,
                    "points": points_text(one.tenths),
                    "at": moment(one.at),
                    "reversed": one.reverses is not None,
                }
                for one in entries
            ],
        }
    )


def _task(task: Task, reference: Reference) -> dict[str, Any]:
    event = task.event
    return _mine(event, reference) | {
        "check_due_at": moment(event.check_due_at),
        "finished_at": moment(event.finished_at),
        "round": event.round,
        "said": mask_text(task.said),
        "photos": [photo_body(row) for row in task.photos],
    }


def _mine(event: Event, reference: Reference) -> dict[str, Any]:
    area = reference.area(event.grid)
    return {
        "number": event.number,
        "version": event.version,
        "title": mask_text(event.title),
        "status": event.status,
        "level": event.level,
        "emergency": event.emergency,
        "lng": event.lng,
        "lat": event.lat,
        "address": mask_text(event.address),
        "grid": area.name if area else "",
        "unit": reference.unit_name(event.unit) if event.unit else "",
        "reported_at": moment(event.reported_at),
        "rating": event.rating,
    }


ROUTES = (("GET", "/field", field),)
