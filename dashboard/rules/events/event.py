"""The vocabulary: what an event is, which statuses, levels and marks it can have.

Everything a person sees beyond these columns is derived, never stored (DESIGN decision 4).
Names are those of LIFECYCLE §1; codes are what the API, the database and the feed carry.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from operator import attrgetter
from typing import Any


class Status(StrEnum):
    """Where an event stands (LIFECYCLE §1)."""

    REPORTED = "reported"
    CLAIMABLE = "claimable"
    PENDING_DISPATCH = "pending_dispatch"
    DISPATCHED = "dispatched"
    HANDLING = "handling"
    ON_HOLD = "on_hold"
    CHECKING = "checking"
    CLOSED = "closed"
    REJECTED = "rejected"
    MERGED = "merged"


TERMINAL = frozenset({Status.CLOSED, Status.REJECTED, Status.MERGED})
OPEN = tuple(status for status in Status if status not in TERMINAL)
STANDING = frozenset({Status.ON_HOLD, Status.CHECKING})  # the handling clock does not run (LIFECYCLE §6)
RUNNING = frozenset({Status.DISPATCHED, Status.HANDLING})  # it does, against a unit
OWNED = frozenset({Status.DISPATCHED, Status.HANDLING, Status.ON_HOLD, Status.CHECKING})

STATUS_WORDS = {
    Status.REPORTED: "待立案",
    Status.CLAIMABLE: "待抢单",
    Status.PENDING_DISPATCH: "待派单",
    Status.DISPATCHED: "待签收",
    Status.HANDLING: "处置中",
    Status.ON_HOLD: "挂单",
    Status.CHECKING: "待核查",
    Status.CLOSED: "已办结",
    Status.REJECTED: "不予立案",
    Status.MERGED: "已并案",
}


# the deadline that an event in each open status runs against
DUE = {
    Status.REPORTED: "register_due_at",
    Status.CLAIMABLE: "claim_due_at",
    Status.PENDING_DISPATCH: "dispatch_due_at",
    Status.DISPATCHED: "accept_due_at",
    Status.HANDLING: "handle_due_at",
    Status.ON_HOLD: "hold_until",
    Status.CHECKING: "check_due_at",
}


class Level(StrEnum):
    """The level needed to resolve an event: 绿 ‹ 黄 ‹ 蓝 ‹ 红 (seed 001)."""

    GRID = "grid"
    COMMUNITY = "community"
    STREET = "street"
    DISTRICT = "district"


LEVELS = tuple(Level)
LEVEL_WORDS = {Level.GRID: "网", Level.COMMUNITY: "社", Level.STREET: "街", Level.DISTRICT: "区"}


class Supervision(StrEnum):
    """The mark of supervision; it only ever goes up."""

    NONE = "none"
    ORDINARY = "ordinary"
    YELLOW = "yellow"
    RED = "red"


SUPERVISIONS = tuple(Supervision)
SUPERVISION_WORDS = {
    Supervision.NONE: "未督办",
    Supervision.ORDINARY: "普通督办",
    Supervision.YELLOW: "黄牌督办",
    Supervision.RED: "红牌督办",
}


class Rating(StrEnum):
    """The five-level result of the check on site, best first (seed 000)."""

    VERY_SATISFIED = "very_satisfied"
    SATISFIED = "satisfied"
    FAIR = "fair"
    DISSATISFIED = "dissatisfied"
    VERY_DISSATISFIED = "very_dissatisfied"


RATING_WORDS = {
    Rating.VERY_SATISFIED: "非常满意",
    Rating.SATISFIED: "满意",
    Rating.FAIR: "一般",
    Rating.DISSATISFIED: "不满意",
    Rating.VERY_DISSATISFIED: "很不满意",
}
BAD_RATINGS = frozenset({Rating.DISSATISFIED, Rating.VERY_DISSATISFIED})
GOOD_RATINGS = frozenset({Rating.VERY_SATISFIED, Rating.SATISFIED})


class Source(StrEnum):
    """The channel an event came through (CONTRACT §5)."""

    GRID_WORKER = "grid_worker"
    RESIDENT = "resident"
    PROPERTY = "property"
    HOTLINE_12345 = "hotline_12345"
    PHONE = "phone"
    WALK_IN = "walk_in"
    SENSOR = "sensor"
    LEADER = "leader"
    DEPARTMENT = "department"
    CHAT = "chat"
    API = "api"


SOURCE_WORDS = {
    Source.GRID_WORKER: "网格员",
    Source.RESIDENT: "居民",
    Source.PROPERTY: "物业",
    Source.HOTLINE_12345: "12345热线",
    Source.PHONE: "电话",
    Source.WALK_IN: "现场来访",
    Source.SENSOR: "感知设备",
    Source.LEADER: "领导交办",
    Source.DEPARTMENT: "部门转办",
    Source.CHAT: "群聊",
    Source.API: "接口",
}
TRUSTED_SOURCES = frozenset({Source.GRID_WORKER, Source.SENSOR, Source.HOTLINE_12345})


class Ground(StrEnum):
    """Why a unit declines a dispatch."""

    NOT_OUR_TERRITORY = "not_our_territory"
    OWNERSHIP_UNCLEAR = "ownership_unclear"
    OVERLAPPING_DUTIES = "overlapping_duties"
    UNCLEAR_DESCRIPTION = "unclear_description"
    NOT_OUR_DUTY = "not_our_duty"


GROUND_WORDS = {
    Ground.NOT_OUR_TERRITORY: "属地不符",
    Ground.OWNERSHIP_UNCLEAR: "权属不清",
    Ground.OVERLAPPING_DUTIES: "职能交叉",
    Ground.UNCLEAR_DESCRIPTION: "描述不清",
    Ground.NOT_OUR_DUTY: "非本单位职责",
}


class Appeal(StrEnum):
    """How far an appeal (申诉) is: nobody has reviewed it, one has, two have and both agreed, or not both."""

    OPEN = "open"
    REVIEWING = "reviewing"
    UPHELD = "upheld"
    DISMISSED = "dismissed"


APPEAL_WORDS = {
    Appeal.OPEN: "待复核",
    Appeal.REVIEWING: "待第二人复核",
    Appeal.UPHELD: "申诉成立",
    Appeal.DISMISSED: "申诉不成立",
}
PENDING_APPEAL = frozenset({Appeal.OPEN, Appeal.REVIEWING})


class Verdict(StrEnum):
    """What one reviewer says of an appeal."""

    UPHOLD = "uphold"
    DISMISS = "dismiss"


VERDICT_WORDS = {Verdict.UPHOLD: "成立", Verdict.DISMISS: "不成立"}


class Zone(StrEnum):
    """The board zones people speak of: 待抢单 · 已抢单 · 待派单 · 已派单 · 待核查 · 督办 · 已办结 (seed 000)."""

    REPORTED = "reported"
    CLAIMABLE = "claimable"
    CLAIMED = "claimed"
    PENDING_DISPATCH = "pending_dispatch"
    DISPATCHED = "dispatched"
    CHECKING = "checking"
    SUPERVISED = "supervised"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Event:
    """One reported matter, exactly as stored.

    Times are aware UTC; `lng`/`lat` are WGS-84 degrees; `area_path` is "/outermost/…/innermost/" in area codes;
    `border` is {"candidates": [grid codes], "distance_m": float, "streets": int, "settled": bool} or None.
    """

    id: int
    number: str
    title: str
    source: str
    status: str
    reported_at: datetime
    version: int = 1
    external_id: str | None = None
    description: str = ""
    category: str | None = None
    condition: int | None = None
    emergency: bool = False
    level: str = Level.GRID
    # place
    lng: float | None = None
    lat: float | None = None
    src_crs: str | None = None
    accuracy_m: float | None = None
    address: str = ""
    grid: str | None = None
    grid_version: int | None = None
    area_path: str = ""
    border: dict | None = None
    # owner
    unit: str | None = None
    how: str | None = None
    co_units: list[str] | None = None
    final_dispatch: bool = False
    round: int = 1
    # clocks
    created_at: datetime | None = None
    registered_at: datetime | None = None
    register_due_at: datetime | None = None
    pool_at: datetime | None = None
    claim_due_at: datetime | None = None
    dispatch_due_at: datetime | None = None
    owned_at: datetime | None = None
    accept_due_at: datetime | None = None
    accepted_at: datetime | None = None
    limit_amount: float | None = None
    limit_unit: str | None = None
    handle_from: datetime | None = None
    handle_due_at: datetime | None = None
    warn_due_at: datetime | None = None
    red_due_at: datetime | None = None
    finished_at: datetime | None = None
    check_due_at: datetime | None = None
    closed_at: datetime | None = None
    hold_from: datetime | None = None
    hold_until: datetime | None = None
    # what has been noticed already
    overdue_at: datetime | None = None
    overdue_round: int = 0
    late: bool = False
    due_soon_at: datetime | None = None
    desk_reminded_at: datetime | None = None
    accept_reminders: int = 0
    check_reminders: int = 0
    check_missed_at: datetime | None = None  # the deadline of the check that passed first in this round
    # a request waiting for the duty lead
    request: str | None = None
    request_reason: str | None = None
    request_until: datetime | None = None
    requested_by: str | None = None
    # counters and marks
    rework_count: int = 0
    decline_count: int = 0
    extension_count: int = 0
    escalations: int = 0
    hold_count: int = 0
    demand: int = 1
    rating: str | None = None
    solved_level: str | None = None  # the level of who finished it
    supervision: str = Supervision.NONE
    supervised_reason: str | None = None
    reply_due_at: datetime | None = None
    handler: str | None = None
    # an appeal of the unit against being overdue: once, reviewed by two
    appeal: str | None = None
    appeal_reason: str | None = None
    appealed_by: str | None = None
    appealed_at: datetime | None = None
    appeal_reviewer: str | None = None
    appeal_verdict: str | None = None
    merged_into: int | None = None
    merged_from: str | None = None
    merged_at: datetime | None = None
    resolved_on_site: bool = False
    imported: bool = False
    # reporter: personal data
    reporter_name: str | None = None
    reporter_phone: str | None = None
    reported_by: str | None = None
    follow_secret: str | None = None
    # the number in a named outside system; `external_id` is one of the district's own
    source_system: str | None = None
    source_id: str | None = None

    @property
    def outside_id(self) -> str | None:
        """Return the number it has outside, in whichever system."""
        return self.external_id if self.source_system is None else self.source_id

    @property
    def is_open(self) -> bool:
        """Return whether somebody still has to do something about it."""
        return self.status not in TERMINAL

    def changed(self, columns: Mapping[str, Any]) -> "Event":
        """Return it with other values in some columns; every action does this, and `replace` takes twice as long."""
        values = list(_values(self))
        for name, value in columns.items():
            values[_places[name]] = value
        return Event(*values)


_names = tuple(field.name for field in fields(Event))
_values, _places = attrgetter(*_names), {name: place for place, name in enumerate(_names)}


def zone(event: Event) -> Zone | None:
    """Return the board zone an event is shown in, or None for 不予立案 and 已并案."""
    if event.status == Status.CLOSED:
        return Zone.CLOSED
    if event.status in TERMINAL:
        return None
    if event.supervision != Supervision.NONE:
        return Zone.SUPERVISED
    if event.status in (Status.HANDLING, Status.ON_HOLD, Status.DISPATCHED):
        return Zone.CLAIMED if event.how == "claim" else Zone.DISPATCHED
    return Zone(event.status)


def on_time(event: Event, now: datetime) -> bool | None:
    """Return whether the event was handled on time, or None while that is undecided (LIFECYCLE §6).

    Decided by the first round finished late, by the deadline passing, or by the finish; time on hold does not count;
    an event without a limit is on time once finished.
    """
    if event.late or event.overdue_at is not None:
        return False
    if event.finished_at is not None and event.status in (Status.CHECKING, Status.CLOSED):
        return True
    return False if is_overdue(event, now) else None


def is_overdue(event: Event, now: datetime) -> bool:
    """Return whether an event is open, its handling clock runs, and its deadline is past (LIFECYCLE §6).

    On hold and while checking nothing runs; declining does not stop the clock, waiting at the centre it runs on.
    """
    due = event.handle_due_at
    return event.is_open and event.status not in STANDING and due is not None and now > due
