"""The wall in a real Chromium, for benchmarks: open it, wait in it, report to it, and ask the browser what it cost."""

import json
import urllib.request
from typing import Any

from playwright.sync_api import Browser, Page
from shapely.geometry import shape

from tests.support.product import PASSWORD, Product

HD = (1920, 1080)
PATIENCE_MS = 60_000
IN_LIVE = "window.live && live.loaded && live.state === 'live' && document.querySelector('.w-kpi')"
WAIT = """([condition, within]) => new Promise((done) => {
  const holds = new Function(`return (${condition})`);
  const end = performance.now() + within;
  const look = () => {
    let found = null;
    try { found = holds(); } catch (error) { found = null; }
    if (found) done(found); else if (performance.now() > end) done(null); else setTimeout(look, 20);
  };
  look();
})"""


def enter(
    browser: Browser, address: str, path: str = "/screen", size: tuple[int, int] = HD, account: str = "screen"
) -> Page:
    """Log in, as the wall's account unless another is named, and open a page of the product; scripts of ours may run beside its policy."""
    context = browser.new_context(
        base_url=address, viewport={"width": size[0], "height": size[1]}, locale="zh-CN", bypass_csp=True
    )
    entered = context.request.post("/login", form={"username": account, "password": PASSWORD})
    assert entered.ok, entered.text()
    page = context.new_page()
    page.goto(path)
    return page


def wait(page: Page, condition: str, within: int = PATIENCE_MS) -> Any:
    """Return what an expression in the page is once it holds, None after `within` ms."""
    return page.evaluate(WAIT, [condition, within])


def drawn_at(page: Page, number: str, within: int = 10_000) -> float | None:
    """Return the epoch ms at which an event was painted."""
    found = wait(page, f"live.drawn({json.dumps(number)})", within)
    return float(found) if found else None


def processor(browser: Browser) -> dict[str, float]:
    """Return the CPU seconds of the browser's processes by kind, and of all."""
    session = browser.new_browser_cdp_session()
    found = session.send("SystemInfo.getProcessInfo")["processInfo"]
    session.detach()
    used: dict[str, float] = {"all": 0.0}
    for one in found:
        used[one["type"]] = used.get(one["type"], 0.0) + one["cpuTime"]
        used["all"] += one["cpuTime"]
    return used


def spots(running: Product) -> list[tuple[float, float]]:
    """Return a place inside each of the largest grids: no border is in doubt there."""
    _, grids = running.ask("/api/v1/areas?level=grid")
    shapes = sorted(
        (shape(grid["geometry"]) for grid in grids["features"] if grid["geometry"]), key=lambda one: -one.area
    )
    inside = [one.representative_point() for one in shapes[:40]]
    return [(spot.x, spot.y) for spot in inside]


def fetched(address: str, token: str, accept: str) -> tuple[bytes, str]:
    """Return (bytes as they came over the wire, content type) of the snapshot."""
    request = urllib.request.Request(address + "/api/v1/feed/snapshot")
    for name, value in (
        ("Accept", accept),
        ("Accept-Encoding", "gzip"),
        ("Authorization", f"Bearer {token}"),
    ):
        request.add_header(name, value)
    with urllib.request.urlopen(request, timeout=120) as answer:
        return answer.read(), answer.headers["Content-Type"]
