"""Which area took the place of one that is gone, by how much of it lies in whom."""

from collections.abc import Collection, Iterable
from typing import Any

import shapely
from shapely.geometry import shape

from datasources.districts.succession import steps_of
from datasources.store.models import AreaRow


def heirs_by_place(gone: Iterable[AreaRow], present: Collection[AreaRow]) -> dict[str, str]:
    """Return area that is gone → the one of its depth that covers most of it today, where one covers half at least.

    Grids are taken over by grids; the outermost area by the outermost.
    """
    above = {area.parent for area in present}
    by_depth: dict[int, list[tuple[str, Any]]] = {}
    leaves: list[tuple[str, Any]] = []
    for area in present:
        if area.geometry:
            drawn = (area.code, shape(area.geometry))
            by_depth.setdefault(len(steps_of(area.path)), []).append(drawn)
            if area.code not in above:
                leaves.append(drawn)
    top = next((area.code for area in present if area.parent is None), None)
    found: dict[str, str] = {}
    for area in gone:
        if area.parent is None:
            if top:
                found[area.code] = top
        elif area.geometry:
            same = by_depth.get(len(steps_of(area.path)), leaves)
            if code := _covering(shape(area.geometry), same):
                found[area.code] = code
    return found


def _covering(lost: Any, candidates: list[tuple[str, Any]]) -> str | None:
    if lost.area == 0:
        return next((code for code, drawn in candidates if drawn.area > 0 and drawn.intersects(lost)), None)
    shares = [
        (shapely.intersection(lost, drawn).area / lost.area, code)
        for code, drawn in candidates
        if drawn.intersects(lost)
    ]
    share, code = max(shares, default=(0.0, ""))
    return code if share >= 0.5 else None
