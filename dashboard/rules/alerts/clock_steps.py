"""What a clock that was put back must not do: move the next rung of an emergency further away than its own span."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

from dashboard.rules.alerts.alert import LADDER, LONGEST_SHELF, SIGN_WITHIN, Alert, AlertState

_AT = (0, *(seconds for seconds, _ in LADDER))
# of each rung in turn; past the last one that comes again as long after as it came after raising
SPANS = (*(timedelta(seconds=later - before) for before, later in pairwise(_AT)), timedelta(seconds=_AT[-1]))


def span(alert: Alert) -> timedelta:
    """Return how long the rung that an alert waits for may be away at most."""
    if alert.state == AlertState.ACKNOWLEDGED:
        return SIGN_WITHIN
    return SPANS[min(alert.stage, len(SPANS) - 1)]


def pulled_in(alert: Alert, now: datetime) -> Alert:
    """Return the alert with its next rung, and the end of its silence, no further away than their spans.

    An answered alert waits for what it was told to; only an answer from the future shows that the clock was put back.
    """
    next_at, shelf = alert.next_at, alert.shelved_until
    believed = alert.state == AlertState.ACKNOWLEDGED and (alert.acknowledged_at or now) <= now
    if shelf is not None:
        shelf = min(shelf, now + LONGEST_SHELF)
    if next_at is not None and not believed:
        next_at = min(
            next_at, max(now + span(alert), shelf or now)
        )  # a silence holds rungs back until its end
    if (next_at, shelf) == (alert.next_at, alert.shelved_until) or alert.state == AlertState.STOOD_DOWN:
        return alert
    return replace(alert, version=alert.version + 1, next_at=next_at, shelved_until=shelf)
