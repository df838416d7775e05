"""The wall beside a plain Dash page of the same content on the same database: `python -m tests.load.bench yardstick`.

So many clients and one real browser on each side in turn, 2,000 open events, 5 changes a second; and beside both the
floor, a bare page without a database. A side that does not answer ends the benchmark with an error.
"""

import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page

from dashboard import clock
from datasources.districts.reference import References
from tests.load.bench_wall import now_ms, rest
from tests.load.crowd import crowd
from tests.load.hundred_thousand import fill
from tests.load.places import cpu, loaded
from tests.load.stream import stream
from tests.load.table import Row, share, speak
from tests.load.wall_page import IN_LIVE, drawn_at, enter, spots, wait
from tests.support import product
from tests.support.chromium import chromium

CLIENTS, OPEN_EVENTS, CHANGES, SECONDS, REPORTS = (1, 20, 100), 2_000, 5, 15.0, 8
SHOWN = "document.querySelector('[data-number=\"{}\"]') && Date.now()"
UPDATE = "/_dash-update-component"
ROW_BYTES = 500  # of an event's row on the wall, about
Shown = Callable[[str], float | None]


@dataclass
class Side:
    """What one side cost: latencies in ms, share of a core of the server, KB per client and minute, what to add."""

    late: list[float]
    wanted: int
    cores: float
    kilobytes: float
    note: str = ""

    def words(self) -> str:
        """Return it as a cell of the table."""
        middle, p95 = (f"{share(self.late, part):,.0f}" for part in (0.5, 0.95))
        came = "" if len(self.late) == self.wanted else f" ({self.wanted - len(self.late)} never within 10 s)"
        return (
            f"shown p50 {middle}, p95 {p95} ms{came}; server {self.cores:.2f} % of a core and "
            f"{self.kilobytes:,.0f} KB a minute per client{self.note}"
        )


def rows(clients: tuple[int, ...] = CLIENTS) -> Iterator[Row]:
    """Measure both sides with each number of clients."""
    with tempfile.TemporaryDirectory(prefix="grid-bench-") as root, chromium() as browser:
        url = f"sqlite:///{Path(root) / 'huli.db'}"
        database = loaded(url)
        fill(database, References(database).get(), clock.real_now(), OPEN_EVENTS)
        database.close()
        with product.start(Path(root), "--no-demo") as running:
            running.token, wall = product.token_for(Path(root), "operator", "screen")
            for count in clients:
                for who, side, on in (
                    ("floor", least(browser, count), "no database"),
                    ("this wall", ours(browser, running, wall, count), "same database"),
                    ("plain Dash, 1 s interval", theirs(browser, running, url, count), "same database"),
                ):
                    yield Row(f"{count} clients and a browser: {who}", "side by side", side.words(), on)


def ours(browser: Browser, running: product.Product, token: str, count: int) -> Side:
    """Return what the wall costs."""
    page = enter(browser, running.address)
    wait(page, IN_LIVE)
    with crowd(urlsplit(running.address).port or 0, token, count) as others:
        rest(2)
        before = others.ask()["bytes"]
        late, cores, seconds = watched(running, running.process.pid, lambda number: drawn_at(page, number))
        size = others.ask()["bytes"] - before
    page.context.close()
    return Side(late, REPORTS, cores / (count + 1), size / count / seconds * 60 / 1000)


def least(browser: Browser, count: int) -> Side:
    """Return what passing a row on costs where nothing else is done."""
    with spoken("serve", str(product.free_port())) as (server, address):
        page = browser.new_context().new_page()
        page.goto(address)
        port = str(urlsplit(address).port)
        with spoken("read", port, str(count)) as (reader, _):
            before = received(reader)
            late, cores, seconds = passed_on(address, server.pid, page)
            size = received(reader) - before
        page.context.close()
    return Side(late, REPORTS, cores / (count + 1), size / count / seconds * 60 / 1000)


