"""What a changed record does to the points of being overdue, so that ledger and KPIs give one answer.

Law: what the clock has charged here is taken back when the record says that it was on time. A deadline that passed
while the case lay here with a unit is charged, also where the sweep had not come by; one that passed before the import,
or that the record names only now, is history and costs nothing.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from dashboard.rules.events import scoring
from dashboard.rules.events.event import Event
from dashboard.rules.events.outcome import Reversal
from dashboard.rules.events.policy import Policy
from datasources.events import ledger

RULE = "overdue"
TAKEN_BACK = "按记录没有超期，超期扣分退回"
CHARGED = "按记录超期，照规则扣分"


def reason(session: Session, before: Event, after: Event, now: datetime) -> str:
    """Return why a change of a record changes the points of its event, empty where it does not."""
    if before.late == after.late:
        return ""
    charged = bool(ledger.charged(session, before, RULE))
    if not after.late:
        return TAKEN_BACK if charged else ""
    return CHARGED if not charged and _passed_here(before, now) else ""


def settle(
    session: Session, event: Event, why: str, step: Mapping[str, Any], policy: Policy
) -> set[datetime]:
    """Write the entries of a change's step; return the moments by which they are counted."""
    key, at = step["id"], step["at"]
    if why == TAKEN_BACK:
        return {*ledger.reverse_points(session, event.id, Reversal((RULE,)), key, at)}
    if why == CHARGED:
        entries = [(points, event.id, key, at) for points in scoring.for_overdue(event, policy)]
        ledger.insert_points(session, entries)
        return {at}
    return set()


def _passed_here(event: Event, now: datetime) -> bool:
    due, since = event.handle_due_at, event.created_at
    return event.unit is not None and due is not None and since is not None and since < due < now
