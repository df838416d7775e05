"""The verbs. One writer: only `perform` changes an event — guard, write, step, ledger, alert, in one transaction.

Losing a race is a normal outcome with a name (`Overtaken`, carrying who won), never a traceback.
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy.orm import Session

from dashboard import alert_folding
from dashboard.rules.access import ROLE_WORDS, Role, Viewer
from dashboard.rules.alerts import alert as alerts
from dashboard.rules.alerts.alert import Alert, Behalf
from dashboard.rules.events import transition
from dashboard.rules.events.change import Change
from dashboard.rules.events.context import Context
from dashboard.rules.events.event import Event, Status
from dashboard.rules.events.lifecycle import (
    ACTION_WORDS,
    BY_ACTION,
    allowed,
    check_facts,
    entitled,
    given,
    permit,
)
from dashboard.rules.events.report import Report
from dashboard.rules.events.transition import StepDraft, Walk
from dashboard.rules.refusals import Forbidden, Invalid, NotFound, NotNow, Overtaken
from dashboard.rules.scoring import tasked
from datasources.accounts import accounts
from datasources.alerts import journal as alert_journal
from datasources.alerts.screens import audible_screens
from datasources.districts.geo import Place
from datasources.districts.reference import Reference, local_day
from datasources.events import journal
from datasources.figures.rollups import dirty_marks
from datasources.store.database import reserve_ids
from datasources.store.models.tables import EventRow

LATE_BY = timedelta(seconds=60)
# in no grid at all: flagged like a border, with nobody to choose from, and to the desk (LIFECYCLE §5)
OUTSIDE: dict[str, Any] = {"candidates": [], "distance_m": None, "streets": 0, "settled": False}
# what may end the alert of an event that others were merged into; asked for the list of buttons too
SILENCING = frozenset({"reject", "correct", "buttons"})
MACHINES = frozenset({Role.SYSTEM.value, Role.CLOCK.value})
PLACE_COLUMNS = tuple(column.name for column in fields(Place))


def report(session: Session, reference: Reference, filed: Report, by: Viewer, now: datetime) -> Event:
    """File one report and return the event it became, with what follows by rule already done."""
    return report_many(session, reference, [filed], by, now)[0]


def report_many(
    session: Session, reference: Reference, filed: Sequence[Report], by: Viewer, now: datetime
) -> list[Event]:
    """File the reports of one person together."""
    return file_all(session, reference, [(one, by, now) for one in filed])


def file_all(
    session: Session, reference: Reference, filed: Sequence[tuple[Report, Viewer, datetime]]
) -> list[Event]:
    """File (report, by whom, when) together, each place found and what follows by rule done; all written at once."""
    located = places(reference, [(one.lng, one.lat, one.accuracy_m) for one, _, _ in filed])
    keys = reserve_ids(session, EventRow, len(filed))
    walks = [
        transition.filed(one, place, key, by, Context(now, reference))
        for (one, by, now), place, key in zip(filed, located, keys, strict=True)
    ]
    journal.insert_events(session, [done.event for done in walks])
    marks = {key: one.mark for (one, _, _), key in zip(filed, keys, strict=True) if one.mark}
    moments = _write_steps(session, walks, marks=marks)
    dirty_marks.mark(session, moments.union(*(dirty_marks.moments_of(done.event) for done in walks)))
    return [done.event for done in walks]


def places(
    reference: Reference, points: Sequence[tuple[float | None, float | None, float | None]]
) -> list[dict]:
    """Return the place columns of (lng, lat, accuracy in metres) points; empty where there is no point or no grid."""
    known = [index for index, (lng, lat, _) in enumerate(points) if lng is not None and lat is not None]
    found: list[dict] = [{} for _ in points]
    if known:
        lngs, lats, accuracies = zip(*(points[index] for index in known), strict=True)
        for index, place in zip(known, reference.geo.locate_many(lngs, lats, accuracies), strict=True):
            found[index] = {name: getattr(place, name) for name in PLACE_COLUMNS}
            if place.grid is None:
                found[index]["border"] = dict(OUTSIDE)
    return found


def act(
    session: Session,
    reference: Reference,
    number: str,
    action: str,
    facts: Mapping[str, Any],
    by: Viewer,
    now: datetime,
    version: int,
) -> Event:
    """Do one action to an event by its number, as a person who saw `version` of it."""
    if action not in BY_ACTION or action == "report":
        raise NotFound("没有“{action}”这个操作", action=action)
    event = journal.event_by_number(session, number)
    if event is None:
        raise NotFound("没有编号为 {number} 的事件", number=number)
    return perform(session, reference, event, action, facts, by, now, version=version)


def perform(
    session: Session,
    reference: Reference,
    event: Event,
    action: str,
    facts: Mapping[str, Any],
    by: Viewer,
    now: datetime,
    *,
    version: int | None = None,
    due_at: datetime | None = None,
) -> Event:
    """Do one action and all that follows by rule; return the event as it then is.

    Forbidden, NotNow, Overtaken or Invalid leave everything untouched. `due_at` is the deadline a clock acts on:
    what downtime delayed is stamped with the moment it belongs to, and marked late.
    """
    facts = given(action, facts)
    last = journal.last_at(session, event) or now
    now = max(now, last)  # no step lies before the one it follows
    context = _surroundings(session, reference, event, action, facts, by, now)
    late = due_at is not None and now - due_at > LATE_BY
    if late and due_at is not None:
        context = replace(context, moment=max(due_at, last))
    entitled(event, action, by, context)  # before the version: a stranger learns nothing of how it stands
    if version is not None and version != event.version:
        raise _overtaken(session, reference, event, action)
    try:
        found = permit(event, action, by, context)
    except NotNow as refusal:
        if action == "claim" and event.status != Status.CLAIMABLE:
            raise _overtaken(session, reference, event, action) from refusal
        raise
    check_facts(event, action, facts, found, context)
    context = _placed(reference, event, action, facts, context)
    done = Walk(event)
    transition.take(done, action, by, found, facts, context, late=late)
    if not journal.update_event(session, event, done.event):
        raise _overtaken(session, reference, journal.event_by_id(session, event.id) or event, action)
    moments = _write_steps(session, [done], now)
    dirty_marks.mark(session, moments | dirty_marks.moments_of_change(session, event, done.event))
    return done.event


def refuse_stranger(
    session: Session, reference: Reference, event: Event, action: str, by: Viewer, now: datetime
) -> None:
    """Raise Forbidden for whoever could not do an action to an event however it were asked: before anything is read."""
    entitled(
        event, action, by, Context(now, reference, journal.co_units(session, event) if event.unit else ())
    )


def buttons(session: Session, reference: Reference, event: Event, by: Viewer, now: datetime) -> list[str]:
    """Return the actions a viewer may take on an event now; none for those who only ever look."""
    if not by.may("events.act"):
        return []
    return allowed(event, by, _surroundings(session, reference, event, "buttons", {}, by, now))


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


def shelve(session: Session, alert_id: int, reason: str, until: datetime, by: Viewer, now: datetime) -> Alert:
    """Silence an alert for a while, openly: reason, person and end are shown on the wall."""
    if not by.may("alerts.shelve"):
        raise Forbidden("您的账号不能暂时静音")
    before = _alert(session, alert_id)
    return _answer(session, before, alerts.shelved(before, by.name, reason, until, now), "shelve", by, now)


def raise_alert(
    session: Session, event: Event, now: datetime, by: str, mark: str | None = None, *, again: bool = False
) -> Alert | None:
    """Open an alert for an event unless one is open; without an audible screen the gateway is told at once.

    `mark` is an anonymous sender's: many of one fold into one that sounds (`rules.folding`). `again`: one that was
    answered, or silenced for a while, is over and a new episode sounds; one that sounds goes on.
    """
    before = alert_journal.open_alert(session, event.id)
    if before is not None:
        if not again or alerts.sounds(before, now):
            return None
        stand_down(session, event.id, now, by)
    fresh = alerts.raised(event.id, alert_journal.last_episode(session, event.id) + 1, now)
    alert = alert_journal.insert_alert(session, alert_folding.folded(session, fresh, event, mark, now), by)
    alert_journal.tell_alert(session, alert, now)
    if alert.folded_into is None and not audible_screens(session, now):
        owe_webhook(session, event, alert, "no_audible_screen", now)
        alert_journal.log_alert(session, alert.id, "webhook", now, "clock")
    return alert


def owe_webhook(session: Session, event: Event, alert: Alert, reason: str, now: datetime) -> None:
    """Owe the notification gateway a message about an alert; whoever owes it writes that into the alert's log."""
    extra = {"alert": alert.id, "episode": alert.episode, "state": str(alert.state)}
    journal.owe(session, journal.ALERT, reason, event, extra, now)


