"""The filters of CONTRACT §5, each once: how its words are read, what they mean, and its condition over a set of columns.

Lists, numbers, the lists behind numbers and exports take theirs from here. A set of columns gives columns by their names
in the table of events: that table itself, or whatever keeps some of them, as rollups do.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, not_, or_, true, tuple_

from dashboard.rules.events.event import (
    LEVELS,
    OPEN,
    STANDING,
    SUPERVISIONS,
    Source,
    Status,
    Supervision,
    Zone,
)
from dashboard.rules.refusals import Invalid
from dashboard.rules.text.numbers import decimal
from datasources.districts.reference import Reference
from datasources.events.intake import instant
from datasources.store.dialect import contains
from datasources.store.models import EventRow

E: Any = EventRow.__table__.c
OPEN_CODES = [status.value for status in OPEN]
IN_HAND = [Status.DISPATCHED.value, Status.HANDLING.value, Status.ON_HOLD.value]
TRUTHS = {"true": True, "1": True, "false": False, "0": False}
LONGEST_SEARCH = 100
NOT_ASKED: tuple[Any, ...] = ((), None, "")

Condition = ColumnElement[bool]
Columns = Any  # columns by name: `columns["unit"]`
Fault = tuple[str, str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Filters:
    """What is asked for; empty means everything. `until` is not included; `bbox` is (west, south, east, north)."""

    status: tuple[str, ...] = ()
    zone: tuple[str, ...] = ()
    unit: tuple[str, ...] = ()
    area: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    level: tuple[str, ...] = ()
    supervision: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    emergency: bool | None = None
    overdue: bool | None = None
    since: datetime | None = None
    until: datetime | None = None
    q: str = ""
    bbox: tuple[float, float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter: how its words are read, what a value means by now, and the condition of that over a set of columns.

    Of filters by codes: which codes are known, and whether one code in a column meets the condition.
    """

    read: Callable[[str, Reference], Any]
    where: Callable[[Columns, Any], Condition]
    means: Callable[[Any, Reference, datetime | None], Any] = lambda value, *_: value
    known: Callable[[Reference], Collection[str]] = lambda _: ()
    holds: Callable[[str, Any], bool] = lambda code, codes: code in codes


def read_filters(words: Mapping[str, str], reference: Reference) -> Filters:
    """Return the filters of a query string; lists are comma separated. Invalid names every wrong one."""
    faults: list[Fault] = []
    found: dict[str, Any] = {}
    for name, text in words.items():
        if not text.strip():
            continue
        if name not in FILTERS:
            faults.append((name, "没有“{name}”这个筛选条件", {"name": name}))
            continue
        try:
            found[name] = FILTERS[name].read(text.strip(), reference)
        except ValueError as fault:
            sentence, *params = fault.args
            faults.append((name, sentence, params[0] if params else {}))
    if faults:
        raise Invalid(faults)
    return Filters(**found)


def conditions(
    filters: Filters, reference: Reference, now: datetime, columns: Columns = E
) -> list[Condition]:
    """Return the filters as SQL, without `q`: what it finds depends on who reads."""
    asked = ((one, getattr(filters, name)) for name, one in FILTERS.items())
    return [
        one.where(columns, one.means(value, reference, now)) for one, value in asked if value not in NOT_ASKED
    ]


def lies_in(area: str) -> Condition:
    """Return whether an event lies in an area."""
    return contains(E.area_path, part_of_path(area))


def within(area: str | None, path: Any = E.area_path) -> list[Condition]:
    """Return the condition for lying in an area, none for the whole district; `path` is a column of area paths."""
    return [contains(path, part_of_path(area))] if area else []


def part_of_path(area: str) -> str:
    """Return what the paths of all that lies in an area hold."""
    return f"/{area}/"


def in_zone(columns: Columns, zone: Zone) -> Condition:
    """Return `event.zone` as a condition."""
    status, supervision = columns["status"], columns["supervision"]
    if zone is Zone.CLOSED:
        return status == Status.CLOSED.value
    if zone is Zone.SUPERVISED:
        return and_(status.in_(OPEN_CODES), supervision != Supervision.NONE.value)
    unmarked = supervision == Supervision.NONE.value
    if zone is Zone.CLAIMED:
        return and_(unmarked, status.in_(IN_HAND), columns["how"] == "claim")
    if zone is Zone.DISPATCHED:
        return and_(unmarked, status.in_(IN_HAND), columns["how"].is_distinct_from("claim"))
    return and_(unmarked, status == zone.value)


def is_overdue(now: Any, columns: Columns = E) -> Condition:
    """Return `event.is_overdue` as a condition; `now` is a moment or an expression."""
    running = [status for status in OPEN_CODES if status not in STANDING]
    due = columns["handle_due_at"]
    return and_(columns["status"].in_(running), due.is_not(None), due < now)


