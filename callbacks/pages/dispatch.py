"""Draws the panel of dispatch whenever another event is chosen, it changed, or a minute has passed."""

from datetime import datetime
from typing import Any

from dash import Input, Output
from flask import current_app
from sqlalchemy.orm import Session

from callbacks.api.events.events import seen_event
from callbacks.pages.event import chosen_number
from callbacks.security import guard
from callbacks.security.session import somebody
from callbacks.wording import spoken
from dashboard import actions, advice, clock
from dashboard.rules.access import Viewer
from dashboard.rules.events import calling
from dashboard.rules.events.context import Context
from dashboard.rules.events.event import Event
from dashboard.rules.refusals import Forbidden, Refusal
from dashboard.rules.text.masking import mask_text
from dashboard.runtime.runtime import Runtime
from datasources.districts.reference import Reference
from datasources.events import beside, journal
from datasources.store.models import StepRow
from layouts import ids
from layouts.pages.dispatch import data, panel
from layouts.text.words import translate


@guard.callback(
    "desk.use",
    Output(ids.DISPATCH_BODY, "children"),
    Input(ids.EVENT_CHOSEN, "data"),
    Input(ids.DISPATCH_ASKED, "data"),
    prevent_initial_call=True,
)
def show(chosen: Any, _asked: Any) -> Any:
    """Draw the panel of the chosen event for the account that asks."""
    number = chosen_number(chosen)
    runtime: Runtime = current_app.extensions["grid.runtime"]
    return drawn(runtime, number, somebody()) if number else panel.empty()


def drawn(runtime: Runtime, number: str, who: Viewer) -> Any:
    """Return the panel of an event, or in words why there is none."""
    reference, now = runtime.reference, clock.now()
    try:
        with runtime.database.read() as session:
            event = seen_event(session, number, who)
            return panel.panel(gathered(session, reference, event, who, now))
    except Refusal as refusal:
        return panel.empty(spoken(refusal))


def gathered(
    session: Session, reference: Reference, event: Event, who: Viewer, now: datetime
) -> data.DispatchData:
    """Return everything the panel is drawn from."""
    found = advice.advise(session, reference, event, who, now)
    steps = beside.steps_of(session, event.id) if event.request or event.decline_count else []
    allowed = actions.buttons(session, reference, event, who, now)
    context = Context(now, reference, journal.co_units(session, event))
    signed = {co.unit for co in context.co_units if co.accepted_at is not None}
    return data.DispatchData(
        advice=found,
        now=now,
        tz=reference.tz,
        calendar=reference.policy.calendar,
        allowed=allowed,
        why_not=spoken(found.why_not) if found.why_not else "",
        names={code: unit.name for code, unit in reference.units.items()},
        called={code: code in signed for code in calling.with_lead("", event, (), context)},
        co_units=[(reference.unit_name(co.unit), co.accepted_at is not None) for co in context.co_units],
        declines=[_declined(step, reference) for step in steps if step.action == "decline"],
        asked=_asked(event, steps, who, reference, now) if event.request else None,
    )


def _declined(step: StepRow, reference: Reference) -> data.Declined:
    facts = step.facts or {}
    return data.Declined(
        unit=reference.unit_name(step.unit),
        ground=str(facts.get("ground", "")),
        text=mask_text(str(facts.get("text", ""))),
        at=step.at,
    )


def _asked(event: Event, steps: Any, who: Viewer, reference: Reference, now: datetime) -> data.Asked | None:
    kind = event.request or ""
    since = next((step.at for step in reversed(steps) if step.action == kind), None)
    return data.Asked(
        kind=kind,
        by=reference.unit_name(event.unit),
        account=event.requested_by or "",
        reason=mask_text(event.request_reason or ""),
        since=since,
        until=event.request_until,
        why_not=_why_not(event, who, reference, now),
    )


def _why_not(event: Event, who: Viewer, reference: Reference, now: datetime) -> str:
    try:
        refusal = advice.why_not(event, "approve", who, reference, now)
    except Forbidden:
        return translate("由值班长审批")
    return spoken(refusal) if refusal else ""
