"""Who somebody is and what a role may do at all. Deny by default.

In which capacity somebody meets a matter is said beside the matter (`events.capacities`); a rule names capacities.
"""

from dataclasses import dataclass
from enum import StrEnum


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

PERSONAL = "personal"  # the scope of a token that reads persons in clear
TOKEN_DAYS = 90  # how long a token opens where nobody says

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


SYSTEM = Viewer("system", Role.SYSTEM, title="系统")
CLOCK = Viewer("clock", Role.CLOCK, title="时钟")
