"""Rolls finished days up, and freezes finished periods: what `queries_rollup` reads is made here, from events alone.

Law: counting and storing are two turns, so that nobody waits for the counting; a day that changed in between is left
for the next round. Rolled up again at any time, a day comes out the same.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from dashboard.rules.periods import Period, calendar_of, days
from datasources.database import take_turn
from datasources.journal import add_rows
from datasources.models import (
    ROLLUP_CODES,
    ROLLUP_KEYS,
    EventRow,
    ImportRow,
    LedgerRow,
    RolledRow,
    RollupMarkRow,
    RollupPointsRow,
    RollupRow,
)
from datasources.queries_kpis import ROLLED_KEYS, kpi_groups
from datasources.queries_rollup import DAY, FROZEN, GRAINS, KEPT_FROZEN, MONTH, cover
from datasources.queries_scans import HANDLED, Group, Tally, bound, scan
from datasources.reference import Reference
from datasources.rollup_marks import COUNTED_BY, EPOCH, marks

E: Any = EventRow.__table__.c
L: Any = LedgerRow.__table__.c
R: Any = RollupRow.__table__.c
P: Any = RollupPointsRow.__table__.c
M: Any = RollupMarkRow.__table__.c
ONE = timedelta(days=1)
TURN = 20261  # those who roll up take turns, so that none stores what another has stored
SUMS = tuple(f"{code}_{part}" for code in ROLLUP_CODES for part in ("num", "den"))
DUE_CODES = tuple(code for code in ROLLUP_CODES if not code.endswith("_reported"))
BY_REPORT = frozenset({"reported", "open", "overdue", "supervised", "escalated", "emergencies", "resolved_on_site", "register_rate", "dispatch_accuracy"})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Counted:
    """What one day adds: rows of cells and of points, and the newest mark of it that was seen while counting."""

    day: date
    cells: Sequence[dict[str, Any]]
    points: Sequence[dict[str, Any]]
    seen: int


def unrolled_days(session: Session, now: datetime, tz: tzinfo) -> list[date]:
    """Return the finished days that are not rolled up or have changed since, oldest first."""
    begun = _first_day(session, tz)
    if begun is None:
        return []
    yesterday = now.astimezone(tz).date() - ONE
    rolled = set(session.scalars(select(RolledRow.first).where(RolledRow.tier == DAY)))
    changed = marks(session, tz)
    every = (begun + n * ONE for n in range((yesterday - begun).days + 1))
    return [day for day in every if day not in rolled or day in changed]


def count_day(session: Session, day: date, tz: tzinfo) -> Counted:
    """Return what a finished day adds to every number, told apart by unit, place, category and channel."""
    period = days(day, day, tz)
    seen = marks(session, tz).get(day, 0)
    tally, timeless = Tally(), Tally()
    # what is still to be decided stays out: the present moment adds it when the number is read (`_add_rolled`)
    settled, over = bound(period, EPOCH), bound(period, period.end)
    scan(session, tally, settled, "cell", BY_REPORT, "due")
    scan(session, tally, over, "cell", set(DUE_CODES) - BY_REPORT, "due")
    scan(session, timeless, settled, "cell", HANDLED, "reported")
    for key, pairs in timeless.items():
        for code, pair in pairs.items():
            tally.add(key, f"{code}_reported", *pair)
    cells = [
        _row("cell", DAY, day, dict(zip(ROLLUP_KEYS, key, strict=True)), pairs)
        for key, pairs in tally.items()
    ]
    return Counted(day, cells, _points(session, period, day, DAY), seen)


def store_day(session: Session, counted: Counted, now: datetime, tz: tzinfo) -> bool:
    """Put a counted day in place of what it added before; return whether it was still as counted."""
    take_turn(session, TURN)
    newest = marks(session, tz).get(counted.day, 0)
    if newest > counted.seen:
        return False
    first = counted.day.replace(day=1)
    for tier, day in ((DAY, counted.day), (MONTH, first)):
        _forget(session, tier, day)
    add_rows(session, RollupRow, counted.cells)
    for grain, keys in GRAINS.items():
        if grain != "cell":
            _coarser(session, grain, sorted(keys), counted.day)
    add_rows(session, RollupPointsRow, counted.points)
    session.execute(insert(RolledRow).values(tier=DAY, first=counted.day, at=now))
    _clear_marks(session, counted.day, tz, counted.seen)
    return True


def clear_idle_marks(session: Session, now: datetime, tz: tzinfo) -> None:
    """Throw away the marks of days that are not over yet: they are counted live anyway."""
    today = now.astimezone(tz).date()
    session.execute(delete(RollupMarkRow).where(M.at >= days(today, today, tz).start))


def unrolled_months(session: Session, now: datetime, tz: tzinfo) -> list[date]:
    """Return the finished months whose days are all rolled up and unchanged, but which are not added up themselves."""
    rolled = set(session.scalars(select(RolledRow.first).where(RolledRow.tier == DAY)))
    rolled -= marks(session, tz).keys()
    have = set(session.scalars(select(RolledRow.first).where(RolledRow.tier == MONTH)))
    firsts = sorted({day.replace(day=1) for day in rolled} - have)
    return [first for first in firsts if all(day in rolled for day in _days(calendar_of("month", first, tz)))]


def store_month(session: Session, first: date, now: datetime, tz: tzinfo) -> None:
    """Add the days of a month up."""
    take_turn(session, TURN)
    within = _days(calendar_of("month", first, tz))
    _forget(session, MONTH, first)
    totals = [func.sum(R[name]) for name in SUMS]
    keys = [R[name] for name in ROLLUP_KEYS]
    added = select(R.grain, *keys, *totals).where(R.tier == DAY, R.first >= within[0], R.first <= within[-1])
    rows = session.execute(added.group_by(R.grain, *keys)).all()
    names = ("grain", *ROLLUP_KEYS, *SUMS)
    add_rows(
        session,
        RollupRow,
        [{**dict(zip(names, row, strict=True)), "tier": MONTH, "first": first} for row in rows],
    )
    earned = select(P.kind, P.subject, P.path, func.sum(P.tenths).label("tenths")).where(
        P.tier == DAY, P.first >= within[0], P.first <= within[-1]
    )
    found = session.execute(earned.group_by(P.kind, P.subject, P.path)).mappings()
    add_rows(session, RollupPointsRow, [{**row, "tier": MONTH, "first": first} for row in found])
    session.execute(insert(RolledRow).values(tier=MONTH, first=first, at=now))


def periods_to_freeze(session: Session, reference: Reference, now: datetime) -> list[tuple[str, Period]]:
    """Return (kind, period) of the finished months, quarters and years that are due to be frozen.

    Due is a period once `freeze` work days have passed since its end and all its days are rolled up unchanged. While
    an import is under way nothing is frozen.
    """
    rolled = set(session.scalars(select(RolledRow.first).where(RolledRow.tier == DAY)))
    if not rolled or session.scalar(select(func.count()).where(ImportRow.done.is_(False))):
        return []
    clean = rolled - marks(session, reference.tz).keys()
    frozen = set(session.execute(select(RolledRow.tier, RolledRow.first)).tuples())
    found = []
    for kind, tier in FROZEN.items():
        spans = {calendar_of(kind, day, reference.tz) for day in rolled}
        for span in sorted(spans, key=lambda one: one.start):
            due = reference.policy.frozen_from(span.end)
            own = [day for day in _days(span) if day >= min(rolled)]
            if now >= due and (tier, span.first) not in frozen and all(day in clean for day in own):
                found.append((kind, span))
    return found


def freeze(session: Session, reference: Reference, kind: str, span: Period, now: datetime) -> None:
    """Keep every number of a period as it stands now, for good."""
    take_turn(session, TURN)
    tier, found = FROZEN[kind], cover(session, span, now)
    if session.get(RolledRow, (tier, span.first)) is not None:
        return
    for grain in KEPT_FROZEN:
        group: Group = grain  # type: ignore[assignment]
        tally = Tally(kpi_groups(session, span, now, group, DUE_CODES, reference=reference, cover=found))
        late = kpi_groups(session, span, now, group, HANDLED, "reported", reference=reference, cover=found)
        for key, pairs in late.items():
            for code, pair in pairs.items():
                tally.add(key, f"{code}_reported", *pair)
        keys = ROLLED_KEYS[group]
        rows = [
            _row(
                grain, tier, span.first, dict(zip(keys, [key] if len(keys) == 1 else key, strict=True)), pairs
            )
            for key, pairs in tally.items()
        ]
        add_rows(session, RollupRow, rows)
    add_rows(session, RollupPointsRow, _points(session, span, span.first, tier))
    session.execute(insert(RolledRow).values(tier=tier, first=span.first, at=now))


def forget_all(session: Session) -> None:
    """Throw every rollup away, what is frozen excepted: it cannot be made again."""
    take_turn(session, TURN)
    kept = list(FROZEN.values())
    for row in (RollupRow, RollupPointsRow, RolledRow):
        session.execute(delete(row).where(row.__table__.c.tier.not_in(kept)))


def _row(
    grain: str, tier: str, first: date, keys: dict[str, str], pairs: dict[str, tuple[int, int]]
) -> dict[str, Any]:
    sums = {
        f"{code}_{part}": pairs.get(code, (0, 0))[place]
        for code in ROLLUP_CODES
        for place, part in enumerate(("num", "den"))
    }
    return {"grain": grain, "tier": tier, "first": first, **dict.fromkeys(ROLLUP_KEYS, ""), **keys, **sums}


def _coarser(session: Session, grain: str, keys: Sequence[str], day: date) -> None:
    kept = [R[name] if name in keys else func.min("") for name in ROLLUP_KEYS]
    totals = [func.sum(R[name]) for name in SUMS]
    query = (
        select(func.min(grain), func.min(DAY), R.first, *kept, *totals)
        .where(R.grain == "cell", R.tier == DAY, R.first == day)
        .group_by(R.first, *(R[name] for name in keys))
    )
    session.execute(
        insert(RollupRow.__table__).from_select(["grain", "tier", "first", *ROLLUP_KEYS, *SUMS], query)
    )


def _points(session: Session, period: Period, first: date, tier: str) -> list[dict[str, Any]]:
    query = (
        select(
            L.subject_kind.label("kind"),
            L.subject,
            E.area_path.label("path"),
            func.sum(L.tenths).label("tenths"),
        )
        .join_from(LedgerRow.__table__, EventRow.__table__, L.event_id == E.id)
        .where(L.for_at >= period.start, L.for_at < period.end)
        .group_by(L.subject_kind, L.subject, E.area_path)
    )
    return [{**row, "tier": tier, "first": first} for row in session.execute(query).mappings()]


def _first_day(session: Session, tz: tzinfo) -> date | None:
    columns = [*(E[name] for name in COUNTED_BY), L.for_at]
    found: Iterable[datetime | None] = (session.scalar(select(func.min(column))) for column in columns)
    known = [at for at in found if at is not None]
    return min(known).astimezone(tz).date() if known else None


def _forget(session: Session, tier: str, first: date) -> None:
    for row in (RollupRow, RollupPointsRow, RolledRow):
        columns = row.__table__.c
        session.execute(delete(row).where(columns.tier == tier, columns.first == first))


def _clear_marks(session: Session, day: date, tz: tzinfo, last_id: int) -> None:
    span = days(day, day, tz)
    session.execute(delete(RollupMarkRow).where(M.at >= span.start, M.at < span.end, M.id <= last_id))


def _days(span: Period) -> list[date]:
    return [span.first + n * ONE for n in range((span.last - span.first).days + 1)]
