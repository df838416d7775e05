"""The map's ground: areas as one vector layer for Leaflet and as plain SVG paths. No tiles unless a district names them.

Drawn by `assets/screen-map.js`, restyled in place, never rebuilt; live points are not Leaflet features but one canvas.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

import dash_leaflet as dl
from dash import html

from dashboard.rules.figures.boards import STREETS, depth_of
from layouts import ids
from layouts.parts.pieces import attributes
from layouts.text.words import N_, _

DIGITS = 5  # about one metre
LAYERS = (("events", N_("事件")), ("heat", N_("热力")), ("kinds", N_("网格类型")), ("places", N_("力量")))
OWN_TILES = "/tiles/{z}/{x}/{y}"  # served from a file by callbacks/pages/tiles.py
TILE_FILES = (".mbtiles", ".pmtiles")


class AreaLike(Protocol):
    """What is drawn of an area: a pack's area and a stored row both have it; `kind`, `lng`, `lat` are used if present."""

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
        street = depth_of(levels, STREETS)
        named |= dict.fromkeys(levels[1 : street + 1], "street")
    return {**named, levels[-1]: "grid", **({levels[0]: "edge"} if len(levels) > 1 else {})}


def _rounded(geometry: Mapping[str, Any]) -> dict[str, Any]:
    shapes = [
        [[[round(x, DIGITS), round(y, DIGITS)] for x, y, *_ in ring] for ring in rings]
        for rings in polygons(geometry)
    ]
    return {"type": "MultiPolygon", "coordinates": shapes}


def properties(area: AreaLike, kind: str) -> dict[str, Any]:
    """Return what the scripts know of an area; `kind` is its kind of line, `type` its own kind (小区, 园区 …)."""
    lng, lat = getattr(area, "lng", None), getattr(area, "lat", None)
    known = {
        "id": area.code,
        "name": area.name,
        "level": area.level,
        "kind": kind,
        "parent": area.parent,
        "type": getattr(area, "kind", None),
        "at": [round(lng, DIGITS), round(lat, DIGITS)] if lng is not None and lat is not None else None,
    }
    return {name: value for name, value in known.items() if value}


def features(
    areas: Iterable[AreaLike], levels: Sequence[str], centre: Sequence[float] | None = None
) -> dict[str, Any]:
    """Return the areas as GeoJSON, innermost first, so that outer lines lie above the grids they enclose.

    Properties: id (= code), name, level, kind, and parent, type, at where known; the outermost area carries the command
    `centre`. Never `popup` or `tooltip`: dash-leaflet binds those as HTML.
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
                "properties": properties(a, kind_of[a.level])
                | ({"centre": list(centre)} if centre and a.level == levels[0] else {}),
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


def tile_address(url: str | None) -> str | None:
    """Return the address tiles are fetched from: the product's own where the setting names a tile file."""
    return OWN_TILES if url and url.lower().endswith(TILE_FILES) else url


def district_map(
    areas: Sequence[AreaLike],
    levels: Sequence[str],
    tiles_url: str | None = None,
    attribution: str = "",
    centre: Sequence[float] | None = None,
) -> html.Div:
    """Return the map of a district, fitted to it, with its buttons: no tiles by default, nothing fetched elsewhere.

    `centre` is the command centre's [lng, lat]: lines of dispatch begin there.
    """
    west, south, east, north = bounds(areas)
    ground = dl.GeoJSON(
        id=ids.SCREEN_AREAS,
        data=features(areas, levels, centre),
        style=script("style"),
        onEachFeature=script("onEachFeature"),
        interactive=False,
        disableDefaultEventHandlers=True,
    )
    drawn = dl.MapContainer(
        [*_tiles(tile_address(tiles_url), attribution), ground],
        id=ids.SCREEN_MAP,
        className="w-map",
        bounds=[[south, west], [north, east]],
        attributionControl=False,
        zoomControl=False,
        zoomAnimation=False,
        fadeAnimation=False,
        markerZoomAnimation=False,
        zoomSnap=0,
        maxZoom=19,
        trackViewport=False,
        keyboard=False,
    )
    return html.Div([drawn, _buttons()], className="w-ground")


def _tiles(url: str | None, attribution: str) -> list[Any]:
    if not url:
        return []
    watched = {"tileerror": script("tileerror"), "tileload": script("tileload")}
    tiles = dl.TileLayer(
        url=url,
        attribution=attribution,
        eventHandlers=watched,
        disableDefaultEventHandlers=True,
        className="w-map__tiles",
        maxZoom=19,
    )
    return [tiles, dl.AttributionControl(prefix=False, position="bottomleft")]


def _buttons() -> html.Div:
    """Return the layer switches and the way back to the whole view; `screen-map.js` presses them."""
    switches = [
        html.Button(
            _(word),
            type="button",
            hidden=name == "places",
            **attributes(data_layer=name, aria_pressed="false"),
        )
        for name, word in LAYERS
    ]
    reset = html.Button(_("复位"), type="button", hidden=True, **attributes(data_reset="view"))
    return html.Div(
        [reset, *switches], className="w-layers", role="group", **attributes(aria_label=_("图层"))
    )
