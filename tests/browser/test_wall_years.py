"""The wall looks after itself: restarts, wipes, cuts and sleeps are survived, memory stays bounded, reloads are quiet."""

import json
import re
import select
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import redis
from playwright.sync_api import Browser, Error, Page, expect
from shapely.geometry import shape

from datasources.feed.embedded import socket_path
from tests.browser.entering import signed_in, sized, somebody
from tests.browser.own import own, served
from tests.support import product
from tests.support.live_door import *  # noqa: F403 - the fixtures
from tests.support.live_door import Door
from tests.support.live_world import *  # noqa: F403 - the fixtures
from tests.support.live_world import World
from tests.support.product import Product

WITHIN_S = 30
SAME = "live.compare().then((same) => same === true)"
CALM: dict[str, Any] = {
    "state": "live",
    "alerts": 0,
    "uptime_s": 86_400,
    "dead_s": 0,
    "heap_mb": 100,
    "limit_mb": 600,
    "clock_s": 12 * 3600,
    "name": "hall-1",
}


class Centre:
    """A product on one folder and one port, so that it can come back where it was."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, product.free_port()
        self.running = self._start()
        self.running.token, self.admin = product.token_for(folder, "operator", "admin")

    def _start(self) -> Product:
        return product.start(self.folder, "--no-demo", "--district", "huli", port=self.port)

    def again(self) -> None:
        token = self.running.token
        self.running = self._start()
        self.running.token = token

    def report(self, title: str = "占道经营", **facts: Any) -> dict[str, Any]:
        """File an event in the middle of the largest grid: no border is in doubt there."""
        _, grids = self.running.ask("/api/v1/areas?level=grid")
        middle = max((shape(grid["geometry"]) for grid in grids["features"]), key=lambda one: one.area)
        spot = middle.representative_point()
        body = {"title": title, "source": "grid_worker", "category": "S0406", "lng": spot.x, "lat": spot.y}
        status, event = self.running.ask("/api/v1/events", body | facts)
        assert status == 201, event
        return dict(event)

    def state(self, key: str) -> dict[str, Any]:
        _, said = self.running.ask("/admin/state", token=self.admin)
        return next((one for one in said["screens"] if one["key"] == key), {})


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    made = Centre(tmp_path_factory.mktemp("years"))
    yield made
    made.running.stop()


@pytest.fixture(scope="module")
def watcher(browser: Browser) -> Iterator[Page]:
    """A page with nothing but the script that looks after the wall."""
    page = somebody(browser).new_page()
    with served() as address:
        page.goto(address)
        yield own(page, "wall/watch.js")
        page.close()


@pytest.fixture
def hall(browser: Browser, centre: Centre) -> Iterator[Callable[..., Page]]:
    """Make a named screen and open its address, as a hall's PC does."""
    contexts = []

    def enter(name: str, more: str = "", clock: bool = False) -> Page:
        status, said = centre.running.ask("/admin/screens", {"name": name}, token=centre.admin)
        assert status == 201, said
        context = somebody(browser, **sized(1366, 768))
        contexts.append(context)
        page = context.new_page()
        if clock:
            page.add_init_script("window.trueTime = performance")
            page.clock.install()  # another `performance`, which does not know the heap
            page.add_init_script(
                "Object.defineProperty(performance, 'memory', { get: () => trueTime.memory, configurable: true })"
            )
        page.goto(said["address"])
        if more:
            page.goto(page.url + more)
        own(page)
        until(page, "window.live && live.loaded && live.state === 'live' && own.page.first")
        return page

    yield enter
    for context in contexts:
        context.close()


def until(page: Page, condition: str, within: float = WITHIN_S) -> None:
    """Ask again and again until an expression holds, through reloads and with the page's clock in other hands."""
    end = time.monotonic() + within
    while time.monotonic() < end:
        with suppress(Error):  # a reload under way
            if page.evaluate(f"Promise.resolve({condition}).catch(() => false)"):
                return
        select.select([], [], [], 0.1)
    raise AssertionError(
        (
            condition,
            page.url,
            page.evaluate(
                "window.live && [live.state, live.age(), live.sizes(), live.alerts(), window.own?.watch.facts()]"
            ),
        )
    )


def eventually(
    centre: Centre, key: str, holds: Callable[[dict[str, Any]], bool], within: float = WITHIN_S
) -> None:
    """Ask the administrators' list again and again until a screen's line holds."""
    end = time.monotonic() + within
    while not holds(line := centre.state(key)):
        assert time.monotonic() < end, line
        select.select([], [], [], 0.2)


def shows(event: dict[str, Any]) -> str:
    return f"[...live.rows()].some((row) => row.number === {json.dumps(event['number'])})"


