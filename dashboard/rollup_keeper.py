"""Keeps the rollups: days that are over, months made of them, periods due to be frozen; a little at a time.

Counting happens in a reading session, so that no writer waits for it; only the storing takes a writer's turn.
"""

import time
from collections.abc import Callable
from datetime import datetime

from datasources import freezing, rollups
from datasources.database import Database
from datasources.reference import Reference

ROUND_SECONDS = 1.0

Told = Callable[[int, int], object]


def keep(
    database: Database, reference: Reference, now: datetime, seconds: float | None = ROUND_SECONDS
) -> bool:
    """Roll up what is due, for so many seconds or (None) to the end; return whether nothing is left to do."""
    until = None if seconds is None else time.monotonic() + seconds
    if not _days(database, reference, now, until, None):
        return False
    with database.read() as session:
        spans = rollups.unrolled_spans(session, reference.tz)
    for tier, first in spans:
        with database.write() as session:
            rollups.store_span(session, tier, first, now)
    with database.read() as session:
        due = freezing.due(session, reference, now)
    for kind, span in due:
        with database.read() as session:
            stood = freezing.count(session, reference, kind, span, now)
        with database.write() as session:
            freezing.store(session, stood, reference, now)
    return True


def rebuild(database: Database, reference: Reference, now: datetime, told: Told | None = None) -> int:
    """Make every rollup anew from the events, frozen ones excepted; return how many days there are.

    `told` hears (days done, days in all).
    """
    with database.write() as session:
        rollups.forget_all(session)
    with database.read() as session:
        count = len(rollups.unrolled_days(session, now, reference.tz))
    while not _days(database, reference, now, None, told):
        pass
    keep(database, reference, now, None)
    return count


def _days(
    database: Database, reference: Reference, now: datetime, until: float | None, told: Told | None
) -> bool:
    """Roll days up until none is left or time is over; return whether none is left."""
    with database.read() as session:
        due = rollups.unrolled_days(session, now, reference.tz)
    left = 0
    for place, day in enumerate(due, start=1):
        if until is not None and time.monotonic() > until:
            return False
        with database.read() as session:
            counted = rollups.count_day(session, day, reference.tz)
        with database.write() as session:
            left += not rollups.store_day(session, counted, now, reference.tz)
        if told:
            told(place, len(due))
    with database.write() as session:
        rollups.clear_idle_marks(session, now, reference.tz)
    return not left
