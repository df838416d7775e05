"""Reporting over real HTTP against the whole product in its own process: single events, and batches of 1,000.

`python -m tests.load.bench post`. The client is a process of its own; every 201 stands on a commit that reached the disk.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import urlsplit

from tests import ROOT
from tests.load.places import addresses, cpu
from tests.load.table import Row, share, speak, spread
from tests.support import product

RUNS, SECONDS, WARM_UP = 5, 3.0, 1.5
WORK = (
    # what, path, connections, events in a batch (0: single), budget by database
    ("POST one event, 8 connections", "/api/v1/events", 8, 0, {"SQLite": "≥ 300/s", "PostgreSQL": "≥ 500/s"}),
    ("batches of 1,000, 2 connections", "/api/v1/events/batch", 2, 1000, {}),
)


def rows() -> Iterator[Row]:
    """Measure both on both databases."""
    with addresses() as places:
        for name, url, folder in places:
            settings = {"GRID_DATABASE_URL": url} if name == "PostgreSQL" else {}
            running = product.start(folder, "--no-demo", **settings)
            try:
                issued = product.command("token", "operator", "--data", str(folder), **settings)
                token = issued.stdout.split()[-1]
                for what, path, connections, events, budgets in WORK:
                    yield Row(
                        what,
                        budgets.get(name, "≥ 3,000 events/s"),
                        measured(running, path, token, connections, events),
                        name,
                    )
            finally:
                running.stop()


def measured(running: product.Product, path: str, token: str, connections: int, events: int) -> str:
    """Return what one kind of work reached in several runs, and what it cost the server."""
    words = [str(urlsplit(running.address).port), path, token, str(connections), str(events)]
    hammer = subprocess.Popen(
        [sys.executable, "-m", "tests.load.hammer", *words],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert hammer.stdin is not None and hammer.stdout is not None

    def run(seconds: float) -> dict:
        hammer.stdin.write(f"{seconds}\n")
        hammer.stdin.flush()
        said: dict = json.loads(hammer.stdout.readline())
        return said

    run(WARM_UP)
    used = cpu(running.process.pid)
    done = [run(SECONDS) for _ in range(RUNS)]
    each = max(1, events)
    burnt = (cpu(running.process.pid) - used) / sum(one["answers"] * each for one in done) * 1000
    hammer.stdin.close()
    hammer.wait(timeout=30)
    pace = spread([one["answers"] * each / one["seconds"] for one in done], "events/s" if events else "/s")
    took = [ms for one in done for ms in one["took"]]
    return (
        f"{pace}; answered p50 {share(took, 0.5):.0f} ms, p95 {share(took, 0.95):.0f} ms; "
        f"{burnt:.2f} ms of server CPU an event"
    )


if __name__ == "__main__":
    speak(rows)
