"""The wall with 100,000 open events: the snapshot's size and time, the first picture, panning while 200 updates a second arrive.

`python -m tests.load.bench wall_many [OPEN_EVENTS]`. Frames are counted in the page, tasks in the browser's own trace.
"""

import json
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from callbacks.live import pack
from dashboard import clock
from datasources.districts.reference import References
from tests.load.bench_wall import rest
from tests.load.hundred_thousand import fill
from tests.load.places import cpu, loaded, memory_mb
from tests.load.stream import stream
from tests.load.table import Row, share, speak
from tests.load.wall_page import enter, fetched, wait
from tests.support import product
from tests.support.chromium import chromium

OPEN_EVENTS, UPDATES, SECONDS, SETTLED_SECONDS = 100_000, 200, 10.0, 12.0
# written down by the page itself: when every event of the snapshot was on the map, and the frame after
WATCH = """addEventListener("DOMContentLoaded", async () => {
  const link = document.querySelector('link[href$="/map/points.js"]');
  if (!link) return;
  const { livePoints: points } = await import(link.href);
  const look = () => {
    const whole = live.loaded && points.ready && !points.busy && points.size === live.size;
    if (whole) requestAnimationFrame(() => { window.whole_ = performance.now(); });
    else requestAnimationFrame(look);
  };
  look();
});"""
FRAMES = """() => {
  window.frames_ = []; window.long_ = []; let last = 0;
  new PerformanceObserver((list) => list.getEntries().forEach((one) => window.long_.push(one.duration))).observe({type: "longtask"});
  const look = (now) => { if (last) window.frames_.push(now - last); last = now; requestAnimationFrame(look); };
  requestAnimationFrame(look);
}"""
TIMING = """() => {
  const one = performance.getEntriesByType("resource").filter((entry) => entry.name.includes("/feed/snapshot")).pop();
  return {asked: one.requestStart, first: one.responseStart, end: one.responseEnd, whole: window.whole_};
}"""
MAIN_TASKS = {"RunTask", "ThreadControllerImpl::RunTask", "ThreadController::RunTask"}


def rows(count: int = OPEN_EVENTS) -> Iterator[Row]:
    """Fill a database, start the product on it, open the wall, drag its map."""
    with tempfile.TemporaryDirectory(prefix="grid-bench-") as root, chromium() as browser:
        database = loaded(f"sqlite:///{Path(root) / 'huli.db'}")
        fill(database, References(database).get(), clock.real_now(), count)
        database.close()
        with product.start(Path(root), "--no-demo") as running:
            running.token, wall = product.token_for(Path(root), "operator", "screen")
            rest(SETTLED_SECONDS)  # the first views and sweeps are over: what is cold is the snapshot alone
            yield from snapshots(running, wall, count)
            page = enter(browser, running.address, "/login")
            yield first_picture(page, count)
            rest(10)
            yield from panning(browser, page, running, count)


def snapshots(running: product.Product, token: str, count: int) -> Iterator[Row]:
    """Ask for the snapshot in both forms, the first time each."""
    for what, accept in (
        ("in columns, for the wall", pack.TYPE),
        ("JSON, for others", "application/json"),
    ):
        used, began = cpu(running.process.pid), time.perf_counter()
        data, kind = fetched(running.address, token, accept)
        took, work = time.perf_counter() - began, cpu(running.process.pid) - used
        yield Row(
            f"snapshot of {count:,} open events, cold: {what}",
            "≤ 2 MB, ≤ 100 ms on the server" if accept == pack.TYPE else "—",
            f"{len(data) / 1e6:.2f} MB; {1000 * took:.0f} ms with the way there, {1000 * work:.0f} ms of processor",
            kind,
        )


def first_picture(page: Page, count: int) -> Row:
    """Open the wall; return when its first picture with every event stood."""
    page.add_init_script(WATCH)
    page.goto("/screen")
    wait(page, "window.whole_")
    at: dict[str, float] = page.evaluate(TIMING)
    return Row(
        f"first picture of {count:,} open events",
        "drawn ≤ 1.5 s",
        f"{(at['whole'] - at['end']) / 1000:.2f} s after the snapshot came ({at['end'] - at['asked']:.0f} ms on the way), "
        f"{at['whole'] / 1000:.2f} s from the page's address",
        f"Chromium 1920×1080, {page.evaluate('live.size'):,} rows",
    )


def panning(browser: Browser, page: Page, running: product.Product, count: int) -> Iterator[Row]:
    """Drag the map to and fro while events arrive; return frames and tasks."""
    box = page.locator("#screen-map").bounding_box() or {"x": 0, "y": 0, "width": 800, "height": 600}
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    with stream(running.address, running.token, UPDATES, SECONDS + 8) as arriving:
        rest(3)
        before = page.evaluate("live.size")
        page.evaluate(FRAMES)
        browser.start_tracing(page=page, categories=["toplevel"])
        drag(page, *middle)
        trace = browser.stop_tracing()
        frames, longs = page.evaluate("[window.frames_, window.long_]")
        came = page.evaluate("live.size") - before
        memory = memory_mb(running.process.pid)
    seconds = sum(frames) / 1000
    tasks = main_tasks(trace)
    yield Row(
        f"panning {count:,} open events while {arriving.pace:.0f} updates/s are posted ({came / seconds:.0f}/s arrive)",
        "≥ 30 frames/s",
        f"{len(frames) / seconds:.0f} frames/s; gap p95 {share(frames, 0.95):.0f} ms, p99 {share(frames, 0.99):.0f} ms",
        f"mouse drag of {seconds:.0f} s, no GPU",
    )
    yield Row(
        "main-thread tasks meanwhile",
        "none > 50 ms at p99",
        f"p99 {share(tasks, 0.99):.1f} ms of {len(tasks):,} tasks ≥ 1 ms; {len(longs)} over 50 ms, longest {max(longs, default=0):.0f} ms",
        f"server {memory:,.0f} MB",
    )


def drag(page: Page, x: float, y: float) -> None:
    """Hold the map and move it round and round."""
    page.mouse.move(x, y)
    page.mouse.down()
    end, turn = time.monotonic() + SECONDS, 0
    while time.monotonic() < end:
        turn += 1
        across = turn % 80
        page.mouse.move(x + 4 * (across if across < 40 else 80 - across), y + 2 * (turn % 20))
    page.mouse.up()


def main_tasks(trace: bytes) -> list[float]:
    """Return the ms of the page's main-thread tasks of a millisecond and more."""
    events: list[dict[str, Any]] = json.loads(trace)["traceEvents"]
    mains = {
        (one["pid"], one["tid"])
        for one in events
        if one.get("name") == "thread_name" and one["args"].get("name") == "CrRendererMain"
    }
    found = [
        one["dur"] / 1000
        for one in events
        if one.get("ph") == "X" and one["name"] in MAIN_TASKS and (one["pid"], one["tid"]) in mains
    ]
    return [ms for ms in found if ms >= 1]


if __name__ == "__main__":
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else OPEN_EVENTS
    speak(lambda: rows(wanted))
