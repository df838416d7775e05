"""History comes in whole: every row added, held or refused with line and reason, and never half a file."""

import csv
import gzip
import itertools
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from dashboard.rules.events.event import Event, on_time
from dashboard.rules.refusals import Refusal
from datasources.districts.loading import load_pack
from datasources.districts.pack.folder import BUNDLED
from datasources.districts.pack.reading import read_pack
from datasources.districts.reference import References
from datasources.events import journal
from datasources.history.dates import DateOrder, Dates
from datasources.history.imports import ImportJob, Outcome, import_file
from datasources.store.database import Database
from datasources.store.models import AlertRow, DeliveryRow, EventRow, ImportRow, LedgerRow, OutboxRow, StepRow
from tests import ROOT

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
QUARTER = BUNDLED / "boston" / "records" / "requests-2011-q3.csv.gz"
HEAD = ("external_id", "reported_at", "handle_due_at", "closed_at", "title", "category", "unit", "lng", "lat")
INSIDE = ("118.1343", "24.5222")


@pytest.fixture(scope="module")
def _boston_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("boston") / "boston.db"
    database = Database(f"sqlite:///{path}")
    database.upgrade()
    with database.write() as session:
        load_pack(session, read_pack("boston"), NOW - timedelta(days=400))
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path


@pytest.fixture
def boston(_boston_template: Path, tmp_path: Path) -> Iterator[Database]:
    """A fresh SQLite database with the Boston pack loaded."""
    path = tmp_path / "boston.db"
    path.write_bytes(_boston_template.read_bytes())
    database = Database(f"sqlite:///{path}")
    yield database
    database.close()


def bring(database: Database, path: Path, mapping: Path | None = None) -> Outcome:
    """Import a file on Friday morning."""
    return import_file(database, References(database), ImportJob(path, NOW, mapping))


def row(number: int, **cells: str) -> list[str]:
    """Return a sound row in our own columns, with some cells changed."""
    sound = {
        "external_id": f"A{number}",
        "reported_at": "2026-10-09 09:00:00",
        "handle_due_at": "2026-10-10 09:00:00",
        "closed_at": "2026-10-09 15:00:00",
        "title": f"占道经营{number}",
        "category": "S0406",
        "unit": "URBAN_MGMT",
        "lng": INSIDE[0],
        "lat": INSIDE[1],
    }
    return [(sound | cells)[name] for name in HEAD]


def write(path: Path, rows: list[list[str]], encoding: str = "utf-8", delimiter: str = ",") -> Path:
    """Write a file of records."""
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows([list(HEAD), *rows])
    return path


def events(database: Database) -> list[Event]:
    """Return every event."""
    with database.read() as session:
        return journal.events_where(session)


def count(database: Database, table: type) -> int:
    """Return how many rows a table has."""
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def reasons(outcome: Outcome) -> list[tuple[int, str]]:
    """Return line and reason of every refused row."""
    assert outcome.refused_path is not None
    with outcome.refused_path.open(encoding="utf-8", newline="") as file:
        return [(int(cells["line"]), cells["reason"]) for cells in csv.DictReader(file)]


def test_history_keeps_its_own_times_and_the_citys_word_for_no_place(
    boston: Database, tmp_path: Path
) -> None:
    with gzip.open(QUARTER, "rt", encoding="utf-8", newline="") as file:
        lines = list(itertools.islice(file, 400))
    path = tmp_path / "some.csv"
    path.write_text("".join(lines), "utf-8")
    assert bring(boston, path).added == 399
    first = next(event for event in events(boston) if event.external_id == "101000295613")
    assert first.reported_at == datetime(2011, 7, 1, 5, 32, 33, tzinfo=UTC)  # 01:32:33 in Boston's summer
    assert first.closed_at == datetime(2011, 7, 1, 9, 6, 58, tzinfo=UTC)
    assert first.handle_due_at == datetime(2011, 7, 15, 5, 32, 32, tzinfo=UTC)
    assert (first.unit, first.how, first.rating, first.imported) == ("PWDx", None, None, True)
    assert first.grid is not None and first.number.startswith("20110701")
    nowhere = [event for event in events(boston) if event.lng is None]
    assert nowhere and all(event.grid is None and event.address for event in nowhere if event.address)
    assert not any((event.lng, event.lat) == (-71.0587, 42.3594) for event in events(boston))


