"""An answered alert that rests until its event's deadline is kept up to date when the event changes."""

from datetime import datetime

from sqlalchemy.orm import Session

from dashboard.rules.alerts import waiting
from dashboard.rules.alerts.alert import is_watched
from dashboard.rules.events.event import Event
from datasources.alerts import journal
from datasources.events import journal as events

LET_GO = "let_go"  # of the log: co-units that have not signed are waited for no longer


def bring_near(session: Session, event: Event, is_unit: waiting.IsUnit, now: datetime) -> None:
    """Let the answered alert of an event look again no later than the event's own deadline."""
    alert = journal.open_alert(session, event.id)
    if alert is None or not is_watched(alert):
        return
    near = waiting.brought_near(alert, event, events.co_units(session, event), is_unit, now)
    if near is not alert and journal.update_alert(session, alert, near):
        journal.tell_alert(session, near, now)


def let_go(session: Session, event: Event, by: str, now: datetime) -> None:
    """Log, where an event is finished or put on hold, that its co-units' missing signatures are waited for no longer."""
    alert = journal.open_alert(session, event.id)
    if alert is not None and any(one.accepted_at is None for one in events.co_units(session, event)):
        journal.log_alert(session, alert.id, LET_GO, now, by)
