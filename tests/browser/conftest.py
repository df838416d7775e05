"""Shared by all browser tests: one real Chromium a file."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.chromium import chromium


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A real Chromium, opened once for all tests of a file."""
    with chromium() as opened:
        yield opened