# ---- what befalls a server, a network, a machine -----------------------------------------------------------


def test_the_wall_comes_back_by_itself_when_the_server_was_killed(
    centre: Centre, hall: Callable[..., Page]
) -> None:
    page = hall("restart")
    page.evaluate("window.mark = 1")
    centre.running.kill()
    expect(page.locator("#screen-live")).to_have_attribute("data-state", "stale", timeout=WITHIN_S * 1000)
    centre.again()
    event = centre.report("重启之后上报")
    until(page, f"live.state === 'live' && {shows(event)}")
    until(page, SAME)
    assert page.evaluate("window.mark") == 1


def test_a_wiped_redis_is_noticed_and_nothing_is_missed(centre: Centre, hall: Callable[..., Page]) -> None:
    page = hall("wipe")
    redis.Redis.from_url(f"unix://{socket_path(centre.folder.resolve())}").flushall()
    event = centre.report("清空之后上报")
    until(page, shows(event))
    until(page, SAME)
    expect(page.locator("#screen-live")).to_have_attribute("data-state", "live")


def test_a_cut_network_is_said_and_made_up_for(centre: Centre, hall: Callable[..., Page]) -> None:
    page = hall("cut")
    page.context.set_offline(True)
    expect(page.locator("#screen-live")).to_have_attribute("data-state", "stale", timeout=WITHIN_S * 1000)
    event = centre.report("断网时上报")
    assert not page.evaluate(shows(event))
    page.context.set_offline(False)
    until(page, f"live.state === 'live' && {shows(event)}")
    until(page, SAME)


def test_a_machine_that_slept_begins_anew_at_once(centre: Centre, hall: Callable[..., Page]) -> None:
    page = hall("sleep", clock=True)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "feed/snapshot" in request.url else None)
    page.clock.fast_forward(120_000)
    until(page, "live.state === 'live'")
    until(page, SAME)
    assert asked != []


# ---- the quiet reload --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("why", "is_so"),
    [
        (None, {}),
        ("heap", {"heap_mb": 601}),
        (None, {"heap_mb": None}),
        ("frames", {"dead_s": 600}),
        (None, {"dead_s": 599}),
        ("night", {"clock_s": 4 * 3600 + 600}),
        ("night", {"clock_s": 5 * 3600 - 1}),
        (None, {"clock_s": 4 * 3600 - 1}),
        (None, {"clock_s": 5 * 3600 + 601}),
        (None, {"clock_s": 4 * 3600 + 600, "uptime_s": 3600}),
        (None, {"heap_mb": 601, "uptime_s": 599}),
        (None, {"heap_mb": 601, "state": "stale"}),
        (None, {"clock_s": 4 * 3600 + 600, "state": "offline"}),
        (None, {"heap_mb": 601, "dead_s": 900, "clock_s": 4 * 3600 + 600, "alerts": 1}),
    ],
)
def test_a_page_is_loaded_anew_only_for_a_reason_and_never_in_an_emergency(
    watcher: Page, why: str | None, is_so: dict[str, Any]
) -> None:
    assert watcher.evaluate("(is) => own.watch.due(is)", CALM | is_so) == why


def test_screens_reload_at_different_moments_of_the_first_ten_minutes(watcher: Page) -> None:
    starts = watcher.evaluate(
        "[...Array(40).keys()].map((n) => 4 * 3600 - own.watch.sinceNight(8 * 3600, 'hall-' + n) + 4 * 3600)"
    )
    assert all(4 * 3600 <= start < 4 * 3600 + 600 for start in starts)
    assert len(set(starts)) > 30


def test_too_much_memory_reloads_the_wall_once_no_emergency_is_open(
    centre: Centre, hall: Callable[..., Page]
) -> None:
    page = hall("heavy", "&heap=1", clock=True)
    event = centre.report("燃气管道破裂", emergency=True)
    until(page, "live.alerts().length === 1")
    page.evaluate("window.mark = 1")
    page.clock.fast_forward(11 * 60_000)
    until(page, "live.state === 'live'")
    eventually(centre, "screen:heavy", lambda one: one.get("report", {}).get("uptime_s", 0) > 670)
    assert page.evaluate("window.mark") == 1
    change = {"version": event["version"], "emergency": False}
    status, answer = centre.running.ask(f"/api/v1/events/{event['number']}/correct", change)
    assert status == 200, answer
    until(page, "!window.mark && window.live && live.state === 'live'")
    assert page.url.endswith("/screen?screen=heavy&heap=1")
    eventually(centre, "screen:heavy", lambda one: one.get("report", {}).get("reason") == "heap")


# ---- what it says of itself --------------------------------------------------------------------------------