def passed_on(address: str, pid: int, page: Page) -> tuple[list[float], float, float]:
    """Tell the floor a row now and then among others; return (ms from 201 to shown, % of a core, seconds)."""
    late, used, began = [], cpu(pid), time.monotonic()
    for turn in range(int(SECONDS * CHANGES)):
        row = {"number": f"F{turn}", "title": f"测量 {turn}", "rest": "x" * ROW_BYTES}
        urllib.request.urlopen(urllib.request.Request(address, json.dumps(row).encode())).close()
        answered = now_ms()
        if turn % (int(SECONDS * CHANGES) // REPORTS) == 0 and len(late) < REPORTS:
            at = appeared(page, str(row["number"]))
            if at is None:
                raise RuntimeError("the floor shows nothing")
            late.append(at - answered)
        rest(max(0.0, began + (turn + 1) / CHANGES - time.monotonic()))
    seconds = time.monotonic() - began
    return late, (cpu(pid) - used) / seconds * 100, seconds


@contextmanager
def spoken(*words: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Give (process, its first line) of a part of the floor."""
    command = [sys.executable, "-m", "tests.load.floor", *words]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process, process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait(timeout=10)


def received(reader: subprocess.Popen[str]) -> int:
    """Return how many bytes the readers of the floor have got so far."""
    assert reader.stdin is not None and reader.stdout is not None
    reader.stdin.write("\n")
    reader.stdin.flush()
    return int(json.loads(reader.stdout.readline())["bytes"])


def theirs(browser: Browser, running: product.Product, url: str, count: int) -> Side:
    """Return what the plain page costs."""
    with plain(url) as (address, pid):
        page = browser.new_context().new_page()
        with page.expect_response(lambda answer: UPDATE in answer.url) as first:
            page.goto(address)
        if not first.value.ok:
            raise RuntimeError(f"the plain page answers {first.value.status}")
        body = first.value.request.post_data or ""
        wait(page, "document.querySelector('[data-number]')")
        command = [sys.executable, "-m", "tests.load.poll", str(urlsplit(address).port), UPDATE, str(count)]
        process = subprocess.Popen(
            [*command, str(SECONDS + 4)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert process.stdin is not None
        process.stdin.write(body)
        process.stdin.close()
        process.stdin = None
        began = time.monotonic()
        rest(2)
        late, cores, _ = watched(running, pid, lambda number: appeared(page, number))
        said, _ = process.communicate(timeout=120)
        took = time.monotonic() - began
        facts = {name: float(part) for name, part in json.loads(said).items()}
        if facts["failed"] or not facts["answers"]:
            raise RuntimeError(
                f"{facts['failed']:.0f} of {facts['answers']:.0f} answers of the plain page failed"
            )
        page.context.close()
    note = f"; {facts['answers'] / took / count:.2f} answers a second each"
    return Side(late, REPORTS, cores / (count + 1), facts["bytes"] / count / took * 60 / 1000, note)


def appeared(page: Page, number: str) -> float | None:
    """Return the epoch ms at which the plain page listed an event."""
    found = wait(page, SHOWN.format(number), 10_000)
    return float(found) if found else None


def watched(running: product.Product, pid: int, shown: Shown) -> tuple[list[float], float, float]:
    """Report now and then while others change things; return (ms from 201 to shown, % of a core, seconds)."""
    places, late = spots(running), []
    with stream(running.address, running.token, CHANGES, SECONDS):
        used, began = cpu(pid), time.monotonic()
        for number in range(REPORTS):
            lng, lat = places[number % len(places)]
            event = {"title": f"测量 {number}", "source": "grid_worker", "category": "S0406"}
            _, made = running.ask("/api/v1/events", event | {"lng": lng, "lat": lat})
            answered = now_ms()
            if "number" not in made:
                raise RuntimeError(f"a report was refused: {made}")
            at = shown(made["number"])
            if at is not None:
                late.append(at - answered)
            rest(max(0.0, began + (number + 1) * SECONDS / REPORTS - time.monotonic()))
        seconds = time.monotonic() - began
        cores = (cpu(pid) - used) / seconds * 100
    return late, cores, seconds


@contextmanager
def plain(url: str) -> Iterator[tuple[str, int]]:
    """Give (address, process) of the plain page."""
    command = [sys.executable, "-m", "tests.load.plain_dash", url, str(product.free_port())]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip(), process.pid
    finally:
        process.kill()
        process.wait(timeout=10)


if __name__ == "__main__":
    asked = tuple(int(word) for word in sys.argv[1:]) or CLIENTS
    speak(lambda: rows(asked))
