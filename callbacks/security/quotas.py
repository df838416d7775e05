"""How often somebody has come within the hour, or how much they brought: in memory, per process, the oldest forgotten first."""

import time
from collections import OrderedDict, deque

HOUR = 3600.0
MOST_KEYS = 20_000


class Buckets:
    """Counts by key."""

    def __init__(self) -> None:
        self._seen: OrderedDict[str, deque[tuple[float, int]]] = OrderedDict()

    def full(self, key: str, most: int) -> bool:
        """Return whether `most` an hour are reached, counting nothing."""
        return _sum(self._fresh(key, time.monotonic())) >= most

    def take(self, key: str, most: int, amount: int = 1) -> bool:
        """Count an amount more and return whether it is within `most` an hour; what is too much is not counted."""
        now = time.monotonic()
        times = self._fresh(key, now)
        if _sum(times) + amount > most:
            return False
        times.append((now, amount))
        while len(self._seen) > MOST_KEYS:
            self._seen.popitem(last=False)
        return True

    def _fresh(self, key: str, now: float) -> deque[tuple[float, int]]:
        times = self._seen.setdefault(key, deque())
        self._seen.move_to_end(key)
        while times and now - times[0][0] > HOUR:
            times.popleft()
        return times


def _sum(times: deque[tuple[float, int]]) -> int:
    return sum(amount for _, amount in times)
