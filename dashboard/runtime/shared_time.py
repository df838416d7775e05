"""One time for all processes: that of the database, asked every few seconds; a host whose clock differs is told so."""

import logging

from dashboard import clock
from datasources.store.database import Database
from datasources.store.server_time import server_now

log = logging.getLogger(__name__)

AGREE_SECONDS = 5.0
SAID_ABOVE = 2.0  # seconds
UNREADY_ABOVE = 30.0


def agree(database: Database) -> None:
    """Go by the database's clock; say so when this machine's differs by more than two seconds, once until it is right."""
    answer = server_now(database)
    if answer is None:
        clock.alone()
        return
    before = abs(clock.skew())
    clock.agree(*answer)
    if abs(clock.skew()) > SAID_ABOVE >= before:
        log.warning(
            "the clock of this machine is %+.1f s off that of the database, which decides; please set it (NTP)",
            -clock.skew(),
        )


def trusted() -> bool:
    """Return whether this machine's clock is near enough to the database's for it to serve."""
    return abs(clock.skew()) <= UNREADY_ABOVE
