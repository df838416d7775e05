"""The verbs. One writer: only `perform` changes an event — guard, write, step, ledger, alert, in one transaction.

Losing a race is a normal outcome with a name (`Conflict`, carrying who won), never a traceback.
"""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy.orm import Session

from dashboard import alerting
from dashboard.rules.access import ROLE_WORDS, Role, Viewer
from dashboard.rules.advice.doubles import stands
from dashboard.rules.events.book import EVENTS
from dashboard.rules.events.context import Context
from dashboard.rules.events.event import Event, Source, Status
from dashboard.rules.events.filing import EventTransition, filed
from dashboard.rules.events.guards import needs_ruling
from dashboard.rules.events.outcome import Outcome
from dashboard.rules.events.report import Report
from dashboard.rules.events.rules import ACTION_WORDS, BY_ACTION
from dashboard.rules.events.scoring import reporting_worker, tasked
from dashboard.rules.lifecycle.rule import Attempt
from dashboard.rules.lifecycle.transition import StepDraft, Transition
from dashboard.rules.refusals import Conflict, Invalid, NotAllowedNow, NotFound, Unreadable
from datasources.accounts import accounts
from datasources.districts.geo import Place
from datasources.districts.reference import Reference, local_day
from datasources.events import appeals, journal, ledger
from datasources.figures.rollups import dirty_marks
from datasources.store.database import reserve_ids, take_turn
from datasources.store.models import EventRow

