"""What a picture says of itself before its metadata is thrown away: where and when it was taken, and what it looks like.

Place and time are EXIF 2.32 (GPS IFD, DateTimeOriginal, OffsetTimeOriginal); the look is a difference hash of 64 bits,
9×8 grey dots, each compared with its right neighbour, cut into five bands so that alike pictures are found by index.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo
from math import isfinite
from typing import Any

from PIL import Image

EXIF, GPS = 0x8769, 0x8825
TAKEN, OFFSET = 0x9003, 0x9011
BANDS = (13, 13, 13, 13, 12)  # together 64 bits: pictures that differ in 4 bits share at least one band
FEWEST = 8  # a picture with fewer or more than 64 − 8 rising dots is a plain surface and looks like any other


@dataclass(frozen=True, slots=True)
class Shot:
    """Where (WGS-84 degrees), when and how a picture looks; None for what it does not say."""

    taken_at: datetime | None = None
    lng: float | None = None
    lat: float | None = None
    look: int | None = None


def shot_of(opened: Image.Image, upright: Image.Image) -> Shot:
    """Return what a picture says; whatever in it is broken says nothing. A time without an offset has none here either."""
    try:
        exif = opened.getexif()
        times, place = exif.get_ifd(EXIF), exif.get_ifd(GPS)
    except (OSError, SyntaxError, ValueError, KeyError, TypeError):
        times, place = {}, {}
    lat, lng = _degrees(place, 1, 2, "S", 90), _degrees(place, 3, 4, "W", 180)
    if lat is None or lng is None or (lat == 0 and lng == 0):
        lat = lng = None
    return Shot(_taken(times), lng, lat, look_of(upright))


def _degrees(place: Any, ref: int, value: int, minus: str, most: float) -> float | None:
    try:
        degrees, minutes, seconds = (float(part) for part in place[value])
        found = degrees + minutes / 60 + seconds / 3600
        if not isfinite(found) or not 0 <= found <= most:
            return None
        return round(-found if str(place[ref]).strip("\0 ") == minus else found, 6)
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None


def _taken(times: Any) -> datetime | None:
    try:
        naive = datetime.strptime(str(times[TAKEN]).strip("\0 "), "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007
    except (KeyError, TypeError, ValueError):
        return None
    return naive.replace(tzinfo=_offset(str(times.get(OFFSET, "")).strip("\0 ")))


def _offset(text: str) -> tzinfo | None:
    try:
        hours, minutes = text[1:].split(":")
        away = timedelta(hours=int(hours), minutes=int(minutes))
        return timezone(-away if text[0] == "-" else away)
    except (IndexError, ValueError):
        return None


def look_of(picture: Image.Image) -> int | None:
    """Return the difference hash, None for a plain surface."""
    dots = picture.convert("L").resize((9, 8), Image.Resampling.BOX).tobytes()
    bits = 0
    for row in range(8):
        for column in range(8):
            at = row * 9 + column
            bits = bits << 1 | (dots[at + 1] > dots[at])
    return bits if FEWEST <= bits.bit_count() <= 64 - FEWEST else None


def bands_of(look: int) -> Sequence[int]:
    """Return the bands of a look, the lowest bits first."""
    found = []
    for width in BANDS:
        found.append(look & ((1 << width) - 1))
        look >>= width
    return found


def look_from(bands: Sequence[int]) -> int:
    """Return the look that bands were cut from."""
    look, place = 0, 0
    for width, band in zip(BANDS, bands, strict=True):
        look |= band << place
        place += width
    return look
