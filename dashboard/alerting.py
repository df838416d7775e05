"""The verbs of an alert: raised, answered, silenced openly for a while, stood down."""

from datetime import datetime

from sqlalchemy.orm import Session

from dashboard import alert_folding
from dashboard.rules.access import Viewer
from dashboard.rules.alerts import alert as alerts
from dashboard.rules.alerts import waiting
from dashboard.rules.alerts.alert import Alert, Behalf
from dashboard.rules.events.event import Event
from dashboard.rules.refusals import Forbidden, NotAllowedNow, NotFound
from datasources.alerts import folds, gateway, watch
from datasources.alerts import journal as alert_journal


def acknowledge(
    session: Session,
    alert_id: int,
    episode: int,
    screen: str,
    by: Viewer,
    now: datetime,
    behalf: Behalf | None = None,
) -> Alert:
    """Answer an alert as a person at a screen, for oneself or on behalf of somebody heard elsewhere.

    An old episode or a second answer changes nothing and says so.
    """
    if not by.may("alerts.acknowledge"):
        raise Forbidden("您的账号不能确认告警")
    before = _alert(session, alert_id)
    after = alerts.acknowledged(before, episode, by.name, screen, now, behalf)
    answered = _answer(session, before, after, "acknowledge", by, now, screen)

    def alike(one: Alert) -> Alert:
        return alerts.acknowledged(one, one.episode, by.name, screen, now, behalf)

    alert_folding.answer_with(session, before, alike, by.name, screen, now)
    return answered


def shelve(
    session: Session,
    alert_id: int,
    reason: str,
    until: datetime,
    by: Viewer,
    now: datetime,
    count: int | None = None,
) -> Alert:
    """Silence an alert for a while, openly, with all that is folded into it: reason, person and end are on the wall.

    `count` is how many the person saw that it holds: where there are more by now, nothing is silenced.
    """
    if not by.may("alerts.shelve"):
        raise Forbidden("您的账号不能暂时静音")
    before = _alert(session, alert_id)

    def silenced(one: Alert) -> Alert:
        return alerts.shelved(one, by.name, reason, until, now)

    holds = 1 + len(folds.folded_ids(session, before.id))
    if count is not None and holds > count:
        raise NotAllowedNow("同一来源现在共 {n} 件，请看过再静音", n=holds)
    silent = _answer(session, before, silenced(before), "shelve", by, now)
    alert_folding.silence_with(session, before, silenced, by.name, now)
    return silent


def raise_alert(
    session: Session, event: Event, now: datetime, by: str, mark: str | None = None, *, again: bool = False
) -> Alert | None:
    """Open an alert for an event unless one is open; without an audible screen the gateway is told at once.

    `mark` is an anonymous sender's: many of one fold into one that sounds (`rules.folding`). `again`: one that was
    answered, or silenced for a while, is over and a new episode sounds; one that sounds goes on.
    """
    while (before := alert_journal.open_alert(session, event.id)) is not None:
        if not again or alerts.sounds(before, now):
            return None
        _end(session, before, now, by)
    fresh = alerts.raised(event.id, alert_journal.last_episode(session, event.id) + 1, now)
    return gateway.raised(session, event, alert_folding.folded(session, fresh, event, mark, now), by, now)


def follow(
    session: Session, before: Event, after: Event, is_unit: waiting.IsUnit, by: str, now: datetime
) -> None:
    """Let the alert of an event follow what an action made of it.

    Units that were not called yet are called; nobody is waited for who can sign no more; it rests no longer than the
    event's deadline.
    """
    if not after.emergency or not after.is_open:
        return
    if (before.unit, before.co_units) != (after.unit, after.co_units):
        alert_folding.follow_units(session, after, now)
    if after.status in waiting.SIGNED_NO_MORE and before.status != after.status and after.co_units:
        watch.let_go(session, after, by, now)
    watch.bring_near(session, after, is_unit, now)


def stand_down(session: Session, event_id: int, now: datetime, by: str) -> None:
    """End the open alert of an event, if it has one; whatever became of it at this moment, it is ended too."""
    while (before := alert_journal.open_alert(session, event_id)) is not None:
        _end(session, before, now, by)


def _end(session: Session, before: Alert, now: datetime, by: str) -> None:
    """End an alert unless somebody else has just changed it."""
    after = alerts.stood_down(before, now)
    if alert_journal.update_alert(session, before, after):
        alert_journal.log_alert(session, before.id, "stand_down", now, by)
        alert_journal.tell_alert(session, after, now)
        alert_folding.hand_on(session, before, now)


def _alert(session: Session, alert_id: int) -> Alert:
    found = alert_journal.alert_by_id(session, alert_id)
    if found is None:
        raise NotFound("没有这个告警")
    return found


def _answer(
    session: Session,
    before: Alert,
    after: Alert,
    what: str,
    by: Viewer,
    now: datetime,
    screen: str | None = None,
) -> Alert:
    if not alert_journal.update_alert(session, before, after):
        raise NotAllowedNow("告警刚刚有了变化，请看最新状态")
    alert_journal.log_alert(session, before.id, what, now, by.name, screen)
    alert_journal.tell_alert(session, after, now)
    return after
