"""A mapping that people write in good faith works, or is refused in one sentence that says what to write instead."""

import tomllib
from pathlib import Path

import pytest

from dashboard.rules.events.event import on_time
from dashboard.rules.refusals import Refusal
from datasources.history.mapping_file import read_mapping
from datasources.store.database import Database
from datasources.store.models import EventRow, ImportRow
from tests import ROOT
from tests.datasources.history.test_imports import NOW, bring, count, events, reasons

COLUMNS = '[columns]\nexternal_id = "id"\nreported_at = "t"\ntitle = "title"\n'
WRONG = {
    "blanks 应是文字的列表": "blanks = 5\n" + COLUMNS,
    "blanks 应是文字的列表，例如": 'blanks = "NA"\n' + COLUMNS,
    "blanks 应是": "blanks = [5]\n" + COLUMNS,
    "columns.title 应是一个列名": COLUMNS.replace('"title"', '["title", "a"]'),
    "columns.external_id 应是一个列名": COLUMNS.replace('"id"', "1"),
    "columns.address 应是一个列名": COLUMNS + 'address = " "\n',
    "columns 应是一张": 'columns = "id"\n',
    "date_format 应是": "date_format = 5\n" + COLUMNS,
    "date_format 应是日期格式": 'date_format = "iso"\n' + COLUMNS,
    "delimiter 应是一个字符": 'delimiter = ";;"\n' + COLUMNS,
    "encoding 应是编码的名字": 'encoding = "klingon"\n' + COLUMNS,
    "encoding 应是编码的名字，例如": "encoding = 5\n" + COLUMNS,
    "time_zone 应是": 'time_zone = "Mars"\n' + COLUMNS,
    "crs 应是坐标系": 'crs = "utm"\n' + COLUMNS,
    "no_location 应是": 'no_location = [["0", "0"]]\n' + COLUMNS,
    "point_order 应是": 'point_order = "yx"\n' + COLUMNS,
    "source_system 应是": "source_system = 12345\n" + COLUMNS,
    "values 应是": "values = 5\n" + COLUMNS,
    "values.category 应是一张表": COLUMNS + '[values]\ncategory = ["x"]\n',
    "values.on_time 里“Y”应对到加引号的文字": COLUMNS + '[values.on_time]\n"Y" = true\n',
    "values.status 把“Closed”对到“shut”，而它只能是 open、": COLUMNS + '[values.status]\nClosed = "shut"\n',
    "values.source 把“App”对到“app”": COLUMNS + '[values.source]\nApp = "app"\n',
    "“Pothole”还没有填": COLUMNS + '[values.category]\nPothole = ""\n',
    "不认识“colour”": COLUMNS + 'colour = "c"\n',
    "不认识“titel”": COLUMNS + '[values.titel]\nx = "y"\n',
    "没有写明“reported_at”": '[columns]\nexternal_id = "id"\n',
    "lng 和 lat 要一起写": COLUMNS + 'lng = "x"\n',
    "只能写一种": COLUMNS + 'lng = "x"\nlat = "y"\npoint = "p"\n',
    "读不出来": "[columns\n",
}


def mapped(folder: Path, text: str) -> Path:
    path = folder / "m.toml"
    path.write_text(text, "utf-8")
    return path


def records(folder: Path, *lines: str, head: str = "id,t,title,a,ok") -> Path:
    path = folder / "f.csv"
    path.write_text("\n".join([head, *lines]) + "\n", "utf-8")
    return path


@pytest.mark.parametrize("words", WRONG)
def test_each_fault_of_a_mapping_is_one_sentence_and_nothing_is_stored(
    sqlite: Database, tmp_path: Path, words: str
) -> None:
    path = records(tmp_path, "M1,2026-03-01 08:00:00,x,N,Y", "M2,2026-03-01 08:00:00,x,NA,N")
    with pytest.raises(Refusal) as refused:
        bring(sqlite, path, mapped(tmp_path, WRONG[words]))
    assert words in str(refused.value) and "\n" not in str(refused.value)
    assert (count(sqlite, EventRow), count(sqlite, ImportRow)) == (0, 0)


