"""Coordinate systems in use in China, turned into WGS-84 by formula, never by a constant shift.

GCJ-02 and BD-09 have a published forward formula only; the way back is found by iteration to under a millimetre.
CGCS2000 differs from WGS-84 by less than a decimetre and is treated as the same.
Every function takes degrees, floats or numpy arrays alike, longitude first.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from dashboard.rules.refusals import Refusal

AXIS = 6378245.0  # Krasovsky 1940, the ellipsoid inside the GCJ-02 formula
ECCENTRICITY2 = 0.00669342162296594323
BD_TURN = np.pi * 3000.0 / 180.0
BD_SHIFT = (0.0065, 0.006)
CHINA = (72.004, 0.8293, 137.8347, 55.8271)  # the rectangle of the formula: outside it GCJ-02 is WGS-84
ROUNDS = 12

Degrees = Any  # float or numpy array


class UnknownCoordinates(Refusal):
    """A coordinate system nobody here can read."""

    def __init__(self, crs: object) -> None:
        known = "、".join(TO_WGS84)
        super().__init__("不认识坐标系“{crs}”，可用：{known}", field="src_crs", crs=str(crs), known=known)


def in_china(lng: Degrees, lat: Degrees) -> Any:
    """Whether the GCJ-02 formula applies here: a rectangle, as in the published formula."""
    west, south, east, north = CHINA
    lng, lat = np.asarray(lng), np.asarray(lat)
    return (lng >= west) & (lng <= east) & (lat >= south) & (lat <= north)


def wgs84_to_gcj02(lng: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """WGS-84 → GCJ-02; the identity outside China."""
    east, north = _shift(lng, lat)
    inside = in_china(lng, lat)
    return _same_kind(lng, np.where(inside, lng + east, lng), np.where(inside, lat + north, lat))


def gcj02_to_wgs84(lng: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """GCJ-02 → WGS-84, exact to the millimetre; the identity outside China."""
    guess_lng, guess_lat = np.asarray(lng, float), np.asarray(lat, float)
    for _ in range(ROUNDS):
        east, north = _shift(guess_lng, guess_lat)
        guess_lng, guess_lat = lng - east, lat - north
    inside = in_china(lng, lat)
    return _same_kind(lng, np.where(inside, guess_lng, lng), np.where(inside, guess_lat, lat))


def gcj02_to_bd09(lng: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """GCJ-02 → BD-09."""
    x, y = np.asarray(lng, float), np.asarray(lat, float)
    radius = np.hypot(x, y) + 0.00002 * np.sin(y * BD_TURN)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * BD_TURN)
    return _same_kind(lng, radius * np.cos(angle) + BD_SHIFT[0], radius * np.sin(angle) + BD_SHIFT[1])


def bd09_to_gcj02(lng: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """BD-09 → GCJ-02, exact to the millimetre."""
    guess_lng, guess_lat = np.asarray(lng, float) - BD_SHIFT[0], np.asarray(lat, float) - BD_SHIFT[1]
    for _ in range(ROUNDS):
        back_lng, back_lat = gcj02_to_bd09(guess_lng, guess_lat)
        guess_lng, guess_lat = guess_lng + (lng - back_lng), guess_lat + (lat - back_lat)
    return _same_kind(lng, guess_lng, guess_lat)


def wgs84_to_bd09(lng: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """WGS-84 → BD-09."""
    return gcj02_to_bd09(*wgs84_to_gcj02(lng, lat))


def bd09_to_wgs84(lng: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """BD-09 → WGS-84, exact to the millimetre."""
    return gcj02_to_wgs84(*bd09_to_gcj02(lng, lat))


def _unchanged(lng: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    return lng, lat


TO_WGS84: dict[str, Callable[[Degrees, Degrees], tuple[Degrees, Degrees]]] = {
    "wgs84": _unchanged,
    "cgcs2000": _unchanged,
    "gcj02": gcj02_to_wgs84,
    "bd09": bd09_to_wgs84,
}


def to_wgs84(lng: Degrees, lat: Degrees, crs: str) -> tuple[Degrees, Degrees]:
    """Degrees in `crs` (wgs84 | cgcs2000 | gcj02 | bd09) as WGS-84; raises `UnknownCoordinates`."""
    convert = TO_WGS84.get(crs) if isinstance(crs, str) else None
    if convert is None:
        raise UnknownCoordinates(crs)
    return convert(lng, lat)


def _shift(lng: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """How far GCJ-02 moves a WGS-84 point, in degrees east and north (the published formula)."""
    x, y = np.asarray(lng, float) - 105.0, np.asarray(lat, float) - 35.0
    common = (20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x)) + common
    north += (20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3.0 * np.pi)) * 2.0 / 3.0
    north += (160.0 * np.sin(y / 12.0 * np.pi) + 320.0 * np.sin(y * np.pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x)) + common
    east += (20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3.0 * np.pi)) * 2.0 / 3.0
    east += (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi)) * 2.0 / 3.0
    radians = np.radians(lat)
    bend = 1.0 - ECCENTRICITY2 * np.sin(radians) ** 2
    metres_north = AXIS * (1.0 - ECCENTRICITY2) / (bend * np.sqrt(bend)) * np.pi / 180.0
    metres_east = AXIS / np.sqrt(bend) * np.cos(radians) * np.pi / 180.0
    return east / metres_east, north / metres_north


def _same_kind(like: Degrees, lng: Any, lat: Any) -> tuple[Degrees, Degrees]:
    """Plain floats for plain numbers, arrays for arrays."""
    return (float(lng), float(lat)) if np.ndim(like) == 0 else (lng, lat)