LATE_BY = timedelta(seconds=60)
# in no grid at all: flagged like a border, with nobody to choose from, and to the desk (LIFECYCLE §5)
OUTSIDE: dict[str, Any] = {"candidates": [], "distance_m": None, "streets": 0, "settled": False}
# what may end the alert of an event that others were merged into; asked for the list of buttons too
SILENCING = frozenset({"reject", "correct", "buttons"})
MERGES = frozenset({"merge", "unmerge"})
ENDS_AN_ALARM = frozenset({"reject", "correct", "check", "conclude"})
# by which, or by what follows from which, a report becomes a case or closes
PAYS_THE_REPORTER = frozenset({"register", "escalate", "correct", "check", "conclude"})
MACHINES = frozenset({Role.SYSTEM.value, Role.CLOCK.value})
PLACE_COLUMNS = tuple(column.name for column in fields(Place))


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked to be done to an event: an action with its facts, by whom and when.

    `version` is the one a person saw. `due_at` is the deadline a clock acts on: what downtime delayed is stamped with
    the moment it belongs to, and marked late.
    """

    action: str
    facts: Mapping[str, Any]
    by: Viewer
    now: datetime
    version: int | None = None
    due_at: datetime | None = None


def report(session: Session, reference: Reference, filed: Report, by: Viewer, now: datetime) -> Event:
    """File one report and return the event it became, with what follows by rule already done."""
    return report_many(session, reference, [filed], by, now)[0]


def report_many(
    session: Session, reference: Reference, filed: Sequence[Report], by: Viewer, now: datetime
) -> list[Event]:
    """File the reports of one person together."""
    return file_all(session, reference, [(one, by, now) for one in filed])


def file_all(
    session: Session, reference: Reference, reports: Sequence[tuple[Report, Viewer, datetime]]
) -> list[Event]:
    """File (report, by whom, when) together, each place found and what follows by rule done; all written at once."""
    located = places(reference, [(one.lng, one.lat, one.accuracy_m) for one, _, _ in reports])
    keys = reserve_ids(session, EventRow, len(reports))
    transitions = [
        filed(one, place, key, by, Context(now, reference))
        for (one, by, now), place, key in zip(reports, located, keys, strict=True)
    ]
    journal.insert_events(session, [done.matter for done in transitions])
    marks = {key: one.mark for (one, _, _), key in zip(reports, keys, strict=True) if one.mark}
    moments = _write_steps(session, transitions, marks=marks)
    dirty_marks.mark(session, moments.union(*(dirty_marks.moments_of(done.matter) for done in transitions)))
    return [done.matter for done in transitions]


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


def act(session: Session, reference: Reference, number: str, request: Request) -> Event:
    """Do one action to an event by its number."""
    if request.action not in BY_ACTION or request.action == "report":
        raise NotFound("没有“{action}”这个操作", action=request.action)
    event = journal.event_by_number(session, number)
    if event is None:
        raise NotFound("没有编号为 {number} 的事件", number=number)
    return perform(session, reference, event, request)


def perform(session: Session, reference: Reference, event: Event, request: Request) -> Event:
    """Do one action and all that follows by rule; return the event as it then is.

    Forbidden, NotAllowedNow, Conflict or Invalid leave everything untouched.
    """
    action, by, version, due_at = request.action, request.by, request.version, request.due_at
    facts = EVENTS.said(action, request.facts)
    event = _in_turn(session, event, action)
    last = journal.last_at(session, event) or request.now
    now = max(request.now, last)  # no step lies before the one it follows
    context = surroundings(session, reference, event, replace(request, facts=facts, now=now))
    late = due_at is not None and now - due_at > LATE_BY
    if late and due_at is not None:
        context = replace(context, moment=max(due_at, last))
    EVENTS.entitled(
        event, action, by, context
    )  # before the version: a stranger learns nothing of how it stands
    if version is not None and version != event.version:
        raise _overtaken(session, reference, event, action)
    try:
        capacities = EVENTS.permit(event, action, by, context)
    except NotAllowedNow as refusal:
        if action == "claim" and event.status != Status.CLAIMABLE:
            raise _overtaken(session, reference, event, action) from refusal
        raise
    EVENTS.check_facts(action, Attempt(event, by, capacities, facts, context))
    context = _placed(reference, event, action, facts, context)
    done: EventTransition = Transition(event)
    EVENTS.take(done, action, Attempt(event, by, capacities, facts, context), late=late)
    if not journal.update_event(session, event, done.matter):
        raise _overtaken(session, reference, journal.event_by_id(session, event.id) or event, action)
    moments = _write_steps(session, [done], now)
    alerting.follow(session, event, done.matter, reference.is_unit, by.name, now)
    dirty_marks.mark(session, moments | dirty_marks.moments_of_change(session, event, done.matter))
    return done.matter


def _in_turn(session: Session, event: Event, action: str) -> Event:
    """Return an event as it stands once nobody else merges, where an action decides by what is merged into what.

    The guard of a row does not see the second one that a merging decides by; and `demand` changes without a version.
    """
    if action not in MERGES and not (event.emergency and action in ENDS_AN_ALARM):
        return event
    take_turn(session, journal.MERGING)
    return journal.event_by_id(session, event.id) or event


def refuse_stranger(
    session: Session, reference: Reference, event: Event, action: str, by: Viewer, now: datetime
) -> None:
    """Raise Forbidden for whoever could not do an action to an event however it were asked: before anything is read."""
    EVENTS.entitled(
        event, action, by, Context(now, reference, journal.co_units(session, event) if event.unit else ())
    )


def buttons(session: Session, reference: Reference, event: Event, by: Viewer, now: datetime) -> list[str]:
    """Return the actions a viewer may take on an event now; none for those who only ever look."""
    if not by.may("events.act"):
        return []
    return EVENTS.allowed(event, by, surroundings(session, reference, event, Request("buttons", {}, by, now)))


def surroundings(session: Session, reference: Reference, event: Event, request: Request) -> Context:
    """Return what the rules may need beyond the row of an event; only what the request's action can ask for is read."""
    action, by, now, original = request.action, request.by, request.now, None
    if action == "merge":
        original = _original(session, event, str(request.facts.get("original", "")), now)
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
        worker=_worker(session, event) if action in PAYS_THE_REPORTER else None,
        charged=ledger.charged(session, event, "unfounded_decline")
        if action == "dispatch" and needs_ruling(event)
        else frozenset(),
        appellant=appeals.appellant(session, event) if action == "review" else None,
        supervised_by_rule=appeals.supervised_by_rule(session, event) if action == "review" else None,
    )


def _tasked(session: Session, event: Event) -> str | None:
    return tasked(event.reported_by, accounts.workers(session), event.area_path)


def _worker(session: Session, event: Event) -> str | None:
    """Return the grid worker who reported an event as one."""
    by_one = event.source == Source.GRID_WORKER
    return reporting_worker(event, journal.reporters_role(session, event)) if by_one else None


def _claim_bonus(session: Session, reference: Reference, event: Event, now: datetime) -> int:
    if event.how != "claim" or event.unit is None:
        return 0
    take_turn(
        session, -1 - zlib.crc32(event.unit.encode())
    )  # two closings at once would both see room below the cap
    return ledger.claim_bonus(session, event.unit, local_day(now, reference.tz))


