"""What the tests of phones and units share: a running product, somebody's page in a context of its own, pictures to take."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

from tests.browser.entering import signed_in, somebody
from tests.browser.own import own
from tests.load.wall_page import spots
from tests.support.product import Product, token_for

PHONE: ViewportSize = {"width": 390, "height": 844}
PROMPT_MS = 15_000
PLAIN, NO_PHOTO = "S0406", "S0401"


def picture(colour: str = "gray", size: tuple[int, int] = (1200, 900), **more: Any) -> dict[str, Any]:
    """Return a JPEG as a file chosen in a page; every colour is another picture."""
    written = io.BytesIO()
    Image.radial_gradient("L").resize(size).convert("RGB").point(lambda n: n).save(written, "JPEG", **more)
    if colour != "gray":
        written = io.BytesIO()
        Image.new("RGB", size, colour).save(written, "JPEG", **more)
    return {"name": f"{colour}.jpg", "mimeType": "image/jpeg", "buffer": written.getvalue()}


class Cast:
    """People of one running product, each in a browser context of their own; any fault of a script is kept."""

    def __init__(self, browser: Browser, running: Product, folder: Path) -> None:
        self.browser, self.running, self.folder = browser, running, folder
        self.contexts: list[BrowserContext] = []
        self.faults: list[str] = []
        self._tokens: dict[str, str] = {}

    def token(self, account: str) -> str:
        """Return an API token of an account."""
        if account not in self._tokens:
            (self._tokens[account],) = token_for(self.folder, account)
        return self._tokens[account]

    def enter(self, account: str | None, path: str, *, clock: bool = False, **more: Any) -> Page:
        """Open a page as somebody, None is a stranger; with `clock` its time can be moved on."""
        if account:
            context = signed_in(self.browser, self.running.address, account, **more)
        else:
            context = somebody(self.browser, self.running.address, **more)
        self.contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda fault: self.faults.append(str(fault)))
        if clock:
            page.clock.install()
        page.goto(path)
        return own(page)

    def phone(
        self, account: str | None, path: str, at: tuple[float, float] | None = None, **more: Any
    ) -> Page:
        """Open a page on a phone, which knows where it is unless told otherwise."""
        known: dict[str, Any] = {"viewport": PHONE, "is_mobile": True, "has_touch": True}
        if at is not None:
            known |= {
                "geolocation": {"longitude": at[0], "latitude": at[1], "accuracy": 12},
                "permissions": ["geolocation"],
            }
        return self.enter(account, path, **known | more)

    def desk(self, account: str, path: str, **more: Any) -> Page:
        """Open a page at a desk."""
        return self.enter(account, path, viewport={"width": 1440, "height": 900}, **more)

    def close(self) -> None:
        """End every context; what went wrong in a script fails the test."""
        for context in self.contexts:
            context.close()
        self.contexts.clear()
        assert self.faults == [], self.faults


@contextmanager
def cast_of(browser: Browser, running: Product, folder: Path) -> Iterator[Cast]:
    """Give a cast and end it."""
    cast = Cast(browser, running, folder)
    yield cast
    cast.close()


def report(running: Product, place: int = 0, **facts: Any) -> dict[str, Any]:
    """Report an event inside a grid from a trusted source: it enters the pool by itself."""
    lng, lat = spots(running)[place]
    body = {"title": "占道堆物", "category": PLAIN, "source": "hotline_12345", "lng": lng, "lat": lat} | facts
    status, event = running.ask("/api/v1/events", body)
    assert status == 201, event
    return dict(event)


def state(running: Product, number: str) -> dict[str, Any]:
    """Return an event as it stands."""
    return dict(running.ask(f"/api/v1/events/{number}")[1]["event"])


def act(cast: Cast, account: str, number: str, action: str, **facts: Any) -> dict[str, Any]:
    """Do an action as a program does."""
    body = {"version": state(cast.running, number)["version"], **facts}
    status, said = cast.running.ask(f"/api/v1/events/{number}/{action}", body, cast.token(account))
    assert status == 200, said
    return dict(said)


def community_of(running: Product, grid: str) -> str:
    """Return the community a grid belongs to."""
    for feature in running.ask("/api/v1/areas?level=grid")[1]["features"]:
        if feature["properties"]["code"] == grid:
            return str(feature["properties"]["parent"])
    raise AssertionError(grid)


def rivals(running: Product, number: str) -> list[str]:
    """Return the units that may claim an event."""
    units = running.ask(f"/api/v1/events/{number}/candidates")[1]["units"]
    return [unit["code"] for unit in units if unit["fit"] != "unfit"]


def ready(page: Page) -> Page:
    """Wait until a unit's page has its rows."""
    page.wait_for_function(
        "() => window.live && live.loaded && document.querySelector('.c-tab')", timeout=PROMPT_MS
    )
    return page


Enter = Callable[..., Page]
