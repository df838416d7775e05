"""Which events a list shows: the filters of CONTRACT §5 as plain values, read from words and turned into conditions."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, not_, or_, tuple_

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

Condition = ColumnElement[bool]
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


def read_filters(words: Mapping[str, str], reference: Reference) -> Filters:
    """Return the filters of a query string; lists are comma separated. Invalid names every wrong one."""
    faults: list[Fault] = []
    found: dict[str, Any] = {}
    known = _known(reference)
    for name, text in words.items():
        if not text.strip():
            continue
        try:
            found[name] = _codes(text, known[name]) if name in known else READERS[name](text.strip())
        except KeyError:
            faults.append((name, "没有“{name}”这个筛选条件", {"name": name}))
        except ValueError as fault:
            sentence, *params = fault.args
            faults.append((name, sentence, params[0] if params else {}))
    if faults:
        raise Invalid(faults)
    return Filters(**found)


def conditions(filters: Filters, reference: Reference, now: datetime) -> list[Condition]:
    """Return the filters as SQL, without `q`."""
    found: list[Condition] = []
    if filters.unit:
        found.append(E.unit.in_(sorted({old for code in filters.unit for old in reference.units_of(code)})))
    for name in ("status", "level", "supervision", "source"):
        if chosen := getattr(filters, name):
            found.append(E[name].in_(list(chosen)))
    if filters.zone:
        found.append(or_(*(in_zone(Zone(name)) for name in filters.zone)))
    if filters.area:
        found.append(or_(*(lies_in(code, reference) for code in filters.area)))
    if filters.category:
        found.append(E.category.in_(sorted(with_children(filters.category, reference))))
    if filters.emergency is not None:
        found.append(E.emergency.is_(filters.emergency))
    if filters.overdue is not None:
        found.append(is_overdue(now) if filters.overdue else not_(is_overdue(now)))
    if filters.since is not None:
        found.append(E.reported_at >= filters.since)
    if filters.until is not None:
        found.append(E.reported_at < filters.until)
    if filters.bbox is not None:
        west, south, east, north = filters.bbox
        found += [E.lng.between(west, east), E.lat.between(south, north)]
    return found


def lies_in(code: str, reference: Reference) -> Condition:
    """Return whether an event lies in an area there is today, or was filed in one that is gone."""
    grids = list(reference.gone.grids.get(code, ()))
    standing = contains(E.area_path, f"/{code}/")
    return or_(standing, tuple_(E.grid, E.grid_version).in_(grids)) if grids else standing


def in_zone(zone: Zone) -> Condition:
    """Return `event.zone` as a condition."""
    if zone is Zone.CLOSED:
        return E.status == Status.CLOSED.value
    if zone is Zone.SUPERVISED:
        return and_(E.status.in_(OPEN_CODES), E.supervision != Supervision.NONE.value)
    unmarked = E.supervision == Supervision.NONE.value
    if zone is Zone.CLAIMED:
        return and_(unmarked, E.status.in_(IN_HAND), E.how == "claim")
    if zone is Zone.DISPATCHED:
        return and_(unmarked, E.status.in_(IN_HAND), E.how.is_distinct_from("claim"))
    return and_(unmarked, E.status == zone.value)


def is_overdue(now: Any) -> Condition:
    """Return `event.is_overdue` as a condition; `now` is a moment or an expression."""
    running = [status for status in OPEN_CODES if status not in STANDING]
    return and_(E.status.in_(running), E.handle_due_at.is_not(None), E.handle_due_at < now)


def with_children(codes: Collection[str], reference: Reference) -> set[str]:
    """Return the categories of these codes, all below them, and those whose place any of them took."""
    heirs, withdrawn = reference.gone.category_heirs, reference.gone.categories
    above = {code: one.parent for code, one in reference.categories.items()}
    above |= {code: heirs.get(code) or one.parent for code, one in withdrawn.items()}
    found = set(codes)
    while more := {code for code, parent in above.items() if parent in found} - found:
        found |= more
    return found


def _known(reference: Reference) -> dict[str, Collection[str]]:
    return {
        "status": list(Status),
        "zone": list(Zone),
        "level": LEVELS,
        "supervision": SUPERVISIONS,
        "source": list(Source),
        "unit": reference.every_unit,
        "area": reference.every_area,
        "category": reference.every_category,
    }


def _codes(text: str, known: Collection[str]) -> tuple[str, ...]:
    codes = tuple(dict.fromkeys(code.strip() for code in text.split(",") if code.strip()))
    strange = [code for code in codes if code not in known]
    if strange:
        raise ValueError("没有代码“{code}”", {"code": strange[0]})
    return codes


def _truth(text: str) -> bool:
    if text not in TRUTHS:
        raise ValueError("只能是 true 或 false")
    return TRUTHS[text]


def _moment(text: str) -> datetime:
    moment = instant(text.replace(" ", "+"))  # a bare + in an address reads as a space
    if moment is None:
        raise ValueError("应是带时区的时间，例如 2026-11-20T15:00:00+08:00")
    return moment


def _box(text: str) -> tuple[float, ...]:
    try:
        west, south, east, north = (decimal(part) for part in text.split(","))
    except ValueError:
        west = south = east = north = float("nan")
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise ValueError("应是“西,南,东,北”四个经纬度")
    return west, south, east, north


def _search(text: str) -> str:
    if len(text) > LONGEST_SEARCH or "\x00" in text:
        raise ValueError("搜索内容过长或含有无效字符")
    return text


READERS: Mapping[str, Callable[[str], Any]] = {
    "emergency": _truth,
    "overdue": _truth,
    "since": _moment,
    "until": _moment,
    "bbox": _box,
    "q": _search,
}