def test_every_key_that_a_mapping_may_have_is_explained() -> None:
    from datasources.history.dates import NUMBERS
    from datasources.history.mapping_file import FIELDS, SETTINGS, STATES

    text = (ROOT / "docs" / "import.md").read_text("utf-8")
    asked = (*SETTINGS, *FIELDS, *STATES, *NUMBERS, "otherwise", "--update", "refused.csv", "unknown.toml")
    assert [word for word in asked if f"`{word}" not in text and word not in text] == []


def test_the_mappings_in_the_handbook_are_read(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "import.md").read_text("utf-8")
    blocks = [part.split("```")[0] for part in text.split("```toml\n")[1:]]
    assert len(blocks) >= 2
    for block in blocks:
        assert read_mapping(mapped(tmp_path, block)).columns or tomllib.loads(block)


def test_a_mapping_may_state_only_how_a_file_of_our_own_columns_is_written(
    sqlite: Database, tmp_path: Path
) -> None:
    path = records(tmp_path, "M1;1772323200;路灯", head="external_id;reported_at;title")
    assert bring(sqlite, path, mapped(tmp_path, 'date_format = "epoch"\ndelimiter = ";"\n')).added == 1


def test_otherwise_maps_the_rest_and_a_blank_stays_blank(sqlite: Database, tmp_path: Path) -> None:
    mapping = COLUMNS + 'category = "a"\n[values.category]\n"灯" = "S0101"\notherwise = "S0406"\n'
    path = records(
        tmp_path, *(f"M{n},2026-03-01 08:00:00,x,{word}," for n, word in enumerate(["灯", "?", "", "S0401"]))
    )
    assert bring(sqlite, path, mapped(tmp_path, mapping)).added == 4
    assert [event.category for event in events(sqlite)] == ["S0101", "S0406", None, "S0401"]


def test_unknown_words_are_summed_up_at_the_end_as_a_block_that_the_mapping_takes(
    sqlite: Database, tmp_path: Path
) -> None:
    mapping = COLUMNS + 'category = "a"\nunit = "ok"\n'
    rows = ["坑洞,甲"] * 3 + ['"a ""b"" \\",甲', "S0406,URBAN_MGMT"]
    path = records(tmp_path, *(f"M{n},2026-03-01 08:00:00,x,{cells}" for n, cells in enumerate(rows)))
    outcome = bring(sqlite, path, mapped(tmp_path, mapping))
    assert (outcome.added, outcome.refused) == (1, 4)
    assert dict(outcome.unknown) == {
        ("category", "坑洞"): 3,
        ("category", 'a "b" \\'): 1,
        ("unit", "甲"): 4,
    }
    assert outcome.unknown_path is not None
    block = outcome.unknown_path.read_text("utf-8")
    assert tomllib.loads(block)["values"] == {"category": {"坑洞": "", 'a "b" \\': ""}, "unit": {"甲": ""}}
    filled = block.replace('"坑洞" = ""', '"坑洞" = "S0101"').replace('\\" \\\\" = ""', '\\" \\\\" = "S0406"')
    filled = filled.replace('"甲" = ""', '"甲" = "URBAN_MGMT"')
    again = bring(sqlite, path, mapped(tmp_path, mapping + filled))
    assert (again.added, again.held, again.refused, again.unknown_path) == (4, 1, 0, None)
    assert not outcome.unknown_path.exists()


def test_a_word_mapped_to_a_code_that_is_not_there_is_refused_with_both(
    sqlite: Database, tmp_path: Path
) -> None:
    mapping = COLUMNS + 'category = "a"\n[values.category]\n"灯" = "S9999"\n'
    outcome = bring(sqlite, records(tmp_path, "M1,2026-03-01 08:00:00,x,灯,"), mapped(tmp_path, mapping))
    assert reasons(outcome) == [(2, "“a”的值“灯”在映射中对到“S9999”，没有这个代码")]


