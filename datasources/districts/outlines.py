"""Outlines of areas small enough for a phone, and the places of the pack by which people know where they are."""

from collections.abc import Iterable
from typing import Any

from shapely.geometry import shape
from sqlalchemy.orm import Session

from datasources.districts.places import places_of
from datasources.districts.reference import Area, Reference

ROUGH_DEGREES = 0.00008  # about 8 m: finer than a finger
DIGITS = 5  # about 1 m


def outlines(areas: Iterable[Area]) -> list[list[Any]]:
    """Return [code, name, [ring, …]] of every area that has a shape; a ring is a flat list lng, lat, lng, lat …

    Holes are rings as well: what lies inside an even number of an area's rings lies outside it.
    """
    found = []
    for area in areas:
        if not area.geometry:
            continue
        rough = shape(area.geometry).simplify(ROUGH_DEGREES)
        parts = getattr(rough, "geoms", [rough])
        rings = [
            [round(number, DIGITS) for point in ring.coords for number in point[:2]]
            for part in parts
            if part.area > 0
            for ring in (part.exterior, *part.interiors)
        ]
        found.append([area.code, area.name, rings])
    return found


def landmarks(session: Session, reference: Reference, areas: Iterable[Area]) -> list[list[Any]]:
    """Return [name, lng, lat] of the places that lie in some areas or right beside them."""
    boxes = [shape(area.geometry).buffer(0.001).bounds for area in areas if area.geometry]
    if not boxes:
        return []
    west, south = min(box[0] for box in boxes), min(box[1] for box in boxes)
    east, north = max(box[2] for box in boxes), max(box[3] for box in boxes)
    return [
        [place.name, round(place.lng, DIGITS), round(place.lat, DIGITS)]
        for place in places_of(session, reference)
        if west <= place.lng <= east and south <= place.lat <= north
    ]
