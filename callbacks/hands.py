"""Keeps a second person's hands off an event that somebody holds at another desk; only desks name their seat."""

from flask import request
from sqlalchemy.orm import Session

from dashboard import clock
from dashboard.rules.access import Viewer
from dashboard.rules.event import Event
from dashboard.rules.refusals import NotNow
from datasources import feed_queries, presence

SEAT = "X-Seat"


def keep_off(session: Session, event: Event, who: Viewer) -> None:
    """Raise NotNow, naming the holder, where a desk acts on an event that another seat holds."""
    seat = request.headers.get(SEAT)
    if not seat or not who.may("desk.use"):
        return
    held = presence.holder(session, event.id, clock.real_now())
    if held is not None and (held.account, held.seat) != (who.name, seat):
        title = feed_queries.titles(session, {held.account}).get(held.account) or held.account
        raise NotNow("{holder} 正在处理这件事件，请先接手", event, holder=title)
