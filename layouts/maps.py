"""The map's ground: areas as one vector layer for Leaflet and as plain SVG paths. No tiles unless a district names them.

Drawn by `assets/screen-map.js`, restyled in place, never rebuilt; live points are not Leaflet features but one canvas.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

import dash_leaflet as dl

from layouts import ids

DIGITS = 5  # about one metre


class AreaLike(Protocol):
    """What is drawn of an area: a pack's area and a stored row both have it."""

    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def level(self) -> str: ...
    @property
    def parent(self) -> str | None: ...
    @property
    def geometry(self) -> Mapping[str, Any] | None: ...


def script(name: str) -> dict[str, str]:
    """Name a function of our scripts for a dash-leaflet property."""
    return {"variable": f"gridWall.map.{name}"}


def polygons(geometry: Mapping[str, Any] | None) -> list[list[list[list[float]]]]:
    """Return the polygons (lists of rings of [lng, lat]) of a geometry; points and lines have none."""
    if not geometry:
        return []
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if kind == "Polygon":
        return [coordinates]  # type: ignore[list-item]
    return list(coordinates) if kind == "MultiPolygon" and coordinates else []


def bounds(areas: Iterable[AreaLike]) -> tuple[float, float, float, float]:
    """Return (west, south, east, north) of all areas in degrees; the whole world when none is drawn."""
    points = [point for area in areas for rings in polygons(area.geometry) for point in rings[0]]
    if not points:
        return (-180.0, -85.0, 180.0, 85.0)
    lngs, lats = [point[0] for point in points], [point[1] for point in points]
    return (min(lngs), min(lats), max(lngs), max(lats))


def kinds(levels: Sequence[str]) -> dict[str, str]:
    """Return {level: kind of line}: edge for the outermost, grid for the innermost, street and community between."""
    named = dict.fromkeys(levels[1:-1], "community")
    if len(levels) > 2:
        named[levels[1]] = "street"
    return {**named, levels[-1]: "grid", **({levels[0]: "edge"} if len(levels) > 1 else {})}


def _rounded(geometry: Mapping[str, Any]) -> dict[str, Any]:
    shapes = [
        [[[round(x, DIGITS), round(y, DIGITS)] for x, y, *_ in ring] for ring in rings]
        for rings in polygons(geometry)
    ]
    return {"type": "MultiPolygon", "coordinates": shapes}


def features(areas: Iterable[AreaLike], levels: Sequence[str]) -> dict[str, Any]:
    """Return the areas as GeoJSON, innermost first, so that outer lines lie above the grids they enclose.

    Properties: id (= code), name, level, kind. Never `popup` or `tooltip`: dash-leaflet binds those as HTML.
    """
    kind_of, depth = kinds(levels), {level: at for at, level in enumerate(levels)}
    drawn = sorted(
        (area for area in areas if polygons(area.geometry) and area.level in depth),
        key=lambda area: -depth[area.level],
    )
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"id": a.code, "name": a.name, "level": a.level, "kind": kind_of[a.level]},
                "geometry": _rounded(a.geometry or {}),
            }
            for a in drawn
        ],
    }


def svg_paths(
    areas: Sequence[AreaLike], levels: Sequence[str], width: int, height: int, margin: int = 12
) -> list[tuple[str, str]]:
    """Return (kind, SVG path data) of every drawn area, fitted into a width × height box, grids first, edge last."""
    west, south, east, north = bounds(areas)
    shrink = math.cos(math.radians((south + north) / 2))
    wide, high = max((east - west) * shrink, 1e-9), max(north - south, 1e-9)
    scale = min((width - 2 * margin) / wide, (height - 2 * margin) / high)
    left, top = (width - wide * scale) / 2, (height - high * scale) / 2

    def ring_path(ring: Sequence[Sequence[float]]) -> Iterator[str]:
        for at, (lng, lat, *_rest) in enumerate(ring[:-1]):
            x, y = left + (lng - west) * shrink * scale, top + (north - lat) * scale
            yield f"{'L' if at else 'M'}{x:.1f} {y:.1f}"
        yield "z"

    collection = features(areas, levels)["features"]
    return [
        (
            str(feature["properties"]["kind"]),
            "".join(
                part
                for rings in feature["geometry"]["coordinates"]
                for ring in rings
                for part in ring_path(ring)
            ),
        )
        for feature in collection
    ]


def district_map(
    areas: Sequence[AreaLike], levels: Sequence[str], tiles_url: str | None = None, attribution: str = ""
) -> dl.MapContainer:
    """Return the map of a district, fitted to it, for a wall: no tiles by default, no controls, nothing fetched."""
    west, south, east, north = bounds(areas)
    ground = dl.GeoJSON(
        id=ids.SCREEN_AREAS,
        data=features(areas, levels),
        style=script("style"),
        onEachFeature=script("onEachFeature"),
        interactive=False,
        disableDefaultEventHandlers=True,
    )
    tiles = [dl.TileLayer(url=tiles_url, attribution=attribution)] if tiles_url else []
    credit = [dl.AttributionControl(prefix=False, position="bottomleft")] if tiles_url else []
    return dl.MapContainer(
        [*tiles, ground, *credit],
        id=ids.SCREEN_MAP,
        className="w-map",
        bounds=[[south, west], [north, east]],
        attributionControl=False,
        zoomControl=False,
        zoomAnimation=False,
        fadeAnimation=False,
        markerZoomAnimation=False,
        zoomSnap=0,
        trackViewport=False,
        keyboard=False,
    )
