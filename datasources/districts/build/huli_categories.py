"""Makes categories.csv, conditions.csv and duties.csv of districts/huli from a city's real standard.

Usage: python -m datasources.districts.build.huli_categories DATA_FOLDER PACK_FOLDER
Components and events share numbers in the standard (01-01 is a water manhole and an illegal building): B…. and S…. keep
them apart. Text, limits and closing conditions are the standard's own; who answers for what is mapped to our units.
"""

import csv
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl

from datasources.districts.build.huli_social import EMERGENCIES, NOT_CLAIMABLE_MAJORS, SOCIAL

DISTRICT = "350206"
STREETS = {
    "STREET_HULI": "350206001000",
    "STREET_DIANQIAN": "350206002000",
    "STREET_HESHAN": "350206003000",
    "STREET_JIANGTOU": "350206004000",
    "STREET_JINSHAN": "350206005000",
}
SHEETS = (("部件", "B"), ("事件", "S"))
STREET_PRIORITY = 9
# Words of the standard's column "handling unit" → our units, asked in this order for each named unit.
UNITS_BY_WORD = {
    "公安交通": "TRAFFIC_POLICE",
    "派出所": "POLICE",
    "消防": "FIRE",
    "节约用水": "WATER_SUPPLY",
    "供水": "WATER_SUPPLY",
    "排水": "DRAINAGE",
    "供热供气": "GAS",
    "供气": "GAS",
    "园林": "GREENING",
    "绿化": "GREENING",
    "环卫": "SANITATION",
    "市政": "MUNICIPAL",
    "公用服务": "MUNICIPAL",
    "电力": "POWER",
    "供电": "POWER",
    "联通": "TELECOM",
    "联合网络": "TELECOM",
    "移动": "TELECOM",
    "电信": "TELECOM",
    "通信": "TELECOM",
    "住建": "HOUSING",
    "住房": "HOUSING",
    "物业": "HOUSING",
    "生态": "ECO",
    "环保": "ECO",
    "卫生行政": "HEALTH",
    "水务": "WATER",
    "河道": "WATER",
    "地名": "CIVIL",
    "报业": "CULTURE",
    "执法": "URBAN_MGMT",
    "市容秩序": "URBAN_MGMT",
}
UNIT_OF_MAJOR = {
    "B01": "MUNICIPAL",
    "B02": "MUNICIPAL",
    "B03": "SANITATION",
    "B04": "GREENING",
    "B05": "MUNICIPAL",
    "S01": "URBAN_MGMT",
    "S02": "URBAN_MGMT",
    "S03": "HOUSING",
    "S04": "URBAN_MGMT",
    "S05": "EMERGENCY",
    "S06": "URBAN_MGMT",
}
# Where the standard names several first or another city's unit, one must answer here.
LEADS = {
    "S0504": "HEAT",
    "B0192": "HEAT",
    "B0110": "HEAT",
    "S0506": "DRAINAGE",
    "S0508": "POWER",
    "S0595": "EMERGENCY",
    "S0301": "HOUSING",
    "S0128": "POLICE",
    "S0496": "FIRE",
    "B0129": "POWER",
}
COMMUNITY_KINDS = frozenset(["S0105", "S0107", "S0135", "S0136", "S0138", "S0184", "S0190", "S0604", "S0196"])
HEADS = {
    "categories.csv": "code,name,parent,limit,claim_minutes,emergency,level,photo_required,kind",
    "conditions.csv": "category,no,text,limit,close_condition",
    "duties.csv": "unit,category,area,priority",
}


@dataclass
class Kind:
    """One kind of the standard with its filing conditions (text, limit, closing condition)."""

    code: str
    name: str
    parent: str
    kind: str
    units: list[str]
    by_street: bool
    conditions: list[tuple[str, str, str]] = field(default_factory=list)


