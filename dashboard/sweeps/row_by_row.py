"""How a sweep goes through what is due: each row by itself, so that one that cannot be done stops nothing else.

What cannot be done rests, longer each time, and is set aside with its reason; a row somebody else holds is left for a
moment. Only an outage of the database ends a sweep: then the sweep was not finished, and its beat does not come.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from dashboard.rules.refusals import Conflict, Refusal
from datasources.store.database import Database
from datasources.store.faults import is_locked, is_outage

BATCH = 500
MOST_DUE = 20_000  # so many rows that cannot be done may stand before those that can
HELD_PATIENCE = "300ms"  # how long a sweep waits for one row that somebody else holds
REFUSALS_ASIDE = 3


@contextmanager
def brief(database: Database) -> Iterator[Session]:
    """Give a writing session that does not wait long for a row held by somebody else."""
    with database.write() as session:
        if not database.is_sqlite:
            session.execute(text(f"SET LOCAL lock_timeout = '{HELD_PATIENCE}'"))
        yield session


@dataclass(frozen=True, slots=True)
class Sweep:
    """What a sweep looks for and does: rows that are due, found by the column of their ids, in an order.

    `read` gives the rows of ids, without those that cannot be read; `do` does one in a transaction of its own.
    """

    name: str
    column: Any
    due: Any
    order: Any
    read: Callable[[Session, Sequence[int]], Sequence[Any]]
    do: Callable[[Session, Any], int]


def each(database: Database, sweep: Sweep, budget: float | None = None) -> int:
    """Do every due row by itself, the longest due first, for at most `budget` seconds; return how much was done."""
    aside = database.aside
    ends = time.monotonic() + budget if budget is not None else float("inf")
    with database.read() as session:
        query = select(sweep.column).where(sweep.due).order_by(sweep.order, sweep.column).limit(MOST_DUE)
        ids = [key for key in session.scalars(query) if not aside.rests(sweep.name, key)][:BATCH]
        rows = sweep.read(session, ids) if ids else ()
    for key in set(ids) - {row.id for row in rows}:
        aside.rest(sweep.name, key)  # `read` has set it aside
    done = 0
    for row in rows:
        if time.monotonic() > ends:
            break
        done += _one(database, sweep, row)
    return done


def _one(database: Database, sweep: Sweep, row: Any) -> int:
    aside, name = database.aside, sweep.name
    try:
        with brief(database) as session:
            done = sweep.do(session, row)
    except Conflict:  # somebody was faster: exactly what the guard is for, and no fault of the row's
        return 0
    except Refusal as refusal:  # it may have changed meanwhile; again and again it is the row's fault
        aside.rest(name, row.id)
        if aside.tries(name, row.id) >= REFUSALS_ASIDE:
            aside.note(name, row.id, refusal)
        return 0
    except Exception as error:
        if is_locked(error):
            aside.rest(name, row.id)
        elif is_outage(error):
            raise
        else:
            aside.rest(name, row.id)
            aside.note(name, row.id, error)
        return 0
    aside.well(name, row.id)
    return done
