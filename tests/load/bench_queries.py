"""How long the read side takes over a long history: `python -m tests.load.bench_queries [EVENTS] [DATABASE_URL]`.

Writes closed and open events spread over 30 days straight into a throw-away database and prints a table of medians.
"""

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from dashboard.rules.access import Role, Viewer
from dashboard.rules.events.event import Event, Rating
from dashboard.rules.figures.kpis import period
from datasources.districts.loading import load_pack
from datasources.districts.pack.reading import read_pack
from datasources.districts.reference import Reference, References
from datasources.events import around, journal
from datasources.events.filters import Filters
from datasources.events.lists import events_page
from datasources.figures.boards import board_rows
from datasources.figures.kpis import kpi_values
from datasources.figures.points import BOARDS, ledger_entries
from datasources.figures.question import Question
from datasources.figures.views.named import VIEWS
from datasources.store.database import Database
from datasources.store.models import EventRow, LedgerRow, StepRow

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
DAYS = 30
OPEN_EVENTS = 3000
ROUNDS = 7
MINUTE = timedelta(minutes=1)


def fill(
    database: Database, reference: Reference, count: int, still_open: int = OPEN_EVENTS, days: int = DAYS
) -> None:
    """Write `count` events of so many days with their steps and points; the newest are still open."""
    dice = random.Random(7)
    spots = [grid for grid in reference.grids if grid.lng is not None]
    units = [unit.code for unit in reference.units.values()]
    codes = list(reference.categories)
    for start in range(0, count, 5000):
        events, steps, ledger = [], [], []
        for key in range(start + 1, min(start + 5000, count) + 1):
            event = one_event(key, count, dice, spots, units, codes, still_open, days)
            events.append(journal.as_columns(event))
            trail = trail_of(event)
            steps += trail
            if event.closed_at:
                ledger.append(points_of(event, len(trail)))
        with database.write() as session:
            for table, rows in ((EventRow, events), (StepRow, steps), (LedgerRow, ledger)):
                journal.add_rows(session, table, rows)


def one_event(
    key: int,
    count: int,
    dice: random.Random,
    spots: list,
    units: list,
    codes: list,
    still_open: int,
    days: int,
) -> Event:
    """Return one event of the made-up history; numbers and times only, no people."""
    at = NOW - timedelta(days=days) * (1 - key / count)
    spot, claimed = dice.choice(spots), dice.random() < 0.7
    done = key <= count - still_open
    end = at + timedelta(minutes=dice.randrange(60, 600))
    return Event(
        id=key,
        number=f"{at:%Y%m%d}{key:06d}",
        title="占道经营",
        source="grid_worker",
        status="closed" if done else dice.choice(["claimable", "pending_dispatch", "handling", "checking"]),
        reported_at=at,
        version=5,
        category=dice.choice(codes),
        lng=spot.lng,
        lat=spot.lat,
        address=f"{spot.name}附近",
        grid=spot.code,
        area_path=spot.path,
        unit=dice.choice(units),
        how="claim" if claimed else "dispatch",
        registered_at=at,
        pool_at=at,
        owned_at=at + 10 * MINUTE,
        handle_from=at + 10 * MINUTE,
        handle_due_at=at + 480 * MINUTE,
        finished_at=end if done else None,
        closed_at=end + 30 * MINUTE if done else None,
        late=dice.random() < 0.03,
        rating=dice.choice(list(Rating)[:3]).value if done else None,
        reported_by="worker-bench",
    )


def trail_of(event: Event) -> list[dict[str, Any]]:
    """Return the steps of an event, with ids in the order of the events."""
    taken = [
        ("report", event.reported_at),
        ("register", event.registered_at),
        ("claim" if event.how == "claim" else "dispatch", event.owned_at),
        ("finish", event.finished_at),
        ("check", event.closed_at),
    ]
    return [
        {
            "id": event.id * 5 + index,
            "event_id": event.id,
            "version": index + 1,
            "action": action,
            "from_status": None,
            "to_status": event.status,
            "round": 1,
            "at": at,
            "actor": "bench",
            "actor_role": "system",
            "unit": event.unit,
            "rating": event.rating if action == "check" else None,
            "facts": {},
        }
        for index, (action, at) in enumerate(taken)
        if at is not None
    ]


