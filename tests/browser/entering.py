"""Signing in without drawing the door: half of what a story costs is the page that the form leads to and nobody looks at."""

from typing import Any

from playwright.sync_api import Browser, BrowserContext

from tests.support.product import PASSWORD


def signed_in(browser: Browser, address: str, account: str, **options: Any) -> BrowserContext:
    """Return a browser of its own, signed in through the form's address; no page is open in it."""
    context = browser.new_context(base_url=address, **options)
    entered = context.request.post("/login", form={"username": account, "password": PASSWORD})
    assert entered.ok, entered.text()
    return context
