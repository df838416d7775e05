"""The leaders' page: says what the account may see; the HTTP door carries the numbers."""

from collections.abc import Mapping
from typing import Any

from callbacks.live.feed import LiveFeed
from dashboard import clock
from dashboard.feed.serializer import millis
from dashboard.rules.access import HOME, Viewer
from dashboard.runtime.runtime import House
from layouts.pages import scores


def layout(house: House, _live: LiveFeed, who: Viewer, _query: Mapping[str, str]) -> Any:
    """Return the page for whoever asks."""
    reference = house.reference
    needs = {"workers": "workers.scores", "cases": "appeals.see"}
    hidden = [board for board, need in needs.items() if not who.may(need)]
    headings = [one for one in reference.categories.values() if one.parent is None]
    home = HOME.get(who.role, "/screen")
    return scores.page(
        scores.ScoresData(
            account=(who.name, who.title or who.name),
            boards=[board for board in scores.boards(reference.levels) if board not in hidden],
            levels=reference.levels,
            areas=list(reference.areas.values()),
            now_ms=millis(clock.now()) or 0,
            time_zone=str(reference.tz),
            clock_speed=clock.speed(),
            home=home if home != "/scores" else "/screen",
            units=[(unit.code, unit.name) for unit in reference.units.values()],
            categories=[(one.code, one.name) for one in headings],
            may={name: who.may(f"exports.{name}") for name in ("take", "ask", "answer")},
            demo=house.settings.demo,
        )
    )
