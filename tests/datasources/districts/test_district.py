"""District packs: the two that ship are sound, and a broken one is told everything that is wrong with it, by file and line."""

import csv
import gzip
import json
import tomllib
from collections import Counter
from pathlib import Path

import pytest
import shapely
from shapely.geometry import shape

from dashboard.rules.events.event import Source
from dashboard.rules.limits import parse_limit
from datasources.districts.loading import load_pack
from datasources.districts.pack.reading import PackInvalid, read_pack
from datasources.store.database import Database
from tests.conftest import FRIDAY
from tests.support.references import references

M2_PER_SQUARE_DEGREE = 111_195**2  # at the equator: an upper bound

CONFIG = """\
code = "D"
name = "样板区"
centre = [118.12, 24.505]
language = "zh_CN"
time_zone = "Asia/Shanghai"
levels = ["district", "street", "grid"]

[limits]
claim = 30
handling = "2工作日"

[points]
mediation = 1.5

[composite]
on_time_close_rate = 40
satisfaction_rate = 30
claim_rate = 20
first_fix_rate = 10

[emergency.co_units]
F01 = ["POLICE", "@street"]
"""
TABLES = {
    "units.csv": "code,name,kind,parent,area,may_claim\nFIRE,消防,department,,D,1\nPOLICE,公安,department,FIRE,S1,0\n",
    "categories.csv": (
        "code,name,parent,limit,claim_minutes,emergency,level,photo_required\n"
        "F,消防,,,,0,,0\n"
        "F01,火情,F,1紧急工作时,0,1,district,1\n"
        "F02,通道,F,,,0,street,1\n"
    ),
    "conditions.csv": "category,no,text,limit,close_condition\nF02,1,堵塞,4小时,清理\n",
    "duties.csv": "unit,category,area,priority\nFIRE,F,D,1\n",
    "calendar.csv": "date,kind\n2026-10-01,holiday\n2026-10-10,workday\n",
}
WEST, SOUTH, SIDE = 118.10, 24.50, 0.01


def square(column: float, width: float = 1) -> list[list[float]]:
    west, east = WEST + column * SIDE, WEST + (column + width) * SIDE
    return [[west, SOUTH], [east, SOUTH], [east, SOUTH + SIDE], [west, SOUTH + SIDE], [west, SOUTH]]


