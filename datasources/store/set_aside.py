"""Rows that cannot be read or worked on are set aside, each with its reason, and everything else goes on.

A fault is noted in memory, so that it costs nothing where it is met; `keep` writes what was noted into the database
for the administrator's page. What is mended stops being met, and leaves the list by itself.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, delete, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from datasources.store.faults import is_outage
from datasources.store.models.state import SetAsideRow
from datasources.store.quiet_log import Quiet

log = logging.getLogger(__name__)
T = TypeVar("T")

SHOWN_FOR = timedelta(minutes=10)  # what is broken is met again far more often than that
LONGEST_REASON = 300
MOST_KEPT = 1000
SHORTEST_REST, LONGEST_REST = 1.0, 300.0


@dataclass(slots=True)
class Note:
    """One row set aside: what it is, why, and how often it was met since the last keeping."""

    kind: str
    key: str
    reason: str
    times: int = 1


class Aside:
    """What one process has set aside, and which rows rest before they are tried again; safe from any thread."""

    def __init__(self) -> None:
        self._notes: dict[tuple[str, str], Note] = {}
        self._rests: dict[tuple[str, Any], tuple[float, int]] = {}
        self._lock = threading.Lock()
        self._quiet = Quiet(log)

    def note(self, kind: str, key: Any, error: BaseException | str) -> None:
        """Set a row aside, with the reason; logged at most once a minute and kind."""
        reason = error if isinstance(error, str) else f"{type(error).__name__}: {error}"
        reason = " ".join(reason.split())[:LONGEST_REASON]
        with self._lock:
            known = self._notes.get((kind, str(key)))
            if known is not None:
                known.times, known.reason = known.times + 1, reason
            elif len(self._notes) < MOST_KEPT:
                self._notes[kind, str(key)] = Note(kind, str(key), reason)
        self._quiet.warning(kind, "%s %s is set aside, the others go on: %s", kind, key, reason)

    def take(self) -> list[Note]:
        """Return what was noted since the last time."""
        with self._lock:
            notes, self._notes = list(self._notes.values()), {}
        return notes

    def rest(self, kind: str, key: Any) -> None:
        """Leave a row alone for a while, longer each time."""
        with self._lock:
            _, tries = self._rests.get((kind, key), (0.0, 0))
            pause = min(LONGEST_REST, SHORTEST_REST * 2 ** min(tries, 20))
            self._rests[kind, key] = time.monotonic() + pause, tries + 1

    def rests(self, kind: str, key: Any) -> bool:
        """Return whether a row is to be left alone for now."""
        found = self._rests.get((kind, key))
        return found is not None and time.monotonic() < found[0]

    def tries(self, kind: str, key: Any) -> int:
        """Return how often in a row something could not be done."""
        return self._rests.get((kind, key), (0.0, 0))[1]

    def well(self, kind: str, key: Any) -> None:
        """Forget the rests of a row that could be worked on."""
        if self._rests:
            with self._lock:
                self._rests.pop((kind, key), None)


def of(session: Session) -> Aside:
    """Return where a session's database sets rows aside."""
    found: Aside | None = session.info.get("aside")
    return found if found is not None else session.info.setdefault("aside", Aside())


def read_each(
    session: Session,
    query: Select[Any],
    key: ColumnElement[Any],
    kind: str,
    make: Callable[[Any], T],
) -> list[T]:
    """Return make(row) of every row of a query, in its order; a row that cannot be read is set aside.

    The whole is tried first; only where that fails is it read by halves down to the row.
    """
    try:
        return [make(row) for row in session.execute(query)]
    except Exception as error:
        if isinstance(error, DBAPIError) or is_outage(error):
            raise
    keys = list(dict.fromkeys(session.execute(query.with_only_columns(key)).scalars()))
    return _by_halves(session, query, key, kind, make, keys)


def _by_halves(
    session: Session,
    query: Select[Any],
    key: ColumnElement[Any],
    kind: str,
    make: Callable[[Any], T],
    keys: Sequence[Any],
) -> list[T]:
    if not keys:
        return []
    try:
        return [make(row) for row in session.execute(query.where(key.in_(keys)))]
    except Exception as error:
        if isinstance(error, DBAPIError) or is_outage(error):
            raise
        if len(keys) == 1:
            of(session).note(kind, keys[0], error)
            return []
    middle = len(keys) // 2
    first = _by_halves(session, query, key, kind, make, keys[:middle])
    return first + _by_halves(session, query, key, kind, make, keys[middle:])


def keep(session: Session, notes: Sequence[Note], now: datetime) -> None:
    """Write down what was set aside (`now` in real time), and forget what nobody has met for a while."""
    for note in notes:
        row = session.get(SetAsideRow, (note.kind, note.key))
        if row is None:
            row = SetAsideRow(kind=note.kind, key=note.key, first_at=now, times=0)
            session.add(row)
        row.reason, row.last_at, row.times = note.reason, now, row.times + note.times
    session.execute(delete(SetAsideRow).where(SetAsideRow.last_at < now - SHOWN_FOR))


def listed(session: Session, now: datetime, limit: int = MOST_KEPT) -> Sequence[SetAsideRow]:
    """Return what is set aside at present, the newest first."""
    query = select(SetAsideRow).where(SetAsideRow.last_at >= now - SHOWN_FOR)
    return session.scalars(query.order_by(SetAsideRow.first_at.desc(), SetAsideRow.key).limit(limit)).all()


def count(session: Session, now: datetime) -> int:
    """Return how many rows are set aside at present."""
    query = select(func.count()).select_from(SetAsideRow).where(SetAsideRow.last_at >= now - SHOWN_FOR)
    return session.scalar(query) or 0
