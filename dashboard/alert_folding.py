"""The verbs of folded alerts: raised into another, answered with it, on their own again when it ends. Called by `actions`."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from dashboard.rules.alerts import folding
from dashboard.rules.alerts.alert import Alert, AlertState
from dashboard.rules.events.event import Event
from datasources.alerts import folds, journal

Answer = Callable[[Alert], Alert]


def folded(session: Session, alert: Alert, event: Event, mark: str | None, now: datetime) -> Alert:
    """Return a new alert with its sender's mark, folded into another of the same sender where there are many."""
    if mark is None:
        return alert
    earlier = folds.earlier_of(session, mark, event.id, now)
    return replace(alert, mark=mark, folded_into=folding.target(earlier, event.unit, event.lng, event.lat))


def answer_with(session: Session, lead: Alert, answer: Answer, by: str, screen: str, now: datetime) -> None:
    """Answer what is folded into an alert as the alert itself was answered."""
    for key in folds.folded_ids(session, lead.id):
        before = journal.alert_by_id(session, key)
        if before is not None and before.state == AlertState.RAISED:
            after = answer(before)
            if journal.update_alert(session, before, after):
                journal.log_alert(session, key, "acknowledge", now, by, screen)


def freed(session: Session, alert: Alert, now: datetime) -> bool:
    """Let an unanswered alert sound for itself when what it folded into no longer does; return whether that was so.

    Two that came in the same instant as an answer find nobody else to speak for them.
    """
    if alert.folded_into is None or alert.state != AlertState.RAISED:
        return False
    lead = journal.alert_by_id(session, alert.folded_into)
    if lead is not None and lead.state == AlertState.RAISED:
        return False
    after = replace(alert, folded_into=None, version=alert.version + 1, next_at=now)
    if journal.update_alert(session, alert, after):
        journal.tell_alert(session, after, now)
    return True


def hand_on(session: Session, lead: Alert, now: datetime) -> None:
    """Let the first of what was folded into an alert that ended stand for the rest: it is shown and sounds from now."""
    first: int | None = None
    for key in folds.folded_ids(session, lead.id):
        before = journal.alert_by_id(session, key)
        if before is None:
            continue
        after = replace(before, folded_into=first, version=before.version + 1)
        if first is None and before.state == AlertState.RAISED:
            after = replace(after, stage=lead.stage, next_at=lead.next_at or now)
        if journal.update_alert(session, before, after):
            journal.tell_alert(session, after, now)
            first = first or key