def feature(code: str, level: str, parent: str | None, ring: list[list[float]], **more: object) -> dict:
    properties = {"code": code, "name": code, "level": level, "parent": parent, "kind": ""} | more
    geometry = {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def areas() -> list[dict]:
    """Line 2 D, 3 S1, 4 S2, 5–8 G0…G3: four squares in a row, two to each street."""
    grids = [feature(f"G{n}", "grid", "S1" if n < 2 else "S2", square(n), workers=1) for n in range(4)]
    streets = [feature("S1", "street", "D", square(0, 2)), feature("S2", "street", "D", square(2, 2))]
    return [feature("D", "district", None, square(0, 4)), *streets, *grids]


class Packed:
    """A small sound pack in a folder, to be broken one file at a time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.write("district.toml", CONFIG)
        self.draw(areas())
        for name, text in TABLES.items():
            self.write(name, text)

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8", newline="")

    def draw(self, features: list[dict]) -> None:
        lines = ",\n".join(json.dumps(one, ensure_ascii=False) for one in features)
        self.write("areas.geojson", '{"type": "FeatureCollection", "features": [\n' + lines + "\n]}")

    def swap(self, name: str, old: str, new: str) -> None:
        text = (self.folder / name).read_text(encoding="utf-8")
        assert old in text
        self.write(name, text.replace(old, new, 1))

    def faults(self) -> list[str]:
        with pytest.raises(PackInvalid) as caught:
            read_pack(self.folder)
        return [str(fault) for fault in caught.value.faults]

    def warnings(self) -> list[str]:
        return [str(warning) for warning in read_pack(self.folder).warnings]


@pytest.fixture
def packed(tmp_path: Path) -> Packed:
    return Packed(tmp_path)


@pytest.fixture(scope="module")
def boston():
    return read_pack("boston")


# --- a sound pack ---------------------------------------------------------------------------------------------------


def test_a_sound_pack_is_read_into_records(packed):
    pack = read_pack(packed.folder)
    assert (pack.code, pack.levels, pack.centre) == ("D", ("district", "street", "grid"), (118.12, 24.505))
    assert [area.code for area in pack.areas] == ["D", "S1", "S2", "G0", "G1", "G2", "G3"]
    fire, police = pack.units
    assert (fire.may_claim, fire.parent, police.may_claim, police.parent) == (True, None, False, "FIRE")
    major, fire_seen, path = pack.categories
    assert (major.limit, fire_seen.claim_minutes, fire_seen.emergency, path.claim_minutes) == (
        "",
        0,
        True,
        None,
    )
    assert pack.conditions[0].limit == "4小时"
    assert [day.kind for day in pack.calendar] == ["holiday", "workday"]
    assert pack.emergency["co_units"]["F01"] == ["POLICE", "@street"]
    assert pack.warnings == ()
    json.dumps(pack.config)


def test_a_byte_order_mark_does_no_harm(packed):
    raw = (packed.folder / "units.csv").read_bytes()
    (packed.folder / "units.csv").write_bytes(b"\xef\xbb\xbf" + raw)
    assert read_pack(packed.folder).units[0].code == "FIRE"


def test_conditions_and_extra_columns_and_blank_lines_are_free(packed):
    (packed.folder / "conditions.csv").unlink()
    packed.write("duties.csv", "unit,category,area,priority,note\n\nFIRE,F,D,1,全区\n,,,,\n")
    pack = read_pack(packed.folder)
    assert (pack.conditions, len(pack.duties)) == ((), 1)


def test_the_digest_changes_with_any_file_and_not_without(packed):
    first = read_pack(packed.folder).digest
    assert read_pack(packed.folder).digest == first
    packed.swap("calendar.csv", "2026-10-01", "2026-10-02")
    assert read_pack(packed.folder).digest != first


def test_areas_drawn_as_points_are_welcome(packed):
    unit = feature("U1", "unit", "G0", [])
    unit["geometry"] = {"type": "Point", "coordinates": [WEST + SIDE / 2, SOUTH + SIDE / 2]}
    packed.draw([*areas(), unit])
    packed.swap("district.toml", '"grid"]', '"grid", "unit"]')
    assert read_pack(packed.folder).areas[-1].lng == pytest.approx(WEST + SIDE / 2)


# --- faults, each with file and line ----------------------------------------------------------------------------------

BROKEN_TABLES = [
    ("units.csv", "FIRE,消防,department,,D,1", "FIRE,消防,department,,X9,1", "units.csv:2: 未知区域“X9”"),
    (
        "units.csv",
        "POLICE,公安,department,FIRE",
        "POLICE,公安,department,NOBODY",
        "units.csv:3: “POLICE”的上级“NOBODY”不存在",
    ),
    ("units.csv", "S1,0", "S1,否", "units.csv:3: 列“may_claim”只能是 0 或 1，实为“否”"),
    ("units.csv", "POLICE,公安", "FIRE,公安", "units.csv:3: 代码“FIRE”重复（首次在第 2 行）"),
    ("units.csv", "POLICE,公安", ",公安", "units.csv:3: 代码为空"),
    ("units.csv", "POLICE,公安", "POLICE,", "units.csv:3: 名称为空"),
    ("units.csv", "S1,0", "S1,0,多余", "units.csv:3: 应有 6 列，实有 7 列"),
    ("units.csv", "S1,0", "S1", "units.csv:3: 应有 6 列，实有 5 列"),
    ("units.csv", "code,name", "code,title", "units.csv:1: 缺少列“name”"),
    ("units.csv", "code,name,kind", "code,name,name", "units.csv:1: 列“name”出现多次"),
    ("units.csv", "POLICE,公安", 'POLICE,"公安', "units.csv:3: 表格无法读取"),
    ("categories.csv", "F02,通道,F,,", "F02,通道,F,三两天,", "categories.csv:4: 时限“三两天”无法识别"),
    ("categories.csv", "F02,通道,F,", "F02,通道,Q,", "categories.csv:4: “F02”的上级“Q”不存在"),
    ("categories.csv", "F02,", "F01,", "categories.csv:4: 代码“F01”重复（首次在第 3 行）"),
    ("categories.csv", "F,消防,,", "F,消防,F02,", "categories.csv:2: “F”的上级关系成环"),
    ("categories.csv", "时,0,1,", "时,0,是,", "categories.csv:3: 列“emergency”只能是 0 或 1，实为“是”"),
    ("categories.csv", "street,1", "street,Y", "categories.csv:4: 列“photo_required”只能是 0 或 1，实为“Y”"),
    ("categories.csv", "时,0,1,", "时,半小时,1,", "categories.csv:3: 列“claim_minutes”应为不小于 0 的整数"),
    ("categories.csv", "street,1", "town,1", "categories.csv:4: 不认识层级“town”"),
    ("conditions.csv", "F02,1", "F77,1", "conditions.csv:2: 未知类别“F77”"),
    ("conditions.csv", "4小时", "马上", "conditions.csv:2: 时限“马上”无法识别"),
    ("conditions.csv", "F02,1", "F02,一", "conditions.csv:2: 列“no”应为不小于 1 的整数，实为“一”"),
    ("duties.csv", "FIRE,F,D,1", "NOBODY,F,D,1", "duties.csv:2: 未知单位“NOBODY”"),
    ("duties.csv", "FIRE,F,D,1", "FIRE,F9,D,1", "duties.csv:2: 未知类别“F9”"),
    ("duties.csv", "FIRE,F,D,1", "FIRE,F,Z,1", "duties.csv:2: 未知区域“Z”"),
    ("duties.csv", "FIRE,F,D,1", "FIRE,F,D,高", "duties.csv:2: 列“priority”应为不小于 0 的整数，实为“高”"),
    ("duties.csv", "FIRE,F,D,1", "FIRE,F,D,1\nFIRE,F,D,2", "duties.csv:3: 职责“FIRE F D”重复"),
    ("calendar.csv", "2026-10-10", "2026-13-10", "calendar.csv:3: 日期“2026-13-10”应如 2026-10-01"),
    ("calendar.csv", "2026-10-10", "20261010", "calendar.csv:3: 日期“20261010”应如 2026-10-01"),
    ("calendar.csv", "workday", "调休", "calendar.csv:3: 日历类型“调休”应为 holiday"),
    ("calendar.csv", "2026-10-10", "2026-10-01", "calendar.csv:3: 日期 2026-10-01 重复"),
    (
        "district.toml",
        'time_zone = "Asia/Shanghai"',
        'time_zone = "Asia/Xiamen"',
        "district.toml:5: 不认识时区“Asia/Xiamen”",
    ),
    (
        "district.toml",
        "centre = [118.12, 24.505]",
        "centre = [24.505, 118.12]",
        "district.toml:3: 中心点应为 [经度, 纬度]",
    ),
    ("district.toml", 'name = "样板区"', "name = 7", "district.toml:2: 项“name”的值不对"),
    ("district.toml", 'name = "样板区"\n', "", "district.toml: 缺少项“name”"),
    ("district.toml", "claim = 30", "claim = soon", "district.toml:9: TOML 语法错误"),
    ("district.toml", "claim = 30", "claim = -3", "district.toml:9: [limits] 中“claim”的值“-3”不对"),
    ("district.toml", "claim = 30", "clame = 30", "district.toml:9: [limits] 中不认识“clame”"),
    ("district.toml", '"2工作日"', '"一会儿"', "district.toml:10: [limits] 中“handling”的值“一会儿”不对"),
    (
        "district.toml",
        "mediation = 1.5",
        "mediation = 1.55",
        "district.toml:13: [points] 中“mediation”的值“1.55”不对",
    ),
    (
        "district.toml",
        "claim_rate = 20",
        "claim_rate = 25",
        "district.toml:15: 综合得分的权重合计应为 100，实为 105",
    ),
    ("district.toml", 'F01 = ["POLICE"', 'F01 = ["ARMY"', "district.toml:22: 未知单位“ARMY”"),
    ("district.toml", '"street", "grid"]', '"street", "street"]', "district.toml:6: 层级有重复"),
    ("district.toml", '"street", "grid"]', "3]", "district.toml:6: 项“levels”的值不对"),
    (
        "district.toml",
        "[emergency.co_units]",
        '[emergency.kinds]\nF01 = "flood"\n[emergency.co_units]',
        "district.toml:22: 项“kinds.F01”的值不对",
    ),
    (
        "district.toml",
        "[emergency.co_units]",
        '[emergency.kinds]\nF99 = "fire"\n[emergency.co_units]',
        "district.toml:22: 未知类别“F99”",
    ),
    (
        "district.toml",
        "[emergency.co_units]",
        '[emergency.steer]\nF02 = { F01 = "火" }\n[emergency.co_units]',
        "district.toml:22: 项“steer.F02.F01”的值不对",
    ),
    (
        "district.toml",
        '[emergency.co_units]\nF01 = ["POLICE", "@street"]',
        "[emergency]\nco_units = 3",
        "district.toml:22: 项“co_units”的值不对",
    ),
    ("district.toml", 'F01 = ["POLICE", "@street"]', "F01 = 3", "district.toml:22: 协办单位应为列表"),
    ("district.toml", 'F01 = ["POLICE"', 'F99 = ["POLICE"', "district.toml:22: 未知类别“F99”"),
]


@pytest.mark.parametrize(("name", "old", "new", "told"), BROKEN_TABLES, ids=[row[3] for row in BROKEN_TABLES])
def test_a_broken_table_or_setting_is_told_by_file_and_line(packed, name, old, new, told):
    packed.swap(name, old, new)
    assert any(fault.startswith(told) for fault in packed.faults()), packed.faults()


@pytest.mark.parametrize(
    "name", ["district.toml", "areas.geojson", "units.csv", "categories.csv", "duties.csv", "calendar.csv"]
)
def test_a_missing_file_is_named(packed, name):
    (packed.folder / name).unlink()
    assert f"{name}: 缺少文件" in packed.faults()


def test_a_pack_that_is_not_there_is_said_to_be_missing(tmp_path):
    with pytest.raises(PackInvalid, match="找不到片区包"):
        read_pack(tmp_path / "nowhere")


def test_a_file_in_gb18030_is_refused_with_the_cure(packed):
    text = (packed.folder / "units.csv").read_text(encoding="utf-8")
    (packed.folder / "units.csv").write_bytes(text.encode("gb18030"))
    told = packed.faults()[-1]
    assert told.startswith("units.csv:2: 文件不是 UTF-8 编码（像是 GB18030/GBK）")
    assert "另存为 UTF-8" in told


def test_every_fault_is_collected_before_anything_is_refused(packed):
    packed.swap("units.csv", "S1,0", "S1,7")
    packed.swap("duties.csv", "FIRE,F,D,1", "FIRE,F9,Z,x")
    packed.swap("calendar.csv", "2026-10-10", "昨天")
    assert [fault.split(": ")[0] for fault in packed.faults()] == [
        "calendar.csv:3",
        *["duties.csv:2"] * 3,
        "units.csv:3",
    ]


def changed(number: int, **properties: object) -> list[dict]:
    features = areas()
    features[number]["properties"].update(properties)
    return features


def reshaped(number: int, geometry: object) -> list[dict]:
    features = areas()
    features[number]["geometry"] = geometry
    return features


def ring(points: list[list[float]]) -> dict:
    return {"type": "Polygon", "coordinates": [points]}


BOW_TIE = [
    [WEST, SOUTH],
    [WEST + SIDE, SOUTH + SIDE],
    [WEST + SIDE, SOUTH],
    [WEST, SOUTH + SIDE],
    [WEST, SOUTH],
]
BROKEN_MAPS = [
    (changed(3, code="G1"), "areas.geojson:6: 代码“G1”重复（首次在第 5 行）"),
    (changed(3, code=350206), "areas.geojson:5: 代码必须是不含“/”的非空文字，实为 350206"),
    (changed(3, level="block"), "areas.geojson:5: 区域“G0”的层级“block”不在 levels 之中"),
    (changed(3, parent="S9"), "areas.geojson:5: 区域“G0”的上级“S9”不存在"),
    (changed(3, parent=None), "areas.geojson:5: 区域“G0”缺少上级"),
    (changed(3, parent="G1"), "areas.geojson:5: 区域“G0”的上级“G1”不在更外一层"),
    (changed(1, parent="G0"), "areas.geojson:3: 区域“S1”的上级关系成环"),
    (changed(3, name=""), "areas.geojson:5: 名称为空"),
    (changed(3, workers=-1), "areas.geojson:5: 区域“G0”的 workers 应为 0 到 100000 的整数"),
    (reshaped(3, None), "areas.geojson:5: 区域“G0”的图形无法读取"),
    (
        reshaped(3, {"type": "LineString", "coordinates": square(0)}),
        "areas.geojson:5: 区域“G0”应为面（或点），实为 LineString",
    ),
    (reshaped(3, ring(BOW_TIE)), "areas.geojson:5: 区域“G0”的图形无效：Self-intersection"),
    (reshaped(3, ring([point[::-1] for point in square(0)])), "areas.geojson:5: 区域“G0”的经纬度颠倒"),
    (reshaped(3, ring([[lng + 100, lat] for lng, lat in square(0)])), "areas.geojson:5: 区域“G0”的坐标超出"),
    (reshaped(3, ring([[lng - 10, lat] for lng, lat in square(0)])), "areas.geojson:5: 区域“G0”离中心点 10"),
    ([{"type": "Feature"}, *areas()], "areas.geojson:2: 区域缺少 properties"),
]


@pytest.mark.parametrize(("features", "told"), BROKEN_MAPS, ids=[row[1] for row in BROKEN_MAPS])
def test_a_broken_map_is_told_by_file_and_line(packed, features, told):
    packed.draw(features)
    assert any(fault.startswith(told) for fault in packed.faults()), packed.faults()


def test_a_missing_property_of_an_area_is_named(packed):
    features = areas()
    del features[4]["properties"]["kind"]
    packed.draw(features)
    assert "areas.geojson:6: 区域缺少属性“kind”" in packed.faults()


def test_overlapping_grids_are_named_with_the_square_metres(packed):
    packed.draw(reshaped(4, ring(square(0.9, 1.1))))
    (told,) = packed.faults()
    assert told.startswith("areas.geojson:6: 网格“G0”与“G1”重叠 ")
    metres = int(told.split("重叠 ")[1].split()[0])
    assert metres == pytest.approx(101.2 * 1112, rel=0.01)


def test_an_overlap_under_one_square_metre_is_a_drawing_error_nobody_minds(packed):
    packed.draw(reshaped(4, ring(square(1 - 5e-7, 1 + 5e-7))))
    assert packed.warnings() == []


def test_json_that_breaks_off_is_told_with_its_line(packed):
    text = (packed.folder / "areas.geojson").read_text(encoding="utf-8")
    packed.write("areas.geojson", text[: text.index('"G2"')])
    assert packed.faults()[0].startswith("areas.geojson:7: JSON 语法错误")


def test_records_without_a_mapping_are_refused(packed):
    (packed.folder / "records").mkdir()
    with gzip.open(packed.folder / "records" / "all.csv.gz", "wt") as file:
        file.write("id\n1\n")
    assert "records/mapping.toml: 缺少文件" in packed.faults()


# --- warnings: told, but loaded ------------------------------------------------------------------------------------------


def test_a_grid_without_a_full_time_worker_is_warned_of(packed):
    packed.draw(changed(5, workers=0))
    assert packed.warnings() == ["areas.geojson:7: 网格“G2”没有专职网格员"]


def test_a_category_nobody_is_responsible_for_is_warned_of(packed):
    packed.swap("duties.csv", "FIRE,F,D,1", "FIRE,F01,D,1")
    assert packed.warnings() == ["duties.csv: 类别“F02”没有任何单位负责"]


def test_a_gap_between_grids_is_warned_of(packed):
    packed.draw(reshaped(4, ring(square(1.5, 0.5))))
    (told,) = packed.warnings()
    assert told.startswith("areas.geojson:3: 区域“S1”内有 5")
    assert told.endswith("平方米不属于任何下级")


def test_a_grid_reaching_beyond_its_street_is_warned_of(packed):
    packed.draw(reshaped(6, ring(square(3, 1.5))))
    assert [told.split(" 有")[0].split(":")[1] for told in packed.warnings()] == ["8"]


# --- the packs that ship ---------------------------------------------------------------------------------------------------


def test_huli_is_read_without_a_fault_or_a_warning(huli):
    assert huli.warnings == ()
    assert (huli.code, huli.time_zone, huli.language) == ("350206", "Asia/Shanghai", "zh_CN")


def test_huli_has_the_stated_numbers_of_areas_and_of_each_kind_of_grid(huli):
    assert Counter(area.level for area in huli.areas) == {
        "district": 1,
        "street": 5,
        "community": 54,
        "grid": 710,
    }
    grids = [area for area in huli.areas if area.level == "grid"]
    assert Counter(grid.kind for grid in grids) == {"小区": 268, "村改居": 278, "园区": 42, "混合": 122}
    names = {area.code: area.name for area in huli.areas}
    assert len({area.name for area in huli.areas if area.level == "community"}) == 54
    parents = {area.code: area.parent for area in huli.areas}
    by_street = Counter(names[parents[grid.parent]] for grid in grids)
    assert by_street == {"湖里街道": 176, "殿前街道": 168, "禾山街道": 131, "江头街道": 122, "金山街道": 113}
    assert sum(names[grid.parent] == "后坑社区" for grid in grids) == 18


def test_huli_codes_have_the_length_of_their_level_and_begin_with_the_code_above(huli):
    lengths = {"district": 6, "street": 12, "community": 12, "grid": 15}
    assert all(len(area.code) == lengths[area.level] for area in huli.areas)
    assert all(area.code[:12] == area.parent for area in huli.areas if area.level == "grid")


def test_huli_says_what_is_schematic_and_which_codes_are_not_official(huli):
    assert all("示意" in area.note for area in huli.areas if area.level != "district")
    local = {area.name for area in huli.areas if "非官方代码" in area.note}
    assert local == {"禾缘社区", "金泰社区"}
    assert "示意" in huli.texts["schematic"]


@pytest.mark.parametrize("name", ["huli", "boston"])
def test_every_area_is_exactly_the_union_of_those_below_it(name):
    pack = read_pack(name)
    drawn = {area.code: shape(area.geometry) for area in pack.areas}
    below: dict[str, list] = {}
    for area in pack.areas:
        if area.parent:
            below.setdefault(area.parent, []).append(drawn[area.code])
    for code, children in below.items():
        difference = shapely.union_all(children).symmetric_difference(drawn[code]).area
        assert difference * M2_PER_SQUARE_DEGREE < 0.1
        overlap = sum(child.area for child in children) - drawn[code].area
        assert abs(overlap) * M2_PER_SQUARE_DEGREE < 0.1


def test_huli_carries_the_whole_standard_and_the_social_extension(huli):
    kinds = Counter(category.kind for category in huli.categories if category.parent)
    assert (kinds["部件"], kinds["事件"]) == (92, 98)
    majors = {category.code for category in huli.categories if not category.parent}
    assert {"91", "92", "93", "94", "95", "96", "97", "98", "99"} <= majors
    by_code = {category.code: category for category in huli.categories}
    assert (by_code["B0101"].name, by_code["S0101"].name) == ("上水井盖", "私搭乱建")
    assert by_code["S0502"].limit == "1紧急工作时"


def test_every_limit_of_huli_is_one_the_rule_book_understands(huli):
    texts = [condition.limit for condition in huli.conditions]
    texts += [category.limit for category in huli.categories if category.parent]
    assert all(parse_limit(text).amount > 0 for text in texts)
    assert {condition.category for condition in huli.conditions} == {
        category.code for category in huli.categories if category.kind in ("部件", "事件") and category.parent
    }


def test_every_kind_in_huli_has_exactly_one_unit_that_answers_first(huli):
    first = Counter(duty.category for duty in huli.duties if duty.priority == 1)
    kinds = {category.code for category in huli.categories if category.parent}
    assert first == dict.fromkeys(kinds, 1)


def test_emergencies_of_huli_are_never_put_up_for_claiming_and_name_their_co_units(huli):
    urgent = {category.code: category for category in huli.categories if category.emergency}
    assert {"S0502", "9901", "9903", "9905", "9906"} <= set(urgent)
    assert all(category.claim_minutes == 0 for category in urgent.values())
    assert set(huli.emergency["co_units"]) == set(urgent)
    leads = {duty.category: duty.unit for duty in huli.duties if duty.priority == 1}
    assert (leads["9901"], leads["S0502"], leads["S0506"], leads["9906"]) == (
        "FIRE",
        "GAS",
        "DRAINAGE",
        "POLICE",
    )
    assert all(leads[code] not in units for code, units in huli.emergency["co_units"].items())


def test_huli_works_on_the_exchanged_sunday_and_rests_through_the_golden_week(huli):
    days = {day.date.isoformat(): day.kind for day in huli.calendar}
    assert days["2026-09-20"] == "workday"
    assert all(days[f"2026-10-0{number}"] == "holiday" for number in range(1, 8))


def test_boston_is_read_and_says_that_its_workers_are_unknown(boston):
    assert [str(warning) for warning in boston.warnings] == [
        "areas.geojson: 没有说明网格员配备（属性 workers）"
    ]
    assert Counter(area.level for area in boston.areas) == {"city": 1, "neighborhood": 26}
    assert (len(boston.units), boston.language, boston.time_zone) == (11, "en", "America/New_York")


def test_bostons_targets_became_limits(boston):
    limits = {category.code: category.limit for category in boston.categories}
    assert limits["street-light-outages"] == "14自然日"
    assert limits["pick-up-dead-animal"] == "35紧急工作时"
    assert limits["abandoned-bicycle"] == ""


def test_the_mapping_of_bostons_records_covers_every_value_in_them(boston):
    mapping = tomllib.loads(boston.mapping.read_text(encoding="utf-8"))
    values, columns = mapping["values"], mapping["columns"]
    (path,) = boston.records
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        records = list(csv.DictReader(file))
    assert len(records) == 31_828
    assert set(columns.values()) <= set(records[0])
    for ours in ("source", "unit", "category", "status"):
        assert {record[columns[ours]] for record in records} == set(values[ours])
    assert set(values["source"].values()) <= set(Source)
    assert set(values["unit"].values()) == {unit.code for unit in boston.units}
    assert set(values["category"].values()) == {
        category.code for category in boston.categories if category.parent
    }


# --- places -------------------------------------------------------------------------------------------------

HEAD = "code,name,kind,lng,lat,area,unit,note\n"


def test_a_pack_may_name_its_places_and_each_knows_the_grid_it_lies_in(packed):
    packed.write(
        "places.csv", HEAD + "P1,一号站,station,118.115,24.505,,FIRE,示意\nP2,楼,party,118.135,24.505,S2,,\n"
    )
    first, second = read_pack(packed.folder).places
    assert (first.kind, first.lng, first.lat, first.area, first.unit, first.note) == (
        "station",
        118.115,
        24.505,
        "G1",
        "FIRE",
        "示意",
    )
    assert (second.area, second.unit) == ("S2", None)
    assert packed.warnings() == []


def test_a_pack_without_places_is_sound(packed):
    assert read_pack(packed.folder).places == ()


PLACE_FAULTS = {
    "kind": ("P1,站,castle,118.115,24.505,,,", "不认识地点类型“castle”"),
    "area": ("P1,站,station,118.115,24.505,S9,,", "未知区域“S9”"),
    "unit": ("P1,站,station,118.115,24.505,,NAVY,", "未知单位“NAVY”"),
    "code": (",站,station,118.115,24.505,,,", "代码为空"),
    "twice": ("P0,站,station,118.115,24.505,,,", "代码“P0”重复（首次在第 2 行）"),
    "name": ("P1,,station,118.115,24.505,,,", "名称为空"),
    "no number": ("P1,站,station,east,24.505,,,", "经纬度无法识别"),
    "not a number": ("P1,站,station,nan,24.505,,,", "经纬度无法识别"),
    "swapped": ("P1,站,station,24.505,118.115,,,", "经纬度颠倒"),
    "elsewhere": ("P1,站,station,-71.06,42.36,,,", "坐标或坐标系有误"),
    "off earth": ("P1,站,station,500,500,,,", "超出经度"),
    "cells": ("P1,站,station,118.115", "应有 8 列"),
}


@pytest.mark.parametrize(("wrong", "said"), PLACE_FAULTS.values(), ids=PLACE_FAULTS)
def test_a_wrong_place_is_named_by_file_and_line(packed, wrong, said):
    packed.write("places.csv", HEAD + "P0,好站,station,118.115,24.505,,,\n" + wrong + "\n")
    (fault,) = packed.faults()
    assert fault.startswith("places.csv:3: ") and said in fault


def test_a_place_outside_its_area_or_every_area_is_warned_of(packed):
    rows = "P1,站,station,118.115,24.505,S2,,\nP2,站,station,118.30,24.505,,,\n"
    packed.write("places.csv", HEAD + rows)
    assert packed.warnings() == [
        "places.csv:2: 地点“P1”不在区域“S2”之内",
        "places.csv:3: 地点“P2”不在任何区域之内",
    ]


def test_huli_has_five_real_offices_and_says_of_everything_else_that_it_is_schematic(huli):
    offices = [one for one in huli.places if one.kind == "office"]
    streets = {area.code for area in huli.areas if area.level == "street"}
    units = {unit.code: unit for unit in huli.units}
    assert {one.area for one in offices} == streets and len(offices) == 5
    assert all("GCJ-02" in one.note and units[one.unit].area == one.area for one in offices)
    others = [one for one in huli.places if one.kind != "office"]
    assert all("示意" in one.name and "示意" in one.note for one in others)
    paths = {area.code: area for area in huli.areas}
    for street in streets:
        here = Counter(
            one.unit for one in others if paths[paths[one.area].parent].parent == street and one.unit
        )
        assert set(here) == {"FIRE", "POLICE", "HEALTH", "GAS", "DRAINAGE", "MUNICIPAL", "TRAFFIC_POLICE"}
        assert max(here.values()) <= 3


def test_every_emergency_of_huli_sounds_as_its_category_is_and_never_by_words(sqlite):
    reference = references(sqlite).get()
    kinds = {
        one.code: reference.emergency_kind(one.code) for one in reference.categories.values() if one.emergency
    }
    assert {kinds.pop("S0595"), *kinds.values()} == {"other", "gas", "fire", "water", "traffic", "people"}
    assert "other" not in kinds.values() and kinds["S0502"] == "gas"
    assert reference.emergency_kind(None) == reference.emergency_kind("S0406") == "other"


def test_a_category_of_boston_sounds_as_the_one_above_it_is(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'boston.db'}")
    database.upgrade()
    with database.write() as session:
        load_pack(session, read_pack("boston"), FRIDAY)
    kind = references(database).get().emergency_kind
    assert (kind("request-for-pothole-repair"), kind("carbon-monoxide"), kind("bed-bugs")) == (
        "traffic",
        "gas",
        "other",
    )
    database.close()