def _surroundings(
    session: Session,
    reference: Reference,
    event: Event,
    action: str,
    facts: Mapping[str, Any],
    by: Viewer,
    now: datetime,
) -> Context:
    """Gather what the rules may need beyond the row; only what this action can ask for is read."""
    original = None
    if action == "merge":
        original = journal.event_by_number(session, str(facts.get("original", "")))
        _check_original(event, original)
    return Context(
        now=now,
        world=reference,
        co_units=journal.co_units(session, event) if event.co_units else (),
        declined_by=journal.declined_by(session, event) if event.decline_count else (),
        last_urge_at=journal.last_urge(session, event, by.name) if action in ("urge", "buttons") else None,
        claim_bonus=_claim_bonus(session, reference, event, now) if action in ("check", "conclude") else 0,
        original=original,
        bears_urgent=action in SILENCING and event.emergency and journal.bears_urgent(session, event),
        said=journal.done_by(session, event, by.name) if by.role is Role.RESIDENT else frozenset(),
        tasked=_tasked(session, event) if action in ("check", "remind") else None,
    )


def _tasked(session: Session, event: Event) -> str | None:
    return tasked(event.reported_by, accounts.workers(session), event.area_path)


def _claim_bonus(session: Session, reference: Reference, event: Event, now: datetime) -> int:
    return (
        journal.claim_bonus(session, event.unit, local_day(now, reference.tz)) if event.how == "claim" else 0
    )


