"""Passwords: argon2id with the parameters OWASP asks for at least (m = 19 MiB, t = 2, p = 1), and the cost of an unknown account."""

import threading
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from datasources.store.threadpool import aside

MEMORY_KIB = 19 * 1024
ROUNDS = 2
LANES = 1
SHORTEST, LONGEST = 8, 1000
AT_ONCE = 4  # hashings in parallel; each takes MEMORY_KIB

_hasher = PasswordHasher(time_cost=ROUNDS, memory_cost=MEMORY_KIB, parallelism=LANES)
_turns = threading.BoundedSemaphore(AT_ONCE)


def hashed(password: str) -> str:
    """Return the hash of a password, with its own salt and its parameters in it."""
    with _turns:
        return aside(_hasher.hash, password)


def fits(password_hash: str | None, password: str) -> bool:
    """Return whether a password fits a hash; without a hash it costs the same and never fits."""
    with _turns:
        return aside(_verify, password_hash or _nobody(), password) and password_hash is not None


def outdated(password_hash: str) -> bool:
    """Return whether a hash was made with other parameters and should be made anew at the next login."""
    return _hasher.check_needs_rehash(password_hash)


def _verify(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


@lru_cache(maxsize=1)
def _nobody() -> str:
    return _hasher.hash("no account has this password")
