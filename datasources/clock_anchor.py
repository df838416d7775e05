"""What a clock writes down: where the drill stands, so that it survives a restart and several processes share one drill,
and when the sweeps last ran, so that every process can tell how old the clock's work is.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from datasources.models import ClockRow

DRILL, BEAT = 1, 2


def load(session: Session) -> ClockRow | None:
    """Return the drill's last mark, or None when there is no drill."""
    return session.get(ClockRow, DRILL)


def save(session: Session, drill_at: datetime, speed: float, saved_at: datetime) -> None:
    """Write the drill's mark: it stood at `drill_at` when the wall clock stood at `saved_at`."""
    session.merge(ClockRow(id=DRILL, drill_at=drill_at, speed=speed, saved_at=saved_at))


def beat(session: Session, now: datetime, speed: float, real_now: datetime) -> None:
    """Note that the sweeps ran."""
    session.merge(ClockRow(id=BEAT, drill_at=now, speed=speed, saved_at=real_now))


def last_beat(session: Session) -> datetime | None:
    """Return when (real time) the sweeps last ran, in whatever process."""
    row = session.get(ClockRow, BEAT)
    return row.saved_at if row else None