STATES = 'closed_at = "c"\ndue_at = "d"\nstatus = "s"\n[values.status]\nCanceled = "cancelled"\nSpam = "rejected"\nDuplicate = "merged"\nClosed = "closed"\nOpen = "open"\n'


def test_cancelled_rejected_and_duplicate_records_are_no_cases_and_on_time_for_nobody(
    database: Database, tmp_path: Path
) -> None:
    lines = [
        f"ST-{state},2026-03-01 08:00:00,x,2026-03-02 08:00:00,2026-03-01 09:00:00,{state}"
        for state in ("Canceled", "Spam", "Duplicate", "Closed", "Open")
    ]
    path = records(tmp_path, *lines, "ST-6,2026-03-01 08:00:00,x,,,Closed", head="id,t,title,c,d,s")
    outcome = bring(database, path, mapped(tmp_path, COLUMNS + STATES))
    assert reasons(outcome) == [(7, "已办结，但没有办结时间")]
    found = {event.external_id: event for event in events(database)}
    assert {key: event.status for key, event in found.items()} == {
        "ST-Canceled": "rejected",
        "ST-Spam": "rejected",
        "ST-Duplicate": "merged",
        "ST-Closed": "closed",
        "ST-Open": "pending_dispatch",
    }
    assert [on_time(found[f"ST-{state}"], NOW) for state in ("Canceled", "Duplicate", "Closed")] == [
        None,
        None,
        False,
    ]


POINTS = ["118.1343,24.5222", "(118.1343, 24.5222)", "118.1343 24.5222", "POINT(118.1343 24.5222)", "SRID=4326;POINT (118.1343 24.5222)", '{"type":"Point","coordinates":[118.1343,24.5222]}', '{"latitude": "24.5222", "longitude": "118.1343"}', "１１８．１３４３，２４．５２２２"]  # fmt: skip


@pytest.mark.parametrize("written", POINTS)
def test_both_coordinates_in_one_column_are_a_place(sqlite: Database, tmp_path: Path, written: str) -> None:
    cell = '"' + written.replace('"', '""') + '"'
    path = records(tmp_path, f"P-1,2026-03-01 08:00:00,x,{cell},")
    for number, columns in enumerate(('point = "a"\n', 'lng = "a"\nlat = "a"\n')):
        mapping = mapped(tmp_path, f'source_system = "S{number}"\n' + COLUMNS + columns)
        assert bring(sqlite, path, mapping).added == 1
    assert {(event.lng, event.lat) for event in events(sqlite)} == {(118.1343, 24.5222)}


def test_the_order_of_a_pair_is_told_by_the_district_or_stated_and_never_guessed(
    sqlite: Database, tmp_path: Path
) -> None:
    point = COLUMNS + 'point = "a"\n'
    turned = records(
        tmp_path, 'P-1,2026-03-01 08:00:00,x,"24.5222,118.1343",', 'P-2,2026-03-01 08:00:00,x,"48.86,2.35",'
    )
    assert bring(sqlite, turned, mapped(tmp_path, point)).added == 2
    assert [(event.lng, event.lat) for event in events(sqlite)] == [(118.1343, 24.5222), (2.35, 48.86)]
    elsewhere = records(tmp_path, 'P-3,2026-03-01 08:00:00,x,"48.86,2.35",')
    with pytest.raises(Refusal, match="分不清先经度还是先纬度；请在映射中写明 point_order"):
        bring(sqlite, elsewhere, mapped(tmp_path, point))
    assert bring(sqlite, elsewhere, mapped(tmp_path, 'point_order = "latlng"\n' + point)).added == 1
    both = records(
        tmp_path,
        'P-4,2026-03-01 08:00:00,x,"24.5222,118.1343",',
        'P-5,2026-03-01 08:00:00,x,"118.1343,24.5222",',
    )
    with pytest.raises(Refusal, match="先后相反"):
        bring(sqlite, both, mapped(tmp_path, point))
