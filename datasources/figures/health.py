"""How the product is doing, as only the database knows: what is late, what is owed, what was set aside."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from datasources.store import kept_aside, sound_rows
from datasources.store.beats import database_now
from datasources.store.models import AlertRow, DeliveryRow, OutboxRow

LATE = timedelta(seconds=10)
A: Any = AlertRow.__table__.c
D: Any = DeliveryRow.__table__.c


def figures(session: Session, now: datetime, speed: float, real_now: datetime) -> dict[str, float]:
    """Return the gauges; `now` and `speed` are the drill's, `real_now` is this host's time of day."""
    is_open = A.state != "stood_down"
    oldest = sound_rows.first_value(session, D.created_at, D.done_at.is_(None))

    def count(table: Any, *conditions: Any) -> int:
        return session.scalar(select(func.count()).select_from(table).where(*conditions)) or 0

    return {
        "unpublished": count(OutboxRow),
        "alerts_open": count(AlertRow, is_open),
        "alerts_overdue": count(AlertRow, is_open, A.next_at < now - LATE * speed),
        "deliveries_owed": count(DeliveryRow, D.done_at.is_(None)),
        "deliveries_oldest_seconds": max(0.0, (now - oldest).total_seconds() / speed) if oldest else 0.0,
        "set_aside": kept_aside.count(session, real_now),
        "clock_skew_seconds": (real_now - database_now(session, real_now)).total_seconds(),
    }
