"""Emergency alerts: raise, acknowledge, climb the ladder, open again, stand down (LIFECYCLE §4).

One open alert per event; a re-raise is a new episode, and a button pressed on an old episode does nothing and says so.
The next consequence is a stored moment, so a restart or ten minutes of downtime lose nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from dashboard.rules.refusals import NotAllowedNow, Refusal
from dashboard.rules.text.masking import mask_text


class AlertState(StrEnum):
    """Where an alert stands."""

    RAISED = "raised"
    ACKNOWLEDGED = "acknowledged"
    STOOD_DOWN = "stood_down"


# (seconds after raising, what happens); the last rung repeats until somebody answers
LADDER: tuple[tuple[int, str], ...] = ((30, "repeat"), (60, "widen"), (180, "webhook"))
LADDER_WORDS = {
    "raise": "推送单位、大屏、调度台",
    "repeat": "再次响铃",
    "widen": "全部席位和责任单位负责人",
    "webhook": "短信电话通知",
    "reopen": "未签收将重新告警",
    "overdue": "到时未办结将重新告警",
}
SIGN_WITHIN = timedelta(minutes=5)
WATCH_AGAIN = timedelta(minutes=30)  # what is past its deadline is looked at again this soon
LATE_BY = timedelta(seconds=10)
# what an emergency sounds like; a pack says it of its categories (`[emergency.kinds]`)
KINDS = ("gas", "fire", "water", "traffic", "people", "other")
OTHER_KIND = "other"
CHANNEL_WORDS = {"phone": "电话", "radio": "对讲机", "face": "当面", "message": "短信"}
FLOOD_WITHIN, FLOOD_ABOVE = (
    timedelta(minutes=10),
    10,
)  # more alarms than that at once nobody can answer (EEMUA 191)
LONGEST_SHELF = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert as stored; `stage` counts the rungs already climbed, `next_at` is the next consequence."""

    event_id: int
    episode: int
    raised_at: datetime
    id: int = 0
    state: str = AlertState.RAISED
    version: int = 1
    stage: int = 0
    next_at: datetime | None = None
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None
    acknowledged_screen: str | None = None
    stood_down_at: datetime | None = None
    shelved_until: datetime | None = None
    shelved_by: str | None = None
    shelved_reason: str | None = None
    behalf_who: str | None = None
    behalf_channel: str | None = None
    behalf_words: str | None = None
    mark: str | None = None  # of an anonymous sender, see rules.folding
    folded_into: int | None = None


@dataclass(frozen=True, slots=True)
class Behalf:
    """Somebody who answered elsewhere: who, by which channel (a key of CHANNEL_WORDS), and the words heard."""

    who: str
    channel: str
    words: str


@dataclass(frozen=True, slots=True)
class Consequence:
    """What a climb does: a rung of the ladder or `reopen`, when it was due, and whether that was missed."""

    what: str
    due_at: datetime
    late: bool


@dataclass(frozen=True, slots=True)
class Rung:
    """One line of the plan people see: when, what (a key of LADDER_WORDS), whether it has happened or is held back.

    What a silence holds back comes when that ends.
    """

    at: datetime
    what: str
    done: bool
    held: bool = False


def raised(event_id: int, episode: int, now: datetime) -> Alert:
    """Return a new alert, sounding from now."""
    return Alert(event_id, episode, now, next_at=now + timedelta(seconds=LADDER[0][0]))


def acknowledged(
    alert: Alert, episode: int, by: str, screen: str, now: datetime, behalf: Behalf | None = None
) -> Alert:
    """Return the alert as answered by a person at a screen; NotAllowedNow for an old episode, a second or a late answer.

    `behalf` says who really answered, where the person at the screen only heard it.
    """
    if alert.episode != episode:
        raise NotAllowedNow(
            "这是第 {old} 次告警的按钮，现在是第 {new} 次，请确认新的告警", old=episode, new=alert.episode
        )
    if alert.state == AlertState.ACKNOWLEDGED:
        raise NotAllowedNow(
            "{by} 已在 {screen} 确认",
            by=alert.acknowledged_by,
            screen=mask_text(alert.acknowledged_screen or ""),
        )
    if alert.state != AlertState.RAISED:
        raise NotAllowedNow("告警已解除，无需确认")
    return replace(
        alert,
        state=AlertState.ACKNOWLEDGED,
        version=alert.version + 1,
        next_at=now + SIGN_WITHIN,
        acknowledged_by=by,
        acknowledged_at=now,
        acknowledged_screen=screen,
        shelved_until=None,
        behalf_who=behalf.who if behalf else None,
        behalf_channel=behalf.channel if behalf else None,
        behalf_words=behalf.words if behalf else None,
    )


def stood_down(alert: Alert, now: datetime) -> Alert:
    """Return the alert as over."""
    return replace(
        alert, state=AlertState.STOOD_DOWN, version=alert.version + 1, next_at=None, stood_down_at=now
    )


