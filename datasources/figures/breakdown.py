"""KPIs by one dimension, where open cases stand, who passes cases on, and at which level they were resolved."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dashboard.rules.events.event import LEVELS, OPEN, SOURCE_WORDS, Level, Source
from dashboard.rules.figures.kpis import p90
from datasources.districts.reference import Reference
from datasources.figures.kpis import kpi_groups
from datasources.figures.narrow import Narrow, narrowed
from datasources.figures.question import Question
from datasources.figures.rollups.flow import GROUND, LEVEL, tallied
from datasources.figures.rollups.rolled import Cover, frozen_cover
from datasources.figures.scans import Group, Pairs
from datasources.store import sound_rows
from datasources.store.models import EventRow, StepRow

E: Any = EventRow.__table__.c
S: Any = StepRow.__table__.c
GROUPS: Mapping[str, Group] = {"area": "path", "unit": "unit", "category": "category", "channel": "channel"}
NOBODY = "未定"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a breakdown: code, name (msgid or name of the pack) and {KPI: (num, den)}."""

    code: str
    name: str
    pairs: Pairs


def by(
    session: Session,
    reference: Reference,
    dimension: str,
    question: Question,
    codes: Collection[str],
) -> tuple[list[Line], datetime | None]:
    """Return KPIs by the children of the narrowed area (of the district), by unit, category heading or channel.

    As they stood where the period is frozen, and since when it is.
    """
    group, narrow = GROUPS[dimension], question.narrow
    cover, frozen_at = frozen_cover(session, question.period, narrow.keys | {group}) or (None, None)
    deep = reference.steps_to(narrow.area) + (dimension == "area")
    found = kpi_groups(session, reference, question, group, codes, cover, deep)
    lines: dict[str, Pairs] = {}
    for key, pairs in found.items():
        code = _line_of(reference, dimension, key, narrow)
        if code is None:
            continue
        line = lines.setdefault(code, {})
        for name, (num, den) in pairs.items():
            before = line.get(name, (0, 0))
            line[name] = (before[0] + num, before[1] + den)
    made = [Line(code, _name(reference, dimension, code), pairs) for code, pairs in lines.items()]
    return sorted(made, key=lambda line: (-line.pairs.get("reported", (0, 0))[0], line.code)), frozen_at


def _line_of(reference: Reference, dimension: str, key: str, narrow: Narrow) -> str | None:
    if dimension == "area":
        steps = key.strip("/").split("/")
        above = narrow.area or reference.root
        place = steps.index(above) + 1 if above in steps else len(steps)
        return steps[place] if place < len(steps) else None
    if dimension == "category":
        line = reference.lineage(reference.standing_category(key))
        tops = (one.code for one in line if one.parent in (None, "", narrow.category))
        return next(tops, "")
    return reference.standing_unit(key) if dimension == "unit" and key else key


def _name(reference: Reference, dimension: str, code: str) -> str:
    if not code:
        return NOBODY
    if dimension == "area":
        return reference.area_name(code)
    if dimension == "unit":
        return reference.unit_name(code)
    if dimension == "category":
        return reference.category_name(code) or code
    return SOURCE_WORDS[Source(code)] if code in set(Source) else code


@dataclass(frozen=True, slots=True)
class Standing:
    """Open events of one status: how many, how many past their handling deadline, seconds they have stood there."""

    status: str
    n: int
    over: int
    p50: int
    p90: int
    oldest: int
    number: str


