"""The one serializer: an event as the API shows it to a viewer, and as the feed carries it to everybody.

Masking happens here, on the server (DESIGN decision 10): the feed has no personal data at all, the API only for those
who may see it.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from dashboard.rules.access import Viewer
from dashboard.rules.events.event import STANDING, Event, Status, Supervision, on_time, zone
from dashboard.rules.events.rules import CODE_FACTS
from dashboard.rules.text.masking import mask_facts, mask_name, mask_phone, mask_text, mask_values
from datasources.districts.reference import Reference

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOMENTS = (
    "reported_at", "claim_due_at", "accept_due_at", "warn_due_at", "handle_due_at", "check_due_at", "hold_until",
    "overdue_at", "reply_due_at", "finished_at", "closed_at",
)  # fmt: skip


def moment(value: datetime | None, reference: Reference) -> str | None:
    """Return an instant as RFC 3339 with the district's offset."""
    return value.astimezone(reference.tz).isoformat(timespec="milliseconds") if value else None


def millis(value: datetime | None) -> int | None:
    """Return an instant as whole epoch milliseconds, cut like `moment` so that both name the same one."""
    return (value - EPOCH) // timedelta(milliseconds=1) if value else None


def reads(viewer: Viewer) -> Callable[[Any], Any]:
    """Return how a viewer reads whatever people wrote, alone or inside lists and objects: as it is, or masked."""
    return (lambda value: value) if viewer.may("personal.see") else mask_values


def facts_json(facts: Mapping[str, Any] | None, viewer: Viewer) -> dict[str, Any]:
    """Return the facts of a step as a viewer reads them: all that is no code is a text somebody wrote."""
    held = facts or {}
    return dict(held) if viewer.may("personal.see") else mask_facts(held, CODE_FACTS)


def event_json(event: Event, viewer: Viewer, reference: Reference, now: datetime) -> dict[str, Any]:
    """Return an event as CONTRACT §5 promises it, masked for the viewer."""
    personal, clear = viewer.may("personal.see"), reads(viewer)
    found, grid = zone(event), reference.area(event.grid)
    shown: dict[str, Any] = {
        "id": event.id,
        "number": event.number,
        "external_id": clear(event.outside_id),
        "source_system": event.source_system,
        "source": event.source,
        "title": clear(event.title),
        "description": clear(event.description),
        "category": {"code": event.category, "name": reference.category_name(event.category)}
        if event.category
        else None,
        "status": event.status,
        "zone": found.value if found else None,
        "emergency": event.emergency,
        "level": event.level,
        "lng": event.lng,
        "lat": event.lat,
        "address": clear(event.address),
        "grid": {"code": grid.code, "name": reference.area_name(grid.code, event.grid_version)}
        if grid
        else None,
        "border": event.border,
        "unit": {"code": event.unit, "name": reference.unit_name(event.unit)} if event.unit else None,
        "how": event.how,
        "round": event.round,
        **{name: moment(getattr(event, name), reference) for name in MOMENTS},
        "on_time": on_time(event, now),
        "rating": event.rating,
        "supervision": event.supervision,
        "supervised_reason": clear(event.supervised_reason),
        "rework_count": event.rework_count,
        "decline_count": event.decline_count,
        "extension_count": event.extension_count,
        "request": event.request,
        "appeal": event.appeal,
        "demand": event.demand,
        "version": event.version,
        "reporter": {
            "name": event.reporter_name if personal else mask_name(event.reporter_name),
            "phone": event.reporter_phone if personal else mask_phone(event.reporter_phone),
        },
    }
    return shown


def feed_row(event: Event, reference: Reference) -> dict[str, Any]:
    """Return an open event as the feed carries it: absolute, versioned, without personal data, empty keys left out."""
    runs = event.status not in STANDING
    border = event.border
    row = {
        "id": event.id,
        "version": event.version,
        "number": event.number,
        "title": mask_text(event.title),
        "category": event.category,
        "category_name": reference.category_name(event.category),
        "status": event.status,
        "emergency": event.emergency,
        "level": event.level,
        "lng": round(event.lng, 6) if event.lng is not None else None,
        "lat": round(event.lat, 6) if event.lat is not None else None,
        "address": mask_text(event.address),
        "grid": event.grid,
        "path": event.area_path,
        "unit": event.unit,
        "handler": event.handler,
        "how": event.how,
        "co": event.co_units,
        "round": event.round if event.round > 1 else None,
        "reported_at": millis(event.reported_at),
        "source": event.source,
        "register_due_at": millis(event.register_due_at) if event.status == Status.REPORTED else None,
        "dispatch_due_at": millis(event.dispatch_due_at) if event.status == Status.PENDING_DISPATCH else None,
        "claim_due_at": millis(event.claim_due_at) if event.status == Status.CLAIMABLE else None,
        "accept_due_at": millis(event.accept_due_at) if event.status == Status.DISPATCHED else None,
        "warn_due_at": millis(event.warn_due_at) if runs else None,
        "handle_due_at": millis(event.handle_due_at) if runs else None,
        "check_due_at": millis(event.check_due_at) if event.status == Status.CHECKING else None,
        "overdue_at": millis(event.overdue_at),
        "hold_until": millis(event.hold_until) if event.status == Status.ON_HOLD else None,
        "request": event.request,
        "declines": event.decline_count,
        "border": bool(border and not border.get("settled")),
        "supervision": event.supervision if event.supervision != Supervision.NONE else None,
    }
    return {name: value for name, value in row.items() if value not in (None, "", False)}