def shelved(alert: Alert, by: str, reason: str, until: datetime, now: datetime) -> Alert:
    """Return the alert silenced for a while, openly: with a person, a reason and an end within 30 minutes."""
    if alert.state != AlertState.RAISED:
        raise NotAllowedNow("只有未确认的告警可以暂时静音")
    if not reason.strip():
        raise Refusal("暂时静音要写明原因", field="reason")
    if not now < until <= now + LONGEST_SHELF:
        raise Refusal("暂时静音最长 30 分钟", field="until")
    return replace(
        alert,
        version=alert.version + 1,
        next_at=alert.next_at if alert.folded_into is not None else max(until, alert.next_at or until),
        shelved_until=until,
        shelved_by=by,
        shelved_reason=reason.strip(),
    )


def is_watched(alert: Alert) -> bool:
    """Return whether an answered alert has been signed for, so that only the event's own deadlines are waited for."""
    answered, due = alert.acknowledged_at, alert.next_at
    return (
        alert.state == AlertState.ACKNOWLEDGED
        and answered is not None
        and due is not None
        and due > answered + SIGN_WITHIN
    )


def sounds(alert: Alert, now: datetime) -> bool:
    """Return whether an alert is heard now: nobody has answered it and nobody has silenced it for a while."""
    return alert.state == AlertState.RAISED and not is_silenced(alert, now)


def is_silenced(alert: Alert, now: datetime) -> bool:
    """Return whether somebody has silenced an alert openly and the silence goes on."""
    return alert.shelved_until is not None and alert.shelved_until > now


def next_what(alert: Alert) -> str | None:
    """Return which consequence comes next, or None."""
    if alert.next_at is None:
        return None
    if alert.state == AlertState.ACKNOWLEDGED:
        return "overdue" if is_watched(alert) else "reopen"
    return LADDER[min(alert.stage, len(LADDER) - 1)][1]


def ladder(alert: Alert) -> list[Rung]:
    """Return what has happened by itself and what will, in order; once answered, only signing is waited for.

    From LADDER: 0 raised, 30 s repeat, 60 s widen, 180 s gateway; past the last rung that one comes again. A silence
    holds back whatever falls into it.
    """
    rungs, silent = [Rung(alert.raised_at, "raise", done=True)], alert.shelved_until
    for place, (seconds, what) in enumerate(LADDER):
        at, done = alert.raised_at + timedelta(seconds=seconds), place < alert.stage
        held = not done and silent is not None and at < silent
        rungs.append(Rung(max(at, silent or at) if held else at, what, done, held))
    waits = alert.state == AlertState.RAISED
    if not waits:
        rungs = [rung for rung in rungs if rung.done]
    following = next_what(alert)
    if alert.next_at is not None and following is not None and not (waits and alert.stage < len(LADDER)):
        held = waits and silent is not None and alert.next_at <= silent
        rungs.append(Rung(alert.next_at, following, done=False, held=held))
    return rungs


def climb(
    alert: Alert, now: datetime, all_signed: bool, deadline: datetime | None = None
) -> tuple[Alert, Sequence[Consequence], Alert | None]:
    """Return the alert after everything due by now, what that was in order, and a new episode if it opens again.

    `deadline` is what the event itself runs against in its present status. Down for ten minutes and over three rungs:
    each once, in order, marked late.
    """
    if alert.state == AlertState.STOOD_DOWN or (alert.next_at is not None and alert.next_at > now):
        return alert, (), None
    if alert.state == AlertState.ACKNOWLEDGED:
        return _answered(alert, now, all_signed, deadline)
    if alert.folded_into is not None:  # what it folded into climbs for both
        return replace(alert, next_at=now + timedelta(seconds=LADDER[0][0])), (), None
    if is_silenced(alert, now):  # every rung is held back, and comes when the silence ends
        return replace(alert, version=alert.version + 1, next_at=alert.shelved_until), (), None
    done: list[Consequence] = []
    stage, next_at = alert.stage, alert.next_at or now
    while next_at <= now:
        rung = min(stage, len(LADDER) - 1)
        done.append(Consequence(LADDER[rung][1], next_at, late=now - next_at > LATE_BY))
        stage += 1
        if stage < len(LADDER):
            next_at = alert.raised_at + timedelta(seconds=LADDER[stage][0])
            next_at = max(next_at, alert.shelved_until or next_at)
        else:
            next_at = now + timedelta(seconds=LADDER[-1][0])
    return replace(alert, version=alert.version + 1, stage=stage, next_at=next_at), done, None


def _answered(
    alert: Alert, now: datetime, all_signed: bool, deadline: datetime | None
) -> tuple[Alert, Sequence[Consequence], Alert | None]:
    """An answered alert never rests for good: signed for, it waits for the event's deadline, and then opens again."""
    passed = deadline is None or deadline <= now
    if all_signed and not (is_watched(alert) and passed):
        later = now + WATCH_AGAIN if passed else deadline
        return replace(alert, version=alert.version + 1, next_at=later), (), None
    what, due = next_what(alert) or "reopen", alert.next_at or now
    again = replace(raised(alert.event_id, alert.episode + 1, now), mark=alert.mark)
    return stood_down(alert, now), (Consequence(what, due, late=now - due > LATE_BY),), again
