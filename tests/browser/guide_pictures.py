"""The pictures of the guides in docs/guides, taken from the running product (`make guides`).

Starts the product with its simulator on a folder of its own, plays the scenes of SCENES and writes each as
docs/guides/pictures/<name>.webp, none above MOST_BYTES. People and events in them are simulated.
"""

import io
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, FilePayload, Page

from dashboard.simulation.album import simulated_photo
from tests.browser.entering import somebody
from tests.browser.gallery import GAS, LIVED_S, rest
from tests.browser.phone_page import Cast, act, community_of, report, rivals
from tests.browser.waiting import until
from tests.load.wall_page import IN_LIVE, PATIENCE_MS, spots, wait
from tests.support import product
from tests.support.chromium import chromium

KEPT = product.ROOT / "docs" / "guides" / "pictures"
MOST_BYTES = 120_000
SPOT, SETTLED_S = 8, 3
PHOTO: FilePayload = {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": simulated_photo()}
FRESH = "!window.live || live.state === 'live'"
TABLET = {"viewport": {"width": 1180, "height": 820}}
DESK = {"viewport": {"width": 1366, "height": 768}}
WALL = {"viewport": {"width": 1600, "height": 900}}


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the pictures are taken: the cast of the running product and the worker and event of the phone's scenes."""

    cast: Cast
    worker: str
    number: str


def desk(stage: Stage) -> Page:
    """The desk with an event open and its dispatch proposed."""
    unit = claiming(stage)
    number = report(stage.cast.running, SPOT + 1, title="人行道地砖破损，有人绊倒")["number"]
    act(stage.cast, f"unit-{unit}", number, "claim")
    act(stage.cast, f"unit-{unit}", number, "escalate", reason="需要市政单位更换地砖")
    page = stage.cast.enter("operator", "/desk", **DESK)
    until(lambda: page.locator("#desk-grid .ag-row").count() > 5)
    page.locator('#desk-tabs [data-tab="dispatch"]').click()
    page.locator(f'#desk-grid [data-event="{number}"]').first.click()
    page.locator('#dispatch-body [data-pick="unit"]').first.wait_for()
    page.mouse.move(0, 0)  # no tooltip over the queue
    return page


def alarm(stage: Stage) -> Page:
    """The desk with an emergency that nobody has answered."""
    lng, lat = spots(stage.cast.running)[0]
    body = {
        "title": "施工挖破燃气管道，现场有明显气味",
        "source": "phone",
        "category": GAS,
        "emergency": True,
    }
    status, said = stage.cast.running.ask("/api/v1/events", body | {"lng": lng, "lat": lat})
    if status != 201:
        raise RuntimeError(str(said))
    page = stage.cast.enter("operator", "/desk", **DESK)
    page.locator("#desk-alerts .al").first.wait_for()
    return page


def pool(stage: Stage) -> Page:
    """A unit's page: what it may claim, and its own work."""
    page = stage.cast.enter(f"unit-{claiming(stage)}", "/claim", **TABLET)
    page.locator("#claim-pool [data-event]").first.wait_for()
    return page


def unit_work(stage: Stage) -> Page:
    """One event in a unit's hands."""
    unit = claiming(stage)
    number = report(stage.cast.running, SPOT + 1, title="人行道堆放建筑垃圾")["number"]
    act(stage.cast, f"unit-{unit}", number, "claim")
    page = stage.cast.enter(f"unit-{unit}", "/claim", **TABLET)
    page.locator(f'#claim-mine [data-event="{number}"]').click()
    page.locator('#event-body [data-action="finish"]').click()
    page.locator("#act-form textarea").first.wait_for()
    return page


def day(stage: Stage) -> Page:
    """A grid worker's day."""
    page = phone(stage)
    page.locator(f'#field-tasks [data-event="{stage.number}"]').wait_for()
    return page


def filing(stage: Stage) -> Page:
    """The second step of a report: where."""
    page = phone(stage)
    page.locator('[data-go="report"]').click()
    page.locator("#report-form .p-text").fill("井盖松动，车辆经过有响声")
    page.locator("#report-form .p-foot .btn--primary").click()
    page.locator(".p-where").get_by_text("精度").first.wait_for()
    return page


def checking(stage: Stage) -> Page:
    """A check on site: a photo and one of five ratings."""
    page = phone(stage)
    page.locator(f'#field-tasks [data-event="{stage.number}"] .btn').click()
    page.locator("#field-check .p-take input").last.set_input_files([PHOTO])
    page.locator('#field-check [data-rating="satisfied"]').click()
    page.locator("#field-check .p-pic").first.wait_for()
    return page


def boards(stage: Stage) -> Page:
    """The leaders' board of units."""
    page = stage.cast.enter("leader", "/scores", **TABLET)
    page.locator(".s-row[data-code]").first.wait_for()
    return page


def ledger(stage: Stage) -> Page:
    """What lies behind one line of the board."""
    page = boards(stage)
    page.locator(".s-row[data-code] .s-rank").first.click()
    page.locator("#scores-sheet .s-item").first.wait_for()
    return page


def kpis(stage: Stage) -> Page:
    """The KPIs with the periods before."""
    page = boards(stage)
    page.locator("[data-board=kpis]").click()
    page.locator(".s-tile").first.wait_for()
    return page


def wall(stage: Stage) -> Page:
    """The wall of the hall."""
    page = stage.cast.enter("screen", "/screen?scene=overview", **WALL)
    wait(page, IN_LIVE)
    return page


def admin(stage: Stage) -> Page:
    """The administrator's page."""
    page = stage.cast.enter("admin", "/admin", **TABLET)
    page.locator("#admin-accounts tr").nth(1).wait_for()
    page.locator("#admin-parts tr").first.wait_for()
    return page


def audit(stage: Stage) -> Page:
    """Who did and read what."""
    return stage.cast.enter("admin", "/audit", **TABLET)


SCENES: dict[str, Callable[[Stage], Page]] = {
    "operator-desk": desk,
    "unit-pool": pool,
    "unit-finish": unit_work,
    "worker-day": day,
    "worker-report": filing,
    "worker-check": checking,
    "leader-scores": boards,
    "leader-ledger": ledger,
    "leader-kpis": kpis,
    "leader-wall": wall,
    "admin-page": admin,
    "admin-audit": audit,
    "operator-alarm": alarm,  # last: its emergency shows on every page
}


def main() -> int:
    """Take all pictures, or those named on the command line."""
    KEPT.mkdir(parents=True, exist_ok=True)
    asked = sys.argv[1:] or list(SCENES)
    with chromium() as browser, prepared(browser) as stage:
        for name in (one for one in SCENES if one in asked):
            page = SCENES[name](stage)
            wait(page, FRESH)
            rest(SETTLED_S)
            keep(page, name)
            page.context.close()
    return 0


@contextmanager
def prepared(browser: Browser) -> Iterator[Stage]:
    """Give a product that has lived a little, with an event that waits for its check."""
    with (
        tempfile.TemporaryDirectory(prefix="grid-guides-") as root,
        product.start(Path(root), "--demo") as running,
    ):
        (running.token,) = product.token_for(Path(root), "operator")
        rest(LIVED_S)
        cast = Cast(browser, running, Path(root))
        event = report(running, SPOT, title="树枝折断挡住人行道")
        unit = rivals(running, event["number"])[0]
        act(cast, f"unit-{unit}", event["number"], "claim")
        finish(cast, unit, event["number"])
        yield Stage(cast, "worker-" + community_of(running, event["grid"]["code"]), event["number"])


def finish(cast: Cast, unit: str, number: str) -> None:
    """Let a unit say that it is done, with a photo."""
    context = somebody(cast.browser, cast.running.address)
    headers = {"Authorization": f"Bearer {cast.token(f'unit-{unit}')}"}
    sent = context.request.post("/api/v1/photos", multipart={"file": PHOTO}, headers=headers)
    act(cast, f"unit-{unit}", number, "finish", text="已清理完毕，路面恢复", photos=[sent.json()["id"]])
    context.close()


def claiming(stage: Stage) -> str:
    """Return a unit that may claim what happens at the spot beside."""
    number = report(stage.cast.running, SPOT + 1, title="占道堆放杂物")["number"]
    return rivals(stage.cast.running, number)[0]


def phone(stage: Stage) -> Page:
    """Open the worker's phone at the spot."""
    page = stage.cast.phone(stage.worker, "/field", at=spots(stage.cast.running)[SPOT], device_scale_factor=2)
    page.set_default_timeout(PATIENCE_MS)
    return page


def keep(page: Page, name: str) -> None:
    """Write a picture, as sharp as its size allows."""
    drawn = Image.open(io.BytesIO(page.screenshot(timeout=120_000))).convert("RGB")
    path = KEPT / f"{name}.webp"
    for quality in (85, 75, 65, 55, 45):
        written = io.BytesIO()
        drawn.save(written, "WEBP", quality=quality, method=6)
        if written.tell() <= MOST_BYTES:
            break
    path.write_bytes(written.getvalue())
    print(f"{path.relative_to(product.ROOT)} {written.tell()} bytes", flush=True)


if __name__ == "__main__":
    sys.exit(main())
