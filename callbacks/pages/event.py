"""One event for whoever may see it: on the desk beside the queue, and on a page of its own."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from dash import Input, Output
from flask import current_app
from sqlalchemy.orm import Session

from callbacks.api.events.events import photo_bodies, seen_event, step_body
from callbacks.live.feed import LiveFeed
from callbacks.security import guard
from callbacks.security.session import somebody
from callbacks.wording import spoken
from dashboard import actions, clock
from dashboard.feed.serializer import event_json, millis
from dashboard.rules.access import HOME, Role, Viewer
from dashboard.rules.events.capacities import sees
from dashboard.rules.events.event import DUE, Event, Status, on_time
from dashboard.rules.refusals import Refusal
from dashboard.rules.text.masking import mask_text
from dashboard.runtime.runtime import Runtime
from datasources.audit import reveals
from datasources.districts.reference import Reference
from datasources.events import around, beside, journal
from layouts import ids, theme
from layouts.pages.event import event as page
from layouts.parts import act, inset
from layouts.text.marks import tree
from layouts.text.words import translate

AROUND_M = 400.0
NOBODY = Viewer("", Role.WALL)  # whoever looks, persons are masked until they are asked for with a reason


def layout(runtime: Runtime, _live: LiveFeed, who: Viewer, query: Mapping[str, str]) -> Any:
    """Return an event's own page; `number` is the last part of its address."""
    number, reference = query.get("number", ""), runtime.reference
    first = {
        "account": {"name": who.name},
        "number": number,
        "at_desk": who.may("desk.use"),
        "rules": act.rules(),
        "units": {code: unit.name for code, unit in reference.units.items()},
        "categories": [[one.code, one.name] for one in reference.categories.values()],
        "levels": list(reference.levels),
        "areas": tree(list(reference.areas.values()), reference.levels),
        "time_zone": str(reference.tz),
    }
    return page.page(
        drawn(runtime, number, who),
        first,
        reference.texts.get("title", reference.name),
        HOME.get(who.role, "/screen"),
    )


def chosen_number(chosen: Any) -> str:
    """Return the number of the event a page says was chosen, empty for whatever says none."""
    number = chosen.get("number") if isinstance(chosen, Mapping) else None
    return number if isinstance(number, str) else ""


@guard.callback(
    "session", Output(ids.EVENT_BODY, "children"), Input(ids.EVENT_CHOSEN, "data"), prevent_initial_call=True
)
def show(chosen: Any) -> Any:
    """Draw the chosen event for the account that asks."""
    number = chosen_number(chosen)
    runtime: Runtime = current_app.extensions["grid.runtime"]
    return drawn(runtime, number, somebody()) if number else page.empty()


def drawn(runtime: Runtime, number: str, who: Viewer) -> Any:
    """Return an event as a component, or in words why there is nothing to see."""
    reference, now = runtime.reference, clock.now()
    try:
        with runtime.database.read() as session:
            event = seen_event(session, number, who)
            return page.view(gathered(session, reference, event, who, now))
    except Refusal as refusal:
        return page.empty(spoken(refusal))


def gathered(
    session: Session, reference: Reference, event: Event, who: Viewer, now: datetime
) -> page.EventData:
    """Return everything an event is drawn from; persons are masked for everybody, a reveal shows them."""
    due = DUE.get(Status(event.status))
    at = millis(getattr(event, due)) if due else None
    place = (event.lng, event.lat) if event.lng is not None and event.lat is not None else None
    original = journal.number_of(session, event.merged_into) if event.merged_into else None
    near = _seen(around.duplicates_of(session, reference, event, now), who, reference)
    past = _seen(around.history_here(session, reference, event), who, reference)
    steps = [step_body(row, NOBODY) for row in beside.steps_of(session, event.id)]
    return page.EventData(
        event=event_json(event, NOBODY, reference, now),
        tz=reference.tz,
        steps=steps,
        photos=photo_bodies(session, event, who),
        allowed=actions.buttons(session, reference, event, who, now),
        where=_where(event, reference),
        due=(due, at) if due and at else None,
        soon=millis(event.warn_due_at or event.handle_due_at) if due == "handle_due_at" else None,
        names=_names(steps, reference),
        duplicates=_shown(near, reference, now),
        history=_shown(past, reference, now),
        inset=_inset(reference, event, place, near) if place else "",
        sides=_sides(reference, event, place) if place else (),
        accuracy_m=event.accuracy_m,
        may_reveal=who.may("personal.see") and bool(event.reporter_name or event.reporter_phone),
        merged_into=original or "",
        request=_request(event, reference),
        looks=[
            (look.at, f"{translate(look.title)} {look.account}", mask_text(look.reason))
            for look in reveals.looks_at(session, event)
        ]
        if who.may("audit.see")
        else [],
        co_units=[
            (reference.unit_name(co.unit), co.accepted_at is not None, co.finished_at is not None)
            for co in journal.co_units(session, event)
        ],
    )