def test_a_screen_reports_how_it_is(centre: Centre, hall: Callable[..., Page]) -> None:
    page = hall("report")
    page.evaluate("own.watch.compare()")
    page.evaluate("setTimeout(() => { throw new Error('for the count'); })")
    eventually(centre, "screen:report", lambda one: one.get("report", {}).get("errors") == 1)
    eventually(centre, "screen:report", lambda one: one.get("report", {}).get("frame_ms", 0) > 0)
    line = centre.state("screen:report")
    report = line["report"]
    assert line["ago"] < 15 and line["audible"] is page.evaluate("own.alarmSound.on()")
    assert report["hash_ok"] is True and report["reason"] == "open" and report["lag_s"] < 10
    assert 1 < report["heap_mb"] < 600 and report["nodes"] > 100 and report["age"] < 10


def test_a_store_that_differs_twice_takes_the_snapshot_again(
    centre: Centre, hall: Callable[..., Page]
) -> None:
    page = hall("differs")
    centre.report("对账用")
    until(page, SAME)
    page.evaluate("live.rows().next().value.version = 0")
    page.evaluate("own.watch.compare()")
    assert page.evaluate("live.compare()") is False
    page.evaluate("own.watch.compare()")
    until(page, SAME)


def test_a_revoked_screen_is_cut_off_says_so_and_comes_back_when_that_is_undone(
    centre: Centre, hall: Callable[..., Page], browser: Browser
) -> None:
    page = hall("revoke")
    office = signed_in(browser, centre.running.address, "admin", **sized(1366, 768))
    admin = office.new_page()
    admin.goto("/admin")
    line = admin.locator("tr[data-screen='screen:revoke']")
    line.locator("[data-action=revoke]").click()
    page.wait_for_url("**/kiosk/ended**", timeout=10_000)
    expect(page.locator("h1")).to_have_text("这块屏幕已停用")
    line.locator("[data-action=restore]").click()
    page.wait_for_url("**/screen?screen=revoke", timeout=WITHIN_S * 1000)
    until(page, "window.live && live.state === 'live'")
    office.close()


def test_an_address_is_shown_once_where_it_was_made(centre: Centre, browser: Browser) -> None:
    office = signed_in(browser, centre.running.address, "admin", **sized(1366, 768))
    page = office.new_page()
    wrong: list[str] = []
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto("/admin")
    page.fill("#admin-make input[name=name]", "西厅")
    page.fill("#admin-make input[name=place]", "<b>二楼</b>")
    page.select_option("#admin-make select[name=rotate]", "30")
    page.click("#admin-make button")
    expect(page.locator("#admin-address input")).to_have_value(re.compile(r"/kiosk/[\w-]{43}$"))
    line = page.locator("tr[data-screen='screen:西厅']")
    expect(line).to_contain_text("<b>二楼</b>")
    wide = "[document.documentElement.scrollWidth <= innerWidth, document.querySelector('#admin-screens').scrollWidth <= document.querySelector('#admin-screens').clientWidth]"
    assert page.evaluate(wide) == [True, True]
    page.reload()
    expect(line).to_be_visible()
    expect(page.locator("#admin-address input")).to_have_count(0)
    assert wrong == []
    office.close()


# ---- bounded buffers ---------------------------------------------------------------------------------------


def test_twenty_thousand_rows_that_come_and_go_leave_the_maps_bounded(
    browser: Browser, door: Door, sqlite_world: World
) -> None:
    context = somebody(browser)
    context.add_cookies([{"name": "account", "value": "wall", "url": f"http://127.0.0.1:{door.port}"}])
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{door.port}/")
    until(page, "window.live && live.loaded && live.state === 'live'")
    page.evaluate("void live.on('rows', (ids) => ids.forEach((id) => live.markDrawn('E' + id, 1)))")
    sample = sqlite_world.row_of(sqlite_world.report())
    sqlite_world.publish()
    for begin in range(0, 22_000, 500):
        ids = list(range(1_000_000 + begin, 1_000_500 + begin))
        rows = [sample | {"id": id, "number": f"E{id}", "version": 1} for id in ids]
        come = {"k": "rows", "rows": rows, "gone": [], "gone_versions": []}
        go = {"k": "rows", "rows": [], "gone": ids, "gone_versions": [2] * len(ids)}
        sqlite_world.feed.append([come, go])
    last = sqlite_world.report("最后一件")
    sqlite_world.publish()
    until(page, f"live.get({last.id}) && live.sizes().drawn > 0", 60)
    sizes = page.evaluate("live.sizes()")
    assert sizes["left"] == 20_000 and sizes["drawn"] <= 5_000 and sizes["rows"] == 2
    until(page, f"live.hash() === {json.dumps(sqlite_world.truth())}")
    context.close()
