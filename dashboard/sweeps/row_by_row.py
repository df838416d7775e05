"""How a sweep goes through what is due: each row by itself, so that one that cannot be done stops nothing else.

What cannot be done rests, longer each time, and is set aside with its reason; a row somebody else holds is left for a
moment. Only an outage of the database ends a sweep: then the sweep was not finished, and its beat does not come.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from dashboard.rules.refusals import Refusal
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


def each(
    database: Database,
    sweep: str,
    column: Any,
    due: Any,
    order: Any,
    read: Callable[[Session, Sequence[int]], Sequence[Any]],
    do: Callable[[Session, Any], int],
    budget: float | None = None,
) -> int:
    """Do every due row by itself, the longest due first, for at most `budget` seconds; return how much was done.

    `read` gives the rows of ids, without those that cannot be read; `do` does one in a transaction of its own.
    """
    aside = database.aside
    ends = time.monotonic() + budget if budget is not None else float("inf")
    with database.read() as session:
        query = select(column).where(due).order_by(order, column).limit(MOST_DUE)
        ids = [key for key in session.scalars(query) if not aside.rests(sweep, key)][:BATCH]
        rows = read(session, ids) if ids else ()
    for key in set(ids) - {row.id for row in rows}:
        aside.rest(sweep, key)  # `read` has set it aside
    done = 0
    for row in rows:
        if time.monotonic() > ends:
            break
        done += _one(database, sweep, row, do)
    return done


def _one(database: Database, sweep: str, row: Any, do: Callable[[Session, Any], int]) -> int:
    aside = database.aside
    try:
        with brief(database) as session:
            done = do(session, row)
    except (
        Refusal
    ) as refusal:  # somebody was faster: exactly what the guard is for; again and again it is the row's fault
        aside.rest(sweep, row.id)
        if aside.tries(sweep, row.id) >= REFUSALS_ASIDE:
            aside.note(sweep, row.id, refusal)
        return 0
    except Exception as error:
        if is_locked(error):
            aside.rest(sweep, row.id)
        elif is_outage(error):
            raise
        else:
            aside.rest(sweep, row.id)
            aside.note(sweep, row.id, error)
        return 0
    aside.well(sweep, row.id)
    return done
