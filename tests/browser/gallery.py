"""Pictures of the wall for people to look at: every scene at every size, an emergency and a dead link (`make gallery`).

Starts the product with its simulator on a folder of its own; writes artefacts/gallery/<scene>-<width>x<height>.png.
"""

import select
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.load.wall_page import IN_LIVE, enter, spots, wait
from tests.support import product
from tests.support.chromium import chromium

KEPT = product.ROOT / "artefacts" / "gallery"
SIZES = ((1920, 1080), (3840, 2160), (5760, 1080), (1366, 768))
SCENES = {"overview": "总览", "streets": "街道", "units": "部门", "satisfaction": "满意度"}
LIVED_S, SETTLED_S, STALE_MS = 20, 3, 30_000
GAS = "S0502"


def main() -> int:
    """Take all pictures."""
    KEPT.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="grid-gallery-") as root,
        chromium() as browser,
        product.start(Path(root), "--demo") as running,
    ):
        (running.token,) = product.token_for(Path(root), "operator")
        rest(LIVED_S)
        for size in SIZES:
            for scene in SCENES:
                with_wall(browser, running, scene, size)
        report(running)
        page = opened(browser, running, "overview", SIZES[0])
        wait(page, "document.querySelector('.wall--emg')", STALE_MS)
        keep(page, "emergency", SIZES[0])
        running.stop()
        wait(page, "live.state !== 'live'", STALE_MS)
        keep(page, "stale", SIZES[0])
    return 0


def with_wall(browser: Browser, running: product.Product, scene: str, size: tuple[int, int]) -> None:
    """Keep one scene at one size."""
    page = opened(browser, running, scene, size)
    keep(page, scene, size)
    page.context.close()


def opened(browser: Browser, running: product.Product, scene: str, size: tuple[int, int]) -> Page:
    """Return the wall in a scene, live and at rest."""
    page = enter(browser, running.address, f"/screen?scene={scene}", size)
    wait(page, IN_LIVE)
    return page


def keep(page: Page, name: str, size: tuple[int, int]) -> None:
    """Write a picture once everything has come to rest."""
    rest(SETTLED_S)
    path = KEPT / f"{name}-{size[0]}x{size[1]}.png"
    page.screenshot(path=path, timeout=120_000)
    print(path.relative_to(product.ROOT), flush=True)


def report(running: product.Product) -> None:
    """Let a gas pipe break."""
    lng, lat = spots(running)[0]
    body = {"title": "施工挖破燃气管道，现场有明显气味", "source": "phone", "category": GAS}
    status, said = running.ask("/api/v1/events", body | {"lng": lng, "lat": lat, "emergency": True})
    if status != 201:
        raise RuntimeError(str(said))


def rest(seconds: float) -> None:
    """Let time pass."""
    select.select([], [], [], seconds)


if __name__ == "__main__":
    sys.exit(main())
