"""The boards: who earned how many points, how they stand, and the ledger entries behind every line.

Law: a board's points are the sum of its entries and nothing else. Areas count the entries of the events lying in them.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dashboard.rules import ranking
from dashboard.rules.kpis import Period, previous
from dashboard.rules.ranking import Standing
from dashboard.rules.refusals import Invalid
from dashboard.rules.scoring import Subject
from datasources.models import AccountRow, EventRow, LedgerRow
from datasources.queries_dialect import contains, unindexed
from datasources.queries_kpis import Pairs, kpi_groups
from datasources.queries_narrow import Narrow
from datasources.queries_paging import bounded, cut, older
from datasources.reference import Reference

E: Any = EventRow.__table__.c
L: Any = LedgerRow.__table__.c
BOARDS = ("units", "streets", "communities", "grids", "workers")
RATES = ("on_time_rate", "on_time_close_rate", "satisfaction_rate", "claim_rate", "first_fix_rate")
WEEK = 7  # days; from here on a board goes by the composite score
WORKER = "worker-"


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One line of a board. `tenths` are its points; rank None: listed apart (样本不足); change: places gained.

    `dropped` are the parts of the composite that had nothing to measure.
    """

    rank: int | None
    code: str
    name: str
    tenths: int
    composite: float | None
    rates: Mapping[str, tuple[int, int]]
    closed: int
    change: int | None
    dropped: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the line as CONTRACT §5 promises it."""
        return {
            "rank": self.rank,
            "code": self.code,
            "name": self.name,
            "points": ranking.points_text(self.tenths),
            "composite": self.composite,
            "rates": {code: {"num": num, "den": den} for code, (num, den) in self.rates.items()},
            "closed": self.closed,
            "dropped": list(self.dropped),
            "change": self.change,
        }


@dataclass(frozen=True, slots=True)
class Entry:
    """One ledger entry; `reverses` is the id of the entry it takes back."""

    id: int
    rule: str
    event: str
    title: str
    tenths: int
    at: datetime
    reverses: int | None


@dataclass(slots=True)
class _Tally:
    tenths: dict[str, int]
    pairs: dict[str, Pairs] = field(default_factory=dict)


def board_rows(
    session: Session,
    reference: Reference,
    board: str,
    period: Period,
    now: datetime,
    rates: Collection[str] = RATES,
    area: str | None = None,
) -> list[BoardRow]:
    """Return a board, best first; under a week by points, from a week on by the composite score.

    Grid workers go by points always: the composite measures units. With an area only what was done for events
    lying in it counts. Invalid for an unknown board.
    """
    _check(board)
    names = _names(session, reference, board)
    by_composite = by_composite_score(board, period)
    standings = _standings(session, reference, board, period, now, names, rates, area)
    before = _ranks_before(session, reference, board, previous(period), now, names, by_composite, area)
    rows = []
    for place in _ranked(standings, by_composite, before):
        one = place.standing
        _, dropped = ranking.composite(one.parts, reference.policy.composite)
        rows.append(
            BoardRow(
                place.rank,
                one.code,
                one.name,
                one.points,
                one.composite,
                {code: one.parts.get(code, (0, 0)) for code in rates},
                one.closed,
                place.change,
                dropped if one.composite is not None else (),
            )
        )
    return rows


def ledger_entries(
    session: Session, board: str, code: str, period: Period, limit: int, cursor: str | None
) -> tuple[list[Entry], str | None]:
    """Return one page of the entries behind a line of a board, newest first, and the cursor of the next."""
    _check(board)
    limit = bounded(limit)
    query = (
        select(L.id, L.rule, E.number, E.title, L.tenths, L.at, L.reverses)
        .join_from(LedgerRow.__table__, EventRow.__table__, L.event_id == E.id)
        .where(*_whose(board, code), L.at >= period.start, L.at < period.end)
        .where(*older(L.at, L.id, cursor))
        .order_by(L.at.desc(), L.id.desc())
        .limit(limit + 1)
    )
    found = [Entry(*row) for row in session.execute(query)]
    return cut(found, limit, lambda entry: (entry.at, entry.id))


def depth(reference: Reference, board: str) -> int:
    """Return which step of an area path a board is about."""
    levels = reference.levels
    deep = {"streets": min(1, len(levels) - 1), "grids": len(levels) - 1}
    return deep.get(board, levels.index(reference.community_level))


def _check(board: str) -> None:
    if board not in BOARDS:
        raise Invalid([("board", "排行只有 units、streets、communities、grids、workers", {})])


def by_composite_score(board: str, period: Period) -> bool:
    """Return whether a board goes by the composite score: from a week on, and never for grid workers."""
    return board != "workers" and period.last - period.first >= timedelta(days=WEEK - 1)


def _ranked(standings: Iterable[Standing], by_composite: bool, before: Any = None) -> list[ranking.Place]:
    if by_composite:
        return ranking.rank(standings, ranking.by_composite, before)
    return ranking.rank(standings, ranking.by_points, before, least_closed=0)


def _ranks_before(
    session: Session,
    reference: Reference,
    board: str,
    period: Period,
    now: datetime,
    names: Mapping[str, str],
    by_composite: bool,
    area: str | None,
) -> dict[str, int | None] | None:
    """Return the ranks of the period before, None when nothing happened in it."""
    rates = RATES if by_composite else ()
    standings = _standings(session, reference, board, period, now, names, rates, area)
    if not any(one.points or one.closed for one in standings):
        return None
    return {place.standing.code: place.rank for place in _ranked(standings, by_composite)}


def _standings(
    session: Session,
    reference: Reference,
    board: str,
    period: Period,
    now: datetime,
    names: Mapping[str, str],
    rates: Collection[str],
    area: str | None,
) -> list[Standing]:
    tally = _Tally(points_of(session, reference, board, period, area))
    if rates:
        tally.pairs = _rates(session, reference, board, period, now, (*rates, "closed"), area)
    weights = reference.policy.composite
    scored = by_composite_score(board, period) and set(weights) <= set(rates)
    standings = []
    for code in {**names, **dict.fromkeys((*tally.tenths, *tally.pairs))}:
        parts = tally.pairs.get(code, {})
        closed = parts.get("closed", (0, 0))[0]
        score = ranking.composite(parts, weights)[0] if scored else None
        name = names.get(code) or code
        standings.append(Standing(code, name, tally.tenths.get(code, 0), closed, score, parts))
    return standings


def _names(session: Session, reference: Reference, board: str) -> dict[str, str]:
    """Return who is on a board even without an entry: units with duties, the areas of a level, their grid workers."""
    if board == "units":
        on_duty = {duty.unit for lines in reference.duties.values() for duty in lines}
        return {code: unit.name for code, unit in reference.units.items() if code in on_duty}
    level = reference.levels[depth(reference, board)]
    areas = {code: area.name for code, area in reference.areas.items() if area.level == level}
    if board != "workers":
        return areas
    titles = select(AccountRow.name, AccountRow.title).where(AccountRow.role == "worker")
    known = dict(session.execute(titles).tuples().all())
    return {f"{WORKER}{code}": known.get(f"{WORKER}{code}") or name for code, name in areas.items()}


def points_of(
    session: Session, reference: Reference, board: str, period: Period, area: str | None = None
) -> dict[str, int]:
    """Return code → tenths earned in a period by the lines of a board, for events in an area or for all."""
    if board not in ("units", "workers"):
        return by_step(points_by_path(session, period, area), depth(reference, board))
    query = select(L.subject, func.sum(L.tenths)).where(L.at >= period.start, L.at < period.end)
    query = query.where(*_whose(board, None)).group_by(L.subject)
    if area:
        query = query.join_from(LedgerRow.__table__, EventRow.__table__, L.event_id == E.id)
        query = query.where(contains(E.area_path, f"/{area}/"))
    return {subject: int(total) for subject, total in session.execute(query)}


def points_by_path(session: Session, period: Period, area: str | None = None) -> dict[str, int]:
    """Return area path → tenths earned in a period for the events lying there, by units and grid workers together."""
    query = (
        select(E.area_path, func.sum(L.tenths))
        .join_from(LedgerRow.__table__, EventRow.__table__, L.event_id == E.id)
        .where(*_whose("grids", area), L.at >= period.start, L.at < period.end)
        .group_by(E.area_path)
    )
    return {path: int(total) for path, total in session.execute(query)}


def by_step(totals: Mapping[str, int], deep: int) -> dict[str, int]:
    """Return code at a depth of the path → sum of the totals of all paths through it."""
    found: dict[str, int] = {}
    for path, total in totals.items():
        if code := step_of(path, deep):
            found[code] = found.get(code, 0) + total
    return found


def _whose(board: str, code: str | None) -> list[Any]:
    """Return the conditions for the entries a board counts, of one line of it or of all.

    All lines of a period are found by its time, one line by its subject.
    """
    if board in ("units", "workers"):
        kind = (Subject.UNIT if board == "units" else Subject.WORKER).value
        return [L.subject_kind == kind, L.subject == code] if code else [unindexed(L.subject_kind) == kind]
    kinds = unindexed(L.subject_kind).in_([Subject.UNIT.value, Subject.WORKER.value])
    return [kinds, *([contains(E.area_path, f"/{code}/")] if code else [])]


def _rates(
    session: Session,
    reference: Reference,
    board: str,
    period: Period,
    now: datetime,
    codes: Collection[str],
    area: str | None,
) -> dict[str, Pairs]:
    if board == "units":
        grouped = kpi_groups(session, period, now, "unit", codes, narrow=Narrow(area))
        return {unit: pairs for unit, pairs in grouped.items() if unit}
    found: dict[str, Pairs] = {}
    deep, prefix = depth(reference, board), WORKER if board == "workers" else ""
    for path, pairs in kpi_groups(session, period, now, "path", codes, narrow=Narrow(area)).items():
        if not (code := step_of(path, deep)):
            continue
        line = found.setdefault(prefix + code, {})
        for name, (num, den) in pairs.items():
            before = line.get(name, (0, 0))
            line[name] = (before[0] + num, before[1] + den)
    return found


def step_of(path: str, deep: int) -> str:
    """Return the code at a depth of an area path, nothing where the path is shorter."""
    steps = path.strip("/").split("/")
    return steps[deep] if deep < len(steps) else ""
