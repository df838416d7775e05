"""An Excel sheet is read as people see it: codes with their zeros, dates as dates, and never a digit that Excel has lost."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from datasources.history.worksheets import cell_text
from datasources.store.database import Database
from tests.datasources.history.test_imports import bring, events, reasons

HEAD = ["external_id", "reported_at", "title"]
WRITTEN = "2026-03-01 08:30:00"
HALF_PAST_EIGHT = datetime(2026, 3, 1, 0, 30, tzinfo=UTC)


def book(folder: Path, *rows: list[Any], formats: dict[str, str] | None = None) -> Path:
    made = Workbook()
    for cells in (HEAD, *rows):
        made.active.append(cells)
    for cell, number_format in (formats or {}).items():
        made.active[cell].number_format = number_format
    path = folder / "f.xlsx"
    made.save(path)
    return path


def stating(folder: Path, date_format: str) -> Path:
    path = folder / "m.toml"
    path.write_text(f'date_format = "{date_format}"\n')
    return path


@pytest.mark.parametrize(
    ("value", "number_format", "shown"),
    [
        (123, "000000", "000123"),
        (123.0, "000000", "000123"),
        (42, '"GD-"0000', "GD-0042"),
        (361005, "000-000", "361-005"),
        (1234567, "0000", "1234567"),
        (123, "General", "123"),
        (24.5222, "0.00", "24.5222"),
        (5, "0.00", "5"),
        (1200, "#,##0", "1200"),
        (7, "0", "7"),
        (True, "General", "True"),
        (None, "General", ""),
        (999_999_999_999_999, "0", "999999999999999"),
    ],
)
def test_a_number_is_shown_as_its_format_shows_a_code_and_else_in_full(
    value: Any, number_format: str, shown: str
) -> None:
    assert cell_text(value, number_format) == shown


def test_the_zeros_of_a_code_come_in(sqlite: Database, tmp_path: Path) -> None:
    bring(sqlite, book(tmp_path, [123, WRITTEN, "路灯不亮"], formats={"A2": "000000"}))
    assert events(sqlite)[0].external_id == "000123"


def test_numbers_of_more_than_15_digits_are_refused_in_words_each_for_itself(
    sqlite: Database, tmp_path: Path
) -> None:
    long = [[350206202603009984, WRITTEN, f"路灯{n}"] for n in range(3)]
    outcome = bring(sqlite, book(tmp_path, *long, ["350206202603010001", WRITTEN, "文字"]))
    assert [line for line, reason in reasons(outcome) if "Excel 只留下前 15 位" in reason] == [2, 3, 4]
    assert [event.external_id for event in events(sqlite)] == ["350206202603010001"]


def test_an_outside_number_that_a_spreadsheet_shortened_is_refused_in_words(
    sqlite: Database, tmp_path: Path
) -> None:
    path = tmp_path / "f.csv"
    path.write_text(f"external_id,reported_at,title\n3.50206E+17,{WRITTEN},路灯\n1E5A,{WRITTEN},路灯\n")
    outcome = bring(sqlite, path)
    assert [line for line, reason in reasons(outcome) if "科学计数" in reason] == [2]
    assert outcome.added == 1


def test_a_date_cell_and_a_text_stand_side_by_side_under_a_stated_format(
    sqlite: Database, tmp_path: Path
) -> None:
    rows = [["D-1", "2026/03/01 08:30:00", "文字"], ["D-2", datetime(2026, 3, 1, 8, 30), "日期"]]
    assert bring(sqlite, book(tmp_path, *rows), stating(tmp_path, "%Y/%m/%d %H:%M:%S")).added == 2
    assert {event.reported_at for event in events(sqlite)} == {HALF_PAST_EIGHT}


def test_a_day_as_excel_counts_is_read_where_the_mapping_says_so(sqlite: Database, tmp_path: Path) -> None:
    path = book(tmp_path, ["S-1", 46082.354166, "序号"])
    assert "date_format" in reasons(bring(sqlite, path))[0][1]
    assert bring(sqlite, path, stating(tmp_path, "excel")).added == 1
    assert events(sqlite)[0].reported_at == HALF_PAST_EIGHT
