"""What the clock of the database shows, where it has one of its own."""

import time
from datetime import datetime

from sqlalchemy import text

from datasources.store.database import Database


def server_now(database: Database) -> tuple[datetime, float] | None:
    """Return (moment, seconds that asking took); None on SQLite, all of whose processes live on one host."""
    if database.is_sqlite:
        return None
    with database.engine.connect() as connection:
        connection.execute(
            text("SELECT 1")
        )  # what the first question of a connection costs is not the answer's age
        asked = time.monotonic()
        told: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
        return told, time.monotonic() - asked
