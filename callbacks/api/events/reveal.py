"""Who reported an event, in clear: given for a reason, written down with it, and only so often an hour."""

from datetime import timedelta

from flask import Response

from callbacks.api.answers import answer, moment, runtime
from callbacks.api.bodies import object_body, reason_of
from callbacks.api.events.events import seen_event
from callbacks.api.photos.uploads import TooMany
from callbacks.security.guard import permission
from callbacks.security.session import somebody
from dashboard import clock
from datasources.audit import reveals


@permission("personal.see")
def reveal(number: str) -> Response:
    """Return the reporter of an event; the account, the moment and the reason go into the audit."""
    body, who, now = object_body("reason", "version"), somebody(), clock.now()
    reason, most = reason_of(body, "请写明为什么要看联系方式"), runtime().settings.reveals_per_hour
    with runtime().database.write() as session:
        event = seen_event(session, number, who)
        within = reveals.look(session, event, who.name, reason, now, most, _hour())
    if not within:
        raise TooMany("一小时内已查看 {most} 次联系方式，达到上限，已告知值班长；请稍后再查看", most=most)
    shown = {"name": event.reporter_name, "phone": event.reporter_phone}
    return answer({"number": event.number, "reporter": shown, "description": event.description})


@permission("audit.see")
def lookers() -> Response:
    """Return who looked at reporters within the hour and how often; first those who reached the limit."""
    with runtime().database.read() as session:
        found = reveals.lookers(session, clock.now(), _hour())
    items = [
        {"account": one.account, "title": one.title, "count": one.times, "reached_at": moment(one.reached_at)}
        for one in found
    ]
    return answer({"items": items, "limit": runtime().settings.reveals_per_hour})


def _hour() -> timedelta:
    """Return an hour of real time by the clock that the audit of events goes by."""
    return reveals.HOUR * max(1.0, clock.speed())


ROUTES = (("POST", "/events/<number>/reveal", reveal), ("GET", "/reveals", lookers))
