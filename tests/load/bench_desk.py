"""The desk with 10,000 open events: its first queue, then every key's way to the next paint while 200 updates a second arrive.

`python -m tests.load.bench desk [OPEN_EVENTS]`. The browser itself times each key press (`PerformanceEventTiming`).
"""

import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

from playwright.sync_api import Browser, Page

from dashboard import clock
from datasources.districts.reference import References
from tests.load.bench_wall import rest
from tests.load.hundred_thousand import fill
from tests.load.places import cpu, loaded, memory_mb
from tests.load.stream import stream
from tests.load.table import Row, share, speak
from tests.load.wall_page import HD, wait
from tests.support import product
from tests.support.chromium import chromium

OPEN_EVENTS, UPDATES, SECONDS, PACE = 10_000, 200, 25.0, 0.15
BUDGET = "p75 ≤ 200 ms"
FLOOR_MS = 16  # the browser reports no key press that took less
# what an operator's hands do, by kind: each press is one interaction
WALK = (
    ("move", ["j", "j", "j", "k", "ArrowDown", "ArrowDown"]),
    ("tab", ["2", "8", "5", "8"]),
    ("select", ["x", "x"]),
    ("type", ["/", "路", "灯", "Backspace", "Escape", "Escape"]),
)
LISTED = "document.querySelectorAll('#desk-grid .ag-row .q-left').length > 10 && Number(document.querySelector('#desk-tabs [data-tab=all]').dataset.count) >= {count} && performance.now()"
LISTEN = """() => {
  const seen = (window.presses_ = new Map());
  window.long_ = [];
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) {
      if (!one.interactionId) continue;
      const known = seen.get(one.interactionId);
      if (!known || known.ms < one.duration) seen.set(one.interactionId, { ms: one.duration, at: one.startTime });
    }
  }).observe({ type: "event", durationThreshold: 16 });
  new PerformanceObserver((list) => list.getEntries().forEach((one) => window.long_.push(one.duration))).observe({ type: "longtask" });
}"""


def rows(count: int = OPEN_EVENTS) -> Iterator[Row]:
    """Fill a database, start the product on it, open the desk, press keys."""
    with tempfile.TemporaryDirectory(prefix="grid-bench-") as root, chromium() as browser:
        database = loaded(f"sqlite:///{Path(root) / 'huli.db'}")
        fill(database, References(database).get(), clock.real_now(), count)
        database.close()
        with product.start(Path(root), "--no-demo") as running:
            (running.token,) = product.token_for(Path(root), "operator")
            rest(8)  # the first views and sweeps are over
            page = seated(browser, running.address)
            yield first_queue(page, count)
            yield from pressing(page, running, count)


def seated(browser: Browser, address: str) -> Page:
    """Return an empty page of a logged-in operator: nothing of the product is in the browser's cache yet."""
    context = browser.new_context(
        base_url=address, viewport={"width": HD[0], "height": HD[1]}, locale="zh-CN", bypass_csp=True
    )
    entered = context.request.post("/login", form={"username": "operator", "password": product.PASSWORD})
    assert entered.ok, entered.text()
    return context.new_page()


def first_queue(page: Page, count: int) -> Row:
    """Open the desk; return when its queue first stood, and what came over the wire for it."""
    page.goto("/desk")
    stood = wait(page, LISTED.format(count=count))
    carried = page.evaluate(
        "performance.getEntriesByType('resource').reduce((sum, one) => sum + one.transferSize, 0)"
    )
    return Row(
        f"the desk's first queue of {count:,} open events",
        "—",
        f"{stood / 1000:.2f} s from the page's address; {carried / 1e6:.2f} MB over the wire"
        if stood
        else "it never stood",
        "Chromium 1920×1080",
    )


def pressing(page: Page, running: product.Product, count: int) -> Iterator[Row]:
    """Press the keys of a shift, first with nothing beside them, then while events arrive."""
    page.evaluate(LISTEN)
    quiet = walked(page, SECONDS / 2)
    yield row(f"key → next paint, {count:,} open events, nothing arriving", "—", quiet, "")
    with stream(running.address, running.token, UPDATES, SECONDS + 8) as arriving:
        rest(3)
        page.evaluate("window.long_.length = 0")
        before, used, began = page.evaluate("live.size"), cpu(running.process.pid), time.monotonic()
        busy = walked(page, SECONDS)
        came, passed = page.evaluate("live.size") - before, time.monotonic() - began
        core = (cpu(running.process.pid) - used) / passed * 100
        longs = page.evaluate("window.long_")
    yield row(
        f"key → next paint, {count:,} open events, {arriving.pace:.0f} updates/s posted ({came / passed:.0f}/s arrive)",
        BUDGET,
        busy,
        f"{len(longs)} tasks over 50 ms, longest {max(longs, default=0):.0f} ms",
    )
    yield Row(
        "the server beside the desk meanwhile",
        "—",
        f"{core:.0f} % of a core, {memory_mb(running.process.pid):,.0f} MB",
        "SQLite, the one process",
    )


def walked(page: Page, seconds: float) -> dict[str, list[float]]:
    """Press keys at a practised hand's pace; return the ms to the next paint by kind of press."""
    found: dict[str, list[float]] = {kind: [] for kind, _ in WALK}
    end = time.monotonic() + seconds
    for kind, keys in cycle(WALK):
        if time.monotonic() > end:
            return found
        page.evaluate("window.presses_.clear()")
        for key in keys:
            page.keyboard.press(key) if key.isascii() else page.keyboard.insert_text(key)
            rest(PACE)
        page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done, 60)))")
        timed: list[float] = page.evaluate("[...window.presses_.values()].map((one) => one.ms)")
        pressed = sum(key.isascii() for key in keys)
        found[kind] += timed + [float(FLOOR_MS)] * max(0, pressed - len(timed))
    return found


def row(what: str, budget: str, found: dict[str, list[float]], beside: str) -> Row:
    """Return the line of one walk: all presses, then p75 of each kind."""
    every = [ms for timed in found.values() for ms in timed]
    kinds = ", ".join(f"{kind} {share(timed, 0.75):.0f}" for kind, timed in found.items() if timed)
    p50, p75, p98 = (f"{share(every, part):.0f}" for part in (0.5, 0.75, 0.98))
    return Row(
        what, budget, f"p50 {p50}, p75 {p75}, p98 {p98} ms of {len(every)} presses (p75: {kinds})", beside
    )


if __name__ == "__main__":
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else OPEN_EVENTS
    speak(lambda: rows(wanted))
