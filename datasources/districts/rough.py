"""Shapes made rough enough for a phone; an area counts its own once, for every page of every resident asks for them."""

from typing import Any

from shapely.geometry import shape

ROUGH_DEGREES = 0.00008  # about 8 m: finer than a finger
BESIDE_DEGREES = 0.001  # about 100 m
DIGITS = 5  # about 1 m


def rings(geometry: dict[str, Any]) -> list[list[float]]:
    """Return the rings of a GeoJSON geometry, each a flat list lng, lat, lng, lat … in degrees.

    Holes are rings as well: what lies inside an even number of an area's rings lies outside it.
    """
    rough = shape(geometry).simplify(ROUGH_DEGREES)
    return [
        [round(number, DIGITS) for point in ring.coords for number in point[:2]]
        for part in getattr(rough, "geoms", [rough])
        if part.area > 0
        for ring in (part.exterior, *part.interiors)
    ]


def box(geometry: dict[str, Any]) -> tuple[float, float, float, float]:
    """Return (west, south, east, north) of what lies in a geometry or right beside it, in degrees."""
    west, south, east, north = shape(geometry).bounds
    return west - BESIDE_DEGREES, south - BESIDE_DEGREES, east + BESIDE_DEGREES, north + BESIDE_DEGREES
