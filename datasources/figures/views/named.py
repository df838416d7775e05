"""The small views of the wall by name: the publisher pushes them whole, and an area's are asked for over HTTP.

Cheap enough to be counted again and again: only today's rows are touched. No personal data: titles masked, no accounts.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.orm import Session

from dashboard.rules.refusals import Invalid
from datasources.districts.reference import Reference
from datasources.figures.memo import Memo
from datasources.figures.views.areas import rating_view, street_view, unit_board_view, unit_view
from datasources.figures.views.day import category_view, channel_view, trend_view
from datasources.figures.views.now import kpi_view, latest_view, satisfaction_view
from datasources.figures.views.roster import roster_view

View = Callable[[Session, datetime], Any]


class Ask(Protocol):
    """One view: plain JSON data of the whole district, or of an area; `memo` may remember its dear parts."""

    def __call__(
        self,
        session: Session,
        now: datetime,
        reference: Reference,
        area: str | None = None,
        memo: Memo | None = None,
    ) -> Any:
        """Return the data."""


VIEWS: Mapping[str, Ask] = {
    "kpis": kpi_view,
    "board": unit_board_view,
    "satisfaction": satisfaction_view,
    "latest": latest_view,
    "trend": trend_view,
    "categories": category_view,
    "channels": channel_view,
    "streets": street_view,
    "units": unit_view,
    "ratings": rating_view,
    "roster": roster_view,
}
# Seconds between two pushes of a view while things change: what is read at a glance often, what is long seldom. At five
# changes a second all views together stay under 110 KB and 15 ms of processor a minute and second.
PACE: Mapping[str, float] = {
    "kpis": 2.0,
    "satisfaction": 3.0,
    "latest": 5.0,
    "board": 8.0,
    "streets": 8.0,
    "categories": 10.0,
    "channels": 10.0,
    "trend": 15.0,
    "units": 30.0,
    "ratings": 30.0,
    "roster": 30.0,
}


def views(reference: Callable[[], Reference], memo: Memo | None = None) -> dict[str, View]:
    """Return the publisher's table: name → function of (session, now); `reference` gives the district as loaded now."""
    kept = memo or Memo()
    return {
        name: lambda session, now, view=view: view(session, now, reference(), None, kept)  # type: ignore[misc]
        for name, view in VIEWS.items()
    }


def area_views(
    session: Session, now: datetime, reference: Reference, area: str, memo: Memo | None = None
) -> dict[str, Any]:
    """Return {name: data} of every view for one area; Invalid for an unknown one."""
    standing = reference.standing_area(area) or area
    if standing not in reference.every_area:
        raise Invalid([("area", "没有代码为“{code}”的区域", {"code": area})])
    return {name: view(session, now, reference, standing, memo) for name, view in VIEWS.items()}
