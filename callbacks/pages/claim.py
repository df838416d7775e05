"""The page of those who handle events: gathers what it shows first; the socket and the HTTP door carry the rest."""

from collections.abc import Mapping
from typing import Any

from callbacks.live.feed import LiveFeed
from dashboard import clock
from dashboard.feed.serializer import millis
from dashboard.rules.access import Viewer
from dashboard.runtime.runtime import House
from datasources.accounts import accounts
from layouts.pages import claim


def layout(house: House, _live: LiveFeed, who: Viewer, query: Mapping[str, str]) -> Any:
    """Return the page for the unit's account that asks."""
    reference, code = house.reference, who.unit or ""
    with house.database.read() as session:
        members = [(row.name, f"{row.title} {row.name}") for row in accounts.of_unit(session, code)]
    return claim.page(
        claim.ClaimData(
            account=(who.name, who.title or who.name),
            unit=(code, reference.unit_name(code)),
            levels=reference.levels,
            areas=list(reference.areas.values()),
            now_ms=millis(clock.now()) or 0,
            time_zone=str(reference.tz),
            clock_speed=clock.speed(),
            claim_minutes=reference.policy.claim_override or reference.policy.minutes["claim"],
            units={unit.code: unit.name for unit in reference.units.values()},
            categories=[(one.code, one.name, one.parent or "") for one in reference.categories.values()],
            members=members,
            demo=house.settings.demo,
            number=query.get("event", ""),
        )
    )
