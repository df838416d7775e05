"""Fifty departments press claim at one moment, again and again: how often exactly one won and everybody read who.

`python -m tests.load.bench claims`. Threads and real transactions; the claims go through the same verb as a press does.
"""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select

from dashboard import actions
from dashboard.rules.access import Role, Viewer
from dashboard.rules.events.event import Event
from dashboard.rules.events.report import Report
from dashboard.rules.refusals import Conflict
from datasources.districts.reference import Reference, References
from datasources.store.database import Database
from datasources.store.models import StepRow
from tests.load.places import addresses, loaded
from tests.load.table import Row, speak, spread

CROWD, RACES = 50, 300
MOST_SECONDS = 60.0
FRIDAY = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
WORKER = Viewer("worker-bench", Role.WORKER)


def rows() -> Iterator[Row]:
    """Race on both databases."""
    with addresses() as places:
        for name, url, _ in places:
            database = loaded(url)
            yield Row(f"claim race, {CROWD} at once", f"×{RACES}: one winner each", raced(database), name)
            database.close()


def raced(database: Database) -> str:
    """Race until all races are run or the time is up; return how they ended."""
    reference = References(database).get()
    spot = next(
        area for area in reference.grids if area.lng and not reference.geo.locate(area.lng, area.lat).border
    )
    right, took, ends = 0, [], time.monotonic() + MOST_SECONDS
    while len(took) < RACES and time.monotonic() < ends:
        report = Report(title="占道经营", source="grid_worker", category="S0406", lng=spot.lng, lat=spot.lat)
        with database.write() as session:
            event = actions.report(session, reference, report, WORKER, FRIDAY)
        began = time.perf_counter()
        results = race(database, reference, event)
        took.append((time.perf_counter() - began) * 1000)
        right += fair(database, event, results)
    return f"one winner, all others read who: {right} of {len(took)}; a race {spread(took, 'ms')}"


def race(database: Database, reference: Reference, event: Event) -> list[Any]:
    """Let all claim at one moment; return the event or the refusal of each."""
    units, results = reference.eligible(event), [None] * CROWD
    barrier = threading.Barrier(CROWD)

    def press(index: int) -> None:
        unit = units[index % len(units)]
        barrier.wait()
        try:
            with database.write() as session:
                viewer = Viewer(f"unit-{unit}", Role.UNIT, unit=unit)
                claim = actions.Request("claim", {}, viewer, FRIDAY, event.version)
                results[index] = actions.act(session, reference, event.number, claim)
        except Exception as refusal:
            results[index] = refusal

    threads = [threading.Thread(target=press, args=(index,)) for index in range(CROWD)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def fair(database: Database, event: Event, results: list[Any]) -> bool:
    """Return whether one claim stands, one claimer was told so, and every other was told by whom it was taken."""
    won = [result for result in results if isinstance(result, Event)]
    lost = [result for result in results if isinstance(result, Conflict) and result.winner]
    with database.read() as session:
        query = select(func.count()).where(StepRow.event_id == event.id, StepRow.action == "claim")
        claims = session.scalar(query)
    told = {refusal.winner["unit"] for refusal in lost if refusal.winner}
    return claims == len(won) == 1 and len(lost) == CROWD - 1 and told == {won[0].unit}


if __name__ == "__main__":
    speak(rows)
