"""The boards: who earned how many points, how they stand, and the ledger entries behind every line.

Law: a board's points are the sum of its entries and nothing else. Areas count the entries of the events lying in them.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.rules import ranking
from dashboard.rules.access import CLOCK, SYSTEM, Role
from dashboard.rules.figures.kpis import Period, previous
from dashboard.rules.ranking import Standing
from datasources.accounts.accounts import workers
from datasources.districts.reference import Reference
from datasources.figures.kpis import kpi_groups, units_together
from datasources.figures.points import boards_of, check_board, depth, points_of, step_of
from datasources.figures.question import Question
from datasources.figures.rollups.rolled import Cover, frozen_cover
from datasources.figures.scans import Pairs
from datasources.store.models import AccountRow, EventRow, LedgerRow

E: Any = EventRow.__table__.c
L: Any = LedgerRow.__table__.c
RATES = ("on_time_rate", "on_time_close_rate", "satisfaction_rate", "claim_rate", "first_fix_rate")
WEEK = 7  # days; from here on a board goes by the composite score


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One line of a board. `tenths` are its points; rank None: listed apart (样本不足); change: places gained.

    `dropped` are the parts of the composite that had nothing to measure; `area` is where a grid worker works, whose
    rates are that area's.
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
    area: str | None = None

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
            "area": self.area,
        }


@dataclass(slots=True)
class _Tally:
    tenths: dict[str, int]
    pairs: dict[str, Pairs] = field(default_factory=dict)


def board_rows(
    session: Session,
    reference: Reference,
    board: str,
    question: Question,
    rates: Collection[str] = RATES,
) -> list[BoardRow]:
    """Return a board, best first; under a week by points, from a week on by the composite score.

    Grid workers go by points always: the composite measures units. Narrowed to an area only what was done for events
    lying in it counts; a board is narrowed by nothing else. A frozen period shows how it stood when it was frozen. Invalid for an unknown board.
    """
    check_board(board, boards_of(reference))
    by_composite = by_composite_score(board, question.period)
    lines = standings(session, reference, board, question, rates, _stood(session, question.period))
    earlier = replace(question, period=previous(question.period))
    before = _ranks_before(session, reference, board, earlier, by_composite)
    rows = []
    posts = _posts(session, reference, question.area) if board == "workers" else {}
    for place in _ranked(lines, by_composite, before):
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
                posts.get(one.code),
            )
        )
    return rows


def _stood(session: Session, period: Period) -> Cover | None:
    frozen = frozen_cover(session, period)
    return frozen[0] if frozen else None


def by_composite_score(board: str, period: Period) -> bool:
    """Return whether a board goes by the composite score: from a week on, and never for grid workers."""
    return board != "workers" and period.last - period.first >= timedelta(days=WEEK - 1)


def _ranked(standings: Iterable[Standing], by_composite: bool, before: Any = None) -> list[ranking.Place]:
    if by_composite:
        return ranking.rank(standings, ranking.by_composite, before)
    return ranking.rank(standings, ranking.by_points, before, least_closed=0)


def _ranks_before(
    session: Session, reference: Reference, board: str, question: Question, by_composite: bool
) -> dict[str, int | None] | None:
    """Return the ranks of the period before, None when nothing happened in it."""
    rates = RATES if by_composite else ()
    stood = _stood(session, question.period)
    lines = standings(session, reference, board, question, rates, stood)
    if not any(one.points or one.closed for one in lines):
        return None
    return {place.standing.code: place.rank for place in _ranked(lines, by_composite)}


def standings(
    session: Session,
    reference: Reference,
    board: str,
    question: Question,
    rates: Collection[str],
    cover: Cover | None = None,
) -> list[Standing]:
    """Return what each line of a board brings to it, in no order; `cover` says how to count."""
    names = _names(session, reference, board, question.area)
    titles = _titles(session) if board == "workers" else names
    tally = _Tally(points_of(session, reference, board, question.period, question.area, cover))
    if rates:
        tally.pairs = _rates(session, reference, board, question, (*rates, "closed"), cover)
    weights = reference.policy.composite
    scored = by_composite_score(board, question.period) and set(weights) <= set(rates)
    found, strangers = [], _strangers(session) if board == "workers" else frozenset()
    for code in {**names, **dict.fromkeys((*tally.tenths, *tally.pairs))}:
        if code in strangers:
            continue
        parts = tally.pairs.get(code, {})
        closed = parts.get("closed", (0, 0))[0]
        score = ranking.composite(parts, weights)[0] if scored else None
        name = titles.get(code) or _name_of_then(reference, board, code)
        found.append(Standing(code, name, tally.tenths.get(code, 0), closed, score, parts))
    return found


def _name_of_then(reference: Reference, board: str, code: str) -> str:
    """Return the name of a line that is there no more."""
    if board == "units":
        return reference.unit_name(code)
    return reference.area_name(code) if board != "workers" else code


def _names(session: Session, reference: Reference, board: str, area: str | None) -> dict[str, str]:
    """Return who is on a board even without an entry: units with duties, the areas of a level, grid workers.

    With an area only those of its own road: what lies in it, and what it lies in.
    """
    if board == "units":
        on_duty = reference.on_duty(area)
        return {code: unit.name for code, unit in reference.units.items() if code in on_duty}
    if board == "workers":
        return dict.fromkeys(_posts(session, reference, area), "")
    level = reference.levels[depth(reference, board)]
    return {
        code: one.name
        for code, one in reference.areas.items()
        if one.level == level and reference.on_one_road(code, area)
    }


def _posts(session: Session, reference: Reference, area: str | None) -> dict[str, str]:
    """Return account → area of the grid workers at work in an area, around it, or anywhere."""
    return {name: where for name, where in workers(session) if reference.on_one_road(where, area)}


def _strangers(session: Session) -> frozenset[str]:
    """Return the accounts that are no grid worker's, whatever an earlier version paid them as one."""
    others = session.scalars(select(AccountRow.name).where(AccountRow.role != Role.WORKER.value))
    return frozenset((*others, SYSTEM.name, CLOCK.name))


def _titles(session: Session) -> dict[str, str]:
    """Return account → what a grid worker is called; who shares a title is told by the account's name."""
    query = select(AccountRow.name, AccountRow.title).where(AccountRow.role == "worker")
    held = dict(session.execute(query).tuples().all())
    often = Counter(held.values())
    return {name: title if often[title] == 1 else f"{title} {name}" for name, title in held.items()}


def _rates(
    session: Session,
    reference: Reference,
    board: str,
    question: Question,
    codes: Collection[str],
    cover: Cover | None,
) -> dict[str, Pairs]:
    area = question.area
    if board == "units":
        grouped = kpi_groups(session, reference, question, "unit", codes, cover, reference.steps_to(area))
        return units_together(grouped, reference)
    found: dict[str, Pairs] = {}
    level, posts = depth(reference, board), dict[str, list[str]]()
    if board == "workers":
        for name, where in _posts(session, reference, area).items():
            posts.setdefault(where, []).append(name)
        level = max((reference.steps_to(where) for where in posts), default=level)
    deep = max(level, reference.steps_to(area))
    for path, pairs in kpi_groups(session, reference, question, "path", codes, cover, deep).items():
        steps = path.strip("/").split("/")
        codes = (
            [name for step in steps for name in posts.get(step, ())]
            if board == "workers"
            else [step_of(path, level)]
        )
        for code in filter(None, codes):
            line = found.setdefault(code, {})
            for name, (num, den) in pairs.items():
                before = line.get(name, (0, 0))
                line[name] = (before[0] + num, before[1] + den)
    return found