def test_the_screens_are_told_of_open_events_and_that_history_was_counted(
    database: Database, tmp_path: Path
) -> None:
    rows = [row(n) for n in range(5)] + [row(9, closed_at=""), row(10, closed_at="", unit="")]
    assert bring(database, write(tmp_path / "h.csv", rows)).added == 7
    found = {event.external_id: event for event in events(database)}
    with database.read() as session:
        told = set(session.scalars(select(OutboxRow.event_id)))
    assert told == {found["A9"].id, found["A10"].id}
    assert (found["A9"].status, found["A10"].status) == ("handling", "pending_dispatch")
    # the desk is reminded of what it has to dispatch, as of any other event
    assert (found["A9"].dispatch_due_at, found["A10"].dispatch_due_at) == (None, NOW + timedelta(minutes=15))
    # past its target already when it came: overdue, but nobody is charged for it
    assert found["A9"].overdue_at == found["A9"].handle_due_at and on_time(found["A9"], NOW) is False
    assert count(database, LedgerRow) == 0
    only_closed = write(tmp_path / "closed.csv", [row(20)])
    bring(database, only_closed)
    assert count(database, OutboxRow) == 3


def test_an_open_emergency_of_history_sounds_the_alert(database: Database, tmp_path: Path) -> None:
    rows = [row(1, category="9901"), row(2, category="9901", closed_at="")]
    bring(database, write(tmp_path / "h.csv", rows))
    still_open = next(event for event in events(database) if event.is_open)
    with database.read() as session:
        assert list(session.scalars(select(AlertRow.event_id))) == [still_open.id]


