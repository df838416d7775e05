"""What the panel of dispatch is drawn from, as plain values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from dashboard.rules.advice.advice import Advice
from dashboard.rules.limits import Calendar


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that waits for the duty lead; `why_not` says why the one who looks may not answer it."""

    kind: str
    by: str
    account: str
    reason: str
    since: datetime | None = None
    until: datetime | None = None
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Declined:
    """A unit that sent the event back."""

    unit: str
    ground: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DispatchData:
    """What the panel is drawn from; `names` are unit code → name, `co_units` (name, whether it has signed).

    `called` are the units an emergency calls whomever it is dispatched to, each with whether it has signed.
    """

    advice: Advice
    now: datetime
    tz: tzinfo
    calendar: Calendar
    allowed: Sequence[str] = ()
    why_not: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    called: Mapping[str, bool] = field(default_factory=dict)
    co_units: Sequence[tuple[str, bool]] = ()
    declines: Sequence[Declined] = ()
    asked: Asked | None = None
