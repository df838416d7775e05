"""Who reported an event, in clear: given for a reason, and written down with it."""

from flask import Response

from callbacks.api.answers import answer, house
from callbacks.api.bodies import object_body
from callbacks.api.events import seen_event
from callbacks.guard import permission
from callbacks.session import somebody
from dashboard import clock
from dashboard.rules.refusals import Invalid
from datasources.accounts import audit
from datasources.intake import text_fault

LONGEST_REASON = 500
WHAT = "reveal"


@permission("personal.see")
def reveal(number: str) -> Response:
    """Return the reporter of an event; the account, the moment and the reason go into the audit."""
    body, who = object_body("reason", "version"), somebody()
    reason = body.get("reason")
    if not isinstance(reason, str) or not reason.strip():
        raise Invalid([("reason", "请写明为什么要看联系方式", {})])
    fault = text_fault(reason, LONGEST_REASON, lines=True)
    if fault:
        raise Invalid([("reason", *fault)])
    with house().database.write() as session:
        event = seen_event(session, house().reference, number, who)
        audit(session, clock.now(), who.name, WHAT, event=event.number, reason=reason.strip())
    shown = {"name": event.reporter_name, "phone": event.reporter_phone}
    return answer({"number": event.number, "reporter": shown, "description": event.description})


ROUTES = (("POST", "/events/<number>/reveal", reveal),)
