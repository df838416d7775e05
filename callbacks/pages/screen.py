"""The wall's page: gathers what it shows first; afterwards the socket carries everything."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from callbacks.live.feed import LiveFeed
from callbacks.live.scopes import EVERYTHING
from dashboard import clock
from dashboard.feed.serializer import millis
from dashboard.rules.access import Viewer
from dashboard.runtime.runtime import House
from datasources.districts.reference import Reference
from datasources.figures.views.roster import roster_view
from layouts.pages import screen


def layout(house: House, live: LiveFeed, who: Viewer, query: Mapping[str, str]) -> Any:
    """Return the wall for whoever may see it."""
    reference = house.reference
    views = live.views(EVERYTHING)["views"]
    data = screen.ScreenData(
        title=reference.texts.get("title", reference.name),
        district=reference.name,
        levels=reference.levels,
        areas=list(reference.areas.values()),
        now_ms=millis(clock.now()) or 0,
        time_zone=str(reference.tz),
        clock_speed=clock.speed(),
        views={name: view["data"] for name, view in views.items()},
        alerts=live.alerts(EVERYTHING),
        units={code: reference.unit_name(code) for code in reference.every_unit},
        heirs={
            code: standing for code in reference.gone.areas if (standing := reference.standing_area(code))
        },
        claim_minutes=reference.policy.claim_override or reference.policy.minutes["claim"],
        duty=on_duty(reference, clock.now()),
        demo=house.settings.demo,
        scene=query.get("scene", "overview"),
        schematic=bool(reference.texts.get("schematic")),
        tiles_url=house.settings.tiles_url,
        tiles_attribution=house.settings.tiles_attribution,
        centre=reference.config.get("centre"),
    )
    return screen.page(data)


def on_duty(reference: Reference, now: datetime) -> str:
    """Return the role and shift on duty by the pack's roster, or nothing where the pack has none."""
    shift = roster_view(None, now, reference)["now"]
    return f"{shift['role']} {shift['name']}" if shift else ""
