"""Who reported an event, in clear: given for a reason, and written down with it."""

from flask import Response

from callbacks.api.answers import answer, house
from callbacks.api.bodies import object_body, reason_of
from callbacks.api.events import seen_event
from callbacks.guard import permission
from callbacks.session import somebody
from dashboard import clock
from datasources.accounts import audit
from datasources.looks import REVEAL


@permission("personal.see")
def reveal(number: str) -> Response:
    """Return the reporter of an event; the account, the moment and the reason go into the audit."""
    body, who = object_body("reason", "version"), somebody()
    reason = reason_of(body, "请写明为什么要看联系方式")
    with house().database.write() as session:
        event = seen_event(session, house().reference, number, who)
        audit(session, clock.now(), who.name, REVEAL, event=event.number, reason=reason)
    shown = {"name": event.reporter_name, "phone": event.reporter_phone}
    return answer({"number": event.number, "reporter": shown, "description": event.description})


ROUTES = (("POST", "/events/<number>/reveal", reveal),)
