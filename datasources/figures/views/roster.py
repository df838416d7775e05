"""Who is on duty now and who comes next, by the pack's [roster]; roles and shifts, never people.

A shift runs from `start` up to `end` on the district's clocks; one that ends before it begins runs past midnight.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from datasources.districts.reference import Reference
from datasources.figures.memo import Memo
from datasources.figures.views.view import View

DAY_MINUTES = 24 * 60


def roster_view(
    session: Session | None,
    now: datetime,
    reference: Reference,
    area: str | None = None,
    memo: Memo | None = None,
) -> dict[str, Any]:
    """Return {"now": {role, name, start, end} | None, "next": the same | None}; the next one begins soonest."""
    roster = reference.config.get("roster")
    given = roster.get("shifts", ()) if isinstance(roster, Mapping) else ()
    shifts = [shift for shift in given if _minutes(shift) is not None]
    local = now.astimezone(reference.tz)
    minute = local.hour * 60 + local.minute
    on_duty = next((shift for shift in shifts if _runs(shift, minute)), None)
    others = [shift for shift in shifts if shift is not on_duty]
    following = min(others, key=lambda shift: _wait(shift, minute), default=None)
    return {"now": _shown(on_duty), "next": _shown(following)}


def _minutes(shift: Any) -> tuple[int, int] | None:
    """Return begin and end in minutes of the day, None for a shift that cannot be read."""
    try:
        begin, end = (_minute(shift[name]) for name in ("start", "end"))
    except (KeyError, TypeError, ValueError):
        return None
    return begin, end


def _minute(text: str) -> int:
    hour, minute = text.split(":")
    found = int(hour) * 60 + int(minute)
    if not 0 <= found <= DAY_MINUTES:
        raise ValueError(text)
    return found


def _runs(shift: Any, minute: int) -> bool:
    begin, end = _minutes(shift) or (0, 0)
    return begin <= minute < end if begin < end else minute >= begin or minute < end


def _wait(shift: Any, minute: int) -> int:
    begin, _ = _minutes(shift) or (0, 0)
    return (begin - minute) % DAY_MINUTES


def _shown(shift: Any) -> dict[str, str] | None:
    if shift is None:
        return None
    return {name: str(shift.get(name, "")) for name in ("role", "name", "start", "end")}


VIEWS = {
    "roster": View(roster_view, 30.0),
}
