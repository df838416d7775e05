"""From a commit to the glass: the real product, a real Chromium, 200 further screens in a process of their own.

`python -m tests.load.bench wall [REPORTS]`. The page says when it painted an event (`live.drawn`); one machine, one clock.
"""

import select
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page

from dashboard import clock
from tests.load.crowd import crowd
from tests.load.places import cpu, memory_mb
from tests.load.table import Row, share, speak
from tests.load.wall_page import IN_LIVE, drawn_at, enter, processor, spots, wait
from tests.support import product
from tests.support.chromium import chromium

SCREENS, REPORTS, PAUSE, IDLE_SECONDS = 200, 40, 0.4, 20.0
ORDINARY, GAS = "S0406", "S0502"
Late = tuple[float, float]


def now_ms() -> float:
    """Return the present in epoch ms, as the page's Date.now()."""
    return clock.real_now().timestamp() * 1000


def rest(seconds: float) -> None:
    """Let time pass."""
    select.select([], [], [], seconds)


def rows(reports: int = REPORTS) -> Iterator[Row]:
    """Measure an idle wall, then ordinary events, then emergencies."""
    with (
        tempfile.TemporaryDirectory(prefix="grid-bench-") as root,
        chromium() as browser,
        product.start(Path(root), "--no-demo") as running,
    ):
        running.token, wall = product.token_for(Path(root), "operator", "screen")
        page = enter(browser, running.address)
        wait(page, IN_LIVE)
        yield idle(browser)
        with crowd(urlsplit(running.address).port or 0, wall, SCREENS) as others:
            places = spots(running)
            used, began = cpu(running.process.pid), now_ms()
            for what, category, budget in (
                ("ordinary event", ORDINARY, "p95 ≤ 1 s"),
                ("emergency", GAS, "p95 ≤ 300 ms, p99 ≤ 500 ms"),
            ):
                late = [one for n in range(reports) if (one := told(running, page, places, category, n))]
                yield row(what, budget, late, reports)
            share_of_core = (cpu(running.process.pid) - used) / (now_ms() - began) * 1e5
            connected = others.ask()["open"]
        yield Row(
            f"the server meanwhile, {connected} + 1 screens",
            "—",
            f"{share_of_core:.0f} % of a core, {memory_mb(running.process.pid):,.0f} MB",
            "SQLite, the one process",
        )


def told(running: product.Product, page: Page, places: list, category: str, number: int) -> Late | None:
    """Report one event; return (ms from its 201 to the paint, ms from the request to the paint)."""
    lng, lat = places[number % len(places)]
    body = {"title": f"测量 {number}", "source": "grid_worker", "category": category, "lng": lng, "lat": lat}
    sent = now_ms()
    _, event = running.ask("/api/v1/events", body)
    answered = now_ms()
    painted = drawn_at(page, event["number"])
    for alert in running.ask("/api/v1/alerts")[1]["items"] if category == GAS else ():
        said = {"episode": alert["episode"], "screen": "bench"}
        if alert["state"] == "raised":
            running.ask(f"/api/v1/alerts/{alert['id']}/acknowledge", said)
    rest(PAUSE)
    return (painted - answered, painted - sent) if painted else None


def row(what: str, budget: str, late: list[Late], wanted: int) -> Row:
    """Return the line of one kind."""
    after, whole = ([one[part] for one in late] for part in (0, 1))
    p50, p95, p99 = (f"{share(after, part):.0f}" for part in (0.5, 0.95, 0.99))
    return Row(
        f"{what}: commit → drawn, {SCREENS} further screens",
        budget,
        f"p50 {p50}, p95 {p95}, p99 {p99} ms after the 201 (p95 {share(whole, 0.95):.0f} ms after the request); "
        f"{len(late)} of {wanted} drawn",
        "Chromium 1920×1080",
    )


def idle(browser: Browser) -> Row:
    """Return what a wall costs on which nothing happens."""
    rest(5)
    before = processor(browser)
    rest(IDLE_SECONDS)
    after = processor(browser)
    part = {name: (after[name] - before.get(name, 0.0)) / IDLE_SECONDS * 100 for name in after}
    return Row(
        "idle wall: processor",
        "—",
        f"{part.get('renderer', 0):.1f} % of a core in the page's process, {part['all']:.1f} % in all of Chromium",
        f"over {IDLE_SECONDS:.0f} s, no GPU",
    )


if __name__ == "__main__":
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else REPORTS
    speak(lambda: rows(wanted))