def standing(session: Session, reference: Reference, now: datetime, narrow: Narrow) -> list[Standing]:
    """Return one line for every open status in the order of the road; age counts from the last change of status."""
    since = (
        select(func.max(S.at))
        .where(S.event_id == E.id, S.to_status == E.status, func.coalesce(S.from_status, "") != S.to_status)
        .scalar_subquery()
    )
    query = select(E.status, E.number, E.handle_due_at, func.coalesce(since, E.reported_at)).where(
        E.status.in_([status.value for status in OPEN])
    )
    ages: dict[str, list[tuple[int, str, bool]]] = {}

    def stood(row: Any) -> tuple[str, int, str, bool]:
        status, number, due, at = row
        # a subquery loses the type of the column on SQLite
        began = at if isinstance(at, datetime) else datetime.fromisoformat(str(at))
        began = began if began.tzinfo else began.replace(tzinfo=now.tzinfo)
        age = max(0, int((now - began).total_seconds()))
        return status, age, number, due is not None and due < now

    narrowly, values = narrowed(query, narrow.names), narrow.values(reference)
    for status, age, number, late in sound_rows.read_each(session, narrowly, E.id, "event", stood, values):
        ages.setdefault(status, []).append((age, number, late))
    lines = []
    for status in OPEN:
        found = sorted(ages.get(status.value, []))
        seconds = [age for age, _, _ in found]
        if found:
            middle = seconds[(len(seconds) - 1) // 2]
            over = sum(late for _, _, late in found)
            oldest = found[-1]
            lines.append(Standing(status.value, len(found), over, middle, p90(seconds), oldest[0], oldest[1]))
        else:
            lines.append(Standing(status.value, 0, 0, 0, 0, 0, ""))
    return lines


@dataclass(slots=True)
class Handoff:
    """What one unit passed on: declines of what it was given, returns of what was checked; declines by ground."""

    unit: str
    given: int = 0
    declined: int = 0
    checked: int = 0
    returned: int = 0
    grounds: dict[str, int] = field(default_factory=dict)


def handoffs(
    session: Session, reference: Reference, question: Question, cover: Cover | None = None
) -> list[Handoff]:
    """Return who declined and who was sent back in a period, by the step's time; most declines first."""
    found: dict[str, Handoff] = {}
    for (what, unit), n in tallied(session, reference, question, "who", cover).items():
        if not unit:
            continue
        now_called = reference.standing_unit(unit)
        line = found.setdefault(now_called, Handoff(now_called))
        if what.startswith(GROUND):
            ground = what.removeprefix(GROUND)
            line.grounds[ground] = line.grounds.get(ground, 0) + n
        else:
            setattr(line, what, getattr(line, what) + n)  # named as the fields are
    return sorted(found.values(), key=lambda one: (-one.declined, -one.returned, one.unit))


@dataclass(frozen=True, slots=True)
class Resolved:
    """How many closed events of an area were finished at each level, innermost first."""

    code: str
    name: str
    counts: Sequence[int]


def levels(
    session: Session, reference: Reference, question: Question, cover: Cover | None = None
) -> list[Resolved]:
    """Return the area itself, then its children, with the levels of who finished its closed events."""
    places = {f"{LEVEL}{level.value}": place for place, level in enumerate(LEVELS)}
    area = question.area or reference.root
    counts: dict[str, list[int]] = {area: [0] * len(LEVELS)}
    for (what, path), n in tallied(session, reference, question, "path", cover).items():
        if what not in places:
            continue
        for key in filter(None, (area, _line_of(reference, "area", path, Narrow(area)))):
            counts.setdefault(key, [0] * len(LEVELS))[places[what]] += n
    order = sorted(counts, key=lambda code: (code != area, -sum(counts[code]), code))
    return [Resolved(code, reference.area_name(code), counts[code]) for code in order]


@dataclass(frozen=True, slots=True)
class Cell:
    """How many closed events whose category expects one level were finished at another."""

    expected: str
    finished: str
    count: int


def matrix(
    session: Session, reference: Reference, question: Question, cover: Cover | None = None
) -> list[Cell]:
    """Return every pair of the level that a category expects and the level of who finished, innermost first."""
    counts = {(expected.value, finished.value): 0 for expected in LEVELS for finished in LEVELS}
    for (what, code), n in tallied(session, reference, question, "category", cover).items():
        category = reference.category(code)
        pair = ((category.level if category else None) or LEVELS[0].value, what.removeprefix(LEVEL))
        if what.startswith(LEVEL) and pair in counts:
            counts[pair] += n
    return [Cell(expected, finished, n) for (expected, finished), n in counts.items()]


def within(cells: Collection[Cell]) -> tuple[int, int]:
    """Return how many were finished at or below the level expected (小事不出…), of all."""
    low = sum(
        one.count for one in cells if LEVELS.index(Level(one.finished)) <= LEVELS.index(Level(one.expected))
    )
    return low, sum(one.count for one in cells)