def main(data: Path, pack: Path) -> None:
    """Write the three tables into the pack folder."""
    path = data / "categories" / "yuncheng_urban_mgmt_standard_tables.xlsx"
    book = openpyxl.load_workbook(path, read_only=False, data_only=True)
    majors: dict[str, tuple[str, str]] = {}
    kinds: list[Kind] = []
    for sheet, letter in SHEETS:
        kinds += read_sheet(book[sheet].iter_rows(min_row=3, values_only=True), sheet, letter, majors)
    kinds.sort(key=lambda kind: kind.code)
    write(pack, "categories.csv", [*category_rows(majors, kinds), *social_rows()])
    conditions = [
        (kind.code, number, *condition)
        for kind in kinds
        for number, condition in enumerate(kind.conditions, start=1)
    ]
    write(pack, "conditions.csv", conditions)
    write(pack, "duties.csv", duty_rows(list(majors), kinds))


def read_sheet(
    rows: Iterable[Sequence[object]], sheet: str, letter: str, majors: dict[str, tuple[str, str]]
) -> list[Kind]:
    """The kinds of one sheet; a row without a number continues the kind above it."""
    kinds: list[Kind] = []
    major = ""
    for row in rows:
        cells = ["".join(str(cell).split("\n")).strip() if cell is not None else "" for cell in row[:9]]
        if cells[0]:
            major = letter + cells[0].zfill(2)
            majors.setdefault(major, (cells[1], sheet))
        if cells[2]:
            units, by_street = units_named(cells[4], major)
            kinds.append(Kind(major + cells[2].zfill(2), cells[3], major, sheet, units, by_street))
        if cells[6]:
            kinds[-1].conditions.append((cells[6], cells[8], cells[7]))
    return kinds


def units_named(text: str, major: str) -> tuple[list[str], bool]:
    """Our units for the standard's handling units, in its order, and whether it names the street office."""
    found: list[str] = []
    for name in text.replace("及各", "、各").replace("和", "、").split("、"):
        found += [next((unit for word, unit in UNITS_BY_WORD.items() if word in name), "")]
    units = list(dict.fromkeys(unit for unit in found if unit)) or [UNIT_OF_MAJOR[major]]
    return units, "街办" in text


def category_rows(majors: dict[str, tuple[str, str]], kinds: list[Kind]) -> list[tuple[object, ...]]:
    """Majors, each followed by its kinds; a kind's limit is that of its first condition."""
    rows: list[tuple[object, ...]] = []
    for major in sorted(majors):
        name, sheet = majors[major]
        rows.append((major, name, "", "", "", 0, "", 0, sheet))
        for kind in (kind for kind in kinds if kind.parent == major):
            urgent = int(kind.code in EMERGENCIES)
            level = (
                "community" if kind.code in COMMUNITY_KINDS else "street" if kind.by_street else "district"
            )
            limit = kind.conditions[0][1]
            rows.append((kind.code, kind.name, major, limit, 0 if urgent else "", urgent, level, 1, sheet))
    return rows


def social_rows() -> list[tuple[object, ...]]:
    """The extension 91–99."""
    rows: list[tuple[object, ...]] = []
    for code, name, limit, level, photo, _ in SOCIAL:
        urgent = int(code in EMERGENCIES)
        closed = urgent or (len(code) > 2 and code.startswith(NOT_CLAIMABLE_MAJORS))
        parent = code[:2] if len(code) > 2 else ""
        rows.append((code, name, parent, limit, 0 if closed else "", urgent, level, photo, "社会"))
    return rows


def duty_rows(majors: list[str], kinds: list[Kind]) -> list[tuple[object, ...]]:
    """Who answers for what: one unit first, others after it, and the street for everything on its ground."""
    rows: list[tuple[object, ...]] = []
    named = [(kind.code, kind.units) for kind in kinds]
    named += [(code, units.split()) for code, _, _, _, _, units in SOCIAL if len(code) > 2]
    for code, units in named:
        lead = LEADS.get(code, units[0])
        rows.append((lead, code, DISTRICT, 1))
        rows += [(unit, code, DISTRICT, 2) for unit in units if unit != lead]
    whole = sorted(majors) + [code for code, *_ in SOCIAL if len(code) == 2]
    rows += [(unit, major, area, STREET_PRIORITY) for unit, area in STREETS.items() for major in whole]
    return rows


def write(pack: Path, name: str, rows: Iterable[Sequence[object]]) -> None:
    """One table as CSV."""
    with (pack / name).open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(HEADS[name].split(","))
        table.writerows(rows)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
