"""Puts a district pack into the database. Loading what is loaded changes nothing; nothing that history names is forgotten.

An area whose name, shape or place in the tree changed gets a new boundary version; events keep the one they were filed under.
What a pack no longer has stays with its name and with what took its place (LIFECYCLE §5).
"""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from dashboard.rules.refusals import Refusal
from datasources.districts.heirs import heirs_by_place
from datasources.districts.pack.files import Faults
from datasources.districts.pack.reading import Area, Category, Pack, Unit
from datasources.districts.pack.succession import Span
from datasources.districts.succession import heir, stand_events_anew
from datasources.store.models import (
    AreaRow,
    CalendarRow,
    CategoryRow,
    ConditionRow,
    DistrictRow,
    DutyRow,
    PlaceRow,
    UnitRow,
)


def load_pack(
    session: Session,
    pack: Pack,
    now: datetime,
    told: Faults | None = None,
    moved: list[int] | None = None,
) -> bool:
    """Return whether anything changed; a Refusal when the database already belongs to another district.

    `told` hears what is gone without anybody having said what took its place, `moved` which open events stand elsewhere.
    """
    held = session.scalar(select(DistrictRow))
    if held is not None and held.code != pack.code:
        raise Refusal(
            "这个数据库属于“{held}”，不能载入“{new}”，请换一个数据目录", held=held.name, new=pack.name
        )
    if held is not None and held.digest == pack.digest:
        return False
    told, tz = told or Faults(), ZoneInfo(pack.time_zone)
    _put_district(session, pack, held, now)
    successors = _put_areas(session, pack, now, tz, told)
    if held is not None:
        found = stand_events_anew(session, successors, now, tz)
        if moved is not None:
            moved += found
    _put(session, UnitRow, map(_unit, pack.units), map(_unit, pack.gone_units), now)
    _put(session, CategoryRow, map(_category, pack.categories), map(_category, pack.gone_categories), now)
    _tell_gone(session, told)
    listed = {one.code for one in (*pack.categories, *pack.gone_categories)}
    kept = set(session.scalars(select(ConditionRow.category).distinct())) - listed
    session.execute(delete(ConditionRow).where(ConditionRow.category.not_in(kept)))
    _add(session, ConditionRow, (asdict(condition) for condition in pack.conditions))
    _replace(session, DutyRow, (asdict(duty) for duty in pack.duties))
    _replace(session, CalendarRow, ({"day": d.date, "kind": d.kind} for d in pack.calendar))
    _replace(session, PlaceRow, (asdict(place) for place in pack.places))
    return True


def _unit(unit: Unit) -> tuple[dict[str, Any], Span]:
    values = {name: getattr(unit, name) for name in ("code", "name", "kind", "parent", "area", "may_claim")}
    return values, unit.span


def _category(category: Category) -> tuple[dict[str, Any], Span]:
    names = ("code", "name", "parent", "kind", "limit", "claim_minutes", "level")
    values = {name: getattr(category, name) for name in names}
    truths = {name: bool(getattr(category, name)) for name in ("emergency", "photo_required")}
    return values | truths, category.span


def _put(
    session: Session,
    table: type[UnitRow] | type[CategoryRow],
    present: Iterable[tuple[dict[str, Any], Span]],
    gone: Iterable[tuple[dict[str, Any], Span]],
    now: datetime,
) -> None:
    """Bring a table of codes up to date; what the pack no longer has keeps its row and gets an end."""
    held = _by_code(session, table)
    for values, _ in present:
        row = held.pop(values["code"], None)
        if row is None:
            session.add(table(**values, successor=None, valid_to=None))
            continue
        for name, value in (values | {"successor": None, "valid_to": None}).items():
            setattr(row, name, value)
    for values, span in gone:
        row = held.pop(values["code"], None)
        if row is None:
            row = table(**values)
            session.add(row)
        row.successor, row.valid_to = span.successor, row.valid_to or now
    for row in held.values():
        row.valid_to = row.valid_to or now
    session.flush()
    _name_last_heirs(session, table)


def _by_code(session: Session, table: Any) -> dict[str, Any]:
    return {row.code: row for row in session.scalars(select(table))}


def _name_last_heirs(session: Session, table: type[UnitRow] | type[CategoryRow]) -> None:
    """Let every row that is gone name the last one in its line: a heir may be taken over in its turn."""
    rows = _by_code(session, table)
    present = {code for code, row in rows.items() if row.valid_to is None}
    heirs = {code: row.successor for code, row in rows.items() if row.valid_to is not None}
    for code in heirs:
        rows[code].successor = heir(code, present, heirs) or rows[code].successor
    session.flush()


def _tell_gone(session: Session, told: Faults) -> None:
    """Tell which units and categories are gone without anybody having said what took their place."""
    for table, file, text in (
        (
            UnitRow,
            "units.csv",
            "单位“{code}”（{name}）已不在片区包中，也没有写明 successor：历史仍以原名单列",
        ),
        (
            CategoryRow,
            "categories.csv",
            "类别“{code}”（{name}）已不在片区包中，也没有写明 successor：历史仍以原名单列",
        ),
    ):
        lost = select(table.code, table.name).where(table.valid_to.is_not(None), table.successor.is_(None))
        for code, name in session.execute(lost.order_by(table.code)):
            told.warn(file, None, text, code=code, name=name)


