"""Lists of events: filtered, newest first, in pages; exactly what the viewer may know of."""

from dataclasses import replace

from flask import Response

from callbacks.api import query
from callbacks.api.answers import answer, read_event, runtime, shown
from callbacks.security import walls
from callbacks.security.clear_reads import searched_in_clear
from callbacks.security.guard import permission
from callbacks.security.session import reader, somebody
from dashboard import clock
from dashboard.rules.access import Role
from dashboard.rules.refusals import Forbidden
from datasources.events.filters import OPEN_CODES, Filters, read_filters
from datasources.events.lists import events_count, events_page


def of_a_wall(filters: Filters) -> Filters:
    """Return what a wall lists of what it asks for: open events alone."""
    status = tuple(code for code in filters.status or OPEN_CODES if code in OPEN_CODES)
    if not status:
        raise Forbidden(walls.LISTS)
    return replace(filters, status=status)


@permission("events.see")
def listed() -> Response:
    """Return a page of events and the cursor of the next; with `count=1` also how many there are in all."""
    who, reference, now = somebody(), runtime().reference, clock.now()
    words = query.words()
    limit, cursor = query.page_of(words)
    counting = query.one_of("count", words.pop("count", "0"), ("0", "1")) == "1"
    filters = read_filters(words, reference)
    if who.role is Role.WALL:
        filters = of_a_wall(filters)
    reads = reader(who)  # whatever is searched is searched as it will be read
    if filters.q:
        searched_in_clear(who)
    with runtime().database.read() as session:
        found, following = events_page(session, reference, reads, filters, limit, cursor, now)
        count = {"count": events_count(session, reference, reads, filters, now)} if counting else {}
    items = list(shown("event", found, lambda event: walls.listed(read_event(event, who, now), who)))
    return answer({"items": items, "next": following} | count)


ROUTES = (("GET", "/events", listed),)
