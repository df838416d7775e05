"""What happened to a frozen board since: every line that would read otherwise if counted now, with the entries behind it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.rules.events.scoring import Subject
from datasources.districts.reference import Reference
from datasources.events.filters import within
from datasources.figures.boards import RATES, standings
from datasources.figures.points import BOTH, Entry, depth, step_of
from datasources.figures.question import Question
from datasources.figures.rollups.rolled import cover, frozen_cover
from datasources.store import sound_rows
from datasources.store.models import EventRow, LedgerRow

E: Any = EventRow.__table__.c
L: Any = LedgerRow.__table__.c
Pair = tuple[int, int]
KINDS: Mapping[str, tuple[str, ...]] = {"units": (Subject.UNIT.value,), "workers": (Subject.WORKER.value,)}


@dataclass(slots=True)
class Correction:
    """One line: points in tenths and rates as frozen and as counted now; `entries` are the late ones of the ledger."""

    code: str
    name: str
    frozen_tenths: int
    tenths: int
    rates: dict[str, tuple[Pair, Pair]] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)


def corrections(
    session: Session, reference: Reference, board: str, question: Question
) -> tuple[datetime | None, list[Correction]]:
    """Return (when the period was frozen, the lines that read otherwise now); (None, nothing) while it is open."""
    frozen = frozen_cover(session, question.period)
    if frozen is None:
        return None, []
    stood, at = frozen
    then = {one.code: one for one in standings(session, reference, board, question, RATES, stood)}
    today = cover(session, question.period, question.now)
    found: dict[str, Correction] = {}
    for one in standings(session, reference, board, question, RATES, today):
        before = then.get(one.code)
        points = before.points if before else 0
        parts = before.parts if before else {}
        pairs = {code: (parts.get(code, (0, 0)), one.parts.get(code, (0, 0))) for code in RATES}
        changed = {code: pair for code, pair in pairs.items() if pair[0] != pair[1]}
        if changed or points != one.points:
            found[one.code] = Correction(one.code, one.name, points, one.points, changed)
    for code, entry in _late_entries(session, reference, board, question, at):
        if code in found:
            found[code].entries.append(entry)
    return at, list(found.values())


def _line(reference: Reference, board: str, subject: str, area: str) -> str:
    if board not in KINDS:
        return area
    return reference.standing_unit(subject) if board == "units" else subject


def _late_entries(
    session: Session, reference: Reference, board: str, question: Question, frozen_at: datetime
) -> list[tuple[str, Entry]]:
    period = question.period
    query = (
        select(L.subject, E.area_path, L.id, L.rule, E.number, E.title, L.tenths, L.at, L.reverses)
        .join_from(LedgerRow.__table__, EventRow.__table__, L.event_id == E.id)
        .where(L.for_at >= period.start, L.for_at < period.end, L.at >= frozen_at)
        .where(L.subject_kind.in_(KINDS.get(board, BOTH)), *within(question.area))
        .order_by(L.at, L.id)
    )
    deep = depth(reference, board)

    def made(row: Any) -> tuple[str, Entry]:
        subject, path, *rest = row
        return _line(reference, board, subject, step_of(path, deep)), Entry(*rest)

    return sound_rows.read_each(session, query, L.id, "ledger", made)
