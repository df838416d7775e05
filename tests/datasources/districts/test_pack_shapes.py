"""Packs that cannot work are refused in a sentence, the others work: outermost areas, slivers, centres, codes (cases 04, 05,
17, 19, 20, 22), and what a pack says of codes that are gone."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from datasources.districts.geo import GeoIndex
from datasources.districts.pack.folder import BUNDLED
from datasources.districts.pack.reading import Pack, PackInvalid, read_pack
from tests.support.small_packs import TABLES, area, merged_wards, ring, small_pack, two_wards

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


def faults(folder: Path) -> list[str]:
    with pytest.raises(PackInvalid) as caught:
        read_pack(folder, NOW)
    return [str(fault) for fault in caught.value.faults]


def warnings(pack: Pack) -> list[str]:
    return [str(warning) for warning in pack.warnings]


# --- one outermost area (04, 05) --------------------------------------------------------------------------------------


def test_wards_without_an_outer_area_are_refused_in_one_sentence(tmp_path: Path) -> None:
    wards = [area("W1", "ward", None, ring(0, 1)), area("W2", "ward", None, ring(1, 2))]
    (told,) = faults(
        small_pack(tmp_path, wards, ["ward"], duties="unit,category,area,priority\nPW,road,W1,1\n")
    )
    assert told.startswith("areas.geojson:3: 最外层应只有一个区域，实有 2 个（W1、W2）")


def test_levels_without_their_outermost_area_are_refused_in_one_sentence(tmp_path: Path) -> None:
    wards = [area("W1", "ward", None, ring(0, 1)), area("W2", "ward", None, ring(1, 2))]
    (told,) = faults(small_pack(tmp_path, wards, duties="unit,category,area,priority\nPW,road,W1,1\n"))
    assert told.startswith("areas.geojson: 缺少最外层（city）的区域")


def test_the_outermost_area_may_have_another_code_than_the_district(tmp_path: Path) -> None:
    pack = read_pack(small_pack(tmp_path, code="oakton"), NOW)
    assert (pack.code, pack.areas[0].code, pack.units[0].area) == ("oakton", "c", "c")


# --- slivers (20) --------------------------------------------------------------------------------------------------------


def overlapping(by: float) -> list[dict[str, Any]]:
    return [*two_wards()[:2], area("W2", "ward", "c", ring(1 - by, 2))]


def test_a_sliver_is_warned_of_and_what_lies_in_it_is_in_doubt(tmp_path: Path) -> None:
    pack = read_pack(small_pack(tmp_path, overlapping(0.1)), NOW)
    (told,) = warnings(pack)
    assert told.startswith("areas.geojson:4: 网格“W1”与“W2”重叠 9")
    assert "存疑" in told
    place = GeoIndex(pack.areas, pack.levels).locate(116.50095, 40.0005)
    assert place.border is not None
    assert set(place.border["candidates"]) == {"W1", "W2"}
    assert not place.border["settled"]


def test_an_overlap_of_more_than_a_thousand_square_metres_is_a_fault(tmp_path: Path) -> None:
    (told,) = faults(small_pack(tmp_path, overlapping(0.2)))
    assert "重叠 189" in told or "重叠 19" in told


# --- the centre (19) ---------------------------------------------------------------------------------------------------


def test_a_swapped_centre_is_named_once_and_no_area_is_blamed(tmp_path: Path) -> None:
    swapped = (BUNDLED / "boston" / "district.toml").read_text("utf-8")
    assert "centre = [-71.0589, 42.3301]" in swapped
    for path in (BUNDLED / "boston").glob("*.*"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "district.toml").write_text(
        swapped.replace("[-71.0589, 42.3301]", "[42.3301, -71.0589]"), "utf-8"
    )
    assert faults(tmp_path) == ["district.toml:4: 中心点与全部区域的经纬度互为颠倒：centre 应为 [经度, 纬度]"]


# --- codes (22) --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["PW,1", "PW/1", "PW|1", "PW?1", "PW#1", "PW\\1"])
def test_a_code_that_cannot_be_asked_for_is_refused_wherever_it_stands(tmp_path: Path, code: str) -> None:
    quoted = f'"{code}"'
    unit = faults(small_pack(tmp_path / "u", units=TABLES["units.csv"] + f"{quoted},More,department,,,1\n"))
    kind = faults(
        small_pack(tmp_path / "k", categories=TABLES["categories.csv"] + f"{quoted},More,,,,0,,0\n")
    )
    ward = faults(small_pack(tmp_path / "w", [*two_wards()[:2], area(code, "ward", "c", ring(1, 2))]))
    assert [len(unit), len(kind), len(ward)] == [1, 1, 1]
    assert unit[0].startswith(f"units.csv:3: 代码“{code}”不能含逗号")
    assert kind[0].startswith(f"categories.csv:3: 代码“{code}”不能含逗号")
    assert ward[0].startswith("areas.geojson:4: 代码")


@pytest.mark.parametrize("code", ["a,b", "../up", ".hidden"])
def test_a_district_s_code_must_do_for_a_file_s_name(tmp_path: Path, code: str) -> None:
    assert any(told.startswith("district.toml:1: 代码") for told in faults(small_pack(tmp_path, code=code)))


# --- what is gone ------------------------------------------------------------------------------------------------------


def test_an_area_with_a_successor_is_history_and_no_part_of_the_map(tmp_path: Path) -> None:
    old = area("W1", "ward", "c", ring(0, 1), successor="W2")
    pack = read_pack(small_pack(tmp_path, merged_wards(beside=[old])), NOW)
    assert ([one.code for one in pack.areas], [one.code for one in pack.gone_areas]) == (["c", "W2"], ["W1"])
    assert warnings(pack) == []


def test_an_area_is_there_from_its_first_day_to_its_last(tmp_path: Path) -> None:
    features = [
        area("c", "city", None, ring(0, 2)),
        area("W1", "ward", "c", ring(0, 1), valid_to="2026-11-20"),
        area("N1", "ward", "c", ring(0, 1), valid_from="2026-11-20"),
        area("W2", "ward", "c", ring(1, 2)),
    ]
    folder = small_pack(tmp_path, features)
    before = read_pack(folder, datetime(2026, 11, 19, 15, 59, tzinfo=UTC))  # 23:59 in the district
    after = read_pack(folder, datetime(2026, 11, 19, 16, 0, tzinfo=UTC))
    assert [one.code for one in before.areas] == ["c", "W1", "W2"]
    assert [one.code for one in after.areas] == ["c", "N1", "W2"]
    assert warnings(before) == ["areas.geojson:4: 区域“N1”自 2026-11-20 起生效，到时请再次载入"]
    assert before.digest != after.digest


BROKEN = [
    ({"successor": "X9"}, "“W1”的接替者“X9”不在同一文件中"),
    ({"successor": "W1"}, "“W1”不能由自己接替"),
    ({"valid_to": "soon"}, "“W1”的 valid_to 应如 2026-10-01，实为“soon”"),
    ({"valid_from": "2026-02-01", "valid_to": "2026-01-01"}, "“W1”的 valid_to 不晚于 valid_from"),
]


@pytest.mark.parametrize(("facts", "told"), BROKEN)
def test_a_succession_that_leads_nowhere_is_a_fault(tmp_path: Path, facts: dict[str, str], told: str) -> None:
    features = [*two_wards()[:1], area("W1", "ward", "c", ring(0, 1), **facts), two_wards()[2]]
    assert f"areas.geojson:3: {told}" in faults(small_pack(tmp_path, features))


def test_successions_in_a_circle_and_heirs_that_are_gone_are_faults(tmp_path: Path) -> None:
    units = (
        "code,name,kind,parent,area,may_claim,successor\n"
        "PW,Public Works,department,,,1,\nA,A,department,,,1,B\nB,B,department,,,1,A\n"
    )
    assert faults(small_pack(tmp_path, units=units)) == [
        "units.csv:3: “A”的接替关系成环",
        "units.csv:4: “B”的接替关系成环",
    ]


def test_a_unit_that_is_gone_has_no_duties(tmp_path: Path) -> None:
    units = (
        "code,name,kind,parent,area,may_claim,successor\n"
        "PW,Public Works,department,,,1,NEW\nNEW,New,department,,,1,\n"
    )
    assert faults(small_pack(tmp_path, units=units)) == ["duties.csv:2: 未知单位“PW”"]