def test_an_open_emergency_of_history_is_owed_to_the_gateway_at_once_where_no_screen_is_audible(
    database: Database, tmp_path: Path
) -> None:
    bring(database, write(tmp_path / "h.csv", [row(1, category="9901", closed_at="")]))
    with database.read() as session:
        owed = session.execute(select(DeliveryRow.target, DeliveryRow.reason)).all()
    assert [tuple(one) for one in owed] == [("alert", "no_audible_screen")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_each_encoding_gives_the_same_words(database: Database, tmp_path: Path, encoding: str) -> None:
    bring(database, write(tmp_path / "h.csv", [row(1, title="禾山街道𠮷巷积水")], encoding))
    assert [event.title for event in events(database)] == ["禾山街道𠮷巷积水"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_out_from_the_header(sqlite: Database, tmp_path: Path, delimiter: str) -> None:
    outcome = bring(sqlite, write(tmp_path / "h.csv", [row(1), row(2)], delimiter=delimiter))
    assert outcome == Outcome(2, 0, 0)


def test_an_excel_sheet_says_the_same_as_its_csv(sqlite: Database, tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    for cells in [list(HEAD), row(1), row(2, reported_at="")]:
        book.active.append(cells)
    book.active["B2"] = datetime(2026, 10, 9, 9, 0)
    book.save(tmp_path / "h.xlsx")
    outcome = bring(sqlite, tmp_path / "h.xlsx")
    assert (outcome.added, reasons(outcome)) == (1, [(3, "没有上报时间（reported_at）")])
    assert events(sqlite)[0].reported_at == datetime(2026, 10, 9, 1, 0, tzinfo=UTC)


WHOLE_FAULTS: dict[str, Callable[[Path], object]] = {
    "是空的": lambda path: path.write_bytes(b""),
    "不是文本表格": lambda path: path.write_bytes(b"external_id\0,x\n"),
    "UTF-16": lambda path: path.write_bytes("external_id,reported_at\n".encode("utf-16")),
    "既不是 UTF-8 也不是 GB18030": lambda path: path.write_bytes(b"external_id,reported_at\n\xff\xff,1\n"),
    "缺少列“reported_at”": lambda path: path.write_text("external_id,title\nA1,x\n"),
    "缺少列“external_id、reported_at”": lambda path: path.write_text("a^b^c\n1^2^3\n"),
    "出现多次": lambda path: path.write_text("external_id,reported_at,reported_at\nA1,x,y\n"),
    "找不到文件": lambda path: path.unlink(missing_ok=True),
    "没有一行与表头的列数相符": lambda path: path.write_text("external_id,reported_at\nA1;2026-01-01\n"),
    "分不清先日后月": lambda path: write(path, [row(1, reported_at="03/04/2026 09:00", handle_due_at="")]),
    "日月顺序相反": lambda path: write(
        path, [row(1, reported_at="13/04/2026"), row(2, reported_at="04/13/2026")]
    ),
    "年份只有两位": lambda path: write(path, [row(1, reported_at="13/04/26")]),
}


@pytest.mark.parametrize("words", WHOLE_FAULTS)
def test_a_file_that_cannot_be_read_as_a_whole_stores_nothing(
    sqlite: Database, tmp_path: Path, words: str
) -> None:
    path = tmp_path / "h.csv"
    WHOLE_FAULTS[words](path)
    with pytest.raises(Refusal, match=words) as refused:
        bring(sqlite, path)
    assert "\n" not in str(refused.value)
    assert (count(sqlite, EventRow), count(sqlite, ImportRow)) == (0, 0)
    assert not (tmp_path / "h.csv.refused.csv").exists()


def test_a_broken_gzip_is_refused_before_its_first_row(boston: Database, tmp_path: Path) -> None:
    path = tmp_path / "half.csv.gz"
    path.write_bytes(QUARTER.read_bytes()[:700_000])
    with pytest.raises(Refusal, match="不完整或已损坏"):
        bring(boston, path)
    assert count(boston, EventRow) == 0


def test_a_delimiter_other_than_the_mapping_states_refuses_the_file(boston: Database, tmp_path: Path) -> None:
    with gzip.open(QUARTER, "rt", encoding="utf-8", newline="") as file:
        rows = list(itertools.islice(csv.reader(file), 20))
    path = tmp_path / "semicolons.csv"
    with path.open("w", newline="") as file:
        csv.writer(file, delimiter=";").writerows(rows)
    with pytest.raises(Refusal, match="以分号分隔，而映射写明的是逗号"):
        bring(boston, path)
    assert count(boston, EventRow) == 0


def test_dates_that_are_none_of_them_as_the_mapping_states_refuse_the_file(
    boston: Database, tmp_path: Path
) -> None:
    with gzip.open(QUARTER, "rt", encoding="utf-8", newline="") as file:
        rows = list(itertools.islice(csv.reader(file), 20))
    for cells in rows[1:]:
        cells[1:4] = [_american(text) for text in cells[1:4]]
    path = tmp_path / "american.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    with pytest.raises(Refusal, match="与写明的格式"):
        bring(boston, path)
    assert count(boston, EventRow) == 0


def _american(text: str) -> str:
    return f"{text[5:7]}/{text[8:10]}/{text[:4]} {text[11:]}" if text.strip() else text


def test_one_decisive_date_settles_the_order_of_the_whole_file(sqlite: Database, tmp_path: Path) -> None:
    rows = [
        row(1, reported_at="03/04/2026 09:00", handle_due_at="", closed_at=""),
        row(2, reported_at="25/04/2026 09:00", handle_due_at="", closed_at=""),
        row(3, reported_at="2026-04-03T09:00:00+08:00", handle_due_at="", closed_at=""),
        row(4, reported_at="2026年4月3日 09:00", handle_due_at="", closed_at=""),
    ]
    assert bring(sqlite, write(tmp_path / "h.csv", rows)).added == 4
    third_of_april = datetime(2026, 4, 3, 1, 0, tzinfo=UTC)
    times = {event.external_id: event.reported_at for event in events(sqlite)}
    assert times["A1"] == times["A3"] == times["A4"] == third_of_april


def test_a_date_that_means_the_same_either_way_is_no_doubt() -> None:
    order = DateOrder()
    order.see("05/05/2026 10:00")
    assert Dates(_new_york(), order=order.decide()).read("05/05/2026 1:00 PM") == (
        datetime(2026, 5, 5, 17, 0, tzinfo=UTC)
    )


def _new_york():  # type: ignore[no-untyped-def]
    from zoneinfo import ZoneInfo

    return ZoneInfo("America/New_York")


def test_a_skipped_hour_and_a_doubled_hour_have_one_reading() -> None:
    dates = Dates(_new_york())
    assert dates.read("2011-03-13 02:30:00") == datetime(2011, 3, 13, 7, 30, tzinfo=UTC)
    assert dates.read("2011-11-06 01:30:00") == datetime(2011, 11, 6, 5, 30, tzinfo=UTC)


BAD_ROWS: dict[str, dict[str, str]] = {
    "“category”的值“S9999”不认识": {"category": "S9999"},
    "“unit”的值“NOBODY”不认识": {"unit": "NOBODY"},
    "没有编号（external_id）": {"external_id": ""},
    "时间“2026-13-40”无法识别": {"reported_at": "2026-13-40"},
    "办结时间早于上报时间": {"closed_at": "2026-10-08 09:00:00"},
    "上报时间在将来": {"reported_at": "2027-01-01 00:00:00", "closed_at": ""},
    "“title”超过 100 字": {"title": "长" * 101},
    "“title”含有控制字符": {"title": "占道\x07经营"},
    "坐标“x,24.5”不是数字": {"lng": "x", "lat": "24.5"},
    "坐标“nan,24.5”不是数字": {"lng": "nan", "lat": "24.5"},
    "坐标“24.5222,118.1343”不在地球上，请检查经纬度是否写反": {"lng": INSIDE[1], "lat": INSIDE[0]},
}


def test_every_bad_row_is_refused_with_its_line_and_reason_and_the_others_come_in(
    sqlite: Database, tmp_path: Path
) -> None:
    rows = [row(1), *(row(n, **cells) for n, cells in enumerate(BAD_ROWS.values(), start=10)), row(2)]
    outcome = bring(sqlite, write(tmp_path / "h.csv", rows))
    assert (outcome.added, outcome.held, outcome.refused) == (2, 0, len(BAD_ROWS))
    assert reasons(outcome) == list(enumerate(BAD_ROWS, start=3))
    assert outcome.refused_path == tmp_path / "h.csv.refused.csv"
    with outcome.refused_path.open(encoding="utf-8", newline="") as file:
        assert next(csv.reader(file)) == ["line", "reason", *HEAD]


def test_coordinates_swapped_within_the_district_are_noticed(boston: Database, tmp_path: Path) -> None:
    with gzip.open(QUARTER, "rt", encoding="utf-8", newline="") as file:
        header, cells = list(itertools.islice(csv.reader(file), 2))
    lat, lng = header.index("latitude"), header.index("longitude")
    cells[lat], cells[lng] = cells[lng], cells[lat]
    path = tmp_path / "swapped.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([header, cells])
    assert reasons(bring(boston, path)) == [(2, "经度和纬度像是写反了")]


def test_ragged_rows_are_refused_by_the_line_they_begin_on(sqlite: Database, tmp_path: Path) -> None:
    path = write(tmp_path / "h.csv", [row(1, title="两行\n标题"), row(2)[:-2], [*row(3), "多"], row(4)])
    outcome = bring(sqlite, path)
    assert outcome.added == 2
    assert reasons(outcome) == [(4, "应有 9 列，实有 7 列"), (5, "应有 9 列，实有 10 列")]
    assert events(sqlite)[0].title == "两行 标题"


def test_a_quote_that_never_closes_is_a_row_of_the_refused_file(sqlite: Database, tmp_path: Path) -> None:
    path = write(tmp_path / "h.csv", [row(1)])
    with path.open("a") as file:
        file.write('A2,"2026-10-09 09:00:00,never closed\n')
    outcome = bring(sqlite, path)
    assert outcome.added == 1 and reasons(outcome)[0][0] == 3 and "引号没有配对" in reasons(outcome)[0][1]


def test_a_repeated_row_is_held_and_another_content_under_the_same_number_is_refused(
    database: Database, tmp_path: Path
) -> None:
    rows = [row(1), row(2), row(1), row(2, title="别的标题")]
    outcome = bring(database, write(tmp_path / "h.csv", rows))
    assert (outcome.added, outcome.held) == (2, 1)
    assert reasons(outcome) == [(5, "编号与第 3 行重复，内容不同")]
    assert [event.title for event in events(database)] == ["占道经营1", "占道经营2"]


def test_what_is_held_is_neither_added_nor_refused_nor_changed(database: Database, tmp_path: Path) -> None:
    bring(database, write(tmp_path / "a.csv", [row(1), row(2)]))
    again = bring(database, write(tmp_path / "b.csv", [row(2, title="改过的标题"), row(3)]))
    assert again == Outcome(1, 1, 0)
    assert [event.title for event in events(database)] == ["占道经营1", "占道经营2", "占道经营3"]


KILLED = """
import sys
from datetime import datetime, UTC
from pathlib import Path
from datasources.store.database import Database
from datasources.history.imports import ImportJob, import_file
from datasources.districts.reference import References

database = Database(sys.argv[1])
import_file(
    database, References(database), ImportJob(Path(sys.argv[2]), datetime(2026, 11, 20, 1, tzinfo=UTC)),
    progress=lambda done, total: print(done, flush=True),
)
"""


def test_an_import_killed_halfway_and_begun_again_ends_as_one_clean_run(
    boston: Database, tmp_path: Path, _boston_template: Path
) -> None:
    with gzip.open(QUARTER, "rt", encoding="utf-8", newline="") as file:
        rows = list(itertools.islice(csv.reader(file), 6_001))
    kind = rows[0].index("type")
    for number in range(50, 6_001, 97):
        rows[number][kind] = f"Unknown {number}"
    killed, clean = tmp_path / "killed.csv", tmp_path / "clean.csv"
    for path in (killed, clean):
        with path.open("w", newline="") as file:
            csv.writer(file).writerows(rows)
    child = subprocess.Popen(
        [sys.executable, "-c", KILLED, boston.url, str(killed)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    list(itertools.islice(child.stdout, 2))
    child.send_signal(signal.SIGKILL)
    child.communicate()
    halfway = count(boston, EventRow)
    assert 0 < halfway < 5_900

    outcome = bring(boston, killed)
    other = Database(f"sqlite:///{tmp_path / 'other.db'}")
    (tmp_path / "other.db").write_bytes(_boston_template.read_bytes())
    whole = bring(other, clean)
    assert (outcome.added, outcome.held, outcome.refused) == (whole.added, whole.held, whole.refused)
    assert (whole.added, whole.refused) == (6_000 - 62, 62)
    assert reasons(outcome) == reasons(whole)
    assert [event.external_id for event in events(boston)] == [event.external_id for event in events(other)]
    assert count(boston, StepRow) == count(other, StepRow)
    other.close()


def test_a_lost_refused_file_is_written_again_from_the_top(sqlite: Database, tmp_path: Path) -> None:
    path = write(tmp_path / "h.csv", [row(1), row(2, category="S9999")])
    first = bring(sqlite, path)
    assert first.refused_path is not None
    first.refused_path.unlink()
    again = bring(sqlite, path)
    assert (again.added, again.held, again.refused) == (0, 1, 1)
    assert reasons(again) == [(3, "“category”的值“S9999”不认识")]


def test_a_mapping_that_names_what_does_not_exist_is_refused_in_one_sentence(
    sqlite: Database, tmp_path: Path
) -> None:
    mapping = tmp_path / "m.toml"
    mapping.write_text('[columns]\nexternal_id = "id"\nreported_at = "at"\ncolour = "c"\n')
    with pytest.raises(Refusal, match="不认识“colour”"):
        bring(sqlite, write(tmp_path / "h.csv", [row(1)]), mapping)
    mapping.write_text("[columns\n")
    with pytest.raises(Refusal, match="读不出来"):
        bring(sqlite, write(tmp_path / "h.csv", [row(1)]), mapping)
