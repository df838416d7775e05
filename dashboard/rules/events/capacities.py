"""In which capacities somebody meets an event: operator, owner of it, eligible to claim it … and whether they see it.

A person acts in a capacity; a rule names capacities, never accounts.
"""

from collections.abc import Collection

from dashboard.rules.access import Role, Viewer
from dashboard.rules.events.event import Event, Source, Status
from dashboard.rules.events.policy import World

# in whose name a role may file: sensors and the hotline speak through the desk's accounts, a leader's word is a leader's
SPOKEN_TO = frozenset(
    {Source.RESIDENT, Source.PROPERTY, Source.PHONE, Source.WALK_IN, Source.CHAT, Source.API}
)
SOURCES: dict[Role, frozenset[Source]] = {
    Role.OPERATOR: frozenset(Source),
    Role.LEAD: frozenset(Source),
    Role.ADMIN: frozenset(Source),
    Role.SYSTEM: frozenset(Source),
    Role.CLOCK: frozenset(Source),
    Role.LEADER: frozenset({Source.LEADER}),
    Role.UNIT: SPOKEN_TO | {Source.DEPARTMENT},
    Role.WORKER: SPOKEN_TO | {Source.GRID_WORKER},
    Role.RESIDENT: frozenset({Source.RESIDENT, Source.PROPERTY}),
}


def in_area(event: Event, area: str | None) -> bool:
    """Return whether the event lies in an area (a code anywhere on its path)."""
    return area is not None and f"/{area}/" in event.area_path


def capacities(event: Event, viewer: Viewer, world: World, co_units: Collection[str] = ()) -> frozenset[str]:
    """Return in which capacities a viewer meets an event.

    `co_units` are the units assigned beside the lead in this round.
    """
    found = {"viewer"} if sees(event, viewer, world, co_units) else set()
    role = viewer.role
    if role in (Role.OPERATOR, Role.LEAD):
        found.add("operator")
    if role in (Role.LEAD, Role.LEADER, Role.SYSTEM, Role.CLOCK):
        found.add(role.value)
    if role is Role.UNIT and viewer.unit:
        if in_hands(event.unit, event.handler, viewer.unit, member_of(viewer)):
            found.add("owner")
            if not viewer.member:
                found.add("head")
        if viewer.unit in co_units:
            found.add("co_unit")
        if event.status == Status.CLAIMABLE and could_claim(event, viewer, world):
            found.add("eligible")
    if role is Role.RESIDENT and event.reported_by == viewer.name:
        found.add("reporter")  # the door has seen the secret of this very report
    if role is Role.WORKER and in_area(event, viewer.area):
        found.add("checker")
    return frozenset(found)


def member_of(viewer: Viewer) -> str:
    """Return the name by which a member has work of a unit of their own, empty for whoever has all of it."""
    return viewer.name if viewer.member else ""


def in_hands(unit: str | None, handler: str | None, of_unit: str, member: str = "") -> bool:
    """Return whether an event of a unit and a handler is a unit's; a `member`'s: in their hands, or not yet in anybody's.

    The one test of lists, live rows, alerts and actions alike.
    """
    return unit == of_unit and (not member or handler in (None, member))


def could_claim(event: Event, viewer: Viewer, world: World) -> bool:
    """Return whether the viewer's unit has the duty and the territory to claim such an event."""
    return viewer.role is Role.UNIT and viewer.unit is not None and viewer.unit in world.eligible(event)


def sees(event: Event, viewer: Viewer, world: World, co_units: Collection[str] = ()) -> bool:
    """Return whether a viewer may know of an event at all.

    The command side sees everything; a unit its own, its joint ones and what it may claim; a grid worker the own area
    and what the account itself reported.
    """
    if viewer.may("feed.all") or viewer.role in (Role.SYSTEM, Role.CLOCK):
        return True
    if viewer.role is Role.UNIT and viewer.unit:
        held = in_hands(event.unit, event.handler, viewer.unit, member_of(viewer))
        if held or viewer.unit in co_units or event.reported_by == viewer.name:
            return True
        return event.status == Status.CLAIMABLE and could_claim(event, viewer, world)
    if viewer.role is Role.WORKER:
        return in_area(event, viewer.area) or event.reported_by == viewer.name
    if viewer.role is Role.RESIDENT:
        return event.reported_by == viewer.name
    return False
