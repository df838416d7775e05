"""Shared by all browser tests: one real Chromium a worker; every test opens a context of its own in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.browser.phone_page import Cast, cast_of
from tests.support import product
from tests.support.chromium import launch
from tests.support.product import Product


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


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """The data folder of a file's product."""
    return tmp_path_factory.mktemp(request.module.__name__.rpartition(".")[2].removeprefix("test_"))


@pytest.fixture(scope="module")
def centre(folder: Path) -> Iterator[Product]:
    """The whole product without its simulator; asks as the operator."""
    with product.start(folder, "--no-demo") as running:
        (running.token,) = product.token_for(folder, "operator")
        yield running


@pytest.fixture
def cast(browser: Browser, centre: Product, folder: Path) -> Iterator[Cast]:
    """People with browsers of their own."""
    with cast_of(browser, centre, folder) as people:
        yield people
