"""Who looked at a person's details of an event, when and why: read back from the audit."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.rules.event import Event
from datasources.models import AccountRow, AuditRow

REVEAL = "reveal"
MOST = 20
AHEAD = timedelta(hours=1)  # a report may be dated a little ahead of the clock


class Look(NamedTuple):
    """One look: the moment, the account and its words, the reason given."""

    at: datetime
    account: str
    title: str
    reason: str


def looks_at(session: Session, event: Event) -> Sequence[Look]:
    """Return the latest looks at an event's reporter, the newest first."""
    row, number = AuditRow, AuditRow.detail["event"].as_string()
    query = (
        select(row.at, row.account, AccountRow.title, row.detail["reason"].as_string())
        .outerjoin(AccountRow, AccountRow.name == row.account)
        .where(row.what == REVEAL, row.at >= event.reported_at - AHEAD, number == event.number)
        .order_by(row.at.desc(), row.id.desc())
        .limit(MOST)
    )
    return [
        Look(at, account, title or account, reason) for at, account, title, reason in session.execute(query)
    ]
