"""A small map of one place as a picture: its grid, the candidates of a border in doubt, the accuracy, a ruler. No tiles.

Drawn on the server as SVG and shown as an image, so nothing inside can run and nothing is fetched.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote
from xml.sax.saxutils import escape

from layouts.parts.maps import AreaLike, polygons
from layouts.text.words import _
from layouts.theme import DARK

WIDTH, HEIGHT = 600, 250
BAND_M = 30.0
METRES_PER_DEGREE = 111_320.0
LEAST_M, MOST_M = 110.0, 600.0  # half the height of the picture on the ground
SCALES = (10, 20, 50, 100, 200, 500)
SIDES = ("accent", "st-dispatch", "time-soon", "rate-5")
LETTERS = "甲乙丙丁"  # words: none
LATTICE = (30, 12)
CLEAR_PX = 46  # a letter keeps away from the mark of the place

Point = tuple[float, float]
Turn = Callable[[Sequence[float]], Point]


@dataclass(frozen=True, slots=True)
class Spot:
    """What is drawn: the place in WGS-84, its accuracy in metres, grids nearby, the candidates among them by code.

    `token` is the colour of the mark, `others` are places nearby that may be the same matter.
    """

    lng: float
    lat: float
    accuracy_m: float | None
    grids: Sequence[AreaLike]
    candidates: Sequence[str]
    token: str = "accent"
    others: Sequence[Point] = ()


def picture(spot: Spot) -> str:
    """Return the map as a data address for an image."""
    return "data:image/svg+xml," + quote(svg(spot))


def svg(spot: Spot) -> str:
    """Return the map as SVG text."""
    half = min(max(3 * (spot.accuracy_m or 0), 4 * BAND_M, LEAST_M), MOST_M)
    scale = HEIGHT / (2 * half)  # pixels a metre
    wide = METRES_PER_DEGREE * math.cos(math.radians(spot.lat))

    def at(point: Sequence[float]) -> Point:
        x = WIDTH / 2 + (point[0] - spot.lng) * wide * scale
        return x, HEIGHT / 2 - (point[1] - spot.lat) * METRES_PER_DEGREE * scale

    order = {code: place for place, code in enumerate(spot.candidates[: len(SIDES)])}
    chosen = sorted((area for area in spot.grids if area.code in order), key=lambda area: order[area.code])
    others = [area for area in spot.grids if area.code not in order]
    drawn = [
        *(_ground(area, at) for area in others),
        *(_side(place, area, at) for place, area in enumerate(chosen)),
        *(_bands(chosen, at, scale) if len(chosen) > 1 else ()),
        *(_ring(*at(point)) for point in spot.others),
        _accuracy(spot.accuracy_m, scale),
        _mark(DARK[spot.token]),
        *(_letters(chosen, at) if len(chosen) > 1 else ()),
        _ruler(scale),
    ]
    ground = f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{DARK["bg-deep"]}"/>'
    size = f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{ground}{"".join(drawn)}</svg>'


def _rings(area: AreaLike, at: Turn) -> Iterator[list[Point]]:
    for shape in polygons(area.geometry):
        for ring in shape:
            yield [at(point) for point in ring]


def _path(area: AreaLike, at: Turn) -> str:
    return "".join("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in ring) + "z" for ring in _rings(area, at))


def _ground(area: AreaLike, at: Turn) -> str:
    return (
        f'<path class="ground" d="{_path(area, at)}" fill="{DARK["panel"]}" stroke="{DARK["line-strong"]}"/>'
    )


def _side(place: int, area: AreaLike, at: Turn) -> str:
    colour = DARK[SIDES[place]]
    return (
        f'<path class="side-{place}" d="{_path(area, at)}" fill="{colour}" fill-opacity=".22" '
        f'stroke="{colour}" stroke-width="2"/>'
    )


def _bands(chosen: Sequence[AreaLike], at: Turn, scale: float) -> Iterator[str]:
    """Yield, for each side, the strip inside it within 30 m of another's edge: where the border leaves a place in doubt."""
    for place, area in enumerate(chosen):
        edges = "".join(_path(other, at) for other in chosen if other is not area)
        yield (
            f'<clipPath id="in-{place}"><path d="{_path(area, at)}"/></clipPath>'
            f'<path class="band" clip-path="url(#in-{place})" d="{edges}" fill="none" stroke="{DARK["text"]}" '
            f'stroke-opacity=".2" stroke-width="{2 * BAND_M * scale:.1f}"/>'
        )


