"""Appeals of units against being overdue, and what has become of them; reviewing is an action of the event."""

from typing import Any

from flask import Response

from callbacks.api import query
from callbacks.api.answers import answer, moment, runtime, shown
from callbacks.security.guard import permission
from callbacks.security.session import somebody
from dashboard import actions, clock
from dashboard.rules.events.event import APPEAL_WORDS, Appeal, Event
from dashboard.rules.text.masking import mask_text
from datasources.events import appeals as queries_appeals
from layouts.text.words import translate

STATES = ("pending", "decided")


@permission("appeals.see")
def appeals() -> Response:
    """Return the appeals that wait for a review, oldest first, or those decided, newest first."""
    words = query.words("state")
    pending = query.one_of("state", words.get("state", STATES[0]), STATES) == STATES[0]
    who, reference = somebody(), runtime().reference
    with runtime().database.read() as session:
        found = queries_appeals.appealed(session, reference, who, pending=pending)

        def item(event: Event) -> dict[str, Any]:
            buttons = actions.buttons(session, reference, event, who, clock.now())
            return _item(event) | {"may_review": "review" in buttons}

        items = list(shown("event", found, item))
    return answer({"items": items, "next": None})


def _item(event: Event) -> dict[str, Any]:
    state = Appeal(event.appeal or Appeal.OPEN)
    return {
        "number": event.number,
        "title": mask_text(event.title),
        "version": event.version,
        "unit": runtime().reference.unit_name(event.unit) if event.unit else "",
        "state": state.value,
        "words": translate(APPEAL_WORDS[state]),
        "reason": mask_text(event.appeal_reason or ""),
        "at": moment(event.appealed_at),
        "due_at": moment(event.handle_due_at),
        "finished_at": moment(event.finished_at),
        "closed_at": moment(event.closed_at),
        "reviewer": event.appeal_reviewer,
        "verdict": event.appeal_verdict,
    }


ROUTES = (("GET", "/appeals", appeals),)
