"""Earlier pictures that look like one, found by the bands of their looks."""

from typing import Any

from sqlalchemy import select, union_all
from sqlalchemy.orm import Session

from dashboard.rules.advice.findings import ALIKE_BITS, Alike, Finding, findings
from dashboard.rules.events.event import Event
from datasources.districts.geo import metres_between
from datasources.photos.shots import look_from
from datasources.store.models.tables import EventRow, PhotoRow, StepRow

P: Any = PhotoRow.__table__.c
E: Any = EventRow.__table__.c
BAND_NAMES = tuple(f"look_{n}" for n in range(5))
MOST = 2000


def bands(row: PhotoRow) -> list[int] | None:
    """Return the bands of a photo's look, None where it has none."""
    found = [getattr(row, name) for name in BAND_NAMES]
    return None if found[0] is None else found


def alike(session: Session, row: PhotoRow) -> list[Alike]:
    """Return the earlier photos of events that look like a photo, the likest first."""
    mine = bands(row)
    if mine is None:
        return []
    columns = [P.id, P.event_id, P.sha256, P.created_at, *(P[name] for name in BAND_NAMES)]
    earlier = (P.event_id.is_not(None), P.id != row.id, P.created_at <= row.created_at)
    # one index a band: a union lets each be used, where OR would look at everything
    arms = [
        select(*columns).where(P[name] == band, *earlier).limit(MOST)
        for name, band in zip(BAND_NAMES, mine, strict=True)
    ]
    look, seen = look_from(mine), {}
    found = union_all(*(select(arm.subquery()) for arm in arms))
    for one in session.execute(found):
        bits = (look_from(tuple(one[4:9])) ^ look).bit_count()
        if bits <= ALIKE_BITS:
            seen[one.id] = (bits, one)
    events = {one.event_id for _, one in seen.values()}
    numbers: dict[int, str] = dict(
        session.execute(select(E.id, E.number).where(E.id.in_(events))).tuples().all()
    )
    return sorted(
        (
            Alike(
                numbers[one.event_id],
                one.created_at,
                bits,
                one.event_id == row.event_id,
                one.sha256 == row.sha256,
            )
            for bits, one in seen.values()
            if one.event_id in numbers
        ),
        key=lambda other: (other.bits, other.at),
    )


def of_photo(session: Session, event: Event, row: PhotoRow) -> list[Finding]:
    """Return what is noticed about a photo of an event."""
    metres = None
    if row.lng is not None and row.lat is not None and event.lng is not None and event.lat is not None:
        metres = metres_between((row.lng, row.lat), (event.lng, event.lat))
    step = session.get(StepRow, row.step_id) if row.step_id else None
    at = event.reported_at if row.role in (None, "report") else step.at if step else row.created_at
    return findings(metres, event.accuracy_m, row.taken_at, at, alike(session, row))
