"""What the tests of the grid worker's page share: a running product, the worker's phone at a spot, the three steps of a report."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.phone_page import PROMPT_MS, Cast, act, community_of, picture, report, rivals
from tests.browser.test_claim import _finish
from tests.load.wall_page import spots
from tests.support.product import Product

SPOT = 8
_serial = itertools.count(1)


@pytest.fixture(scope="module")
def worker(centre: Product) -> str:
    """The account of the grid workers around the tests' spot."""
    return "worker-" + community_of(centre, report(centre, SPOT)["grid"]["code"])


@pytest.fixture
def phone(cast: Cast, centre: Product, worker: str) -> Callable[..., Page]:
    """Open the worker's phone at the spot, with what it keeps ready."""

    def take_out(**more: Any) -> Page:
        page = cast.phone(worker, "/field", **({"at": spots(centre)[SPOT]} | more))
        expect(page.locator("#field-live")).to_have_attribute("data-state", "live", timeout=PROMPT_MS)
        return page

    return take_out


def kept(page: Page) -> None:
    """Wait until the service worker keeps the page."""
    page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("() => caches.match('/field').then(Boolean)", timeout=PROMPT_MS)


def fill(page: Page, title: str, photos: int = 0) -> None:
    """Walk through the three steps up to the last button."""
    page.locator('[data-go="report"]').click()
    page.locator("#report-form .p-text").fill(title)
    page.locator("#report-form .p-foot .btn--primary").click()
    expect(page.locator(".p-where")).to_contain_text("精度 12 米", timeout=PROMPT_MS)
    page.locator("#report-form .p-foot .btn--primary").click()
    if photos:
        colours = ("red", "green", "blue", "navy", "teal", "olive", "gray")
        page.locator("#report-form .p-take input").last.set_input_files(
            [picture(one) for one in colours[:photos]]
        )
        expect(page.locator("#report-form .p-pic")).to_have_count(photos, timeout=PROMPT_MS)


def submit(page: Page) -> None:
    page.locator("#report-form .p-foot .btn--primary").click()


def named(centre: Product, title: str) -> list[dict[str, Any]]:
    """Return the events of a title."""
    return [one for one in centre.ask("/api/v1/events?limit=1000")[1]["items"] if one["title"] == title]


def fresh(words: str) -> str:
    return f"{words} {next(_serial)}"


def waiting_check(cast: Cast, centre: Product) -> str:
    """Return an event at the spot that waits for its check."""
    number = report(centre, SPOT)["number"]
    unit = rivals(centre, number)[0]
    act(cast, f"unit-{unit}", number, "claim")
    _finish(cast, unit, number)
    return str(number)
