"""Draws the panel of dispatch whenever another event is chosen, it changed, or a minute has passed."""

from datetime import datetime
from typing import Any

from dash import Input, Output
from flask import current_app
from sqlalchemy.orm import Session

from callbacks import advice, guard
from callbacks.api.events import seen_event
from callbacks.event import chosen_number
from callbacks.session import somebody
from callbacks.wording import spoken
from dashboard import actions, clock
from dashboard.house import House
from dashboard.rules.access import Viewer
from dashboard.rules.event import Event
from dashboard.rules.masking import mask_text
from dashboard.rules.refusals import Forbidden, Refusal
from datasources import api_queries, journal
from datasources.models import StepRow
from datasources.reference import Reference
from layouts import dispatch, ids
from layouts.words import translate


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
    house: House = current_app.extensions["grid.house"]
    return drawn(house, number, somebody()) if number else dispatch.empty()


def drawn(house: House, number: str, who: Viewer) -> Any:
    """Return the panel of an event, or in words why there is none."""
    reference, now = house.reference, clock.now()
    try:
        with house.database.read() as session:
            event = seen_event(session, reference, number, who)
            return dispatch.panel(gathered(session, reference, event, who, now))
    except Refusal as refusal:
        return dispatch.empty(spoken(refusal))


def gathered(
    session: Session, reference: Reference, event: Event, who: Viewer, now: datetime
) -> dispatch.DispatchData:
    """Return everything the panel is drawn from."""
    found = advice.advise(session, reference, event, who, now)
    steps = api_queries.steps_of(session, event.id) if event.request or event.decline_count else []
    allowed = actions.buttons(session, reference, event, who, now)
    return dispatch.DispatchData(
        advice=found,
        now=now,
        tz=reference.tz,
        calendar=reference.policy.calendar,
        allowed=allowed,
        why_not=spoken(found.why_not) if found.why_not else "",
        names={code: unit.name for code, unit in reference.units.items()},
        named_co_units=event.co_units or (reference.co_units(event) if event.emergency else ()),
        co_units=[
            (reference.unit_name(co.unit), co.accepted_at is not None)
            for co in journal.co_units(session, event)
        ],
        declines=[_declined(step, reference) for step in steps if step.action == "decline"],
        asked=_asked(event, steps, who, reference, now) if event.request else None,
    )


def _declined(step: StepRow, reference: Reference) -> dispatch.Declined:
    facts = step.facts or {}
    return dispatch.Declined(
        unit=reference.unit_name(step.unit),
        ground=str(facts.get("ground", "")),
        text=mask_text(str(facts.get("text", ""))),
        at=step.at,
    )


def _asked(
    event: Event, steps: Any, who: Viewer, reference: Reference, now: datetime
) -> dispatch.Asked | None:
    kind = event.request or ""
    since = next((step.at for step in reversed(steps) if step.action == kind), None)
    return dispatch.Asked(
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
