"""Which live rows a viewer may see; decided here, on the server, from the viewer alone."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from callbacks.security.walls import UNDRAWN
from dashboard.rules.access import Role, Viewer
from dashboard.rules.events.capacities import in_hands, member_of
from dashboard.rules.events.event import Event, Status

Row = dict[str, Any]
Eligible = Callable[[Event], Collection[str]]
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Scope:
    """The part of the live set somebody sees: everything, what concerns a unit or one of its members, or what lies in an area.

    Of each row only what is `drawn`, where it hangs on a wall.
    """

    kind: str
    code: str = ""
    member: str = ""
    drawn: bool = False

    def row(self, row: Row) -> Row:
        """Return a row as this scope gets it."""
        return {name: value for name, value in row.items() if name not in UNDRAWN} if self.drawn else row


EVERYTHING = Scope("all")
WALL = Scope("all", drawn=True)


def scope_of(viewer: Viewer) -> Scope | None:
    """Return the viewer's scope, or None for somebody without any live view."""
    if viewer.may("feed.all"):
        return WALL if viewer.role is Role.WALL else EVERYTHING
    if viewer.role is Role.UNIT and viewer.unit:
        return Scope("unit", viewer.unit, member_of(viewer))
    if viewer.role is Role.WORKER and viewer.area:
        return Scope("worker", viewer.area)
    return None


class Visibility:
    """Answers whether a scope sees a row; `eligible` names the units that may claim an event."""

    def __init__(self, eligible: Eligible) -> None:
        self._eligible = eligible

    def of(self, scope: Scope) -> Callable[[Row], bool] | None:
        """Return the test for rows, or None when everything is seen."""
        if scope.kind == "all":
            return None
        if scope.kind == "unit":
            return lambda row: self._concerns(scope, row)
        marked = f"/{scope.code}/"
        return lambda row: marked in row.get("path", "")

    def alerted(self, scope: Scope, alert: dict[str, Any], row: Row | None) -> bool:
        """Return whether an alert is a scope's business: a unit's when it must sign, a worker's in the own area.

        A member's as long as its event is: somebody else's of the unit, once they have signed, is theirs alone.
        """
        if scope.kind == "all":
            return True
        row = row or {}
        if scope.kind == "unit":
            called = any(one["unit"] == scope.code for one in alert["units"])
            return called and self._holds(scope, row)
        return f"/{scope.code}/" in row.get("path", "")

    def _holds(self, scope: Scope, row: Row) -> bool:
        mine = in_hands(row.get("unit"), row.get("handler"), scope.code, scope.member)
        return mine or scope.code in row.get("co", ())

    def _concerns(self, scope: Scope, row: Row) -> bool:
        if self._holds(scope, row):
            return True
        return row["status"] == Status.CLAIMABLE and scope.code in self._eligible(_event(row))


def _event(row: Row) -> Event:
    """Return as much of an event as the question who may claim it needs."""
    return Event(
        id=row["id"],
        number=row.get("number", ""),
        title="",
        source="",
        status=row["status"],
        reported_at=NEVER,
        category=row.get("category"),
        grid=row.get("grid"),
        area_path=row.get("path", ""),
    )