def _accuracy(accuracy_m: float | None, scale: float) -> str:
    if not accuracy_m:
        return ""
    return (
        f'<circle class="accuracy" cx="{WIDTH / 2}" cy="{HEIGHT / 2}" r="{accuracy_m * scale:.1f}" '
        f'fill="{DARK["text"]}" fill-opacity=".1" stroke="{DARK["text"]}" stroke-width="1.5" stroke-dasharray="6 4"/>'
    )


def _mark(colour: str) -> str:
    x, y = WIDTH / 2, HEIGHT / 2
    return (
        f'<circle cx="{x}" cy="{y}" r="11" fill="{DARK["bg-deep"]}" stroke="{DARK["text"]}" stroke-width="2"/>'
        f'<circle cx="{x}" cy="{y}" r="6" fill="{colour}"/>'
    )


def _ring(x: float, y: float) -> str:
    return (
        f'<circle class="near" cx="{x:.1f}" cy="{y:.1f}" r="6" fill="{DARK["bg-deep"]}" '
        f'stroke="{DARK["time-soon"]}" stroke-width="2.5"/>'
    )


def _letters(chosen: Sequence[AreaLike], at: Turn) -> Iterator[str]:
    """Yield each candidate's letter, well inside what is seen of it."""
    for place, (letter, area) in enumerate(zip(LETTERS, chosen, strict=False)):
        found = _inside(list(_rings(area, at)))
        if found:
            x, y = found
            yield (
                f'<circle cx="{x:.1f}" cy="{y:.1f}" r="17" fill="{DARK["bg-deep"]}" '
                f'stroke="{DARK[SIDES[place]]}" stroke-width="2"/>'
                + _text(x, y + 7, letter, "letter", "middle", 19)
            )


def _inside(rings: Sequence[Sequence[Point]]) -> Point | None:
    """Return the point of a coarse lattice that lies most in the middle of what is seen of a shape, away from the mark."""
    columns, rows = LATTICE
    seen = [
        (x, y)
        for column in range(columns)
        for row in range(rows)
        for x, y in [((column + 0.5) * WIDTH / columns, (row + 0.5) * HEIGHT / rows)]
        if 24 <= x <= WIDTH - 24
        and 24 <= y <= HEIGHT - 24
        and math.hypot(x - WIDTH / 2, y - HEIGHT / 2) > CLEAR_PX
        and _covers(rings, x, y)
    ]
    if not seen:
        return None
    middle = sum(x for x, _y in seen) / len(seen), sum(y for _x, y in seen) / len(seen)
    return min(seen, key=lambda one: (math.dist(one, middle), one))


def _covers(rings: Sequence[Sequence[Point]], x: float, y: float) -> bool:
    """Return whether a point lies in a shape by the even-odd rule."""
    odd = False
    for ring in rings:
        for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
            if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
                odd = not odd
    return odd


def _ruler(scale: float) -> str:
    metres = next((one for one in SCALES if one * scale >= 70), SCALES[-1])
    right, bottom = WIDTH - 16, HEIGHT - 14
    left = right - metres * scale
    return (
        f'<path class="ruler" d="M{left:.1f} {bottom - 6}V{bottom}H{right}V{bottom - 6}" fill="none" '
        f'stroke="{DARK["text"]}" stroke-width="1.5"/>'
        + _text((left + right) / 2, bottom - 10, escape(_("{n} 米", n=metres)), "length", "middle", 17)
    )


def _text(x: float, y: float, words: str, kind: str, anchor: str, size: int) -> str:
    halo = f'paint-order="stroke" stroke="{DARK["bg-deep"]}" stroke-width="4" stroke-linejoin="round"'
    font = f"font-family=\"'Noto Sans CJK SC','Microsoft YaHei',sans-serif\" font-size=\"{size}\""
    return (
        f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" {font} fill="{DARK["text"]}" {halo}>'
        f"{words}</text>"
    )
