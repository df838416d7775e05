"""Cuts a polygon into schematic cells without gaps or overlaps, and always the same way.

Seeds come from a Halton sequence and are relaxed (Lloyd), so there is no random number in it; every edge is noded once on
a grid of 1e-6 degrees, so neighbours share exactly the same vertices.
"""

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
import shapely
from shapely.geometry import LineString, MultiPoint, Point, Polygon
from shapely.geometry.base import BaseGeometry

STEP = 1e-6


def parts(shape: BaseGeometry) -> list[Polygon]:
    """The polygons of a geometry, biggest first."""
    flat = [inner for part in shapely.get_parts(shape) for inner in shapely.get_parts(part)]
    found = [part for part in flat if part.geom_type == "Polygon" and part.area > 0]
    return sorted(found, key=lambda part: -part.area)


def smooth(line: Sequence[tuple[float, float]], rounds: int = 2) -> list[tuple[float, float]]:
    """Chaikin's corner cutting: drawn borders bend instead of breaking."""
    points = list(line)
    for _ in range(rounds):
        cut = [points[0]]
        for (ax, ay), (bx, by) in pairwise(points):
            cut += [
                (0.75 * ax + 0.25 * bx, 0.75 * ay + 0.25 * by),
                (0.25 * ax + 0.75 * bx, 0.25 * ay + 0.75 * by),
            ]
        points = [*cut, points[-1]]
    return points


def halton(index: int, base: int) -> float:
    """The `index`-th number of the van der Corput sequence in `base`."""
    value, share = 0.0, 1.0
    while index:
        share /= base
        index, digit = divmod(index, base)
        value += share * digit
    return value


def seeds(shape: BaseGeometry, count: int, start: int = 1) -> list[Point]:
    """`count` well spread points inside a shape."""
    west, south, east, north = shape.bounds
    shapely.prepare(shape)
    found: list[Point] = []
    while len(found) < count:
        at = Point(west + halton(start, 2) * (east - west), south + halton(start, 3) * (north - south))
        start += 1
        if shape.contains(at):
            found.append(at)
    return found


def cells(shape: BaseGeometry, count: int, aspect: float, rounds: int = 14) -> list[BaseGeometry]:
    """`count` relaxed Voronoi cells of a shape; `aspect` = metres per degree east / north."""
    flat = shapely.transform(shape, lambda at: at * (aspect, 1.0))
    points = seeds(flat, count)
    cut = _voronoi(flat, points)
    for _ in range(rounds):
        points = [_centre(cell, old) for cell, old in zip(cut, points, strict=True)]
        cut = _voronoi(flat, points)
    return [shapely.transform(cell, lambda at: at / (aspect, 1.0)) for cell in cut]


def snapped_faces(lines: Iterable[BaseGeometry]) -> list[Polygon]:
    """The faces between lines after every crossing became a shared vertex on the 1e-6 grid."""
    noded = shapely.union_all(list(lines), grid_size=STEP)
    return [face for face in shapely.get_parts(shapely.polygonize(shapely.get_parts(noded))) if face.area > 0]


def gather(faces: Sequence[Polygon], owners: Sequence[BaseGeometry]) -> list[list[int]]:
    """For each owner the faces whose inner point it covers (nearest owner where none does)."""
    tree = shapely.STRtree(list(owners))
    held: list[list[int]] = [[] for _ in owners]
    for number, face in enumerate(faces):
        inner = face.representative_point()
        covering = sorted(int(at) for at in tree.query(inner, predicate="intersects"))
        held[covering[0] if covering else int(tree.nearest(inner))].append(number)
    return held


def one_piece(held: list[list[int]], faces: Sequence[Polygon], family: Sequence[int]) -> list[list[int]]:
    """Give stray pieces of a cell to the neighbour of the same family that shares the longest edge."""
    for _ in range(4):
        moved = False
        for cell, numbers in enumerate(held):
            pieces = parts(shapely.union_all([faces[at] for at in numbers]))
            for stray in pieces[1:]:
                inside = [at for at in numbers if stray.contains(faces[at].representative_point())]
                kin = [
                    at for at in range(len(held)) if family[at] == family[cell] and at != cell and held[at]
                ]
                shared = [
                    (sum(stray.boundary.intersection(faces[face]).length for face in held[at]), -at)
                    for at in kin
                ]
                length, best = max(shared, default=(0.0, 0))
                if length > 0:
                    held[-best] += inside
                    held[cell] = numbers = [at for at in numbers if at not in inside]
                    moved = True
        if not moved:
            break
    return held


def band_order(shapes: Sequence[BaseGeometry], aspect: float) -> list[int]:
    """Numbering from north to south in bands, west to east within each (the field's custom)."""
    centres = [shape.representative_point() for shape in shapes]
    height = math.sqrt(sum(shape.area for shape in shapes) * aspect / max(1, len(shapes)))
    top = max(centre.y for centre in centres)
    return sorted(range(len(shapes)), key=lambda at: (int((top - centres[at].y) / height), centres[at].x))


def share_out(total: int, weights: Sequence[float], least: int, fixed: dict[int, int]) -> list[int]:
    """Whole numbers adding to `total`, in proportion to the weights, none under `least`."""
    free = [at for at in range(len(weights)) if at not in fixed]
    rest = total - sum(fixed.values()) - least * len(free)
    whole = sum(weights[at] for at in free)
    exact = {at: rest * weights[at] / whole for at in free}
    counts = {at: least + int(exact[at]) for at in free} | fixed
    left = total - sum(counts.values())
    for at in sorted(free, key=lambda at: (-(exact[at] % 1), at))[:left]:
        counts[at] += 1
    return [counts[at] for at in range(len(weights))]


def line(points: Sequence[tuple[float, float]]) -> LineString:
    """A smoothed line."""
    return LineString(smooth(points))


def _voronoi(shape: BaseGeometry, points: Sequence[Point]) -> list[BaseGeometry]:
    if len(points) == 1:
        return [shape]
    raw = list(shapely.get_parts(shapely.voronoi_polygons(MultiPoint(points), extend_to=shape)))
    tree = shapely.STRtree(raw)
    return [raw[int(tree.query(point, predicate="intersects")[0])].intersection(shape) for point in points]


def _centre(cell: BaseGeometry, old: Point) -> Point:
    whole = parts(cell)
    if not whole:
        return old
    centre = whole[0].centroid
    return centre if whole[0].contains(centre) else whole[0].representative_point()


def rounded(shape: BaseGeometry) -> dict:
    """GeoJSON of a shape with six decimals, rings starting at their smallest vertex (same shape, same bytes)."""
    plain = shapely.normalize(shape)
    polygons = [part for part in shapely.get_parts(plain) if part.geom_type == "Polygon"]
    rings = [[_ring(ring.coords) for ring in (part.exterior, *part.interiors)] for part in polygons]
    if len(rings) == 1:
        return {"type": "Polygon", "coordinates": rings[0]}
    return {"type": "MultiPolygon", "coordinates": rings}


def _ring(coords: Iterable[tuple[float, ...]]) -> list[list[float]]:
    return [[round(float(at[0]), 6), round(float(at[1]), 6)] for at in np.asarray(list(coords))]
