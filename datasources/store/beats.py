"""Beats: each thing that runs by itself says when it last finished a round, so that what stands still can be told.

Ages are measured in the database's time, so that a host whose clock is wrong is not taken for one that stands still.
"""

import threading
import time
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from datasources.store import sound_rows
from datasources.store.models import BeatRow

PUBLISHER, DELIVERIES = "publisher", "deliveries"


class Beats:
    """What finished in this process, until it is written down; safe from any thread."""

    def __init__(self) -> None:
        self._finished: dict[str, float] = {}
        self._lock = threading.Lock()

    def done(self, name: str) -> None:
        """Note that a round of something was finished just now."""
        with self._lock:
            self._finished[name] = time.monotonic()

    def take(self) -> dict[str, float]:
        """Return name → seconds since it finished, of everything that finished since the last time."""
        with self._lock:
            found, self._finished = self._finished, {}
        return {name: time.monotonic() - at for name, at in found.items()}


def database_now(session: Session, real_now: datetime) -> datetime:
    """Return the database's moment; SQLite has one host and no time of its own: there it is `real_now`."""
    if session.get_bind().dialect.name == "sqlite":
        return real_now
    found: datetime = session.execute(select(func.clock_timestamp())).scalar_one()
    return found


def keep(session: Session, ages: Mapping[str, float], real_now: datetime) -> None:
    """Write down what finished how many seconds ago; a later moment of another process stays."""
    now = database_now(session, real_now)
    held = _beats(session)
    for name, age in sorted(ages.items()):
        at, before = now - timedelta(seconds=age), held.get(name)
        if before is not None and at <= before <= now:
            continue
        # written without being read: a beat that cannot be read is mended by the next one
        if not session.execute(update(BeatRow).where(BeatRow.name == name).values(at=at)).rowcount:  # type: ignore[attr-defined]
            session.execute(insert(BeatRow).values(name=name, at=at))


def ages(session: Session, real_now: datetime) -> dict[str, float]:
    """Return name → seconds since it was last finished anywhere."""
    now = database_now(session, real_now)
    return {name: max(0.0, (now - at).total_seconds()) for name, at in _beats(session).items()}


def _beats(session: Session) -> dict[str, datetime]:
    query = select(BeatRow.name, BeatRow.at)
    return dict(
        sound_rows.read_each(session, query, BeatRow.__table__.c.name, "beat", lambda row: (row[0], row[1]))
    )
