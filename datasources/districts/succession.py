"""Where history stands after a district was drawn anew: under what took its place, found by its own code all the same.

Law: `grid` and `grid_version` say for ever what an event was filed under; `area_path` says where it stands today. A path
whose every step is still there is history's own and stays.
"""

from collections.abc import Container, Mapping
from datetime import datetime, time, timedelta, tzinfo
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from dashboard.rules.events.event import OPEN
from datasources.store import sound_rows
from datasources.store.models import AreaRow, EventRow, RollupMarkRow

E: Any = EventRow.__table__.c
A: Any = AreaRow.__table__.c
ONE = timedelta(days=1)


def heir(code: str, present: Container[str], successors: Mapping[str, str | None]) -> str | None:
    """Return the code itself where it is there today, else what took its place in the end; None: nothing that is known."""
    road: list[str] = []
    here: str | None = code
    while here is not None and here not in road:
        if here in present:
            return here
        road.append(here)
        here = successors.get(here)
    return None


def standing_path(path: str, paths: Mapping[str, str], successors: Mapping[str, str | None]) -> str:
    """Return the path under which an event of that path stands today; `paths` are those of the areas there are.

    Where the place of a step was taken by nothing, it stays under its own code in the nearest area above that is known.
    """
    steps = steps_of(path)
    if not steps or (all(code in paths for code in steps) and len(steps_of(paths[steps[-1]])) == len(steps)):
        return path
    for place in reversed(range(len(steps))):
        here = heir(steps[place], paths, successors)
        if here is not None:
            return paths[here] + "".join(f"{code}/" for code in steps[place + 1 :])
    return path


def steps_of(path: str) -> list[str]:
    """Return the codes of a path, outermost first."""
    return [code for code in path.split("/") if code]


def stand_events_anew(
    session: Session, successors: Mapping[str, str | None], now: datetime, tz: tzinfo
) -> list[int]:
    """Move what stands under an area that is gone to what took its place; return the open events among them.

    No step is written: nothing happened to the event, the map around it changed. Every rolled-up day is counted anew.
    """
    present = select(A.code, A.path).where(A.valid_to.is_(None))
    paths: dict[str, str] = dict(session.execute(present).tuples().all())
    stored = session.scalars(select(E.area_path).distinct()).all()
    moves = {path: new for path in stored if (new := standing_path(path, paths, successors)) != path}
    if not moves:
        return []
    still_open = select(E.id).where(E.status.in_([status.value for status in OPEN]))
    moved: list[int] = []
    for path, new in moves.items():
        moved += session.scalars(still_open.where(E.area_path == path))
        session.execute(update(EventRow).where(E.area_path == path).values(area_path=new))
    begun = sound_rows.first_value(session, EventRow.__table__.c.reported_at)
    if begun is not None:
        first, last = begun.astimezone(tz).date(), now.astimezone(tz).date()
        noons = [
            datetime.combine(first + n * ONE, time(12), tz).astimezone(now.tzinfo)
            for n in range((last - first).days + 1)
        ]
        if noons:
            session.execute(insert(RollupMarkRow), [{"at": noon} for noon in noons])
    return moved
