"""How often somebody may come within an hour, or how much they may bring, counted by `limits`.

In memory where one process serves; in the shared Valkey where GRID_REDIS_URL names one, so that several web processes
count together. While that does not answer each counts for itself: a door is neither open nor shut for want of news.
"""

import logging
from functools import lru_cache

from flask import current_app
from limits import RateLimitItemPerHour
from limits.errors import StorageError
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import SlidingWindowCounterRateLimiter

log = logging.getLogger(__name__)
WAIT_S = 0.5  # for a Valkey that does not answer
LARGEST = 2**31


class Quotas:
    """Counts by key over a sliding hour; `shared` is the address of a Valkey that other processes count in too."""

    def __init__(self, shared: str | None = None) -> None:
        stores = [MemoryStorage()]
        if shared:
            address = shared.replace("unix://", "redis+unix://", 1) if shared.startswith("unix:") else shared
            waits = {"socket_timeout": WAIT_S, "socket_connect_timeout": WAIT_S}
            stores.insert(0, storage_from_string(address, wrap_exceptions=True, **waits))  # type: ignore[arg-type]
        self._counters = [SlidingWindowCounterRateLimiter(store) for store in stores]

    def full(self, key: str, most: int) -> bool:
        """Return whether `most` an hour are reached, counting nothing."""
        return not self._ask("test", key, most, 1)

    def take(self, key: str, most: int, amount: int = 1) -> bool:
        """Count an amount more and return whether it is within `most` an hour; what is too much is not counted."""
        return amount <= most and self._ask("hit", key, most, amount)

    def _ask(self, what: str, key: str, most: int, amount: int) -> bool:
        item = _hourly(min(most, LARGEST))
        for counter in self._counters:
            try:
                answer: bool = getattr(counter, what)(item, key, cost=amount)
                return answer
            except StorageError as error:
                log.warning("quotas are counted by this process alone: %s", error)
        return True


@lru_cache(maxsize=32)
def _hourly(most: int) -> RateLimitItemPerHour:
    return RateLimitItemPerHour(most, namespace="grid")


def quotas() -> Quotas:
    """Return the counts of this app."""
    held: Quotas | None = current_app.extensions.get("grid.quotas")
    if held is None:
        shared = current_app.extensions["grid.runtime"].settings.redis_url
        held = current_app.extensions["grid.quotas"] = Quotas(shared)
    return held
