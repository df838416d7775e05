"""What an event is drawn from, and how its moments and lengths of time are written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any

from layouts.text.words import _


@dataclass(frozen=True, slots=True)
class Beside:
    """An event beside this one: a possible duplicate, or what was here before."""

    number: str
    title: str
    status: str
    when: datetime
    metres: float | None = None
    unit: str = ""
    rating: str | None = None
    on_time: bool | None = None
    alike: bool = False


@dataclass(frozen=True, slots=True)
class EventData:
    """What an event is drawn from.

    `event` is the API's masked event, `steps` and `photos` the API's too; `where` are the names of the areas outermost
    first; `due` is (name of the deadline, epoch ms), `soon` from when it is near; `names` are the words of unit, category and grid codes; `merged_into`
    a number. `request` is (kind, reason, until, by) of what waits for the duty lead.
    `sides` are (name, metres to it) of the grids that the inset tints, 0 where the place lies inside. `looks` are (when, who, why) of those who saw the reporter in clear, for whoever may know.
    """

    event: Mapping[str, Any]
    tz: tzinfo
    steps: Sequence[Mapping[str, Any]] = ()
    photos: Sequence[Mapping[str, Any]] = ()
    allowed: Sequence[str] = ()
    where: Sequence[str] = ()
    due: tuple[str, int] | None = None
    soon: int | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    duplicates: Sequence[Beside] = ()
    history: Sequence[Beside] = ()
    inset: str = ""
    sides: Sequence[tuple[str, float | None]] = ()
    accuracy_m: float | None = None
    may_reveal: bool = False
    merged_into: str = ""
    request: tuple[str, str, datetime | None, str] | None = None
    co_units: Sequence[tuple[str, bool, bool]] = ()
    looks: Sequence[tuple[datetime, str, str]] = ()


def moment_of(text: str | datetime) -> datetime:
    """Return an instant, whether it came as one or as RFC 3339 text."""
    return text if isinstance(text, datetime) else datetime.fromisoformat(text)


def when(at: datetime | None, data: EventData) -> str:
    """Return a moment with its day, in the district's time."""
    return at.astimezone(data.tz).strftime("%m-%d %H:%M:%S") if at else "—"


def clock_of(moment: datetime, data: EventData) -> str:
    """Return a moment's time of day, with the day once it is another one than that of the report."""
    first = moment_of(data.event["reported_at"]).astimezone(data.tz).date()
    local = moment.astimezone(data.tz)
    return local.strftime("%H:%M:%S" if local.date() == first else "%m-%d %H:%M")


def span(seconds: float) -> str:
    """Return a length of time in the two largest units that say something."""
    whole = round(seconds)
    if whole < 60:
        return _("{n} 秒", n=whole)
    if whole < 3600:
        return _("{m} 分 {s} 秒", m=whole // 60, s=whole % 60)
    if whole < 86400:
        return _("{h} 小时 {m} 分", h=whole // 3600, m=whole % 3600 // 60)
    return _("{d} 天 {h} 小时", d=whole // 86400, h=whole % 86400 // 3600)
