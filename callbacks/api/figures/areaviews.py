"""The wall's views of one area, counted when asked for and good for a second: many screens ask, one counts."""

import threading
import time
from collections import OrderedDict
from datetime import datetime
from typing import Any

from dashboard.feed.publisher import version_of
from datasources.districts.reference import Reference
from datasources.figures.memo import Memo
from datasources.figures.views.named import area_views
from datasources.store.database import Database

SECONDS = 1.0
MOST = 64  # areas


class AreaViews:
    """The latest answers of this process by area; safe from any thread."""

    def __init__(self) -> None:
        self._memo = Memo()
        self._kept: OrderedDict[str, tuple[float, dict[str, Any]]] = OrderedDict()
        self._turns = [threading.Lock() for _ in range(8)]

    def get(
        self, database: Database, reference: Reference, area: str, position: str, now: datetime
    ) -> dict[str, Any]:
        """Return {"position", "views": {name: {"version", "data"}}}, at most a second old.

        `position` must have been read before; Invalid for an unknown area.
        """
        with self._turns[hash(area) % len(self._turns)]:
            held = self._kept.get(area)
            if held is not None and time.monotonic() - held[0] <= SECONDS:
                return held[1]
            with database.read() as session:
                found = area_views(session, now, reference, area, self._memo)
            views = {name: {"version": version_of(data), "data": data} for name, data in found.items()}
            body = {"position": position, "views": views}
            self._kept.pop(area, None)
            self._kept[area] = (time.monotonic(), body)
            if len(self._kept) > MOST:
                self._kept.popitem(last=False)
            return body
