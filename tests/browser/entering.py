"""Opening a browser of its own for a story, and signing in without drawing the door that nobody looks at.

Nothing moves in it unless the story asks for motion: without a graphics card a running belt alone costs half a processor.
"""

from typing import Any

from playwright.sync_api import Browser, BrowserContext

from tests.support.product import PASSWORD

CALM: dict[str, Any] = {"locale": "zh-CN", "reduced_motion": "reduce"}
MOVING: dict[str, Any] = {"reduced_motion": "no-preference"}


def somebody(browser: Browser, address: str | None = None, **options: Any) -> BrowserContext:
    """Return a browser of its own, Chinese and calm unless told otherwise; nobody is signed in."""
    return browser.new_context(**{"base_url": address, **CALM, **options})


def signed_in(browser: Browser, address: str, account: str, **options: Any) -> BrowserContext:
    """Return a browser of its own, signed in through the form's address; no page is open in it."""
    context = somebody(browser, address, **options)
    entered = context.request.post("/login", form={"username": account, "password": PASSWORD})
    assert entered.ok, entered.text()
    return context


def sized(width: int, height: int) -> dict[str, Any]:
    """Return the options of a screen of a size, in pixels."""
    return {"viewport": {"width": width, "height": height}}
