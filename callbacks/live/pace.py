"""How much one browser may say on a socket: it only listens, so whoever says more is cut off and may come again."""

import time
from collections import deque

MOST_MESSAGES, MOST_SUBSCRIBES, WITHIN_SECONDS = 120, 30, 10.0


class Pace:
    """So many within so many seconds."""

    def __init__(self, most: int, seconds: float = WITHIN_SECONDS) -> None:
        self._seconds = seconds
        self._said: deque[float] = deque(maxlen=most)

    def allows(self) -> bool:
        """Count one more and return whether it was within the pace."""
        now, full = time.monotonic(), len(self._said) == self._said.maxlen
        too_quick = full and now - self._said[0] < self._seconds
        self._said.append(now)
        return not too_quick
