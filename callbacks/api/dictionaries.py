"""What the district is made of: areas as GeoJSON, categories, units, places. The same for everybody who is in."""

from dataclasses import asdict
from typing import Any

from flask import Response, request

from callbacks.api import query
from callbacks.api.answers import answer, house
from callbacks.security.guard import permission
from dashboard.rules.refusals import Invalid
from datasources.districts.pack.places import KINDS
from datasources.districts.places import places_of
from datasources.districts.reference import Area

GEOJSON = "application/geo+json"


@permission("session")
def areas() -> Response:
    """Return the areas of a level, or those right below a parent, as a GeoJSON FeatureCollection."""
    reference = house().reference
    level, parent = request.args.get("level"), request.args.get("parent")
    if level is not None and level not in reference.levels:
        known = "、".join(reference.levels)
        raise Invalid(
            [("level", "没有“{level}”这一级，可用：{known}", {"level": level[:50], "known": known})]
        )
    if parent is not None:
        if parent not in reference.every_area:
            raise Invalid([("parent", "没有代码为“{code}”的区域", {"code": parent[:50]})])
        parent = reference.standing_area(parent) or parent
    found = [
        _feature(area)
        for area in reference.areas.values()
        if (level is None or area.level == level) and (parent is None or area.parent == parent)
    ]
    response = answer({"type": "FeatureCollection", "features": found})
    response.content_type = GEOJSON
    return response


@permission("session")
def categories() -> Response:
    """Return every category with its limit and marks."""
    reference = house().reference
    items = [
        {
            "code": one.code,
            "name": one.name,
            "parent": one.parent,
            "limit": {"amount": one.limit.amount, "unit": one.limit.unit} if one.limit else None,
            "claim_minutes": one.claim_minutes,
            "emergency": one.emergency,
            "level": one.level,
            "photo_required": one.photo_required,
            "conditions": reference.conditions.get(one.code, []),
        }
        for one in reference.categories.values()
    ]
    return answer({"items": items, "next": None})


@permission("session")
def units() -> Response:
    """Return every unit."""
    items = [
        {
            "code": unit.code,
            "name": unit.name,
            "kind": unit.kind,
            "parent": unit.parent,
            "area": unit.area,
            "may_claim": unit.may_claim,
        }
        for unit in house().reference.units.values()
    ]
    return answer({"items": items, "next": None})


@permission("session")
def places() -> Response:
    """Return the places of the pack, of one kind or in one area if asked."""
    words, reference = query.words("kind", "area"), house().reference
    kind, area = words.get("kind"), words.get("area")
    if kind is not None:
        query.one_of("kind", kind, KINDS)
    if area is not None:
        if area not in reference.every_area:
            raise Invalid([("area", "没有代码为“{code}”的区域", {"code": area[:50]})])
        area = reference.standing_area(area) or area
    with house().database.read() as session:
        items = [asdict(one) for one in places_of(session, reference, kind, area)]
    return answer({"items": items, "next": None})


def _feature(area: Area) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": area.code,
        "geometry": area.geometry,
        "properties": {
            "id": area.code,
            "code": area.code,
            "name": area.name,
            "level": area.level,
            "parent": area.parent,
            "kind": area.kind,
            "lng": area.lng,
            "lat": area.lat,
            "note": area.note,
            "version": area.version,
        },
    }


ROUTES = (
    ("GET", "/areas", areas),
    ("GET", "/categories", categories),
    ("GET", "/units", units),
    ("GET", "/places", places),
)
