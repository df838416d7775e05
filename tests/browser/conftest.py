"""Shared by all browser tests: one real Chromium a worker; every test opens a context of its own in it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.support.chromium import launch


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """The one Playwright of a process: a second would find the first one's loop running."""
    with sync_playwright() as made:
        yield made


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """A real Chromium, opened once."""
    opened = launch(playwright)
    yield opened
    opened.close()
