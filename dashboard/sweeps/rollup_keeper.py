"""Keeps the rollups: days that are over, weeks and months made of them, periods due to be frozen.

Counting happens in a reading session, so that no writer waits for it; only the storing takes a writer's turn.
"""

from collections.abc import Callable
from datetime import datetime

from datasources.districts.reference import Reference
from datasources.figures.frozen import freezing
from datasources.figures.rollups import days
from datasources.store.database import Database

Told = Callable[[int, int], object]


def keep(database: Database, reference: Reference, now: datetime) -> bool:
    """Roll up what is due; return whether nothing changed meanwhile that is left for the next round."""
    if not _days(database, reference, now, None):
        return False
    with database.read() as session:
        spans = days.unrolled_spans(session, reference.tz)
    for tier, first in spans:
        with database.write() as session:
            days.store_span(session, tier, first, now)
    with database.read() as session:
        due = freezing.due(session, reference, now)
    for kind, span in due:
        with database.read() as session:
            stood = freezing.count(session, reference, kind, span, now)
        with database.write() as session:
            freezing.store(session, stood, reference, now)
    return True


def is_due(database: Database, reference: Reference, now: datetime) -> bool:
    """Return whether there is anything to roll up or to freeze."""
    with database.read() as session:
        return bool(
            days.unrolled_days(session, now, reference.tz)
            or days.unrolled_spans(session, reference.tz)
            or freezing.due(session, reference, now)
        )


def rebuild(database: Database, reference: Reference, now: datetime, told: Told | None = None) -> int:
    """Make every rollup anew from the events, frozen ones excepted; return how many days there are.

    `told` hears (days done, days in all).
    """
    with database.write() as session:
        days.forget_all(session)
    with database.read() as session:
        count = len(days.unrolled_days(session, now, reference.tz))
    while not _days(database, reference, now, told):
        pass
    keep(database, reference, now)
    return count


def _days(database: Database, reference: Reference, now: datetime, told: Told | None) -> bool:
    """Roll days up; return whether all stood still meanwhile."""
    with database.read() as session:
        due = days.unrolled_days(session, now, reference.tz)
    left = 0
    for place, day in enumerate(due, start=1):
        with database.read() as session:
            counted = days.count_day(session, day, reference.tz)
        with database.write() as session:
            left += not days.store_day(session, counted, now, reference.tz)
        if told:
            told(place, len(due))
    with database.write() as session:
        days.clear_idle_marks(session, now, reference.tz)
    return not left