def _where(event: Event, reference: Reference) -> list[str]:
    """Return the names of the areas it lies in, the whole district first; beside its grid of today what it was called then."""
    codes = [code for code in event.area_path.split("/") if code]
    names = [reference.area_name(code) for code in codes]
    then = reference.area_name(event.grid, event.grid_version)
    if names and event.grid and then != reference.area_name(codes[-1]) and event.grid in reference.every_area:
        names[-1:] = [translate("{name}（原{then}）", name=names[-1], then=then)]
    return names if len(reference.levels) > 1 else ["", *names]


def _request(event: Event, reference: Reference) -> tuple[str, str, datetime | None, str] | None:
    if not event.request:
        return None
    by = reference.unit_name(event.unit) if event.unit else event.requested_by or ""
    return event.request, mask_text(event.request_reason or ""), event.request_until, by


def _seen(found: Sequence[around.Beside], who: Viewer, reference: Reference) -> list[around.Beside]:
    """Return the events beside one as far as the viewer may see them: what is listed, and what the small map draws."""
    return [one for one in found if sees(one.event, who, reference)]


def _shown(found: Sequence[around.Beside], reference: Reference, now: datetime) -> list[page.Beside]:
    """Return the events beside one as they are drawn."""
    return [
        page.Beside(
            one.event.number,
            mask_text(one.event.title),
            one.event.status,
            one.event.reported_at,
            one.metres,
            reference.unit_name(one.event.unit) if one.event.unit else "",
            one.event.rating,
            on_time(one.event, now),
            one.alike,
        )
        for one in found
    ]


def _names(steps: Sequence[Mapping[str, Any]], reference: Reference) -> dict[str, str]:
    """Return the words of every code that the steps name."""
    names: dict[str, str] = {}
    for step in steps:
        facts = step["facts"]
        for code in (step["by_unit"], facts.get("unit"), *(facts.get("co_units") or ())):
            if code:
                names[code] = reference.unit_name(code)
        if facts.get("category"):
            names[facts["category"]] = reference.category_name(facts["category"]) or facts["category"]
        area = reference.area(str(facts.get("grid")))
        if area:
            names[area.code] = area.name
    return names


def _inset(
    reference: Reference,
    event: Event,
    place: tuple[float, float],
    near: Sequence[around.Beside],
) -> str:
    grids = [reference.areas[code] for code, _ in reference.geo.near(*place, AROUND_M)]
    token = "alarm-bright" if event.emergency else theme.STATUS_MARKS[Status(event.status)].token
    others = [
        (one.event.lng, one.event.lat)
        for one in near
        if one.event.lng is not None and one.event.lat is not None
    ]
    return inset.picture(inset.Spot(*place, event.accuracy_m, grids, _candidates(event), token, others))


def _candidates(event: Event) -> Sequence[str]:
    """Return the grids in question: both sides of a border in doubt, else the event's own."""
    border = event.border or {}
    doubt = () if border.get("settled") else tuple(border.get("candidates", ()))
    return doubt[: len(inset.LETTERS)] or ((event.grid,) if event.grid else ())


def _sides(
    reference: Reference, event: Event, place: tuple[float, float]
) -> Sequence[tuple[str, float | None]]:
    metres = dict(reference.geo.near(*place, AROUND_M))
    return [
        (reference.area_name(code), metres.get(code))
        for code in _candidates(event)
        if code in reference.every_area
    ]
