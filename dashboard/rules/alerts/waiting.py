"""What an answered emergency waits for: the signatures that are still due, then the event's own deadline."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from dashboard.rules.alerts.alert import SIGN_WITHIN, Alert, is_watched
from dashboard.rules.events.context import CoUnit
from dashboard.rules.events.event import DUE, Event, Status

UNSIGNED = frozenset({Status.REPORTED, Status.CLAIMABLE, Status.PENDING_DISPATCH, Status.DISPATCHED})
IsUnit = Callable[[str], bool]
# the work is reported as done or stands still: nobody can sign, so a co-unit that has not is waited for no longer
SIGNED_NO_MORE = frozenset({Status.CHECKING, Status.ON_HOLD})


def all_signed(event: Event, beside: Sequence[CoUnit], is_unit: IsUnit) -> bool:
    """Return whether everybody who can still sign for an event has."""
    return event.status not in UNSIGNED and not unsigned(event, beside, is_unit)


def unsigned(event: Event, beside: Sequence[CoUnit], is_unit: IsUnit) -> list[str]:
    """Return the co-units whose signature is still due: nobody signs for one that a redistricting has abolished."""
    if event.status in SIGNED_NO_MORE:
        return []
    return [one.unit for one in beside if one.accepted_at is None and is_unit(one.unit)]


def deadline(event: Event) -> datetime | None:
    """Return what an open event runs against in its present status."""
    found: datetime | None = getattr(event, DUE[Status(event.status)]) if event.is_open else None
    return found


def brought_near(
    alert: Alert, event: Event, beside: Sequence[CoUnit], is_unit: IsUnit, now: datetime
) -> Alert:
    """Return an answered alert that rests no longer than its event lets it, after that got another status or deadline."""
    until = deadline(event) if all_signed(event, beside, is_unit) else now + SIGN_WITHIN
    if until is None or alert.next_at is None or not is_watched(alert) or alert.next_at <= until:
        return alert
    return replace(alert, version=alert.version + 1, next_at=max(until, now))
