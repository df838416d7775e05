"""Raster tiles out of one file: MBTiles 1.3 (SQLite) or PMTiles 3, chosen by the file's ending. Read only, nothing is kept open.

Formats: github.com/mapbox/mbtiles-spec and github.com/protomaps/PMTiles (spec v3).
"""

import gzip
import sqlite3
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pmtiles.reader import Reader
from pmtiles.tile import (
    Compression,
    HeaderDict,
    MagicNumberNotFound,
    SpecVersionUnsupported,
    deserialize_header,
)

HEADER = 127
MOST_BYTES = 16 * 1024 * 1024  # no directory or tile is larger
DEEPEST = 24
SIGNS = ((b"\x89PNG", "image/png"), (b"\xff\xd8", "image/jpeg"), (b"RIFF", "image/webp"))


BROKEN = (
    ArithmeticError,
    EOFError,
    LookupError,
    OSError,
    TypeError,
    ValueError,
    zlib.error,
    MagicNumberNotFound,
    SpecVersionUnsupported,
)


class BrokenTiles(Exception):
    """The file is no tile file we can read."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A picture and its media type."""

    data: bytes
    mimetype: str


def read_tile(path: Path, z: int, x: int, y: int) -> Tile | None:
    """Return the tile in the XYZ scheme (y from the north), or None where the file has none; BrokenTiles, OSError."""
    if not 0 <= z <= DEEPEST or not (0 <= x < 1 << z and 0 <= y < 1 << z):
        return None
    data = READERS[path.suffix.lower()](path, z, x, y)
    kind = next((kind for sign, kind in SIGNS if data and data.startswith(sign)), None)
    if data and kind is None:
        raise BrokenTiles(f"{path.name} holds no png, jpeg or webp pictures")
    return Tile(data, kind) if data and kind else None


def _mbtiles(path: Path, z: int, x: int, y: int) -> bytes | None:
    if not path.is_file():
        raise FileNotFoundError(path)
    rows_from_south = (1 << z) - 1 - y
    query = "select tile_data from tiles where zoom_level = ? and tile_column = ? and tile_row = ?"
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=2)
        try:
            found = connection.execute(query, (z, x, rows_from_south)).fetchone()
        finally:
            connection.close()
    except sqlite3.DatabaseError as error:
        raise BrokenTiles(f"{path.name}: {error}") from error
    return bytes(found[0]) if found else None


def _pmtiles(path: Path, z: int, x: int, y: int) -> bytes | None:
    with path.open("rb") as file:
        try:
            head = deserialize_header(_part(file, 0, HEADER))
            reader = Reader(_source(file, head))
            data = reader.get(z, x, y)
            return gzip.decompress(data) if data and head["tile_compression"] == Compression.GZIP else data
        except BrokenTiles as error:
            raise BrokenTiles(f"{path.name}: {error}") from error
        # what a broken file makes of the library's reading is in nobody's contract
        except BROKEN as error:
            raise BrokenTiles(f"{path.name} cannot be read as PMTiles version 3: {error}") from error


def _source(file: BinaryIO, head: HeaderDict) -> Callable[[int, int], bytes]:
    """Return what the reader reads by; it takes every directory for gzip, so one that lies plain is packed for it."""
    plain, pictures = head["internal_compression"] == Compression.NONE, head["tile_data_offset"]

    def part(place: int, length: int) -> bytes:
        data = _part(file, place, length)
        return gzip.compress(data, 1) if plain and HEADER <= place < pictures else data

    return part


def _part(file: BinaryIO, place: int, length: int) -> bytes:
    if length > MOST_BYTES:
        raise BrokenTiles("a part too large")
    file.seek(place)
    data = file.read(length)
    if len(data) < length:
        raise BrokenTiles("the file is cut off")
    return data


READERS: dict[str, Callable[[Path, int, int, int], bytes | None]] = {
    ".mbtiles": _mbtiles,
    ".pmtiles": _pmtiles,
}
