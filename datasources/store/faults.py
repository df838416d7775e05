"""Which errors are the database's own: it does not answer, is locked, full, read-only or cut off.

Such a fault says nothing about what was asked: the same request may well be done a moment later.
"""

import errno
import re

from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    NotSupportedError,
    PendingRollbackError,
    ProgrammingError,
    TimeoutError,
)

# what was asked is wrong, not the database
ASKED_WRONGLY = (IntegrityError, DataError, ProgrammingError, NotSupportedError)
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO})
UNREADABLE = re.compile(r"Could not decode to UTF-8|malformed JSON|string or blob too big")
LOCK_NOT_AVAILABLE = "55P03"


def is_outage(error: BaseException | None) -> bool:
    """Return whether an error means that the database, or the disk under it, could not do its work just now."""
    if isinstance(error, (TimeoutError, PendingRollbackError)):
        return True
    if is_damage(error):
        return False
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or not isinstance(error, ASKED_WRONGLY)
    return isinstance(error, OSError) and error.errno in FULL


def is_damage(error: BaseException | None) -> bool:
    """Return whether an error means that one stored value cannot be read, which SQLite calls an operational error."""
    return isinstance(error, DBAPIError) and UNREADABLE.search(str(error.orig)) is not None


def is_locked(error: BaseException | None) -> bool:
    """Return whether somebody else holds the very row that was wanted (PostgreSQL's lock_timeout or NOWAIT)."""
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) == LOCK_NOT_AVAILABLE