def _original(session: Session, event: Event, number: str, now: datetime) -> Event:
    """Return the event to merge into; Invalid where that cannot be."""
    try:
        original = journal.event_by_number(session, number)
    except Unreadable as damaged:
        raise Invalid([("original", damaged.text, damaged.params)]) from damaged
    if original is None:
        raise Invalid([("original", "没有这个编号的事件", {})])
    if original.id == event.id or original.merged_into is not None or original.status == Status.REJECTED:
        raise Invalid([("original", "只能并入另一件有效的事件", {})])
    if not stands(original, now):
        raise Invalid([("original", "只能并入在办的，或一天内办结的事件", {})])
    if event.emergency and not (original.emergency and original.is_open):
        raise Invalid([("original", "紧急事件只能并入另一件在办的紧急事件：否则告警会无声停止", {})])
    return original


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


def _overtaken(session: Session, reference: Reference, event: Event, action: str) -> Conflict:
    """Return the refusal that tells a loser what happened: who won a claim, else who did what last."""
    if action == "claim" and event.how == "claim" and event.unit:
        winner = {"unit": event.unit, "name": reference.unit_name(event.unit), "at": event.owned_at}
        at = event.owned_at.astimezone(reference.tz).strftime("%H:%M:%S") if event.owned_at else ""
        return Conflict("已被 {name} 抢单 {at}", event, winner, name=winner["name"], at=at)
    last = journal.last_step(session, event)
    if last is None or last.actor_role in MACHINES or action == "claim":  # a loser may be an outsider by now
        return Conflict("事件已有变化，请按最新状态处理", event)
    at = last.at.astimezone(reference.tz).strftime("%H:%M:%S")
    role, done = ROLE_WORDS[Role(last.actor_role)], ACTION_WORDS.get(last.action, last.action)
    text = "{role} {who} 已在 {at} 办理“{action}”，请按最新状态处理"
    return Conflict(text, event, role=role, who=last.actor, at=at, action=done)


def _write_steps(
    session: Session,
    transitions: Sequence[EventTransition],
    now: datetime | None = None,
    marks: Mapping[int, str] = MappingProxyType({}),
) -> set[datetime]:
    """Write what stands beside the events: steps, points, alerts, co-units, deliveries.

    Return the moments by which checks and points are counted. `now` is when the steps are written, where some of them
    belong to an earlier moment.
    """
    drafts = [(done.matter, draft, outcome) for done in transitions for draft, outcome in done.steps]
    rows = [_step_row(event, draft) for event, draft, _ in drafts]
    ids = journal.insert_steps(session, rows, [event.emergency for event, _, _ in drafts], now)
    numbered = list(zip(drafts, ids, strict=True))
    ledger.insert_points(
        session,
        [
            (points, event.id, key, draft.at)
            for (event, draft, outcome), key in numbered
            for points in outcome.points
        ],
    )
    moments = {draft.at for _, draft, outcome in drafts if outcome.points or draft.columns["rating"]}
    for (event, draft, outcome), key in numbered:
        if draft.facts.get("photos"):
            journal.attach_photos(session, draft.facts["photos"], event, key, draft.action)
        moments |= _write_beside(session, event, draft, outcome, key, marks.get(event.id))
    return moments


def _write_beside(
    session: Session, event: Event, draft: StepDraft, outcome: Outcome, step_id: int, mark: str | None = None
) -> set[datetime]:
    now, moments = draft.at, set[datetime]()
    if outcome.assign is not None:
        journal.assign(session, event, outcome.assign, outcome.sign_by, now)
    if outcome.co_accepted:
        journal.answer_assignment(session, event, outcome.co_accepted, {"accepted_at": now})
    if outcome.co_finished:
        unit, text = outcome.co_finished
        journal.answer_assignment(session, event, unit, {"finished_at": now, "text": text})
    if outcome.demand:
        journal.add_demand(session, *outcome.demand)
    if outcome.reverse:
        moments |= {*ledger.reverse_points(session, event.id, outcome.reverse, step_id, now)}
    if outcome.settled:
        journal.remember_border(session, event, outcome.settled, draft.viewer.name, now)
    for target, reason in outcome.deliveries:
        journal.owe(session, target, reason, event, {"round": event.round}, now)
    if outcome.alert in ("raise", "again"):
        alerting.raise_alert(session, event, now, draft.viewer.name, mark, again=outcome.alert == "again")
    if outcome.alert == "stand_down":
        alerting.stand_down(session, event.id, now, draft.viewer.name)
    return moments


def _step_row(event: Event, draft: StepDraft) -> dict[str, Any]:
    return {
        "event_id": event.id,
        "version": draft.version,
        "action": draft.action,
        "from_status": draft.from_status,
        "to_status": draft.to_status,
        "at": draft.at,
        "actor": draft.viewer.name,
        "actor_role": draft.viewer.role.value,
        "actor_unit": draft.viewer.unit,
        "facts": journal.plain(draft.facts),
        "late": draft.late,
        **draft.columns,
    }
