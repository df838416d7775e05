"""A desk in a real browser over a full queue: 10,000 plain open events and a few of every kind that an operator decides."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from dashboard import clock
from dashboard.rules.events.event import OPEN, Event
from datasources.districts.reference import Reference, References
from datasources.events import journal
from datasources.store.models import EventRow
from tests.browser.entering import signed_in, sized
from tests.browser.own import own
from tests.browser.waiting import until
from tests.load import hundred_thousand
from tests.load.places import loaded
from tests.load.wall_page import spots
from tests.support import product
from tests.support.product import Product

__all__ = ["desk", "full"]

PLAIN, WITHIN_S = 10_000, 20.0
HOUR = timedelta(hours=1)
SHOWN = "dash_ag_grid.getApi('desk-grid')"
# kind → (how many, facts over a plain open event); times are hours from now
KINDS: dict[str, tuple[int, dict[str, Any]]] = {
    "reported": (3, {"status": "reported", "unit": None, "registered_at": None, "register_due_at": 9}),
    "reported at a border": (
        2,
        {"status": "reported", "unit": None, "register_due_at": 9, "border": {"settled": False}},
    ),
    "settled border": (
        2,
        {"status": "pending_dispatch", "dispatch_due_at": 9, "border": {"settled": True}},
    ),
    "declined": (2, {"status": "pending_dispatch", "dispatch_due_at": 9, "decline_count": 1}),
    "unsigned": (4, {"status": "dispatched", "accept_due_at": 9, "handle_from": -1, "warn_due_at": 150, "handle_due_at": 200}),
    "unsigned and due soon": (1, {"status": "dispatched", "accept_due_at": 9, "handle_from": -100, "warn_due_at": -10, "handle_due_at": 20}),
    "due soon": (5, {"status": "handling", "handle_from": -100, "warn_due_at": -10, "handle_due_at": 20}),
    "overdue": (3, {"status": "handling", "handle_from": -9, "warn_due_at": -4, "handle_due_at": -1, "overdue_at": -1, "overdue_round": 1}),
    "held": (2, {"status": "on_hold", "hold_from": -9, "hold_until": 99, "handle_due_at": 1}),
    "supervised": (3, {"status": "checking", "check_due_at": 9, "supervision": "yellow"}),
    "asks for time": (2, {"status": "handling", "handle_from": -1, "warn_due_at": 675, "handle_due_at": 900, "request": "extend"}),
    "asks for a hold": (1, {"status": "handling", "handle_from": -1, "warn_due_at": 675, "handle_due_at": 900, "request": "hold"}),
}  # fmt: skip
STANDING = ("reported_at", "registered_at", "pool_at", "claim_due_at", "owned_at")


def special(reference: Reference, now: datetime) -> list[Event]:
    """Return a few events of every kind, after the plain ones."""
    made: list[Event] = []
    dice = hundred_thousand.random.Random(11)
    for how_many, facts in KINDS.values():
        for _ in range(how_many):
            key = PLAIN + len(made) + 1
            plain = hundred_thousand.open_event(key, now, PLAIN + 100, dice, reference)
            over = {
                name: now + value * HOUR if name.endswith(("_at", "_from", "_until")) and value is not None else value
                for name, value in facts.items()
            }  # fmt: skip
            if over.get("border"):
                over["border"] = {
                    "candidates": [plain.grid, reference.grids[0].code],
                    "distance_m": 5.0,
                    "streets": 1,
                } | {"settled": over["border"]["settled"]}
            made.append(replace(plain, **over))
    return made


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The product with a full queue and nobody at work in it."""
    folder = tmp_path_factory.mktemp("desk")
    database = loaded(f"sqlite:///{folder / 'huli.db'}")
    reference, now = References(database).get(), clock.real_now()
    hundred_thousand.fill(database, reference, now, PLAIN)
    with database.write() as session:
        journal.add_rows(session, EventRow, [journal.as_columns(event) for event in special(reference, now)])
    database.close()
    with product.start(folder, "--no-demo") as running:
        (running.token,) = product.token_for(folder, "operator")
        yield running


@pytest.fixture
def desk(browser: Browser, full: Product) -> Iterator[Callable[..., Page]]:
    """Open the desk as its operator, wait until its queue stands; any fault of a script fails the test."""
    contexts, faults = [], []

    def enter(path: str = "/desk", size: tuple[int, int] = (1920, 1080)) -> Page:
        context = signed_in(browser, full.address, "operator", **sized(*size))
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda fault: faults.append(str(fault)))
        page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
        page.goto(path)
        own(page)
        until(lambda: page.evaluate("Boolean(window.live && live.loaded && live.state === 'live')"))
        until(
            lambda: page.locator("#desk-grid .ag-row").count() > 5 and counted(page)["all"] == size_of(page)
        )
        return page

    yield enter
    for context in contexts:
        context.close()
    assert faults == []


def counted(page: Page) -> dict[str, int]:
    """Return the numbers that the tabs show, as they are printed."""
    printed: dict[str, str] = page.evaluate(
        "Object.fromEntries([...document.querySelectorAll('#desk-tabs [data-tab]')].map((tab) => [tab.dataset.tab, tab.querySelector('b').textContent]))"
    )
    return {tab: int(text.replace(",", "")) for tab, text in printed.items()}


def displayed(page: Page) -> int:
    """Return how many rows the grid holds under its tab and filters."""
    return int(page.evaluate(f"{SHOWN}.getDisplayedRowCount()"))


def size_of(page: Page) -> int:
    """Return how many open events the page's store holds."""
    return int(page.evaluate("live.size"))


def standing(running: Product, question: str) -> int:
    """Return how many events the API counts."""
    return int(running.ask(f"/api/v1/events?{question}&limit=1&count=1")[1]["count"])


def listed(running: Product, question: str) -> list[dict[str, Any]]:
    """Return the events of a list, all its pages."""
    found, cursor = [], ""
    while True:
        _, page = running.ask(f"/api/v1/events?{question}&limit=1000{cursor}")
        found += page["items"]
        if not page["next"]:
            return found
        cursor = f"&cursor={page['next']}"


def report(running: Product, title: str, place: int = 0, **facts: Any) -> dict[str, Any]:
    """Report an event inside a grid."""
    lng, lat = spots(running)[place]
    body = {"title": title, "source": "grid_worker", "category": "S0406", "lng": lng, "lat": lat, **facts}
    status, event = running.ask("/api/v1/events", body)
    assert status == 201, event
    return dict(event)


def open_codes() -> str:
    """Return the statuses of the live set, as a filter."""
    return ",".join(status.value for status in OPEN)
