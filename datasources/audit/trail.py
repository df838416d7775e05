"""The audit as it is read: newest first, by account, by what was done, by day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from datasources.store import sound_rows
from datasources.store.models import AuditRow

PAGE = 100


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the audit is asked for; empty means all. `before` is the id of the last row already read."""

    account: str = ""
    what: str = ""
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None


def read(session: Session, wanted: Wanted, most: int = PAGE) -> tuple[Sequence[AuditRow], int | None]:
    """Return a page of the audit, and the id to go on before where there is more."""
    row, query = AuditRow, select(AuditRow).order_by(AuditRow.id.desc())
    if wanted.account:
        query = query.where(row.account == wanted.account)
    if wanted.what:
        query = query.where(row.what == wanted.what)
    if wanted.since is not None:
        query = query.where(row.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(row.at < wanted.until)
    if wanted.before is not None:
        query = query.where(row.id < wanted.before)
    rows = sound_rows.rows_of(session, AuditRow, query.limit(most + 1))
    return rows[:most], rows[most - 1].id if len(rows) > most else None


def kinds(session: Session) -> list[str]:
    """Return everything that was ever done, by code."""
    return sorted(one for one in session.scalars(select(AuditRow.what).distinct()) if isinstance(one, str))