def _check_original(event: Event, original: Event | None) -> None:
    if original is None:
        raise Invalid([("original", "没有这个编号的事件", {})])
    if original.id == event.id or original.merged_into is not None or original.status == Status.REJECTED:
        raise Invalid([("original", "只能并入另一件有效的事件", {})])
    if event.emergency and not (original.emergency and original.is_open):
        raise Invalid([("original", "紧急事件只能并入另一件在办的紧急事件：否则告警会无声停止", {})])


def _placed(
    reference: Reference, event: Event, action: str, facts: Mapping[str, Any], context: Context
) -> Context:
    """Find the place anew where an action moves the event."""
    if action == "correct" and facts.get("lng") is not None:
        point = {"lng": facts["lng"], "lat": facts["lat"]}
        (place,) = places(reference, [(facts["lng"], facts["lat"], event.accuracy_m)])
        return replace(context, place=point | place)
    if action == "settle_border":
        # a candidate of the day the event was filed may be gone: what took its place is meant
        area = reference.areas.get(reference.standing_area(facts["grid"]) or "")
        if area is None or area.level != reference.levels[-1]:
            raise Invalid([("grid", "没有代码为“{code}”的网格", {"code": facts["grid"]})])
        return replace(
            context, place={"grid": area.code, "area_path": area.path, "grid_version": area.version}
        )
    return context


def _overtaken(session: Session, reference: Reference, event: Event, action: str) -> Overtaken:
    """Return the refusal that tells a loser what happened: who won a claim, else who did what last."""
    if action == "claim" and event.how == "claim" and event.unit:
        winner = {"unit": event.unit, "name": reference.unit_name(event.unit), "at": event.owned_at}
        at = event.owned_at.astimezone(reference.tz).strftime("%H:%M:%S") if event.owned_at else ""
        return Overtaken("已被 {name} 抢单 {at}", event, winner, name=winner["name"], at=at)
    last = journal.last_step(session, event)
    if last is None or last.actor_role in MACHINES or action == "claim":  # a loser may be an outsider by now
        return Overtaken("事件已有变化，请按最新状态处理", event)
    at = last.at.astimezone(reference.tz).strftime("%H:%M:%S")
    role, done = ROLE_WORDS[Role(last.actor_role)], ACTION_WORDS.get(last.action, last.action)
    text = "{role} {who} 已在 {at} 办理“{action}”，请按最新状态处理"
    return Overtaken(text, event, role=role, who=last.actor, at=at, action=done)


