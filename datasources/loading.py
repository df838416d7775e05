"""Puts a district pack into the database. Loading what is loaded changes nothing.

An area whose shape or place in the tree changed gets a new boundary version; events keep the one they were filed under.
"""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from dashboard.rules.refusals import Refusal
from datasources.district import Area, Pack
from datasources.models import (
    AreaRow,
    CalendarRow,
    CategoryRow,
    ConditionRow,
    DistrictRow,
    DutyRow,
    PlaceRow,
    UnitRow,
)


def load_pack(session: Session, pack: Pack, now: datetime) -> bool:
    """Return whether anything changed; a Refusal when the database already belongs to another district."""
    held = session.scalar(select(DistrictRow))
    if held is not None and held.code != pack.code:
        raise Refusal(
            "这个数据库属于“{held}”，不能载入“{new}”，请换一个数据目录", held=held.name, new=pack.name
        )
    if held is not None and held.digest == pack.digest:
        return False
    _put_district(session, pack, held, now)
    _put_areas(session, pack.areas, now)
    _replace(
        session,
        UnitRow,
        (
            {
                "code": u.code,
                "name": u.name,
                "kind": u.kind,
                "parent": u.parent,
                "area": u.area,
                "may_claim": u.may_claim,
            }
            for u in pack.units
        ),
    )
    _replace(session, ConditionRow, ())
    _replace(
        session,
        CategoryRow,
        (
            {
                "code": c.code,
                "name": c.name,
                "parent": c.parent,
                "kind": c.kind,
                "limit": c.limit,
                "claim_minutes": c.claim_minutes,
                "emergency": bool(c.emergency),
                "level": c.level,
                "photo_required": bool(c.photo_required),
            }
            for c in pack.categories
        ),
    )
    _replace(
        session,
        ConditionRow,
        (
            {
                "category": c.category,
                "no": c.no,
                "text": c.text,
                "limit": c.limit,
                "close_condition": c.close_condition,
            }
            for c in pack.conditions
        ),
    )
    _replace(
        session,
        DutyRow,
        (
            {"unit": d.unit, "category": d.category, "area": d.area, "priority": d.priority}
            for d in pack.duties
        ),
    )
    _replace(session, CalendarRow, ({"day": d.date, "kind": d.kind} for d in pack.calendar))
    _replace(session, PlaceRow, (asdict(place) for place in pack.places))
    return True


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


def _put_areas(session: Session, areas: Iterable[Area], now: datetime) -> None:
    listed = list(areas)
    parents = {area.code: area.parent for area in listed}
    current = {row.code: row for row in session.scalars(select(AreaRow).where(AreaRow.valid_to.is_(None)))}
    fresh = []
    for area in listed:
        row: dict[str, object] = {
            "code": area.code,
            "name": area.name,
            "level": area.level,
            "parent": area.parent,
            "kind": area.kind,
            "path": _path(area.code, parents),
            "lng": area.lng,
            "lat": area.lat,
            "geometry": area.geometry,
            "workers": area.workers,
            "note": area.note,
        }
        held = current.pop(area.code, None)
        if held is not None and held.geometry == area.geometry and held.path == row["path"]:
            held.name, held.kind, held.workers, held.note = area.name, area.kind, area.workers, area.note
            continue
        version = held.version + 1 if held is not None else 1
        if held is not None:
            held.valid_to = now
        fresh.append(row | {"version": version, "valid_from": now, "valid_to": None})
    gone = [row.id for row in current.values()]
    if gone:
        session.execute(update(AreaRow).where(AreaRow.id.in_(gone)).values(valid_to=now))
    session.flush()
    if fresh:
        session.execute(insert(AreaRow), fresh)


def _path(code: str, parents: dict[str, str | None]) -> str:
    chain = [code]
    while (parent := parents.get(chain[-1])) is not None:
        chain.append(parent)
    return "/" + "/".join(reversed(chain)) + "/"


def _replace(session: Session, table: type, rows: Iterable[dict]) -> None:
    session.execute(delete(table))
    listed = list(rows)
    if listed:
        session.execute(insert(table), listed)
