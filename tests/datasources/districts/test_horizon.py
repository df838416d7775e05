"""Until when the calendar knows holidays is warned of before a limit reaches past it: on loading, at the desk, by `check`."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from callbacks.pages import desk
from dashboard import clock
from dashboard.clock import HandClock
from dashboard.districts import redistricting
from dashboard.districts.location import horizon as horizon_of
from dashboard.rules.advice.horizon import horizon
from dashboard.rules.events.policy import Category, Policy
from dashboard.rules.limits import Calendar, Limit
from dashboard.runtime.runtime import open_runtime
from dashboard.settings import Settings
from datasources.districts.pack.reading import read_pack
from datasources.districts.reference import References
from datasources.store.database import Database
from tests.support.product import command
from tests.support.small_packs import small_pack

XIAMEN = ZoneInfo("Asia/Shanghai")
LONG = "code,name,parent,limit,claim_minutes,emergency,level,photo_required\nroad,Road,,{limit},,0,,0\n"
CALENDAR = "date,kind\n2026-10-01,holiday\n"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=XIAMEN).astimezone(UTC)


KNOWN: Mapping[date, str] = {date(2026, 10, 1): "holiday"}


@pytest.mark.parametrize(
    ("days", "now", "limit", "told"),
    [
        (KNOWN, "2026-12-10T09:00", Limit(5, "work_day"), None),
        (KNOWN, "2026-12-30T09:00", Limit(5, "work_day"), (date(2026, 12, 31), date(2027, 1, 6))),
        (KNOWN, "2026-12-30T09:00", Limit(9, "natural_day"), (date(2026, 12, 31), date(2027, 1, 4))),
        (KNOWN, "2026-12-20T09:00", Limit(30, "natural_day"), None),
        ({}, "2026-12-10T09:00", Limit(5, "work_day"), (None, date(2026, 12, 17))),
    ],
)
def test_a_limit_is_warned_of_when_it_ends_after_the_last_day_whose_holidays_are_known(
    days: Mapping[date, str], now: str, limit: Limit, told: tuple[date | None, date] | None
) -> None:
    policy = Policy(Calendar(days, XIAMEN))
    found = horizon(policy, [Category("road", "Road", limit=limit)], at(now))
    assert (found and (found.until, found.due)) == told


def test_loading_a_pack_tells_that_its_calendar_ends(tmp_path: Path) -> None:
    pack = small_pack(tmp_path / "pack", calendar=CALENDAR, categories=LONG.format(limit="9工作日"))
    database = Database(f"sqlite:///{tmp_path / 'c.db'}")
    database.upgrade()
    references = References(database)
    _, early = redistricting.load(database, references, read_pack(pack), at("2026-11-02T09:00"))
    _, late = redistricting.load(database, references, read_pack(pack), at("2026-12-28T09:00"))
    database.close()
    assert early == ()
    assert [str(one) for one in late] == [
        "calendar.csv: 工作日历只到 2026-12-31，现在起算的时限最远到 2027-01-08，之后的节假日会当作工作日，请补全 calendar.csv"
    ]


def test_check_and_load_district_say_that_the_calendar_knows_no_holiday(tmp_path: Path) -> None:
    pack, data = small_pack(tmp_path / "pack"), tmp_path / "data"
    loaded = command("load-district", str(pack), "--data", str(data))
    assert loaded.returncode == 0
    assert "calendar.csv: 工作日历里没有节假日" in loaded.stdout
    checked = command("check", "--data", str(data))
    assert checked.returncode == 0
    assert "工作日历里没有节假日" in checked.stdout


def test_check_leaves_a_data_folder_without_a_district_as_it_is(tmp_path: Path) -> None:
    assert horizon_of(Settings(data_dir=tmp_path / "none"), clock.real_now()) is None
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(("moment", "said"), [("2026-11-02T09:00", 0), ("2026-12-31T09:00", 1)])
def test_the_desk_says_that_limits_reach_past_the_calendar(
    tmp_path: Path, hand: HandClock, moment: str, said: int
) -> None:
    pack = small_pack(tmp_path / "pack", calendar=CALENDAR)
    runtime = open_runtime(Settings(data_dir=tmp_path / "data", district=str(pack)))
    hand.forward(seconds=(at(moment) - hand.now()).total_seconds())
    notes = desk._notes(runtime.reference)
    runtime.close()
    assert len(notes) == said
    assert all("2026-12-31" in note for note in notes)
