"""Does the wall grow? The simulator at 20× the clock, the page's heap after a collection, its slope: `python -m tests.load.bench soak`.

Two minutes in the table; `python -m tests.load.bench_soak 30` (`make soak`) for a longer look.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Page

from tests.load.bench_wall import rest
from tests.load.table import Row, speak
from tests.load.wall_page import IN_LIVE, enter, wait
from tests.support import product
from tests.support.chromium import chromium

SPEED, MINUTES, EVERY_SECONDS, WARM_SHARE = 20, 2.0, 5.0, 0.4
Sample = tuple[float, float, int, int]


def rows(minutes: float = MINUTES) -> Iterator[Row]:
    """Watch the heap for so many minutes."""
    with (
        tempfile.TemporaryDirectory(prefix="grid-bench-") as root,
        chromium() as browser,
        product.start(Path(root), "--demo", "--clock-speed", str(SPEED)) as running,
    ):
        page = enter(browser, running.address, "/screen?rotate=10")
        wait(page, IN_LIVE)
        began, samples, first = time.monotonic(), [], page.evaluate("live.position")
        while time.monotonic() - began < minutes * 60:
            rest(EVERY_SECONDS)
            samples.append(sample(page, began))
        last, kept = page.evaluate("live.position"), page.evaluate("live.sizes()")
    warm = samples[int(len(samples) * WARM_SHARE) :]
    slope = steepness([(at, heap) for at, heap, _, _ in warm]) * 3600
    yield Row(
        f"soak: wall at {SPEED}× traffic for {minutes:g} min, rotating scenes",
        "heap slope ≤ 1 MB/h after warm-up",
        f"{slope:+.1f} MB in an hour at {SPEED}× ({slope / SPEED:+.2f} MB per hour of ordinary traffic); heap {warm[0][1]:.1f} → "
        f"{warm[-1][1]:.1f} MB, nodes {warm[0][2]:,} → {warm[-1][2]:,}, listeners {warm[0][3]:,} → {warm[-1][3]:,}",
        f"{kept['rows']} open at the end; {'moved on' if last != first else 'NOTHING CAME'}",
    )


def sample(page: Page, began: float) -> Sample:
    """Return (seconds, MB of heap after a collection, nodes, listeners)."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    session.send("HeapProfiler.collectGarbage")
    heap = session.send("Runtime.getHeapUsage")["usedSize"] / 1e6
    facts = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    session.detach()
    return time.monotonic() - began, heap, int(facts["Nodes"]), int(facts["JSEventListeners"])


def steepness(points: list[tuple[float, float]]) -> float:
    """Return the slope of the line through points by least squares; 0 for fewer than two."""
    if len(points) < 2:
        return 0.0
    return statistics.linear_regression(*zip(*points, strict=True)).slope


if __name__ == "__main__":
    asked = float(sys.argv[1]) if len(sys.argv) > 1 else MINUTES
    speak(lambda: rows(asked))
