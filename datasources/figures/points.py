"""Points: who earned how many in a period, and the ledger entries behind every sum.

Law: a sum is the sum of its entries and nothing else; an entry counts in the period of its `for_at`. Areas count the
entries of the events lying in them.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dashboard.rules.events.scoring import Subject
from dashboard.rules.figures.boards import area_boards, depth_of
from dashboard.rules.figures.kpis import Period
from dashboard.rules.refusals import Invalid
from datasources.districts.reference import Reference
from datasources.events.filters import within
from datasources.figures.rollups import rolled
from datasources.figures.rollups.rolled import Cover
from datasources.figures.scans import said
from datasources.store import sound_rows
from datasources.store.dialect import unindexed
from datasources.store.models import EventRow, LedgerRow, UnitRow
from datasources.store.paging import bounded, cut, older

E: Any = EventRow.__table__.c
L: Any = LedgerRow.__table__.c
U: Any = UnitRow.__table__.c
BOARDS = ("units", "streets", "communities", "grids", "workers")  # whatever levels a district has
BOTH = (Subject.UNIT.value, Subject.WORKER.value)


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


def ledger_entries(
    session: Session,
    board: str,
    code: str,
    period: Period,
    limit: int,
    cursor: str | None,
    area: str | None = None,
) -> tuple[list[Entry], str | None]:
    """Return one page of the entries behind a line of a board, newest first, and the cursor of the next.

    As the board, narrowed to an area they are those for the events in it.
    """
    limit = bounded(limit)
    # rows of units that are gone name the last one in their line
    before = session.scalars(select(U.code).where(U.successor == code)).all() if board == "units" else ()
    query = (
        select(L.id, L.rule, E.number, E.title, L.tenths, L.at, L.reverses)
        .join_from(LedgerRow.__table__, EventRow.__table__, L.event_id == E.id)
        .where(*whose(board, code, before), L.for_at >= period.start, L.for_at < period.end)
        .where(*older(L.at, L.id, cursor), *(within(area) if area else ()))
        .order_by(L.at.desc(), L.id.desc())
        .limit(limit + 1)
    )
    found = sound_rows.read_each(session, query, L.id, "ledger", lambda row: Entry(*row))
    return cut(found, limit, lambda entry: (entry.at, entry.id))


def points_of(
    session: Session,
    reference: Reference,
    board: str,
    period: Period,
    area: str | None = None,
    cover: Cover | None = None,
) -> dict[str, int]:
    """Return code → tenths earned in a period by the lines of a board, for events in an area or for all.

    `cover` says how to count, as a frozen period stood for instance.
    """
    if board not in ("units", "workers"):
        level = depth(reference, board)
        deep = max(level, reference.steps_to(area))
        return by_step(points_by_path(session, period, area, cover, deep), level)
    kind = (Subject.UNIT if board == "units" else Subject.WORKER).value
    cover = cover or rolled.cover(session, period, period.end)
    found = rolled.points_by(session, cover, "subject", [kind], area, reference.steps_to(area))
    for run in cover.live:
        query = select(L.subject, func.sum(L.tenths)).where(L.for_at >= run.start, L.for_at < run.end)
        query = query.where(*whose(board, None)).group_by(L.subject)
        if area:
            query = query.join_from(LedgerRow.__table__, EventRow.__table__, L.event_id == E.id)
            query = query.where(*within(area))
        for subject, total in session.execute(query):
            found[said(subject)] = found.get(said(subject), 0) + int(total)
    return found if board == "workers" else _standing(found, reference)


def _standing(found: Mapping[str, int], reference: Reference) -> dict[str, int]:
    """Return the totals of units under those there are today."""
    totals: dict[str, int] = {}
    for unit, total in found.items():
        code = reference.standing_unit(unit)
        totals[code] = totals.get(code, 0) + total
    return totals


def points_by_path(
    session: Session,
    period: Period,
    area: str | None = None,
    cover: Cover | None = None,
    deep: int | None = None,
) -> dict[str, int]:
    """Return area path → tenths earned in a period for the events lying there, by units and grid workers together.

    `deep`: how many steps of a path below the district matter, None: all; some paths come shortened to them.
    """
    cover = cover or rolled.cover(session, period, period.end)
    found = rolled.points_by(session, cover, "path", BOTH, area, deep)
    for run in cover.live:
        query = (
            select(E.area_path, func.sum(L.tenths))
            .join_from(LedgerRow.__table__, EventRow.__table__, L.event_id == E.id)
            .where(*whose("grids", area), L.for_at >= run.start, L.for_at < run.end)
            .group_by(E.area_path)
        )
        for path, total in session.execute(query):
            found[said(path)] = found.get(said(path), 0) + int(total)
    return found


def by_step(totals: Mapping[str, int], deep: int) -> dict[str, int]:
    """Return code at a depth of the path → sum of the totals of all paths through it."""
    found: dict[str, int] = {}
    for path, total in totals.items():
        if code := step_of(path, deep):
            found[code] = found.get(code, 0) + total
    return found


def whose(board: str, code: str | None, before: Sequence[str] = ()) -> list[Any]:
    """Return the conditions for the entries a board counts, of one line of it or of all.

    All lines of a period are found by its time, one line by its subject; `before` are those whose place it took.
    """
    if board in ("units", "workers"):
        kind = (Subject.UNIT if board == "units" else Subject.WORKER).value
        if not code:
            return [unindexed(L.subject_kind) == kind]
        return [L.subject_kind == kind, L.subject.in_([code, *before])]
    kinds = unindexed(L.subject_kind).in_([Subject.UNIT.value, Subject.WORKER.value])
    return [kinds, *within(code)]


def depth(reference: Reference, board: str) -> int:
    """Return which step of an area path a board is about."""
    return depth_of(reference.levels, board)


def step_of(path: str, deep: int) -> str:
    """Return the code at a depth of an area path, nothing where the path is shorter."""
    steps = path.strip("/").split("/")
    return steps[deep] if deep < len(steps) else ""


def boards_of(reference: Reference) -> tuple[str, ...]:
    """Return the boards that can be asked for: the usual ones, and one for every other level of the pack."""
    return tuple(dict.fromkeys((*BOARDS, *area_boards(reference.levels))))


def check_board(board: str, boards: Collection[str]) -> None:
    """Refuse a board that is none."""
    if board not in boards:
        raise Invalid([("board", "排行只有 {boards}", {"boards": "、".join(boards)})])
