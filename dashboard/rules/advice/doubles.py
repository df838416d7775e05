"""When two reports may be the same matter, and which event another may be merged into: the only definition (LIFECYCLE §6).

Possible duplicate: same minor category, ≤ 100 m, ≤ 72 h, open or closed within the day.
"""

from datetime import datetime, timedelta

from dashboard.rules.events.event import Event, Status

SAME_M = 100.0
SAME_WITHIN = timedelta(hours=72)
CLOSED_WITHIN = timedelta(days=1)


def stands(event: Event, now: datetime) -> bool:
    """Return whether another may still be the same matter as an event: it is open, or closed within the day."""
    if event.status == Status.CLOSED:
        return event.closed_at is not None and event.closed_at >= now - CLOSED_WITHIN
    return event.is_open


def near(metres: float, age: timedelta) -> bool:
    """Return whether two places and two moments are close enough for one matter."""
    return metres <= SAME_M and abs(age) <= SAME_WITHIN
