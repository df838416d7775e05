"""What a clock writes down: where the drill stands, so that it survives a restart and several processes share one drill."""

from datetime import datetime

from sqlalchemy.orm import Session

from datasources.store.models.tables import ClockRow

DRILL = 1


def load(session: Session) -> ClockRow | None:
    """Return the drill's last mark, or None when there is no drill."""
    return session.get(ClockRow, DRILL)


def save(session: Session, drill_at: datetime, speed: float, saved_at: datetime) -> None:
    """Write the drill's mark: it stood at `drill_at` when the wall clock stood at `saved_at`."""
    session.merge(ClockRow(id=DRILL, drill_at=drill_at, speed=speed, saved_at=saved_at))