def with_children(codes: Collection[str], reference: Reference) -> set[str]:
    """Return the categories of these codes, all below them, and those whose place any of them took."""
    heirs, withdrawn = reference.gone.category_heirs, reference.gone.categories
    above = {code: one.parent for code, one in reference.categories.items()}
    above |= {code: heirs.get(code) or one.parent for code, one in withdrawn.items()}
    found = set(codes)
    while more := {code for code, parent in above.items() if parent in found} - found:
        found |= more
    return found


def _codes(text: str, known: Collection[str]) -> tuple[str, ...]:
    codes = tuple(dict.fromkeys(code.strip() for code in text.split(",") if code.strip()))
    strange = [code for code in codes if code not in known]
    if strange:
        raise ValueError("没有代码“{code}”", {"code": strange[0]})
    return codes


def _truth(text: str, _reference: Reference) -> bool:
    if text not in TRUTHS:
        raise ValueError("只能是 true 或 false")
    return TRUTHS[text]


def _moment(text: str, _reference: Reference) -> datetime:
    moment = instant(text.replace(" ", "+"))  # a bare + in an address reads as a space
    if moment is None:
        raise ValueError("应是带时区的时间，例如 2026-11-20T15:00:00+08:00")
    return moment


def _box(text: str, _reference: Reference) -> tuple[float, ...]:
    try:
        west, south, east, north = (decimal(part) for part in text.split(","))
    except ValueError:
        west = south = east = north = float("nan")
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise ValueError("应是“西,南,东,北”四个经纬度")
    return west, south, east, north


def _search(text: str, _reference: Reference) -> str:
    if len(text) > LONGEST_SEARCH or "\x00" in text:
        raise ValueError("搜索内容过长或含有无效字符")
    return text


def _coded(known: Callable[[Reference], Collection[str]], where: Any, **more: Any) -> Filter:
    return Filter(lambda text, reference: _codes(text, known(reference)), where, known=known, **more)


def _among(column: str, known: Callable[[Reference], Collection[str]], **more: Any) -> Filter:
    return _coded(known, lambda columns, codes: columns[column].in_(codes), **more)


def _in_areas(columns: Columns, places: Any) -> Condition:
    parts, grids = places
    ways = [contains(columns["area_path"], part) for part in parts]
    return or_(*ways, tuple_(columns["grid"], columns["grid_version"]).in_(grids)) if grids else or_(*ways)


def _places(
    codes: Collection[str], reference: Reference, _now: datetime | None
) -> tuple[list[str], list[Any]]:
    """Return the parts of paths in areas there are today, and the grids of then of those that are gone."""
    grids = [grid for code in codes for grid in reference.gone.grids.get(code, ())]
    return [part_of_path(code) for code in codes], grids


def _in_box(columns: Columns, box: Any) -> Condition:
    west, south, east, north = box
    return and_(columns["lng"].between(west, east), columns["lat"].between(south, north))


def _whether_overdue(columns: Columns, asked: Any) -> Condition:
    wanted, now = asked
    return is_overdue(now, columns) if wanted else not_(is_overdue(now, columns))


FILTERS: Mapping[str, Filter] = {
    "status": _among("status", lambda _: list(Status)),
    "zone": _coded(
        lambda _: list(Zone),
        lambda columns, names: or_(*(in_zone(columns, Zone(name)) for name in names)),
    ),
    "unit": _among(
        "unit",
        lambda reference: reference.every_unit,
        means=lambda codes, reference, _: sorted({old for one in codes for old in reference.units_of(one)}),
    ),
    "area": _coded(
        lambda reference: reference.every_area,
        _in_areas,
        means=_places,
        holds=lambda path, part: part in path,
    ),
    "category": _among(
        "category",
        lambda reference: reference.every_category,
        means=lambda codes, reference, _: sorted(with_children(codes, reference)),
    ),
    "level": _among("level", lambda _: LEVELS),
    "supervision": _among("supervision", lambda _: SUPERVISIONS),
    "source": _among("source", lambda _: list(Source)),
    "emergency": Filter(_truth, lambda columns, wanted: columns["emergency"].is_(wanted)),
    "overdue": Filter(_truth, _whether_overdue, lambda wanted, _, now: (wanted, now)),
    "since": Filter(_moment, lambda columns, at: columns["reported_at"] >= at),
    "until": Filter(_moment, lambda columns, at: columns["reported_at"] < at),
    "bbox": Filter(_box, _in_box),
    "q": Filter(_search, lambda *_: true()),  # what it finds depends on who reads it: `lists`
}
