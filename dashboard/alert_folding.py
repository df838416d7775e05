"""The verbs of folded alerts: raised into another, answered with it, on their own again when it ends. Called by `actions`."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from dashboard.rules.alerts import alert as alerts
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
    return replace(
        alert, mark=mark, folded_into=folding.target(earlier, _called(event), event.lng, event.lat)
    )


def answer_with(session: Session, lead: Alert, answer: Answer, by: str, screen: str, now: datetime) -> None:
    """Answer what is folded into an alert as the alert itself was answered."""
    _alike(session, lead, answer, "acknowledge", by, screen, now)


def silence_with(session: Session, lead: Alert, silence: Answer, by: str, now: datetime) -> None:
    """Silence what is folded into an alert as the alert itself was silenced: whoever did saw how many it holds."""
    _alike(session, lead, silence, "shelve", by, None, now)


def _alike(
    session: Session, lead: Alert, change: Answer, what: str, by: str, screen: str | None, now: datetime
) -> None:
    for key in folds.folded_ids(session, lead.id):
        before = journal.alert_by_id(session, key)
        if before is not None and before.state == AlertState.RAISED:
            after = change(before)
            if journal.update_alert(session, before, after):
                journal.log_alert(session, key, what, now, by, screen)


def freed(session: Session, alert: Alert, now: datetime) -> bool:
    """Let an unanswered alert sound for itself when what it folded into no longer does; return whether that was so.

    Two that came in the same instant as an answer or a silence find nobody else to speak for them.
    """
    if alert.folded_into is None or alert.state != AlertState.RAISED:
        return False
    lead = journal.alert_by_id(session, alert.folded_into)
    if lead is not None and _speaks_for(lead, alert, now) and _calls_for(session, lead, alert):
        return False
    silent_until = alert.shelved_until or now
    after = replace(alert, folded_into=None, version=alert.version + 1, next_at=max(now, silent_until))
    if journal.update_alert(session, alert, after):
        journal.tell_alert(session, after, now)
    return True


def _speaks_for(lead: Alert, alert: Alert, now: datetime) -> bool:
    if lead.state != AlertState.RAISED or lead.folded_into is not None:
        return False
    return alerts.sounds(lead, now) or alerts.is_silenced(alert, now)


def _calls_for(session: Session, lead: Alert, alert: Alert) -> bool:
    mine, its = folds.called_by(session, lead.id), folds.called_by(session, alert.id)
    return mine is not None and its is not None and mine.includes(its)


def _called(event: Event) -> folding.Called:
    return folding.Called(event.unit, frozenset(event.co_units or ()))


def follow_units(session: Session, event: Event, now: datetime) -> None:
    """Take apart what no longer belongs together when an event got other units: who has to sign is called in any case.

    Of a folded alert that now calls somebody else it is that one; of the alert it lay in, all that call somebody else.
    """
    alert = journal.open_alert(session, event.id)
    if alert is None:
        return
    if alert.folded_into is None:
        mine, held = _called(event), folds.folded_calls(session, alert.id, now)
        strange = [(key, calls) for key, calls in held if calls is None or not mine.includes(calls)]
        _stand_up(session, alert, strange, now)
        return
    lead = journal.alert_by_id(session, alert.folded_into)
    if lead is not None and not _calls_for(session, lead, alert):
        _stand_up(session, lead, [(alert.id, _called(event))], now)


def hand_on(session: Session, lead: Alert, now: datetime) -> None:
    """Let the first of what was folded into an alert that ended stand for the rest: it is shown and sounds from now."""
    _stand_up(session, lead, folds.folded_calls(session, lead.id, now), now)


def _stand_up(
    session: Session, lead: Alert, found: Sequence[tuple[int, folding.Called | None]], now: datetime
) -> None:
    """Take alerts out of the one they lay in; whoever stands for itself goes on where that one stood."""
    for key, into in folding.standing(found).items():
        before = journal.alert_by_id(session, key)
        if before is None:
            continue
        after = replace(before, folded_into=into, version=before.version + 1)
        if into is None and before.state == AlertState.RAISED:
            after = replace(after, stage=lead.stage, next_at=_goes_on(lead, before, now))
        if journal.update_alert(session, before, after):
            journal.tell_alert(session, after, now)


def _goes_on(lead: Alert, alert: Alert, now: datetime) -> datetime:
    """Return when the next rung of an alert comes: that of what it lay in, and none within its own silence."""
    silent_until = alert.shelved_until or now
    waits = lead.next_at if lead.state == AlertState.RAISED else now
    return max(waits or now, silent_until)
