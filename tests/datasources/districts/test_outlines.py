"""Outlines for a phone: an enclave is a place of its own (case 17)."""

from pathlib import Path

from datasources.districts.pack.reading import read_pack
from datasources.districts.rough import rings
from tests.support.small_packs import area, ring, small_pack

HOLE = ring(0.3, 0.7, 0.3, 0.7)


def with_an_enclave() -> list[dict]:
    """Return a street whose ward W1 lies all around the ward E."""
    return [
        area("c", "city", None, ring(0, 2)),
        area("S", "street", "c", ring(0, 2)),
        area("W1", "ward", "S", ring(0, 1), HOLE),
        area("E", "ward", "S", HOLE),
        area("W2", "ward", "S", ring(1, 2)),
    ]


def inside(flat: list[float], lng: float, lat: float) -> bool:
    odd, points = False, list(zip(flat[::2], flat[1::2], strict=True))
    for (x1, y1), (x2, y2) in zip(points, [*points[1:], points[0]], strict=True):
        if (y1 > lat) != (y2 > lat) and lng < (x2 - x1) * (lat - y1) / (y2 - y1) + x1:
            odd = not odd
    return odd


def test_the_outline_of_an_area_around_an_enclave_has_its_hole(tmp_path: Path) -> None:
    pack = read_pack(small_pack(tmp_path, with_an_enclave(), ("city", "street", "ward")))
    drawn = {one.code: rings(one.geometry) for one in pack.areas}
    holding = [
        code for code in ("W1", "E", "W2") if sum(inside(one, 116.5005, 40.0005) for one in drawn[code]) % 2
    ]
    assert holding == ["E"]
