"""Lists of events: filtered, newest first, in pages; exactly what the viewer may know of."""

from flask import Response

from callbacks.api import asked
from callbacks.api.answers import answer, house
from callbacks.guard import permission
from callbacks.session import somebody
from dashboard import clock
from dashboard.serializer import event_json
from datasources.queries_events import events_page
from datasources.queries_filters import read_filters


@permission("events.see")
def listed() -> Response:
    """Return a page of events and the cursor of the next."""
    who, reference, now = somebody(), house().reference, clock.now()
    words = asked.words()
    limit, cursor = asked.page_of(words)
    filters = read_filters(words, reference)
    with house().database.read() as session:
        found, following = events_page(session, reference, who, filters, limit, cursor, now)
    return answer({"items": [event_json(event, who, reference, now) for event in found], "next": following})


ROUTES = (("GET", "/events", listed),)