def _put_district(session: Session, pack: Pack, held: DistrictRow | None, now: datetime) -> None:
    config = {
        "centre": list(pack.centre),
        "language": pack.language,
        "time_zone": pack.time_zone,
        "levels": list(pack.levels),
        "limits": dict(pack.limits),
        "points": dict(pack.points),
        "composite": dict(pack.composite),
        "emergency": dict(pack.emergency),
        "texts": dict(pack.texts),
        "roster": dict(pack.roster) if isinstance(pack.roster, dict) else list(pack.roster or ()),
    }
    if held is None:
        session.add(
            DistrictRow(code=pack.code, name=pack.name, config=config, digest=pack.digest, loaded_at=now)
        )
    else:
        held.name, held.config, held.digest, held.loaded_at = pack.name, config, pack.digest, now
    session.flush()


def _put_areas(
    session: Session, pack: Pack, now: datetime, tz: ZoneInfo, told: Faults
) -> dict[str, str | None]:
    """Bring the areas up to date; return what took the place of each that is gone."""
    parents = {area.code: area.parent for area in (*pack.gone_areas, *pack.areas)}
    last = _last_versions(session)
    current = {code: row for code, row in last.items() if row.valid_to is None}
    fresh = []
    for area in pack.areas:
        path = _path(area.code, parents)
        held = current.pop(area.code, None)
        same = held is not None and (held.geometry, held.path, held.name) == (area.geometry, path, area.name)
        if held is not None and same:
            held.kind, held.workers, held.note = area.kind, area.workers, area.note
            held.level, held.lng, held.lat = area.level, area.lng, area.lat
            continue
        if held is not None:
            held.valid_to = now
        fresh.append(_version(area, path, last.get(area.code), _begin(area.span.valid_from, tz) or now))
    for area in pack.gone_areas:
        row = last.get(area.code)
        end = _begin(area.span.valid_to, tz)
        if row is None:
            begin = _begin(area.span.valid_from, tz) or min(end or now, now)
            closed = {"valid_to": end or now, "successor": area.span.successor}
            fresh.append(_version(area, _path(area.code, parents), None, begin) | closed)
        else:
            row.valid_to = row.valid_to or end or now
            row.successor = area.span.successor or row.successor
    for row in current.values():
        row.valid_to = row.valid_to or now
    session.flush()
    if fresh:
        session.execute(insert(AreaRow), fresh)
    return _find_heirs(session, told)


def _version(area: Area, path: str, before: AreaRow | None, begin: datetime) -> dict[str, Any]:
    names = ("code", "name", "level", "parent", "kind", "lng", "lat", "geometry", "workers", "note")
    return {name: getattr(area, name) for name in names} | {
        "path": path,
        "version": before.version + 1 if before is not None else 1,
        "valid_from": begin,
        "valid_to": None,
        "successor": None,
    }


def _last_versions(session: Session) -> dict[str, AreaRow]:
    rows = session.scalars(select(AreaRow).order_by(AreaRow.code, AreaRow.version))
    return {row.code: row for row in rows}


def _find_heirs(session: Session, told: Faults) -> dict[str, str | None]:
    """Return what took the place of each area that is gone: as stated, else by where it lay, which is told."""
    last = _last_versions(session)
    present = [row for row in last.values() if row.valid_to is None]
    gone = [row for row in last.values() if row.valid_to is not None]
    by_place = heirs_by_place([row for row in gone if row.successor is None], present)
    for row in gone:
        if row.successor is not None:
            continue
        row.successor = by_place.get(row.code)
        if row.successor is None:
            text = "区域“{code}”（{name}）已不在片区包中，也没有写明 successor：历史仍以原名单列"
        else:
            text = "区域“{code}”（{name}）已不在片区包中，没有写明 successor，按位置归入“{heir}”"
        told.warn("areas.geojson", None, text, code=row.code, name=row.name, heir=row.successor or "")
    session.flush()
    return {row.code: row.successor for row in gone}


def _begin(day: date | None, tz: ZoneInfo) -> datetime | None:
    """Return when a local day begins."""
    return datetime.combine(day, time(), tz).astimezone(UTC) if day is not None else None


def _path(code: str, parents: dict[str, str | None]) -> str:
    chain = [code]
    while (parent := parents.get(chain[-1])) is not None:
        chain.append(parent)
    return "/" + "/".join(reversed(chain)) + "/"


def _replace(session: Session, table: type, rows: Iterable[dict]) -> None:
    session.execute(delete(table))
    _add(session, table, rows)


def _add(session: Session, table: type, rows: Iterable[dict]) -> None:
    listed = list(rows)
    if listed:
        session.execute(insert(table), listed)
