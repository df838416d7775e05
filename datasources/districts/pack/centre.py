"""The stated centre of a district against its map: a swapped pair is the centre's fault, and said once."""

from collections.abc import Sequence
from typing import Any

from shapely.errors import ShapelyError
from shapely.geometry import shape

from datasources.districts.geo import metres_between
from datasources.districts.pack.areas import FARTHEST_M


def righted(
    centre: tuple[float, float] | None, features: Sequence[tuple[int, Any]]
) -> tuple[tuple[float, float] | None, bool]:
    """The centre, turned round where all areas lie about its mirror image, and whether it was.

    One stated point against a whole map of areas that agree: it is the point that is wrong, and said once.
    """
    if centre is None or abs(centre[0]) > 90:
        return centre, False
    mirror, seen = (centre[1], centre[0]), False
    for _, feature in features:
        try:
            west, south, east, north = shape(feature["geometry"]).bounds
        except (ShapelyError, ValueError, TypeError, AttributeError, KeyError, IndexError, OverflowError):
            continue
        middle = ((west + east) / 2, (south + north) / 2)
        if not (abs(middle[1]) <= 90 and metres_between(middle, mirror) <= FARTHEST_M):
            return centre, False
        if metres_between(middle, centre) <= FARTHEST_M:
            return centre, False
        seen = True
    return (mirror, True) if seen else (centre, False)
