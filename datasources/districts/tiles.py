"""Raster tiles out of one file: MBTiles 1.3 (SQLite) or PMTiles 3, chosen by the file's ending. Read only, nothing is kept open.

Formats: github.com/mapbox/mbtiles-spec and github.com/protomaps/PMTiles (spec v3).
"""

import gzip
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from pathlib import Path

HEADER = 127
DEPTH = 4  # a directory, its leaves, and two more: deeper files are broken
GZIP, PLAIN = 2, (0, 1)
MOST_BYTES = 16 * 1024 * 1024  # no directory or tile is larger
DEEPEST = 24
SIGNS = ((b"\x89PNG", "image/png"), (b"\xff\xd8", "image/jpeg"), (b"RIFF", "image/webp"))


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


@dataclass(frozen=True, slots=True)
class _Header:
    root: tuple[int, int]
    leaves: int
    data: int
    packing: int
    tile_packing: int


@dataclass(frozen=True, slots=True)
class _Entry:
    tile: int
    run: int  # tiles in a row with this picture; 0: a leaf directory
    length: int
    offset: int


def _pmtiles(path: Path, z: int, x: int, y: int) -> bytes | None:
    stamp = path.stat()
    header = _header(path, stamp.st_mtime_ns, stamp.st_size)
    wanted = tile_id(z, x, y)
    place, length = header.root
    for _ in range(DEPTH):
        entry = _last_before(_directory(path, stamp.st_mtime_ns, place, length, header.packing), wanted)
        if entry is None:
            return None
        if entry.run:
            if wanted >= entry.tile + entry.run:
                return None
            data = _bytes(path, header.data + entry.offset, entry.length)
            return _unpacked(data, header.tile_packing, path)
        place, length = header.leaves + entry.offset, entry.length
    raise BrokenTiles(f"{path.name}: directories without end")


@lru_cache(maxsize=4)
def _header(path: Path, changed: int, size: int) -> _Header:
    head = _bytes(path, 0, HEADER) if size >= HEADER else b""
    if head[:7] != b"PMTiles" or head[7] != 3:
        raise BrokenTiles(f"{path.name} is not PMTiles version 3")
    root, root_length, _meta, _meta_length, leaves, _leaf_length, data = (
        int.from_bytes(head[at : at + 8], "little") for at in range(8, 64, 8)
    )
    return _Header((root, root_length), leaves, data, head[97], head[98])


@lru_cache(maxsize=64)
def _directory(path: Path, changed: int, place: int, length: int, packing: int) -> tuple[_Entry, ...]:
    """Read one directory: counts, then ids as differences, runs, lengths, offsets, all as varints."""
    numbers = _varints(_unpacked(_bytes(path, place, length), packing, path))
    try:
        count = next(numbers)
        if count > MOST_BYTES // 4:
            raise BrokenTiles(f"{path.name}: a directory too large")
        tiles = list(accumulate(next(numbers) for _ in range(count)))
        runs = [next(numbers) for _ in range(count)]
        lengths = [next(numbers) for _ in range(count)]
        offsets: list[int] = []
        for at in range(count):
            said = next(numbers)  # 0: right after the one before
            offsets.append(said - 1 if said else offsets[at - 1] + lengths[at - 1])
    except (StopIteration, RuntimeError, IndexError) as error:
        raise BrokenTiles(f"{path.name}: a directory is cut off") from error
    return tuple(map(_Entry, tiles, runs, lengths, offsets))


def _varints(data: bytes):  # type: ignore[no-untyped-def]
    value = shift = 0
    for byte in data:
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            yield value
            value = shift = 0


def _last_before(entries: tuple[_Entry, ...], wanted: int) -> _Entry | None:
    low, high = 0, len(entries)
    while low < high:
        middle = (low + high) // 2
        if entries[middle].tile <= wanted:
            low = middle + 1
        else:
            high = middle
    return entries[low - 1] if low else None


def _bytes(path: Path, place: int, length: int) -> bytes:
    if length > MOST_BYTES:
        raise BrokenTiles(f"{path.name}: a part too large")
    with path.open("rb") as file:
        file.seek(place)
        data = file.read(length)
    if len(data) < length:
        raise BrokenTiles(f"{path.name} is cut off")
    return data


def _unpacked(data: bytes, packing: int, path: Path) -> bytes:
    if packing in PLAIN:
        return data
    if packing != GZIP:
        raise BrokenTiles(f"{path.name}: only gzip is unpacked")
    try:
        return gzip.decompress(data)
    except (OSError, EOFError) as error:
        raise BrokenTiles(f"{path.name}: {error}") from error


def tile_id(z: int, x: int, y: int) -> int:
    """Return a tile's number: all shallower tiles first, then its place on the Hilbert curve (PMTiles v3)."""
    number = ((1 << (2 * z)) - 1) // 3
    side = 1 << z
    half = side >> 1
    while half:
        right, low = int(bool(x & half)), int(bool(y & half))
        number += half * half * ((3 * right) ^ low)
        if not low:
            if right:
                x, y = side - 1 - x, side - 1 - y
            x, y = y, x
        half >>= 1
    return number


READERS: dict[str, Callable[[Path, int, int, int], bytes | None]] = {
    ".mbtiles": _mbtiles,
    ".pmtiles": _pmtiles,
}