def points_of(event: Event, last: int) -> dict[str, Any]:
    """Return the one ledger entry of a closed event."""
    return {
        "subject_kind": "unit",
        "subject": event.unit,
        "rule": "claim",
        "tenths": 20,
        "event_id": event.id,
        "step_id": event.id * 5 + last - 1,
        "at": event.closed_at,
        "reverses": None,
        "for_at": event.closed_at,
    }


def questions(reference: Reference) -> dict[str, Callable[[Session], Any]]:
    """Return what is measured, by name."""
    today = period("today", NOW, reference.tz)
    unit, worker = Viewer("unit-GAS", Role.UNIT, unit="GAS"), reference.grids[300].parent
    viewers = {
        "operator": Viewer("operator", Role.OPERATOR),
        "unit": unit,
        "worker": Viewer(f"worker-{worker}", Role.WORKER, area=worker),
        "wall": Viewer("screen", Role.WALL),
    }
    asked: dict[str, Callable[[Session], Any]] = {
        f"view {name}": lambda s, view=view: view(s, NOW, reference) for name, view in VIEWS.items()
    }
    asked["all views"] = lambda s: [view(s, NOW, reference) for view in VIEWS.values()]
    for words in ("today", "7d", "month"):
        asked[f"kpis {words}"] = lambda s, words=words: kpi_values(
            s, reference, Question(period(words, NOW, reference.tz), NOW)
        )
    for name in BOARDS:
        asked[f"board {name} today"] = lambda s, name=name: board_rows(
            s, reference, name, Question(today, NOW)
        )
    week = period("7d", NOW, reference.tz)
    asked["board units 7d"] = lambda s: board_rows(s, reference, "units", Question(week, NOW))
    asked["entries of a unit"] = lambda s: ledger_entries(s, "units", "GAS", week, 50, None)
    for name, viewer in viewers.items():
        asked[f"page for {name}"] = lambda s, viewer=viewer: events_page(
            s, reference, viewer, Filters(), 50, None, NOW
        )
    asked["page, unit's own in hand"] = lambda s: events_page(
        s, reference, unit, Filters(status=("handling",)), 50, None, NOW
    )
    asked["search without a hit"] = lambda s: events_page(
        s, reference, viewers["wall"], Filters(q="没有这样的事"), 50, None, NOW
    )
    spot = reference.grids[300]
    asked["duplicates near"] = lambda s: around.possible_duplicates(
        s, reference, (spot.lng or 0, spot.lat or 0), "S0406", NOW, NOW
    )
    return asked


def measure(database: Database, ask: Callable[[Session], Any]) -> tuple[float, float]:
    """Return the median milliseconds of one question on the wall clock and on the processor, the first run left out."""
    walls, cores = [], []
    for _ in range(ROUNDS + 1):
        with database.read() as session:
            wall, core = time.perf_counter(), time.process_time()
            ask(session)
            cores.append((time.process_time() - core) * 1000)
            walls.append((time.perf_counter() - wall) * 1000)
    return statistics.median(walls[1:]), statistics.median(cores[1:])


def main() -> None:
    """Fill a database and print how long each question takes."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        url = sys.argv[2] if len(sys.argv) > 2 else f"sqlite:///{Path(folder) / 'bench.db'}"
        database = Database(url)
        database.upgrade()
        with database.write() as session:
            load_pack(session, read_pack("huli"), NOW - timedelta(days=400))
        reference = References(database).get()
        fill(database, reference, count)
        print(f"{count} events over {DAYS} days, {OPEN_EVENTS} open, {database.engine.dialect.name}")
        for name, ask in questions(reference).items():
            wall, core = measure(database, ask)
            print(f"{name:28} {wall:9.1f} ms {core:9.1f} ms of processor")
        database.close()


if __name__ == "__main__":
    main()
