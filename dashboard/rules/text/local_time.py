"""The one conversion between moments and what the district's clocks show.

Law: moments are UTC; a local time that a clock change skips is read with the offset before it, one that it repeats is
the first of the two.
"""

from datetime import UTC, datetime, timedelta, tzinfo


def moment_of(local: datetime, tz: tzinfo) -> datetime:
    """Return the moment in UTC at which the clocks of a zone show `local`; a time with an offset means its own."""
    return (local if local.tzinfo else local.replace(tzinfo=tz)).astimezone(UTC)


def days_before(at: datetime, days: int, tz: tzinfo) -> datetime:
    """Return the moment in UTC, so many local days before, at which the clocks showed what they show at `at`."""
    shown = at.astimezone(tz).replace(tzinfo=None)
    return moment_of(shown - timedelta(days=days), tz)
