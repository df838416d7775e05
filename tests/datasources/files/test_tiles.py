"""The base map out of a file: MBTiles and PMTiles made here, byte by byte, and the route that serves them."""

import gzip
import sqlite3
from collections.abc import Mapping
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from pmtiles.tile import zxy_to_tileid

from callbacks.pages import tiles
from dashboard.rules.refusals import NotFound
from dashboard.settings import Settings
from datasources.districts.tiles import BrokenTiles, read_tile

PNG, JPG, WEBP = b"\x89PNG one", b"\xff\xd8\xff two", b"RIFF....WEBP three"
HELD = {(0, 0, 0): PNG, (1, 0, 0): JPG, (1, 1, 1): WEBP, (5, 26, 13): PNG + b" deep"}


def mbtiles(path: Path, held: Mapping[tuple[int, int, int], bytes]) -> Path:
    with sqlite3.connect(path) as file:
        file.execute("create table tiles (zoom_level int, tile_column int, tile_row int, tile_data blob)")
        for (z, x, y), data in held.items():
            file.execute("insert into tiles values (?, ?, ?, ?)", (z, x, (1 << z) - 1 - y, data))
    file.close()
    return path


def varint(value: int) -> bytes:
    parts = []
    while True:
        value, low = value >> 7, value & 0x7F
        parts.append(low | (0x80 if value else 0))
        if not value:
            return bytes(parts)


def directory(entries: list[tuple[int, int, int, int]]) -> bytes:
    """(id, run, length, offset) as the format packs them."""
    ids = [entry[0] for entry in entries]
    steps = [one - before for one, before in zip(ids, [0, *ids], strict=False)]
    columns = [steps, *([entry[at] for entry in entries] for at in (1, 2))]
    whole = varint(len(entries)) + b"".join(varint(number) for column in columns for number in column)
    return whole + b"".join(varint(entry[3] + 1) for entry in entries)


def pmtiles(path: Path, held: Mapping[tuple[int, int, int], bytes], packing: int, leaves: bool) -> Path:
    pack = gzip.compress if packing == 2 else bytes
    entries, data = [], b""
    for number, picture in sorted((zxy_to_tileid(*place), picture) for place, picture in held.items()):
        entries.append((number, 1, len(picture), len(data)))
        data += picture
    leaf = pack(directory(entries)) if leaves else b""
    root = pack(directory([(entries[0][0], 0, len(leaf), 0)] if leaves else entries))
    sizes = [len(root), 0, len(leaf), len(data)]
    starts = [127, 127 + len(root), 127 + len(root), 127 + len(root) + len(leaf)]
    numbers = [number for pair in zip(starts, sizes, strict=True) for number in pair]
    head = b"PMTiles\x03" + b"".join(number.to_bytes(8, "little") for number in numbers)
    head = head.ljust(97, b"\0") + bytes([packing, 1, 2])
    path.write_bytes(head.ljust(127, b"\0") + root + leaf + data)
    return path


@pytest.fixture(params=["mbtiles", "plain", "gzip", "leaves"])
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    if request.param == "mbtiles":
        return mbtiles(tmp_path / "base.mbtiles", HELD)
    return pmtiles(
        tmp_path / "base.pmtiles", HELD, 1 if request.param == "plain" else 2, request.param == "leaves"
    )


def test_every_tile_of_a_file_is_found_where_it_lies(file: Path) -> None:
    for place, picture in HELD.items():
        found = read_tile(file, *place)
        assert found is not None and found.data == picture
    kinds = [found.mimetype for place in HELD if (found := read_tile(file, *place))]
    assert kinds == ["image/png", "image/jpeg", "image/webp", "image/png"]


def test_what_a_file_does_not_hold_is_nothing(file: Path) -> None:
    for place in ((1, 0, 1), (5, 26, 14), (19, 400000, 200000), (1, 2, 0), (0, 0, -1), (25, 0, 0)):
        assert read_tile(file, *place) is None


def test_tile_numbers_are_those_of_the_specification() -> None:
    known = {
        (0, 0, 0): 0,
        (1, 0, 0): 1,
        (1, 0, 1): 2,
        (1, 1, 1): 3,
        (1, 1, 0): 4,
        (2, 0, 0): 5,
        (12, 3423, 1763): 19078479,
    }
    assert {place: zxy_to_tileid(*place) for place in known} == known


@given(st.integers(1, 8))
def test_tile_numbers_of_a_depth_are_a_path_without_jumps(z: int) -> None:
    places = {zxy_to_tileid(z, x, y): (x, y) for x in range(min(1 << z, 64)) for y in range(min(1 << z, 64))}
    first = ((1 << (2 * z)) - 1) // 3
    assert min(places) == first and len(places) == min(1 << z, 64) ** 2
    walk = [places[number] for number in sorted(places) if number + 1 in places]
    after = [places[number + 1] for number in sorted(places) if number + 1 in places]
    assert all(abs(x - i) + abs(y - j) == 1 for (x, y), (i, j) in zip(walk, after, strict=True))


@pytest.mark.parametrize(
    "rubbish", [b"", b"PMTiles\x02" + b"\0" * 200, b"PMTiles\x03" + b"\xff" * 200, b"SQLite"]
)
@pytest.mark.parametrize("ending", ["pmtiles", "mbtiles"])
def test_a_broken_file_is_said_to_be_broken(tmp_path: Path, rubbish: bytes, ending: str) -> None:
    path = tmp_path / f"base.{ending}"
    path.write_bytes(rubbish)
    with pytest.raises(BrokenTiles):
        read_tile(path, 0, 0, 0)


def test_a_file_of_vector_tiles_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BrokenTiles):
        read_tile(mbtiles(tmp_path / "base.mbtiles", {(0, 0, 0): b"\x1f\x8b\x08 vector"}), 0, 0, 0)


def ask(tiles_url: str, path: str) -> tuple[int, bytes, str]:
    app = Flask("tiles")
    app.register_error_handler(NotFound, lambda error: (str(error), 404))
    tiles.install(app, Settings(tiles_url=tiles_url, _env_file=None))  # type: ignore[call-arg]
    answer = app.test_client().get(path)
    return answer.status_code, answer.data, answer.mimetype


def test_the_product_serves_the_file_and_an_empty_picture_for_gaps(file: Path) -> None:
    assert ask(str(file), "/tiles/1/0/0") == (200, JPG, "image/jpeg")
    status, data, kind = ask(str(file), "/tiles/7/1/1")
    assert (status, kind) == (200, "image/png") and data == tiles.EMPTY.data


@pytest.mark.parametrize(
    "url", ["", "https://tiles.example/{z}/{x}/{y}.png", "/nowhere/base.mbtiles", "/nowhere/base.pmtiles"]
)
def test_without_a_file_there_is_no_tile(url: str) -> None:
    assert ask(url, "/tiles/0/0/0")[0] == 404


def test_the_route_needs_somebody_logged_in() -> None:
    app = Flask("tiles")
    tiles.install(app, Settings(tiles_url="base.mbtiles", _env_file=None))  # type: ignore[call-arg]
    assert app.view_functions["tiles"].permission == "session"  # type: ignore[attr-defined]
