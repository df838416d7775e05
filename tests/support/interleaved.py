"""Two writers of PostgreSQL interleaved: the second comes while what the first has done is not committed yet."""

import threading
from collections.abc import Callable
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from datasources.store.database import Database

WAITING = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)
Work = Callable[[Session], Any]


def interleaved(database: Database, first: Work, second: Work) -> tuple[Any, Any]:
    """Do `first`, begin `second`, and commit the first once the second waits for it or is done.

    Return what both gave; of the second also the exception it ended with.
    """
    gave: list[Any] = []

    def run() -> None:
        try:
            with database.write() as session:
                answer = second(session)
        except Exception as error:
            answer = error
        gave.append(answer)

    thread = threading.Thread(target=run, daemon=True)
    with database.write() as session:
        answer = first(session)
        thread.start()
        while thread.is_alive() and not _somebody_waits(database):
            thread.join(timeout=0.01)
    thread.join(timeout=30)
    assert gave, "the second writer never ends"
    return answer, gave[0]


def _somebody_waits(database: Database) -> bool:
    with database.read() as session:
        return bool(session.scalar(WAITING))
