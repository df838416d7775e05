"""Outlines of areas small enough for a phone, and the places of the pack by which people know where they are."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import Session

from datasources.districts.places import places_of
from datasources.districts.reference import Area, Reference
from datasources.districts.rough import DIGITS


def outlines(areas: Iterable[Area]) -> list[list[Any]]:
    """Return [code, name, [ring, …]] of every area that has a shape; the rings are those of `rough.rings`."""
    return [[area.code, area.name, area.rings] for area in areas if area.geometry]


def landmarks(session: Session, reference: Reference, areas: Iterable[Area]) -> list[list[Any]]:
    """Return [name, lng, lat] of the places that lie in some areas or right beside them."""
    boxes = [area.box for area in areas if area.geometry]
    if not boxes:
        return []
    west, south = min(box[0] for box in boxes), min(box[1] for box in boxes)
    east, north = max(box[2] for box in boxes), max(box[3] for box in boxes)
    return [
        [place.name, round(place.lng, DIGITS), round(place.lat, DIGITS)]
        for place in places_of(session, reference)
        if west <= place.lng <= east and south <= place.lat <= north
    ]
