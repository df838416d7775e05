"""Who may do what to whose event, and which fields a role sees. Deny by default.

A person acts in a *capacity* (operator, owner of the event, eligible to claim it …); a rule names capacities, never accounts.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from dashboard.rules.events.event import Event, Source, Status
from dashboard.rules.policy import World


class Role(StrEnum):
    """What an account is."""

    WALL = "wall"
    OPERATOR = "operator"
    LEAD = "lead"
    LEADER = "leader"
    ADMIN = "admin"
    AUDITOR = "auditor"
    UNIT = "unit"
    WORKER = "worker"
    RESIDENT = "resident"
    SYSTEM = "system"
    CLOCK = "clock"


ROLE_WORDS = {
    Role.WALL: "大屏",
    Role.OPERATOR: "值班员",
    Role.LEAD: "值班长",
    Role.LEADER: "领导",
    Role.ADMIN: "管理员",
    Role.AUDITOR: "审计员",
    Role.UNIT: "处置单位",
    Role.WORKER: "网格员",
    Role.RESIDENT: "居民",
    Role.SYSTEM: "系统",
    Role.CLOCK: "时钟",
}

HOME = {
    Role.WALL: "/screen",
    Role.OPERATOR: "/desk",
    Role.LEAD: "/desk",
    Role.LEADER: "/scores",
    Role.ADMIN: "/admin",
    Role.AUDITOR: "/admin",
    Role.UNIT: "/claim",
    Role.WORKER: "/field",
}

# how long a login lasts while nobody touches the page; the desk is watched for hours and must sound, so it gets longest.
# Walls and phones have no end but their session's.
IDLE_MINUTES: dict[Role, int] = {
    Role.ADMIN: 30,
    Role.AUDITOR: 30,
    Role.LEADER: 60,
    Role.OPERATOR: 240,
    Role.LEAD: 240,
    Role.UNIT: 240,
}

# permission → roles; every callback, route and socket event names one of these or "public"
PERMISSIONS: dict[str, frozenset[Role]] = {
    "wall.see": frozenset({Role.WALL, Role.OPERATOR, Role.LEAD, Role.LEADER, Role.ADMIN, Role.AUDITOR}),
    "events.see": frozenset(set(Role) - {Role.RESIDENT}),
    "events.report": frozenset(
        {Role.OPERATOR, Role.LEAD, Role.LEADER, Role.ADMIN, Role.UNIT, Role.WORKER, Role.SYSTEM}
    ),
    "events.act": frozenset(
        {Role.OPERATOR, Role.LEAD, Role.LEADER, Role.ADMIN, Role.UNIT, Role.WORKER, Role.SYSTEM, Role.CLOCK}
    ),
    "alerts.see": frozenset(
        {Role.WALL, Role.OPERATOR, Role.LEAD, Role.LEADER, Role.ADMIN, Role.AUDITOR, Role.UNIT, Role.WORKER}
    ),
    "alerts.acknowledge": frozenset({Role.OPERATOR, Role.LEAD, Role.LEADER}),
    "alerts.shelve": frozenset({Role.OPERATOR, Role.LEAD}),
    "desk.use": frozenset({Role.OPERATOR, Role.LEAD}),
    "field.see": frozenset({Role.WORKER}),
    "pool.see": frozenset({Role.UNIT}),
    "scores.see": frozenset(set(Role) - {Role.RESIDENT}),
    "workers.scores": frozenset({Role.LEAD, Role.LEADER, Role.ADMIN, Role.OPERATOR, Role.WORKER}),
    "exports.take": frozenset(
        {Role.OPERATOR, Role.LEAD, Role.LEADER, Role.ADMIN, Role.AUDITOR, Role.UNIT, Role.WORKER}
    ),
    "exports.ask": frozenset({Role.OPERATOR, Role.LEAD, Role.LEADER, Role.ADMIN, Role.UNIT}),
    "exports.answer": frozenset({Role.LEAD, Role.ADMIN}),
    "appeals.see": frozenset({Role.OPERATOR, Role.LEAD, Role.LEADER, Role.ADMIN, Role.AUDITOR, Role.UNIT}),
    "personal.see": frozenset({Role.OPERATOR, Role.LEAD}),
    "audit.see": frozenset({Role.LEAD, Role.ADMIN, Role.AUDITOR}),
    "accounts.manage": frozenset({Role.ADMIN}),
    "logins.own": frozenset(set(Role) - {Role.WALL, Role.RESIDENT, Role.SYSTEM, Role.CLOCK}),
    "deliveries.see": frozenset({Role.OPERATOR, Role.LEAD, Role.LEADER, Role.ADMIN, Role.AUDITOR}),
    "deliveries.send": frozenset({Role.OPERATOR, Role.LEAD, Role.ADMIN}),
    "metrics.see": frozenset({Role.ADMIN, Role.AUDITOR}),
    "screens.see": frozenset({Role.ADMIN, Role.AUDITOR}),
    "feed.all": frozenset({Role.WALL, Role.OPERATOR, Role.LEAD, Role.LEADER, Role.ADMIN, Role.AUDITOR}),
    "photos.add": frozenset({Role.OPERATOR, Role.LEAD, Role.UNIT, Role.WORKER, Role.ADMIN}),
    "photos.judge": frozenset({Role.OPERATOR, Role.LEAD, Role.AUDITOR}),
    "screens.sound": frozenset({Role.WALL, Role.OPERATOR, Role.LEAD, Role.LEADER}),
    "session": frozenset(set(Role) - {Role.RESIDENT, Role.SYSTEM, Role.CLOCK}),
}


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who looks or acts: account name, role, the unit or the area it stands for.

    `clear` marks a token issued for reading persons in clear; whoever comes otherwise reads them masked.
    A `member` of a unit has their own work of it; who is none sees and may hand over all of it, as its head.
    """

    name: str
    role: Role
    unit: str | None = None
    area: str | None = None
    title: str = ""
    masked: bool = False
    member: bool = False
    clear: bool = False

    def may(self, permission: str) -> bool:
        """Return whether the role has a permission; an unknown permission is refused.

        Whoever is `masked` reads no personal data, whatever the role: a screen shows it only for a reason.
        """
        if self.masked and permission == "personal.see":
            return False
        return self.role in PERMISSIONS.get(permission, frozenset())


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


SYSTEM = Viewer("system", Role.SYSTEM, title="系统")
CLOCK = Viewer("clock", Role.CLOCK, title="时钟")


def in_area(event: Event, area: str | None) -> bool:
    """Return whether the event lies in an area (a code anywhere on its path)."""
    return area is not None and f"/{area}/" in event.area_path


def capacities(
    event: Event, viewer: Viewer, world: World, co_units: Collection[str] = (), owner: str | None = None
) -> frozenset[str]:
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
        if viewer.unit == event.unit and (not viewer.member or theirs(event, viewer)):
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


def theirs(event: Event, viewer: Viewer) -> bool:
    """Return whether a unit's event is a member's: in their hands, or not yet in anybody's."""
    return event.handler is None or event.handler == viewer.name


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
        held = event.unit == viewer.unit and (not viewer.member or theirs(event, viewer))
        if held or viewer.unit in co_units or event.reported_by == viewer.name:
            return True
        return event.status == Status.CLAIMABLE and could_claim(event, viewer, world)
    if viewer.role is Role.WORKER:
        return in_area(event, viewer.area) or event.reported_by == viewer.name
    if viewer.role is Role.RESIDENT:
        return event.reported_by == viewer.name
    return False
