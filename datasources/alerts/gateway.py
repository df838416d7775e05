"""What an alert owes the notification gateway: at once where no screen of the hall can be heard, once an episode."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_
from sqlalchemy.orm import Session

from dashboard.rules.alerts.alert import Alert, AlertState, sounds
from dashboard.rules.events.event import Event
from datasources.alerts import folds, journal
from datasources.alerts.screens import audible_screens
from datasources.events import journal as events
from datasources.store.models import AlertLogRow, AlertRow

CALLED = "webhook"
A: Any = AlertRow.__table__.c


def raised(session: Session, event: Event, alert: Alert, by: str, now: datetime) -> Alert:
    """Write a new alert with its news; whoever raises one comes by here, so that none sounds into an empty hall."""
    written = journal.insert_alert(session, alert, by)
    journal.tell_alert(session, written, now)
    if sounds(written, now) and written.folded_into is None and not audible_screens(session, now):
        call_unheard(session, event, written, now)
    return written


def uncalled(now: datetime) -> ColumnElement[bool]:
    """Return the condition for alerts that sound for themselves and of which the gateway was told nothing yet."""
    told = exists().where(AlertLogRow.alert_id == A.id, AlertLogRow.what == CALLED)
    heard = or_(A.shelved_until.is_(None), A.shelved_until <= now)
    return and_(A.state == AlertState.RAISED, A.folded_into.is_(None), heard, ~told)


def call_unheard(session: Session, event: Event, alert: Alert, now: datetime) -> None:
    """Owe the gateway a message because nobody in the hall hears an alert, and log it; its row is the caller's alone."""
    owe(session, event, alert, "no_audible_screen", now)
    journal.log_alert(session, alert.id, CALLED, now, "clock")


def owe(session: Session, event: Event, alert: Alert, reason: str, now: datetime) -> None:
    """Owe the notification gateway a message about an alert and how many it holds; whoever owes it logs that."""
    count = 1 + len(folds.folded_ids(session, alert.id))
    extra = {"alert": alert.id, "episode": alert.episode, "state": str(alert.state), "count": count}
    events.owe(session, events.ALERT, reason, event, extra, now)
