"""Coordinates turned by formula, and the place of a point, told honestly near a border."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasources.districts.coordinates import (
    UnknownCoordinates,
    bd09_to_gcj02,
    bd09_to_wgs84,
    gcj02_to_bd09,
    gcj02_to_wgs84,
    to_wgs84,
    wgs84_to_bd09,
    wgs84_to_gcj02,
)
from datasources.districts.geo import GeoIndex, metres_between, stretch
from datasources.districts.pack.reading import Area, read_pack

# WGS-84, GCJ-02 (lng, lat): googollee/eviltransform, python/test.py at 03ba58d9. Its two BD-09 vectors are not used: they
# were made with π where the published formula has 3000π/180, which puts them 40 m off the other source below.
EVILTRANSFORM = [
    ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
    ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
    ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
]
# WGS-84, GCJ-02, BD-09 (lng, lat), rounded to seven decimals: hujiulong/gcoord, test data china-cities.
CITIES = [
    ((114.0164322, 33.0133556), (114.022306, 33.0115324), (114.0287781, 33.0176697)),
    ((114.0527534, 22.5458236), (114.0578659, 22.5431014), (114.064418, 22.5487584)),
    ((91.1706414, 29.655277), (91.1721167, 29.6524954), (91.1786184, 29.6585294)),
    ((104.0640437, 30.5747262), (104.0665489, 30.5722732), (104.0730134, 30.5783237)),
    ((109.507813, 18.2545417), (109.5119135, 18.2528524), (109.5184703, 18.2585878)),
    ((87.6140048, 43.824388), (87.6168579, 43.8255962), (87.6232918, 43.8317719)),
    ((75.9868089, 39.470184), (75.9897602, 39.4704064), (75.9962502, 39.4764048)),
]
FORWARD_DEG = 5e-7
# Points whose GCJ-02 image stays inside the rectangle where the formula applies.
IN_CHINA = {"lng": st.floats(73.5, 135.0), "lat": st.floats(18.0, 53.6)}
LEVELS = ("district", "street", "grid")


def degrees_apart(a: tuple[float, float], b: tuple[float, float]) -> float:
    return max(abs(a[0] - b[0]), abs(a[1] - b[1]))


@pytest.mark.parametrize(("wgs", "gcj"), EVILTRANSFORM)
def test_the_published_vectors_come_out_to_the_seventh_decimal(wgs, gcj):
    assert degrees_apart(wgs84_to_gcj02(*wgs), gcj) <= FORWARD_DEG
    assert metres_between(gcj02_to_wgs84(*gcj), wgs) <= 0.5


@pytest.mark.parametrize(("wgs", "gcj", "bd"), CITIES)
def test_cities_known_in_three_systems_agree(wgs, gcj, bd):
    assert degrees_apart(gcj02_to_bd09(*gcj), bd) <= FORWARD_DEG
    assert degrees_apart(bd09_to_gcj02(*bd), gcj) <= FORWARD_DEG
    assert metres_between(bd09_to_wgs84(*bd), wgs) <= 1.0
    assert metres_between(wgs84_to_gcj02(*wgs), gcj) <= 1.0


@given(**IN_CHINA)
def test_there_and_back_is_the_same_place_anywhere_in_china(lng, lat):
    assert metres_between(gcj02_to_wgs84(*wgs84_to_gcj02(lng, lat)), (lng, lat)) <= 0.5
    assert metres_between(bd09_to_wgs84(*wgs84_to_bd09(lng, lat)), (lng, lat)) <= 0.5


@given(**IN_CHINA)
def test_gcj02_moves_every_point_in_china_by_tens_to_hundreds_of_metres(lng, lat):
    assert 5 < metres_between(wgs84_to_gcj02(lng, lat), (lng, lat)) < 2000


def test_outside_china_gcj02_is_wgs84():
    assert wgs84_to_gcj02(-71.0589, 42.3301) == (-71.0589, 42.3301)
    assert to_wgs84(2.35, 48.86, "gcj02") == (2.35, 48.86)


def test_cgcs2000_is_taken_as_wgs84():
    assert to_wgs84(118.1, 24.5, "cgcs2000") == (118.1, 24.5) == to_wgs84(118.1, 24.5, "wgs84")


@pytest.mark.parametrize("crs", ["GCJ", "epsg:3857", "", None, ["wgs84"]])
def test_an_unknown_coordinate_system_is_refused_with_the_known_ones(crs):
    with pytest.raises(UnknownCoordinates, match="gcj02"):
        to_wgs84(118.1, 24.5, crs)


# --- the place of a point -------------------------------------------------------------------------------------------

# Four squares of 0.01° in a row, west to east; two in each street. One metre is about 9.9e-6° of longitude there.
WEST, SOUTH, SIDE = 118.10, 24.50, 0.01
METRE = 1 / 101_184


def square(column: float, width: float = 1) -> dict:
    west, east = WEST + column * SIDE, WEST + (column + width) * SIDE
    ring = [[west, SOUTH], [east, SOUTH], [east, SOUTH + SIDE], [west, SOUTH + SIDE], [west, SOUTH]]
    return {"type": "Polygon", "coordinates": [ring]}


def area(code: str, level: str, parent: str | None, column: float, width: float = 1) -> Area:
    return Area(code, code, level, parent, "", square(column, width), 0.0, 0.0)


TOWN = [
    area("D", "district", None, 0, 4),
    area("S1", "street", "D", 0, 2),
    area("S2", "street", "D", 2, 2),
    *(area(f"G{n}", "grid", "S1" if n < 2 else "S2", n) for n in range(4)),
]
MIDDLE = SOUTH + SIDE / 2


@pytest.fixture(scope="module")
def town() -> GeoIndex:
    return GeoIndex(TOWN, LEVELS)


def test_a_point_well_inside_a_grid_has_it_and_no_doubt(town):
    place = town.locate(WEST + 0.5 * SIDE, MIDDLE, 10)
    assert (place.grid, place.grid_version, place.area_path) == ("G0", 1, "/D/S1/G0/")
    assert place.border is None


def test_twelve_metres_from_a_border_with_25_m_accuracy_names_both_sides(town):
    place = town.locate(WEST + SIDE - 12 * METRE, MIDDLE, 25)
    assert place.grid == "G0"
    assert place.border["candidates"] == ["G0", "G1"]
    assert place.border["distance_m"] == pytest.approx(12, abs=0.2)
    assert place.border["streets"] == 1
    assert place.border["settled"] is False


def test_a_border_between_streets_counts_two_streets(town):
    place = town.locate(WEST + 2 * SIDE + 20 * METRE, MIDDLE, 5)
    assert place.border["candidates"] == ["G2", "G1"]
    assert place.border["streets"] == 2


def test_the_border_band_is_thirty_metres_and_wider_when_the_point_is_known_worse(town):
    at = WEST + SIDE - 40 * METRE
    assert town.locate(at, MIDDLE, 30).border is None
    assert town.locate(at, MIDDLE, None).border is None
    assert town.locate(at, MIDDLE, 45).border["candidates"] == ["G0", "G1"]


def test_a_point_on_a_shared_edge_lies_in_both_grids(town):
    place = town.locate(WEST + SIDE, MIDDLE, 0)
    assert place.border["candidates"] == ["G0", "G1"]
    assert place.border["distance_m"] == 0


def test_a_point_just_outside_the_district_is_in_doubt_and_one_far_outside_lies_nowhere(town):
    near = town.locate(WEST - 10 * METRE, MIDDLE, 5)
    assert (near.grid, near.border["candidates"]) == ("G0", ["G0"])
    far = town.locate(WEST - 100 * METRE, MIDDLE, 5)
    assert (far.grid, far.border, far.area_path) == (None, None, "")


def test_a_point_in_two_overlapping_grids_is_in_doubt_however_far_from_the_edge():
    index = GeoIndex([TOWN[0], area("A", "grid", "D", 0, 2), area("B", "grid", "D", 1, 2)], LEVELS)
    place = index.locate(WEST + 1.5 * SIDE, MIDDLE, 5)
    assert place.border["candidates"] == ["A", "B"]
    assert place.border["distance_m"] == 0


def test_a_point_in_a_gap_belongs_to_the_deepest_area_that_covers_it():
    index = GeoIndex([area for area in TOWN if area.code != "G1"], LEVELS)
    place = index.locate(WEST + 1.5 * SIDE, MIDDLE, 5)
    assert (place.grid, place.area_path, place.border) == ("S1", "/D/S1/", None)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_coordinates_that_are_no_numbers_lie_nowhere(town, bad):
    assert town.locate(bad, MIDDLE, 5).grid is None
    assert town.locate(WEST + SIDE / 2, bad, 5).grid is None
    assert town.locate(WEST + SIDE / 2, MIDDLE, math.nan).grid == "G0"


def test_many_points_at_once_get_the_same_places_as_one_by_one(town):
    lngs = [WEST + number * SIDE / 13 for number in range(-3, 60)]
    lats = [MIDDLE] * len(lngs)
    accuracies = [float(number % 50) for number in range(len(lngs))]
    alone = [town.locate(*point) for point in zip(lngs, lats, accuracies, strict=True)]
    assert town.locate_many(lngs, lats, accuracies) == alone
    assert len({place.grid for place in alone}) == 5


def test_an_index_without_areas_knows_no_place():
    assert GeoIndex([], LEVELS).locate(118.1, 24.5, 5).grid is None


def test_a_wildly_inaccurate_point_names_a_handful_of_candidates_and_still_counts_all_streets():
    pack = read_pack("huli")
    place = GeoIndex(pack.areas, pack.levels).locate(*pack.centre, 20_000)
    assert len(place.border["candidates"]) == 8
    assert place.border["streets"] == 5


def test_a_stretch_of_border_has_one_name_from_both_sides():
    assert stretch(["G2", "G1"]) == stretch(["G1", "G2"]) == "G1|G2"


def test_the_neighbours_of_a_point_come_nearest_first(town):
    assert [code for code, _ in town.near(WEST + SIDE - 12 * METRE, MIDDLE, 50)] == ["G0", "G1"]


def test_distances_in_the_district_agree_with_the_sphere(town):
    a, b = (WEST, SOUTH), (WEST + SIDE, SOUTH + SIDE)
    assert town.distance_m(a, b) == pytest.approx(metres_between(a, b), rel=1e-3)
