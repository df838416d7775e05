"""Two people on one event see each other: whoever came first holds it, taking over needs a reason that becomes a step."""

from collections.abc import Mapping
from typing import Any

from flask import Response, request
from sqlalchemy.orm import Session

from callbacks.api.answers import answer, moment, runtime
from callbacks.api.bodies import object_body, reason_of
from callbacks.api.events.events import seen_event
from callbacks.security import edit_lock
from callbacks.security.guard import permission
from callbacks.security.session import somebody
from dashboard import actions, clock
from dashboard.rules.access import Viewer
from dashboard.rules.events.event import Event
from dashboard.rules.refusals import Invalid
from dashboard.rules.text.masking import mask_text
from datasources.events import presence
from datasources.events.intake import text_fault
from datasources.feed import outbox
from datasources.store.models import PresenceRow

LONGEST_SEAT = 60
TAKEN = "接手处理：{reason}（原由 {holder} 处理）"


@permission("desk.use")
def here(number: str) -> Response:
    """Say that this seat has the event open, or with `leave` that it has gone; return who else has."""
    body, who, now = object_body("seat", "leave"), somebody(), clock.real_now()
    seat = _seat(body)
    with runtime().database.write() as session:
        event = seen_event(session, number, who)
        if body.get("leave") is True:
            presence.leave(session, who.name, seat)
        else:
            presence.announce(session, event.id, who.name, seat, now)
        found = _present(session, event, who, seat)
    return answer(found)


@permission("desk.use")
def take(number: str) -> Response:
    """Take the event over; the reason becomes a step that everybody reads."""
    body, who, now = object_body("seat", "reason", "version"), somebody(), clock.real_now()
    seat, reason = _seat(body), reason_of(body, "接手要写明原因")
    with runtime().database.write() as session:
        event = seen_event(session, number, who)
        held = presence.holder(session, event.id, now)
        presence.take(session, event.id, who.name, seat, now)
        if held is not None and (held.account, held.seat) != (who.name, seat):
            words = {"text": TAKEN.format(reason=reason, holder=held.account)}
            actions.perform(
                session, runtime().reference, event, actions.Request("comment", words, who, clock.now())
            )
        found = _present(session, event, who, seat)
    return answer(found)


def _present(session: Session, event: Event, who: Viewer, seat: str) -> dict[str, Any]:
    rows = presence.present(session, event.id, clock.real_now())
    titles = outbox.titles(session, {row.account for row in rows})
    held = rows[0] if rows and rows[0].holds else None
    mine = held is not None and (held.account, held.seat) == (who.name, seat)
    return {
        "mine": mine,
        "holder": _person(held, titles) if held else None,
        "others": [_person(row, titles) for row in rows if (row.account, row.seat) != (who.name, seat)],
        "lasts_s": presence.LASTS.seconds,
    }


def _person(row: PresenceRow, titles: Mapping[str, str]) -> dict[str, Any]:
    title = titles.get(row.account) or row.account
    return {"account": row.account, "title": title, "seat": mask_text(row.seat), "since": moment(row.since)}


def _seat(body: Mapping[str, Any]) -> str:
    seat = body.get("seat") or request.headers.get(edit_lock.SEAT)
    if not isinstance(seat, str) or not seat.strip() or text_fault(seat, LONGEST_SEAT, lines=False):
        raise Invalid([("seat", "请带上席位 seat（1–{most} 个字）", {"most": LONGEST_SEAT})])
    return seat


ROUTES = (
    ("POST", "/events/<number>/presence", here),
    ("POST", "/events/<number>/presence/take", take),
)
