"""Who sees few colours still reads the wall: what must be told apart differs in lightness, or in shape and word.

Simulation of protanopia and deuteranopia in linear RGB by the matrices of Machado, Oliveira and Fernandes (2009),
severity 1.0; differences as CIE 1976 (L*, a*, b*).
"""

from itertools import combinations, pairwise

import pytest

from dashboard.rules.events.event import OPEN, Status
from layouts import theme

Colour = tuple[float, float, float]
MATRICES = {
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
}  # fmt: skip
LIGHTNESS_APART, COLOUR_APART = 7.0, 12.0
WHITE = (0.95047, 1.0, 1.08883)


def linear(code: str) -> Colour:
    parts = [int(code[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return red, green, blue


def through(matrix: tuple[Colour, ...], colour: Colour) -> Colour:
    red, green, blue = (
        min(1.0, max(0.0, sum(by * part for by, part in zip(line, colour, strict=True)))) for line in matrix
    )
    return red, green, blue


def lab(colour: Colour) -> Colour:
    red, green, blue = colour
    xyz = (
        0.4124564 * red + 0.3575761 * green + 0.1804375 * blue,
        0.2126729 * red + 0.7151522 * green + 0.0721750 * blue,
        0.0193339 * red + 0.1191920 * green + 0.9503041 * blue,
    )
    x, y, z = (
        part ** (1 / 3) if part > 216 / 24389 else (841 / 108) * part + 4 / 29
        for part in (value / white for value, white in zip(xyz, WHITE, strict=True))
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def apart(one: str, other: str, kind: str) -> bool:
    """Whether somebody with this sight tells two colours apart: by lightness, or plainly by what hue is left."""
    seen, beside = (lab(through(MATRICES[kind], linear(code))) for code in (one, other))
    distance = sum((a - b) ** 2 for a, b in zip(seen, beside, strict=True)) ** 0.5
    return abs(seen[0] - beside[0]) >= LIGHTNESS_APART or distance >= COLOUR_APART


@pytest.mark.parametrize("kind", MATRICES)
@pytest.mark.parametrize("name", theme.THEMES)
def test_statuses_that_look_alike_have_different_shapes(name: str, kind: str) -> None:
    tokens, marks = theme.THEMES[name], theme.STATUS_MARKS
    alike = [
        (one, other)
        for one, other in combinations(sorted(OPEN), 2)
        if marks[one].glyph == marks[other].glyph
        and not apart(tokens[marks[one].token], tokens[marks[other].token], kind)
    ]
    assert alike == []


def test_every_open_status_has_a_shape_of_its_own() -> None:
    shapes = [theme.STATUS_MARKS[status].glyph for status in sorted(OPEN, key=list(Status).index)]
    assert len(set(shapes)) == len(shapes)


@pytest.mark.parametrize("kind", MATRICES)
@pytest.mark.parametrize("name", theme.THEMES)
def test_time_in_hand_and_time_running_out_are_told_apart(name: str, kind: str) -> None:
    tokens = theme.THEMES[name]
    assert apart(tokens[theme.TIME_TOKENS["ok"]], tokens[theme.TIME_TOKENS["soon"]], kind)
    assert apart(tokens[theme.TIME_TOKENS["ok"]], tokens[theme.TIME_TOKENS["over"]], kind)


@pytest.mark.parametrize("kind", MATRICES)
@pytest.mark.parametrize("name", theme.THEMES)
def test_ratings_that_stand_side_by_side_are_told_apart(name: str, kind: str) -> None:
    tokens, scale = theme.THEMES[name], list(theme.RATING_TOKENS.values())
    alike = [pair for pair in pairwise(scale) if not apart(*(tokens[one] for one in pair), kind)]
    assert alike == []


@pytest.mark.parametrize("kind", MATRICES)
@pytest.mark.parametrize("name", theme.THEMES)
def test_good_and_bad_ratings_are_told_apart(name: str, kind: str) -> None:
    tokens = theme.THEMES[name]
    for good in ("rate-5", "rate-4"):
        for bad in ("rate-2", "rate-1"):
            assert apart(tokens[good], tokens[bad], kind), (good, bad)


@pytest.mark.parametrize("kind", MATRICES)
def test_an_alarm_stands_out_of_the_ground(kind: str) -> None:
    for tokens in theme.THEMES.values():
        for ground in ("bg", "panel", "raised"):
            assert apart(tokens["alarm-bright"], tokens[ground], kind)
