"""A real quarter of a real city: every department's figures against pandas, computed from the raw file alone."""

import csv
import gzip
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import func, select

from dashboard.rules.events.event import on_time
from dashboard.rules.figures.kpis import period
from datasources.districts.loading import load_pack
from datasources.districts.pack.folder import BUNDLED
from datasources.districts.pack.reading import read_pack
from datasources.districts.reference import References
from datasources.events import journal
from datasources.figures.kpis import kpi_groups, kpi_values
from datasources.figures.narrow import Narrow
from datasources.figures.question import Question
from datasources.figures.rollups.days import count_day, days_of_period, store_day
from datasources.figures.rollups.rolled import cover, live_cover
from datasources.history.imports import ImportJob, Outcome, import_file
from datasources.store.database import Database
from datasources.store.models import LedgerRow, StepRow

QUARTER = BUNDLED / "boston" / "records" / "requests-2011-q3.csv.gz"
NOW = datetime(2026, 11, 20, 1, tzinfo=UTC)
CODES = {"BPS_": "BPS", "BHA_": "BHA", "No Q": "NO_QUEUE"}  # as the pack's mapping says
WHOLE = ("report_to_close", "report_to_close_p90")
SPANS = ("2011-07-01..2011-09-30", "2011-08-01..2011-08-31", "2011-09-05..2011-09-11")


@dataclass(frozen=True)
class Imported:
    """The quarter as it came in: the database, the file, what the import said of itself."""

    database: Database
    file: Path
    outcome: Outcome
    progress: list[tuple[int, int]]

    def again(self) -> Outcome:
        """Import the same file once more."""
        mapping = read_pack("boston").mapping
        job = ImportJob(self.file, NOW, pack_mapping=mapping)
        return import_file(self.database, References(self.database), job)


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Imported:
    """Return the quarter as imported."""
    folder = tmp_path_factory.mktemp("boston")
    database = Database(f"sqlite:///{folder / 'boston.db'}")
    database.upgrade()
    with database.write() as session:
        load_pack(session, read_pack("boston"), NOW - timedelta(days=400))
    file = folder / QUARTER.name
    file.write_bytes(QUARTER.read_bytes())
    progress: list[tuple[int, int]] = []
    outcome = import_file(
        database,
        References(database),
        ImportJob(file, NOW, pack_mapping=read_pack("boston").mapping),
        lambda done, total: progress.append((done, total)),
    )
    return Imported(database, file, outcome, progress)


@pytest.fixture(scope="module")
def boston(imported: Imported) -> Database:
    """Return the quarter with each of its days rolled up."""
    database = imported.database
    tz = References(database).get().tz
    for day in days_of_period(period(SPANS[0], NOW, tz)):
        with database.write() as session:
            assert store_day(session, count_day(session, day, tz), NOW, tz)
    return database


@pytest.fixture(scope="module")
def raw() -> pd.DataFrame:
    """Return the file as it is, its times in the city's zone, its departments by our codes."""
    table = pd.read_csv(QUARTER, dtype=str, keep_default_na=False)
    for name in ("open_dt", "target_dt", "closed_dt"):
        table[name] = pd.to_datetime(table[name].str.strip(), errors="coerce").dt.tz_localize(
            "America/New_York"
        )
    table["unit"] = table["department"].replace(CODES)
    table["closed"] = table["case_status"] == "Closed"
    return table


def during(column: pd.Series, words: str) -> pd.Series:
    """Return which moments of a column lie in local days, both included."""
    first, last = (pd.Timestamp(day, tz="America/New_York") for day in words.split(".."))
    return (column >= first) & (column < last + pd.Timedelta(days=1))


def expected(raw: pd.DataFrame, words: str) -> dict[str, dict[str, tuple[int, int]]]:
    """Return unit → {KPI: (num, den)} of local days, straight from the columns of the file."""
    within = partial(during, words=words)
    ended = raw["closed_dt"].where(raw["closed"])
    kept = ended.notna() & (raw["target_dt"].isna() | (ended <= raw["target_dt"]))
    late = raw["target_dt"].notna() & (ended.fillna(pd.Timestamp(NOW)) > raw["target_dt"])
    due = within(raw["target_dt"]) | (raw["target_dt"].isna() & within(ended))
    found: dict[str, dict[str, tuple[int, int]]] = {}
    for unit, of in raw.groupby("unit"):
        here, there = within(raw["open_dt"]) & (raw["unit"] == unit), due & (raw["unit"] == unit)
        closed = int((within(ended) & (raw["unit"] == unit)).sum())
        should = int((there & (kept | late)).sum())
        found[str(unit)] = {
            "reported": (int(here.sum()), int(here.sum())),
            "open": (int((here & ~raw["closed"]).sum()), int(here.sum())),
            "closed": (closed, closed),
            "on_time_rate": (int((there & kept).sum()), should),
            "close_rate": (int((there & raw["closed"]).sum()), should),
            "on_time_close_rate": (int((there & kept & raw["closed"]).sum()), should),
        }
        assert len(of)
    return found


