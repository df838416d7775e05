"""The writing side of an alert: rows in, guarded updates, its log, its news. Only `dashboard` calls it.

Everything here happens inside the caller's one transaction.
"""

from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, func, insert, select, update
from sqlalchemy.orm import Session

from dashboard.rules.alerts.alert import Alert, AlertState
from datasources.store import sound_rows
from datasources.store.models import AlertLogRow, AlertRow, OutboxRow

ALERT_COLUMNS = tuple(field.name for field in fields(Alert))
ALERT: Any = AlertRow.__table__.c
_checked = sound_rows.checker(AlertRow.__table__, ALERT_COLUMNS)
_ALERT_SELECT = select(*(AlertRow.__table__.c[name] for name in ALERT_COLUMNS))


def open_alert(session: Session, event_id: int) -> Alert | None:
    """Return the open alert of an event."""
    return _alert(session, AlertRow.event_id == event_id, AlertRow.state != AlertState.STOOD_DOWN)


def alert_by_id(session: Session, key: int) -> Alert | None:
    """Return an alert by its id."""
    return _alert(session, AlertRow.id == key)


def alerts_where(session: Session, *conditions: Any, limit: int | None = None) -> list[Alert]:
    """Return the alerts that meet all conditions, oldest first."""
    query = _ALERT_SELECT.where(*conditions).order_by(AlertRow.id)
    query = query.limit(limit) if limit else query
    return sound_rows.read_each(session, query, ALERT.id, "alert", _sound)


def _sound(row: Any) -> Alert:
    _checked(row)
    AlertState(row.state)
    return Alert(**row._mapping)


def last_episode(session: Session, event_id: int) -> int:
    """Return the number of the newest episode of an event, 0 when it never had one."""
    return session.scalar(select(func.max(AlertRow.episode)).where(AlertRow.event_id == event_id)) or 0


def insert_alert(session: Session, alert: Alert, by: str) -> Alert:
    """Write a new alert with its first line in the log; return it with its id."""
    values = asdict(alert)
    del values["id"]
    key = session.execute(insert(AlertRow).values(**values).returning(AlertRow.id)).scalar_one()
    found = alert_by_id(session, key)
    assert found is not None
    log_alert(session, key, "raise", alert.raised_at, by)
    return found


def update_alert(session: Session, before: Alert, after: Alert) -> bool:
    """Write an alert, only if nobody else has since `before` was read; return whether it was so."""
    values = {name: value for name, value in asdict(after).items() if value != getattr(before, name)}
    if not values:
        return True
    done = session.execute(
        update(AlertRow).where(AlertRow.id == before.id, AlertRow.version == before.version).values(**values)
    )
    return isinstance(done, CursorResult) and done.rowcount == 1


def log_alert(
    session: Session,
    alert_id: int,
    what: str,
    at: datetime,
    by: str,
    screen: str | None = None,
    late: bool = False,
) -> None:
    """Write what happened to an alert."""
    values = {"alert_id": alert_id, "what": what, "at": at, "by": by, "screen": screen, "late": late}
    session.execute(insert(AlertLogRow).values(**values))


def tell_alert(session: Session, alert: Alert, at: datetime) -> None:
    """Put the news of an alert into the outbox; it is never coalesced."""
    values = {"event_id": alert.event_id, "step_id": None, "alert_id": alert.id, "urgent": True, "at": at}
    session.execute(insert(OutboxRow).values(**values))


def _alert(session: Session, *conditions: Any) -> Alert | None:
    found = alerts_where(session, *conditions, limit=1)
    return found[0] if found else None
