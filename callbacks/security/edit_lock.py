"""Keeps a second person's hands off an event that somebody holds at another desk; only desks name their seat."""

from flask import current_app, request
from sqlalchemy.orm import Session

from dashboard import actions, clock
from dashboard.rules.access import Viewer
from dashboard.rules.events.event import Event
from dashboard.rules.refusals import NotFound, NotNow
from dashboard.runtime.runtime import House
from datasources.accounts import accounts
from datasources.events import presence
from datasources.feed import outbox

SEAT = "X-Seat"


def keep_off(session: Session, event: Event, action: str, who: Viewer) -> None:
    """Raise NotNow, naming the holder, where a desk acts on an event that another seat holds.

    What the holder may not do overwrites nothing of theirs: a lead rules on a request while an operator looks on.
    """
    seat = request.headers.get(SEAT)
    if not seat or not who.may("desk.use"):
        return
    held = presence.holder(session, event.id, clock.real_now())
    if held is None or (held.account, held.seat) == (who.name, seat):
        return
    if _may(session, event, action, held.account):
        title = outbox.titles(session, {held.account}).get(held.account) or held.account
        raise NotNow("{holder} 正在处理这件事件，请先接手", event, holder=title)


def _may(session: Session, event: Event, action: str, account: str) -> bool:
    """Return whether an account that is still open could do the action itself."""
    try:
        theirs = accounts.viewer_named(session, account)
    except NotFound:
        return False
    house: House = current_app.extensions["grid.house"]
    return action in actions.buttons(session, house.reference, event, theirs, clock.now())
