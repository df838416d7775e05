"""Points: which entries an action earns (LIFECYCLE §7). Integer tenths, append-only, reversed and never edited.

Entries go to the lead unit and to the person who reported, checked or should have checked; a board is the sum of its
entries and nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from dashboard.rules.access import Role
from dashboard.rules.events.event import Event, Rating, Source, on_time
from dashboard.rules.events.policy import Policy

PROMPT = timedelta(hours=24)
CLOSING_RULES = ("claim", "claim_on_time", "very_satisfied", "emergency_on_time", "handled_in_24h")


class Subject(StrEnum):
    """Whose points they are."""

    UNIT = "unit"
    WORKER = "worker"
    RESIDENT = "resident"


@dataclass(frozen=True, slots=True)
class Points:
    """One entry to be written: subject, rule and signed tenths."""

    kind: Subject
    subject: str
    rule: str
    tenths: int


def for_closing(
    event: Event, now: datetime, policy: Policy, claim_bonus: int, worker: str | None
) -> list[Points]:
    """Return what a closing earns; `event` is as closed, `claim_bonus` the unit's claim tenths of this day.

    `worker` is the grid worker who reported it, None for anybody else's report.
    The claim bonus is paid once, here, and stops at the cap of the day, so that grabbing is not farming.
    """
    found: list[Points] = []
    if event.unit:
        prompt = on_time(event, now) is True
        claimed = event.how == "claim"
        if claimed and event.rework_count == 0:
            left = max(0, policy.claim_cap - claim_bonus)
            found.append(_unit(event, "claim", min(policy.points["claim"], left)))
        if claimed and prompt:
            found.append(_unit(event, "claim_on_time", policy.points["claim_on_time"]))
        if event.rating == Rating.VERY_SATISFIED:
            found.append(_unit(event, "very_satisfied", policy.points["very_satisfied"]))
        if event.emergency and prompt:
            found.append(_unit(event, "emergency_on_time", policy.points["emergency_on_time"]))
    if worker and (event.finished_at or now) - event.reported_at <= PROMPT:
        found.append(_worker(worker, "handled_in_24h", policy))
    return [points for points in found if points.tenths]


def for_return(event: Event, policy: Policy) -> list[Points]:
    """Return what a bad check costs the unit; a claimed event costs more."""
    rule = "claim_returned" if event.how == "claim" else "returned"
    return [_unit(event, rule, policy.points[rule])] if event.unit else []


def for_overdue(event: Event, policy: Policy) -> list[Points]:
    """Return what a missed handling deadline costs the unit."""
    return [_unit(event, "overdue", policy.points["overdue"])] if event.unit else []


def for_supervision(event: Event, policy: Policy) -> list[Points]:
    """Return what a push to the efficiency office costs the unit."""
    return [_unit(event, "supervised", policy.points["supervised"])] if event.unit else []


def for_unfounded_decline(unit: str, policy: Policy) -> list[Points]:
    """Return what a second decline costs when the lead rules it unfounded."""
    return [Points(Subject.UNIT, unit, "unfounded_decline", policy.points["unfounded_decline"])]


def for_valid_report(worker: str | None, policy: Policy) -> list[Points]:
    """Return what a report that became a case earns the grid worker who made it."""
    return [_worker(worker, "valid_report", policy)] if worker else []


def tasked(reporter: str | None, workers: Sequence[tuple[str, str]], path: str) -> str | None:
    """Return the account whose task the check of a place is, None where it is nobody's own.

    `workers` are (account, area) of grid workers, `path` the areas around the place: the narrowest area decides; of
    several people in it the one who reported.
    """
    steps = [code for code in path.split("/") if code]
    here = [(steps.index(area), name) for name, area in workers if area in steps]
    near = [name for depth, name in here if depth == max(here)[0]]
    return near[0] if len(near) == 1 else reporter if reporter in near else None


def for_check(worker: str | None, in_time: bool, policy: Policy) -> list[Points]:
    """Return what a check on site earns or costs a grid worker."""
    return [_worker(worker, "check_on_time" if in_time else "check_late", policy)] if worker else []


def reporting_worker(event: Event, role: str | None) -> str | None:
    """Return the account of the grid worker who reported an event as one; `role` is that of who reported.

    The desk may file what a grid worker said, an import or a replay bring it in: then the account is nobody's who earns.
    """
    return event.reported_by if event.source == Source.GRID_WORKER and role == Role.WORKER else None


def _unit(event: Event, rule: str, tenths: int) -> Points:
    return Points(Subject.UNIT, event.unit or "", rule, tenths)


def _worker(account: str, rule: str, policy: Policy) -> Points:
    return Points(Subject.WORKER, account, rule, policy.points[rule])
