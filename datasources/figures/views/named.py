"""The small views of the wall by name: the publisher pushes them whole, and an area's are asked for over HTTP.

Cheap enough to be counted again and again: only today's rows are touched. No personal data: titles masked, no accounts.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from dashboard.rules.refusals import Invalid
from datasources.districts.reference import Reference
from datasources.figures.memo import Memo
from datasources.figures.views import areas, day, now, roster
from datasources.figures.views.view import Ask

Counted = Callable[[Session, datetime], Any]


_TABLE = {**now.VIEWS, **areas.VIEWS, **day.VIEWS, **roster.VIEWS}
VIEWS: Mapping[str, Ask] = {name: view.ask for name, view in _TABLE.items()}
PACE: Mapping[str, float] = {name: view.pace for name, view in _TABLE.items()}


def views(reference: Callable[[], Reference], memo: Memo | None = None) -> dict[str, Counted]:
    """Return the publisher's table: name → function of (session, moment); `reference` gives the district as loaded now."""
    kept = memo or Memo()
    return {
        name: lambda session, at, view=view: view(session, at, reference(), None, kept)  # type: ignore[misc]
        for name, view in VIEWS.items()
    }


def area_views(
    session: Session, at: datetime, reference: Reference, area: str, memo: Memo | None = None
) -> dict[str, Any]:
    """Return {name: data} of every view for one area; Invalid for an unknown one."""
    standing = reference.standing_area(area) or area
    if standing not in reference.every_area:
        raise Invalid([("area", "没有代码为“{code}”的区域", {"code": area})])
    return {name: view(session, at, reference, standing, memo) for name, view in VIEWS.items()}
