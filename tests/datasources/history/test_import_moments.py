"""Every way people and programs write a moment is read as that moment, and what is only a number only as it is stated."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from dashboard.rules.refusals import Refusal
from datasources.history.dates import DateCell, Dates

HERE = ZoneInfo("Asia/Shanghai")
HALF_PAST_EIGHT = datetime(2026, 3, 1, 0, 30, tzinfo=UTC)
THREE = datetime(2026, 3, 1, 7, 0, tzinfo=UTC)


@pytest.mark.parametrize("offset", ["+08", "+0800", "+08:00", " +08", " GMT+08:00", ""])
def test_an_offset_of_hours_alone_is_an_offset(offset: str) -> None:
    assert Dates(HERE).read(f"2026-03-01 08:30:00{offset}") == HALF_PAST_EIGHT


@pytest.mark.parametrize("written", ["2026-03-01 00:30:00+00", "2026-03-01T00:30Z", "2026-02-28 19:30:00-05"])
def test_timestamps_as_postgresql_prints_them(written: str) -> None:
    assert Dates(HERE).read(written) == HALF_PAST_EIGHT
    if written[-3] in "+-":
        assert Dates(HERE, "%Y-%m-%d %H:%M:%S%z").read(written) == HALF_PAST_EIGHT


@pytest.mark.parametrize(
    "written",
    [
        "2026年3月1日 8时30分",
        "2026年3月1日8时30分0秒",
        "2026年03月01日上午8时30分",
        "2026年3月1日 上午8:30",
        "2026年3月1日早上8点半",
        "2026年3月1日 星期日 8:30",
        "2026/3/1（周日）8：30",
        "２０２６年３月１日　８：３０",
        "２０２６－０３－０１　０８：３０：００",
        "2026-3-1 8:30 AM",
        "2026.3.1 8:30",
    ],
)
def test_a_date_written_in_chinese_or_full_width_is_that_moment(written: str) -> None:
    assert Dates(HERE).read(written) == HALF_PAST_EIGHT


@pytest.mark.parametrize(
    "written",
    [
        "2026年3月1日下午3时",
        "2026/3/1 下午 3:00:00",
        "2026年3月1日 15时",
        "2026-3-1 3:00 pm",
        "2026年3月1日下午15:00",
    ],
)
def test_the_afternoon_is_twelve_hours_later(written: str) -> None:
    assert Dates(HERE).read(written) == THREE


@pytest.mark.parametrize(
    ("written", "hour"),
    [
        ("上午12:30", 16),
        ("凌晨12时30分", 16),
        ("中午12:30", 4),
        ("下午12:30", 4),
        ("晚上8:30", 12),
        ("中午1:30", 5),
    ],
)
def test_twelve_belongs_to_the_half_of_the_day_that_is_named(written: str, hour: int) -> None:
    assert Dates(HERE).read(f"2026年3月2日{written}").hour == hour


@pytest.mark.parametrize(
    ("stated", "written"),
    [
        ("epoch", "1772325000"),
        ("epoch", "1772325000.0"),
        ("epoch_ms", "1772325000000"),
        ("excel", "46082.354166"),
        ("excel", "46082.3541666667"),
        ("excel_1904", "44620.3541666667"),
    ],
)
def test_a_number_is_a_moment_in_the_unit_that_the_mapping_states(stated: str, written: str) -> None:
    assert Dates(HERE, stated).read(written) == HALF_PAST_EIGHT


@pytest.mark.parametrize("written", ["1772325000", "1772325000000", "46082.354166", "20260301"])
def test_a_number_without_a_stated_unit_is_refused_with_the_way_to_state_it(written: str) -> None:
    with pytest.raises(Refusal, match="date_format（epoch、epoch_ms、excel、excel_1904）"):
        Dates(HERE).read(written)


@pytest.mark.parametrize(
    ("stated", "written"),
    [
        ("epoch", "1772325000000"),
        ("epoch_ms", "1772325000"),
        ("excel", "3.5"),
        ("epoch", "nan"),
        ("epoch", "1e400"),
    ],
)
def test_a_number_in_another_unit_than_stated_is_refused(stated: str, written: str) -> None:
    with pytest.raises(Refusal, match="不符"):
        Dates(HERE, stated).read(written)


@pytest.mark.parametrize(
    "written",
    ["2026-03-01 08:5", "2026-03-01 8:30:1", "2026-13-40", "2026年3月1日晚上12点", "2026-03-01 08", "上午"],
)
def test_what_can_mean_two_moments_or_none_is_refused(written: str) -> None:
    with pytest.raises(Refusal):
        Dates(HERE).read(written)


def test_a_date_cell_agrees_with_every_format() -> None:
    cell = DateCell(datetime(2026, 3, 1, 8, 30))
    assert {Dates(HERE, stated).read(cell) for stated in (None, "%Y/%m/%d", "epoch")} == {HALF_PAST_EIGHT}
