"""Remembers answers that hold for a whole minute or hour, so that what is dear is counted once in it.

A key names the question and the moment it is about: asked again at that moment, the answer is the same.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

Answer = TypeVar("Answer")
MOST = 512


class Memo:
    """The latest answers of one process by question, the least used forgotten first; safe from any thread."""

    def __init__(self, most: int = MOST) -> None:
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._most = most
        self._lock = threading.Lock()

    def ask(self, key: Hashable, find: Callable[[], Answer]) -> Answer:
        """Return the answer kept under a key, found now if there is none."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                held: Answer = self._kept[key]
                return held
        found = find()
        with self._lock:
            self._kept[key] = found
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return found


def ask(memo: Memo | None, key: Hashable, find: Callable[[], Answer]) -> Answer:
    """Return what a memo holds or finds; without a memo it is found anew."""
    return find() if memo is None else memo.ask(key, find)
