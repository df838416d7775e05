"""The leaders' page in a real Chromium on a long history, and what the wall notices of the questions it asks."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path

from playwright.sync_api import Browser

from datasources.figures.points import BOARDS
from tests.load.bench_queries import NOW
from tests.load.bench_wall import ORDINARY, told
from tests.load.table import Row, share, spread
from tests.load.wall_page import IN_LIVE, enter, spots, wait
from tests.support import product
from tests.support.chromium import chromium

TABLET, VISITS, REPORTS, PAUSE_S = (1180, 820), 5, 30, 1.0
STANDS = "document.querySelector('.s-row[data-code] .s-rank') && performance.now()"
ENTRIES = "document.querySelector('#scores-sheet .s-item') && performance.now()"


def rows(folder: Path, on: str) -> Iterator[Row]:
    """Start the product on a data folder with history; visit the page, then watch the wall without and with leaders."""
    with (
        chromium() as browser,
        product.start(folder, "--no-demo", "--clock-start", NOW.isoformat()) as running,
    ):
        running.token, leader = product.token_for(folder, "operator", "leader")
        wall = enter(browser, running.address)
        wait(wall, IN_LIVE)
        for words in ("month", "year"):
            yield from visits(browser, running.address, words, on)
        places = spots(running)
        calm = [one[0] for n in range(REPORTS) if (one := told(running, wall, places, ORDINARY, n))]
        with asking(running, leader) as asked:
            busy = [one[0] for n in range(REPORTS) if (one := told(running, wall, places, ORDINARY, n))]
        for what, late in (
            ("nobody asks for boards", calm),
            (f"{len(asked)} boards and KPIs of a year asked for meanwhile", busy),
        ):
            p50, p95 = share(late, 0.5), share(late, 0.95)
            yield Row(
                f"wall, {what}: commit → drawn",
                "not slowed",
                f"p50 {p50:.0f}, p95 {p95:.0f} ms ({len(late)} of {REPORTS} drawn)",
                on,
            )


def visits(browser: Browser, address: str, words: str, on: str) -> Iterator[Row]:
    """Open the units' board on a tablet whose cache is empty, then tap the first rank; yield both times."""
    stood, opened = [], []
    for _ in range(VISITS):
        context = browser.new_context(
            base_url=address, viewport={"width": TABLET[0], "height": TABLET[1]}, has_touch=True, locale="zh-CN", bypass_csp=True
        )  # fmt: skip
        context.request.post("/login", form={"username": "leader", "password": product.PASSWORD})
        page = context.new_page()
        page.goto(f"/scores?period={words}")
        stood.append(wait(page, STANDS))
        begun = page.evaluate("performance.now()")
        page.locator(".s-row[data-code] .s-rank").first.tap()
        opened.append(wait(page, ENTRIES) - begun)
        context.close()
    yield Row(f"/scores, units of the {words}: address → rows to tap", "≤ 1 s", spread(stood, "ms"), on)
    yield Row(f"/scores, units of the {words}: tap on a rank → its entries", "—", spread(opened, "ms"), on)


@contextmanager
def asking(running: product.Product, token: str) -> Iterator[list[str]]:
    """Let a leader ask for one board or the KPIs of the year every second, without a browser; give what was asked for."""
    asked: list[str] = []
    over = threading.Event()

    def ask() -> None:
        for path in cycle(
            [*(f"/api/v1/scores?board={board}&period=year" for board in BOARDS), "/api/v1/kpis?period=year"]
        ):
            if over.wait(PAUSE_S):
                return
            status, said = running.ask(path, token=token)
            assert status == 200, said
            asked.append(path)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    yield asked
    over.set()
    thread.join(timeout=30)