def _write_steps(
    session: Session,
    walks: Sequence[Walk],
    now: datetime | None = None,
    marks: Mapping[int, str] = MappingProxyType({}),
) -> set[datetime]:
    """Write what stands beside the events: steps, points, alerts, co-units, deliveries.

    Return the moments by which checks and points are counted. `now` is when the steps are written, where some of them
    belong to an earlier moment.
    """
    drafts = [(done.event, draft, change) for done in walks for draft, change in done.steps]
    rows = [_step_row(event, draft) for event, draft, _ in drafts]
    ids = journal.insert_steps(session, rows, [event.emergency for event, _, _ in drafts], now)
    numbered = list(zip(drafts, ids, strict=True))
    journal.insert_points(
        session,
        [
            (points, event.id, key, draft.at)
            for (event, draft, change), key in numbered
            for points in change.points
        ],
    )
    moments = {draft.at for _, draft, change in drafts if change.points or draft.rating}
    for (event, draft, change), key in numbered:
        if draft.facts.get("photos"):
            journal.attach_photos(session, draft.facts["photos"], event, key, draft.action)
        moments |= _write_beside(session, event, draft, change, key, marks.get(event.id))
    return moments


def _write_beside(
    session: Session, event: Event, draft: StepDraft, change: Change, step_id: int, mark: str | None = None
) -> set[datetime]:
    now, moments = draft.at, set[datetime]()
    if change.assign is not None:
        journal.assign(session, event, change.assign, now)
    if change.co_accepted:
        journal.answer_assignment(session, event, change.co_accepted, {"accepted_at": now})
    if change.co_finished:
        unit, text = change.co_finished
        journal.answer_assignment(session, event, unit, {"finished_at": now, "text": text})
    if change.demand:
        journal.add_demand(session, *change.demand)
    if change.reverse:
        since, whose = change.reverse_since, change.reverse_subject
        moments |= {*journal.reverse_points(session, event.id, change.reverse, step_id, now, since, whose)}
    if change.settled:
        journal.remember_border(session, event, change.settled, draft.viewer.name, now)
    for target, reason in change.deliveries:
        journal.owe(session, target, reason, event, {"round": event.round}, now)
    if change.alert in ("raise", "again"):
        raise_alert(session, event, now, draft.viewer.name, mark, again=change.alert == "again")
    if change.alert == "stand_down":
        stand_down(session, event.id, now, draft.viewer.name)
    return moments


def stand_down(session: Session, event_id: int, now: datetime, by: str) -> None:
    """End the open alert of an event, if it has one."""
    before = alert_journal.open_alert(session, event_id)
    if before is not None:
        after = alerts.stood_down(before, now)
        if alert_journal.update_alert(session, before, after):
            alert_journal.log_alert(session, before.id, "stand_down", now, by)
            alert_journal.tell_alert(session, after, now)
            alert_folding.hand_on(session, before, now)


def _step_row(event: Event, draft: StepDraft) -> dict[str, Any]:
    return {
        "event_id": event.id,
        "version": draft.version,
        "action": draft.action,
        "from_status": draft.from_status,
        "to_status": draft.to_status,
        "round": draft.round,
        "at": draft.at,
        "actor": draft.viewer.name,
        "actor_role": draft.viewer.role.value,
        "actor_unit": draft.viewer.unit,
        "unit": draft.unit,
        "rating": draft.rating,
        "facts": journal.plain(draft.facts),
        "late": draft.late,
        "on_behalf": draft.on_behalf,
    }


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
        raise NotNow("告警刚刚有了变化，请看最新状态")
    alert_journal.log_alert(session, before.id, what, now, by.name, screen)
    alert_journal.tell_alert(session, after, now)
    return after
