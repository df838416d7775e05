"""Who looked at a person's details of an event, when and why: read back from the audit."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from dashboard.rules.events.event import Event
from datasources.accounts.accounts import audit
from datasources.store import sound_rows
from datasources.store.database import take_turn
from datasources.store.dialect import sound_json
from datasources.store.models import AccountRow, AuditRow

REVEAL, LIMIT = "reveal", "reveal.limit"
MOST = 20
HOUR = timedelta(hours=1)
TURN = 20262
AHEAD = timedelta(hours=1)  # a report may be dated a little ahead of the clock


class Look(NamedTuple):
    """One look: the moment, the account and its words, the reason given."""

    at: datetime
    account: str
    title: str
    reason: str


class Looker(NamedTuple):
    """How often an account looked within an hour, and when it was told that this is enough."""

    account: str
    title: str
    times: int
    reached_at: datetime | None


def look(
    session: Session,
    event: Event,
    account: str,
    reason: str,
    now: datetime,
    most: int,
    hour: timedelta = HOUR,
) -> bool:
    """Write a look down and return whether it was within `most` an hour; one too many is told to the lead, once an hour."""
    take_turn(session, TURN)
    since, row = now - hour, AuditRow
    mine = select(func.count()).where(row.at > since, row.account == account)
    if (session.scalar(mine.where(row.what == REVEAL)) or 0) < most:
        audit(session, now, account, REVEAL, event=event.number, reason=reason)
        return True
    if not session.scalar(mine.where(row.what == LIMIT)):
        audit(session, now, account, LIMIT, event=event.number, most=most)
    return False


def lookers(session: Session, now: datetime, hour: timedelta = HOUR) -> Sequence[Looker]:
    """Return who looked within the hour, those told that it is enough first, then by how often."""
    row = AuditRow
    reached = func.max(case((row.what == LIMIT, row.at)))
    count = func.sum(case((row.what == REVEAL, 1), else_=0))
    query = (
        select(row.account, func.max(AccountRow.title), count, reached)
        .outerjoin(AccountRow, AccountRow.name == row.account)
        .where(row.at > now - hour, row.at <= now + hour, row.what.in_((REVEAL, LIMIT)))
        .group_by(row.account)
    )
    found = [Looker(name, title or name, int(n), at) for name, title, n, at in session.execute(query)]
    return sorted(found, key=lambda one: (one.reached_at is None, -one.times, one.account))


def looks_at(session: Session, event: Event) -> Sequence[Look]:
    """Return the latest looks at an event's reporter, the newest first."""
    row, number = AuditRow, sound_json(AuditRow.detail)["event"].as_string()
    query = (
        select(row.at, row.account, AccountRow.title, sound_json(row.detail)["reason"].as_string())
        .outerjoin(AccountRow, AccountRow.name == row.account)
        .where(row.what == REVEAL, row.at >= event.reported_at - AHEAD, number == event.number)
        .order_by(row.at.desc(), row.id.desc())
        .limit(MOST)
    )

    def look_of(row: Any) -> Look:
        at, account, title, reason = row
        return Look(at, account, title or account, reason)

    return sound_rows.read_each(session, query, row.__table__.c.id, "audit", look_of)
