"""A small map of one place as a picture: its grid, the candidates of a border in doubt, the accuracy, a scale. No tiles.

Drawn on the server as SVG and shown as an image, so nothing inside can run and nothing is fetched.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote
from xml.sax.saxutils import escape

from layouts.maps import AreaLike, polygons
from layouts.theme import DARK
from layouts.words import _

WIDTH, HEIGHT = 640, 260
BAND_M = 30.0
METRES_PER_DEGREE = 111_320.0
LEAST_M, MOST_M = 60.0, 600.0  # half the height of the picture on the ground
SCALES = (10, 20, 50, 100, 200, 500)
FILLS = ("accent-soft", "raised")


@dataclass(frozen=True, slots=True)
class Spot:
    """What is drawn: the place in WGS-84, its accuracy in metres, grids nearby, the candidates among them by code."""

    lng: float
    lat: float
    accuracy_m: float | None
    grids: Sequence[AreaLike]
    candidates: Sequence[str]
    token: str = "accent"


def picture(spot: Spot) -> str:
    """Return the map as a data address for an image."""
    return "data:image/svg+xml," + quote(svg(spot))


def svg(spot: Spot) -> str:
    """Return the map as SVG text."""
    half = min(max(3 * (spot.accuracy_m or 0), 4 * BAND_M, LEAST_M), MOST_M)
    scale = HEIGHT / (2 * half)  # pixels a metre
    wide = METRES_PER_DEGREE * math.cos(math.radians(spot.lat))

    def at(point: Sequence[float]) -> tuple[float, float]:
        x = WIDTH / 2 + (point[0] - spot.lng) * wide * scale
        return x, HEIGHT / 2 - (point[1] - spot.lat) * METRES_PER_DEGREE * scale

    def path(area: AreaLike) -> str:
        rings = [ring for shape in polygons(area.geometry) for ring in shape]
        return "".join(
            "M" + "L".join("{:.1f} {:.1f}".format(*at(point)) for point in ring) + "z" for ring in rings
        )

    chosen = [area for area in spot.grids if area.code in spot.candidates]
    others = [area for area in spot.grids if area.code not in spot.candidates]
    shapes = [
        f'<path d="{path(area)}" fill="{DARK["panel"]}" stroke="{DARK["line-strong"]}" stroke-width="1"/>'
        for area in others
    ]
    for place, area in enumerate(chosen):
        fill = DARK[FILLS[place % len(FILLS)]]
        shapes.append(f'<path d="{path(area)}" fill="{fill}" stroke="{DARK["accent"]}" stroke-width="2"/>')
    if len(chosen) > 1:  # the band in which the border leaves the place in doubt
        shapes += [
            f'<path d="{path(area)}" fill="none" stroke="{DARK["st-dispatch"]}" stroke-opacity=".22" '
            f'stroke-width="{2 * BAND_M * scale:.1f}"/>'
            f'<path d="{path(area)}" fill="none" stroke="{DARK["st-dispatch"]}" stroke-width="1.5" '
            'stroke-dasharray="8 5"/>'
            for area in chosen
        ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{DARK["bg-deep"]}"/>'
        + "".join(shapes)
        + _accuracy(spot, scale)
        + _mark(DARK[spot.token])
        + _labels(chosen)
        + _ruler(scale)
        + "</svg>"
    )


def _accuracy(spot: Spot, scale: float) -> str:
    if not spot.accuracy_m:
        return ""
    radius = spot.accuracy_m * scale
    text = escape(_("精度 {n} 米", n=round(spot.accuracy_m)))
    return (
        f'<circle cx="{WIDTH / 2}" cy="{HEIGHT / 2}" r="{radius:.1f}" fill="{DARK["text"]}" fill-opacity=".08" '
        f'stroke="{DARK["text"]}" stroke-width="1.5" stroke-dasharray="6 4"/>'
        + _text(WIDTH / 2 + min(radius, HEIGHT / 2 - 30) * 0.72 + 8, HEIGHT / 2 - radius * 0.72, text)
    )


def _mark(colour: str) -> str:
    x, y = WIDTH / 2, HEIGHT / 2
    return (
        f'<circle cx="{x}" cy="{y}" r="13" fill="{DARK["bg-deep"]}" stroke="{DARK["text"]}" stroke-width="2"/>'
        f'<circle cx="{x}" cy="{y}" r="7" fill="{colour}"/>'
    )


def _labels(chosen: Sequence[AreaLike]) -> str:
    """Return the candidates' names, each on its own side of the picture."""
    names = "甲乙丙丁"  # words: none
    if len(chosen) == 1:
        return _text(14, HEIGHT - 16, escape(chosen[0].name))
    return "".join(
        _text(14 if place % 2 == 0 else WIDTH / 2 + 40, 26 + 24 * (place // 2), escape(f"{mark} {area.name}"))
        for place, (mark, area) in enumerate(zip(names, chosen, strict=False))
    )


def _ruler(scale: float) -> str:
    metres = next((one for one in SCALES if one * scale >= 70), SCALES[-1])
    right, bottom = WIDTH - 16, HEIGHT - 14
    left = right - metres * scale
    return (
        f'<path d="M{left:.1f} {bottom - 6}V{bottom}H{right}V{bottom - 6}" fill="none" '
        f'stroke="{DARK["text"]}" stroke-width="1.5"/>'
        + _text(left, bottom - 12, escape(_("{n} 米", n=metres)))
    )


def _text(x: float, y: float, words: str) -> str:
    halo = f'paint-order="stroke" stroke="{DARK["bg-deep"]}" stroke-width="4" stroke-linejoin="round"'
    font = "font-family=\"'Noto Sans CJK SC','Microsoft YaHei',sans-serif\" font-size=\"14\""
    return f'<text x="{x:.1f}" y="{y:.1f}" {font} fill="{DARK["text"]}" {halo}>{words}</text>'
