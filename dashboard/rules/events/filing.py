"""A report becomes an event, with everything that follows from it by rule."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from dashboard.rules.access import Viewer
from dashboard.rules.events import scoring
from dashboard.rules.events.book import EVENTS
from dashboard.rules.events.context import Context
from dashboard.rules.events.effects import levels
from dashboard.rules.events.event import Event, Level, Status
from dashboard.rules.events.outcome import Outcome
from dashboard.rules.events.report import Report
from dashboard.rules.lifecycle.transition import StepDraft, Transition

EventTransition = Transition[Event, Outcome]


def filed(
    report: Report, place: Mapping[str, Any], key: int, by: Viewer, context: Context
) -> EventTransition:
    """Return the event a report becomes, as a transition with all that follows by rule; `key` is its id.

    Resolved on the spot by a grid worker (自行处置): closed at once, level green. An emergency never is: it is told
    and goes the way of every emergency, and who was there says in it what was done.
    """
    policy, now = context.world.policy, context.now
    code = context.world.steered(report.category, report.title, report.description)
    category = context.world.category(code)
    emergency = report.emergency or (category is not None and category.emergency)
    moment = report.reported_at or now
    day = now.astimezone(policy.calendar.tz).strftime("%Y%m%d")
    event = Event(
        id=key,
        number=f"{day}{key:06d}",
        title=report.title,
        source=report.source,
        status=Status.REPORTED,
        reported_at=moment,
        **report.identity,
        description=report.description,
        category=code,
        emergency=emergency,
        level=levels.expected(code, context.world),
        lng=report.lng,
        lat=report.lat,
        src_crs=report.src_crs,
        accuracy_m=report.accuracy_m,
        address=report.address,
        created_at=now,
        register_due_at=now + timedelta(minutes=policy.minutes["register"]),
        reporter_name=report.reporter_name,
        reporter_phone=report.reporter_phone,
        reported_by=by.name,
        **place,
    )
    context = replace(context, worker=scoring.reporting_worker(event, by.role))
    outcome = Outcome(alert="raise" if emergency else None)
    if report.resolved_on_site and by.role == "worker" and not emergency:
        event = event.changed(_resolved(now))
        earned = scoring.for_closing(event, now, policy, 0, context.worker)
        outcome = Outcome(points=scoring.for_valid_report(context.worker, policy) + earned)
    facts = (
        {"source": report.source, "photos": list(report.photos)}
        if report.photos
        else {"source": report.source}
    )
    columns = {"round": 1, "unit": event.unit, "rating": None, "on_behalf": False}
    draft = StepDraft("report", None, event.status, 1, now, by, facts, columns=columns)
    transition: EventTransition = Transition(event, [(draft, outcome)])
    EVENTS.go_on(transition, context)
    return transition


def _resolved(now: datetime) -> dict[str, Any]:
    return {
        "status": Status.CLOSED,
        "level": Level.GRID,
        "solved_level": Level.GRID,
        "resolved_on_site": True,
        "registered_at": now,
        "register_due_at": None,
        "finished_at": now,
        "closed_at": now,
    }
