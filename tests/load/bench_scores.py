"""How fast boards and KPIs of long periods are, with rollups and counted live: `python -m tests.load.bench_scores [EVENTS]`.

Writes a year of history into a throw-away SQLite database. "First" is a process's first question to a freshly opened
database (its own cache empty, the system's not), the rest are medians.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from dashboard.rules.figures.kpis import KPIS, period
from dashboard.sweeps import rollup_keeper
from datasources.districts.loading import load_pack
from datasources.districts.pack.reading import read_pack
from datasources.districts.reference import Reference, References
from datasources.figures.boards import RATES, board_rows, standings
from datasources.figures.breakdown import handoffs, levels
from datasources.figures.frozen import freezing
from datasources.figures.kpis import kpi_values
from datasources.figures.narrow import Narrow
from datasources.figures.points import BOARDS
from datasources.figures.question import Question
from datasources.figures.rollups.rolled import live_cover
from datasources.figures.trend import points
from datasources.store.database import Database
from tests.load import scores_page
from tests.load.bench_queries import NOW, fill
from tests.load.table import Row, speak

EVENTS = 200_000
DAYS = 365
ROUNDS = 5
BUDGET_MS, FIRST_MS = 150, 500
ADDITIVE = tuple(code for code, kpi in KPIS.items() if kpi.kind in ("rate", "count"))

Ask = Callable[[Session], Any]


def questions(reference: Reference) -> dict[str, Ask]:
    """Return what is measured, by name."""
    asked: dict[str, Ask] = {}
    for words in ("month", "year"):
        question = Question(period(words, NOW, reference.tz), NOW)
        for board in BOARDS:
            asked[f"board {board}, {words}"] = lambda s, board=board, question=question: board_rows(
                s, reference, board, question
            )
        asked[f"trend of units, {words}"] = lambda s, question=question: points(
            s, reference, "units", question
        )
        asked[f"KPIs without lengths of time, {words}"] = lambda s, question=question: kpi_values(
            s, reference, question, ADDITIVE
        )
        asked[f"all KPIs, {words}"] = lambda s, question=question: kpi_values(s, reference, question)
        asked[f"who declines and who is sent back, {words}"] = lambda s, question=question: handoffs(
            s, reference, question
        )
        asked[f"at which level cases end, {words}"] = lambda s, question=question: levels(
            s, reference, question
        )
    street = reference.areas[reference.grids[300].path.strip("/").split("/")[1]]
    year = Question(period("year", NOW, reference.tz), NOW)
    asked["board units in one street, year"] = lambda s: board_rows(
        s, reference, "units", replace(year, narrow=Narrow(street.code))
    )
    asked["units counted live, year (no rollups)"] = lambda s: standings(
        s, reference, "units", year, RATES, live_cover(year.period)
    )
    return asked


def took(work: Callable[[], Any]) -> float:
    """Return how many milliseconds something takes."""
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1000


def measured(url: str, ask: Ask) -> tuple[float, float]:
    """Return (first, median of the next) in milliseconds, on a database opened anew."""
    database = Database(url)
    times = []
    for _ in range(ROUNDS + 1):
        with database.read() as session:
            times.append(took(lambda session=session: ask(session)))
    database.close()
    return times[0], statistics.median(times[1:])


def rows(count: int, folder: Path) -> Iterator[Row]:
    """Fill a year, roll it up and ask; yield what was measured."""
    url = f"sqlite:///{folder / 'huli.db'}"
    database = Database(url)
    database.upgrade()
    with database.write() as session:
        load_pack(session, read_pack("huli"), NOW - timedelta(days=2 * DAYS))
    reference = References(database).get()
    fill(database, reference, count, days=DAYS)
    days = 0

    def rebuild() -> None:
        nonlocal days
        days = rollup_keeper.rebuild(database, reference, NOW)

    whole = took(rebuild)
    on = f"{count:,} events of a year"
    yield Row("rolling up a year", "", f"{whole / 1000:.0f} s, {whole / days:.0f} ms a day", on)
    quarter = period("2026-07-01..2026-09-30", NOW, reference.tz)
    with database.read() as session:
        stood = took(lambda: freezing.count(session, reference, "quarter", quarter, NOW))
    yield Row("counting a quarter to freeze it", "", f"{stood:.0f} ms", on)
    database.close()
    for name, ask in questions(reference).items():
        first, median = measured(url, ask)
        budget = f"≤ {BUDGET_MS} ms, first ≤ {FIRST_MS} ms" if name.startswith("board") else ""
        yield Row(name, budget, f"{median:.0f} ms, first {first:.0f} ms", on)
    yield from scores_page.rows(folder, on)


def main() -> None:
    """Measure and say it."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else EVENTS
    with tempfile.TemporaryDirectory() as folder:
        speak(lambda: rows(count, Path(folder)))


if __name__ == "__main__":
    main()