def test_the_whole_quarter_comes_in_and_is_on_time_exactly_where_the_city_says_so(imported: Imported) -> None:
    assert imported.outcome == Outcome(31_828, 0, 0)
    assert imported.progress == sorted(imported.progress) and imported.progress[-1] == (31_828, 31_828)
    with gzip.open(QUARTER, "rt", encoding="utf-8", newline="") as file:
        said = {cells["case_enquiry_id"]: cells for cells in csv.DictReader(file)}
    with imported.database.read() as session:
        found = {event.external_id: event for event in journal.events_where(session)}
        steps = session.scalar(select(func.count()).select_from(StepRow))
        points = session.scalar(select(func.count()).select_from(LedgerRow))
    decided = {
        key: cells["ontime"].strip() == "ONTIME"
        for key, cells in said.items()
        if cells["case_status"] == "Closed" and cells["ontime"].strip() and cells["target_dt"].strip()
    }
    assert len(decided) == 25_101
    assert {key: on_time(found[key], NOW) for key in decided} == decided
    assert sum(not event.is_open for event in found.values()) == 30_081
    assert {event.status for event in found.values() if event.is_open} == {"handling"}
    assert (steps, points) == (31_828 + 30_081, 0)
    assert imported.again() == Outcome(0, 31_828, 0)


@pytest.mark.parametrize("words", SPANS)
def test_every_departments_figures_are_what_pandas_counts_in_the_file(
    boston: Database, raw: pd.DataFrame, words: str
) -> None:
    reference = References(boston).get()
    asked = period(words, NOW, reference.tz)
    wanted = expected(raw, words)
    codes = tuple(next(iter(wanted.values())))
    with boston.read() as session:
        assert cover(session, asked, NOW).rolled  # from rollups
        for covered in (None, live_cover(asked)):  # and counted live
            shown = kpi_groups(session, reference, Question(asked, NOW), "unit", codes, covered)
            for unit, figures in wanted.items():
                mine = shown.get(unit, {})
                assert {code: mine.get(code, (0, 0)) for code in codes} == figures, unit


@pytest.mark.parametrize("words", SPANS)
def test_every_departments_mean_and_ninetieth_time_to_close_are_what_pandas_counts(
    boston: Database, raw: pd.DataFrame, words: str
) -> None:
    reference = References(boston).get()
    asked = period(words, NOW, reference.tz)
    taken = raw["closed_dt"] - raw["open_dt"]
    of = raw["closed"] & during(raw["closed_dt"], words)
    seconds = (taken[of & (taken >= pd.Timedelta(0))].dt.total_seconds()).groupby(raw["unit"])
    assert seconds.ngroups > 5
    with boston.read() as session:
        assert cover(session, asked, NOW, weeks=False).rolled
        for unit, found in seconds:
            question = Question(asked, NOW, Narrow(unit=str(unit)))
            shown = kpi_values(session, reference, question, WHOLE)
            ninety = found.sort_values().iloc[-(-9 * len(found) // 10) - 1]
            assert shown == {WHOLE[0]: (found.sum(), len(found)), WHOLE[1]: (ninety, len(found))}, unit
            assert shown[WHOLE[0]][0] / len(found) == pytest.approx(found.mean())


def test_the_city_as_a_whole_equals_the_file(boston: Database, raw: pd.DataFrame) -> None:
    reference = References(boston).get()
    asked = period(SPANS[0], NOW, reference.tz)
    with boston.read() as session:
        shown = kpi_values(session, reference, Question(asked, NOW), ("reported", "closed", "on_time_rate"))
    wanted = expected(raw, SPANS[0])
    for code, pair in shown.items():
        assert pair == tuple(map(sum, zip(*(figures[code] for figures in wanted.values()), strict=True)))
