"""The duty operator's page: gathers what it shows first; afterwards the socket and the HTTP door carry everything."""

from collections.abc import Mapping
from typing import Any

from callbacks.live.feed import LiveFeed
from callbacks.live.scopes import EVERYTHING
from callbacks.pages.screen import on_duty
from dashboard import clock
from dashboard.feed.serializer import millis
from dashboard.rules.access import ROLE_WORDS, Viewer
from dashboard.runtime.runtime import House
from datasources.districts.reference import Reference
from layouts.pages import desk
from layouts.text.words import translate


def _notes(reference: Reference) -> list[str]:
    """Return what the desk must know of its district: that the calendar does not reach as far as the limits."""
    ends = reference.horizon(clock.now())
    if ends is None:
        return []
    text, params = ends.words
    return [translate(text, **params)]


def layout(house: House, live: LiveFeed, who: Viewer, query: Mapping[str, str]) -> Any:
    """Return the desk for the operator or lead who asks."""
    reference = house.reference
    return desk.page(
        desk.DeskData(
            title=reference.texts.get("title", reference.name),
            account=(who.name, who.title or who.name, translate(ROLE_WORDS[who.role])),
            levels=reference.levels,
            areas=list(reference.areas.values()),
            now_ms=millis(clock.now()) or 0,
            time_zone=str(reference.tz),
            clock_speed=clock.speed(),
            views={name: view["data"] for name, view in live.views(EVERYTHING)["views"].items()},
            alerts=live.alerts(EVERYTHING),
            units={code: unit.name for code, unit in reference.units.items()},
            gone_units={code: unit.name for code, unit in reference.gone.units.items()},
            categories=[(one.code, one.name, one.parent or "") for one in reference.categories.values()],
            centre=reference.config.get("centre"),
            duty=on_duty(reference, clock.now()),
            notes=_notes(reference),
            demo=house.settings.demo,
            number=query.get("event", ""),
            watches=who.may("audit.see"),
        )
    )
