"""The wall and the door in a real browser, against the whole product started as people start it (CONTRACT §2, §4)."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import APIRequestContext, Browser, Page, expect
from shapely.geometry import shape

from layouts import ids
from tests import ROOT
from tests.browser.entering import signed_in, sized, somebody
from tests.browser.own import own
from tests.browser.waiting import until_page as until
from tests.support import product
from tests.support.product import PASSWORD, Product

SIZES = ((1920, 1080), (1366, 768), (3840, 2160), (5760, 1080))
PROMPT_MS = 5_000
STALE_MS = 15_000


def begin(folder: Path) -> Product:
    """Start the product on an empty folder."""
    return product.start(folder, "--district", "huli", "--no-demo")


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    running = begin(tmp_path_factory.mktemp("centre"))
    yield running
    running.process.terminate()
    running.process.wait(timeout=30)


@pytest.fixture
def page_as(browser: Browser, centre: Product) -> Iterator[Callable[..., Page]]:
    """Sign in and open a page."""
    contexts = []

    def enter(
        account: str,
        path: str = "/screen",
        size: tuple[int, int] = SIZES[0],
        lang: str = "zh-CN",
        **more: Any,
    ) -> Page:
        context = signed_in(browser, centre.address, account, locale=lang, **sized(*size), **more)
        contexts.append(context)
        page = context.new_page()
        page.goto(path)
        return own(page)

    yield enter
    for context in contexts:
        context.close()


@pytest.fixture
def operator(browser: Browser, centre: Product) -> Iterator[APIRequestContext]:
    context = signed_in(browser, centre.address, "operator")
    yield context.request
    context.close()


def in_live(page: Page) -> None:
    until(
        page,
        "window.live && live.state === 'live' && live.loaded && document.querySelector('.w-kpi')",
        PROMPT_MS * 6,
    )


def inside_a_grid(operator: APIRequestContext) -> tuple[float, float]:
    """The middle of the largest grid: no border is in doubt there."""
    grids = operator.get("/api/v1/areas?level=grid").json()["features"]
    middle = max((shape(grid["geometry"]) for grid in grids), key=lambda one: one.area).representative_point()
    return middle.x, middle.y


def report(operator: APIRequestContext, title: str, **facts: Any) -> dict[str, Any]:
    lng, lat = inside_a_grid(operator)
    categories = operator.get("/api/v1/categories").json()["items"]
    parents = {one["parent"] for one in categories}
    plain = [
        one["code"]
        for one in categories
        if one["code"] not in parents and not one["emergency"] and one["claim_minutes"] != 0
    ]
    body = {"title": title, "lng": lng, "lat": lat, "category": plain[0], "source": "grid_worker", **facts}
    answered = operator.post("/api/v1/events", data=body)
    assert answered.status == 201, answered.text()
    return dict(answered.json())


# ---- the door -------------------------------------------------------------------------------------------


def test_a_wrong_password_keeps_the_account_and_says_what_to_do(browser: Browser, centre: Product) -> None:
    context = somebody(browser, centre.address)
    page = context.new_page()
    page.goto("/login")
    page.fill("input[name=username]", "screen")
    page.fill("input[name=password]", "not this")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("密码")
    assert page.input_value("input[name=username]") == "screen"
    assert page.input_value("input[name=password]") == ""
    context.close()


def test_the_door_works_without_scripts(browser: Browser, centre: Product) -> None:
    context = somebody(browser, centre.address, java_script_enabled=False)
    page = context.new_page()
    page.goto("/login")
    page.fill("input[name=username]", "screen")
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/screen")
    context.close()


def test_the_wall_is_closed_to_who_is_not_logged_in(browser: Browser, centre: Product) -> None:
    context = somebody(browser, centre.address)
    page = context.new_page()
    page.goto("/screen")
    assert "/login" in page.url
    context.close()


# ---- the wall -------------------------------------------------------------------------------------------


def test_the_wall_asks_nothing_of_other_origins_and_logs_no_error(
    page_as: Callable[..., Page], centre: Product
) -> None:
    page = page_as("screen", "/login")
    asked: list[str] = []
    wrong: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto("/screen")
    in_live(page)
    for id in ids.CONTRACT_SCREEN:
        assert page.locator(f"#{id}").count() == 1, id
    foreign = [
        url
        for url in asked
        if not url.startswith((centre.address, "data:", "blob:", centre.address.replace("http", "ws")))
    ]
    assert foreign == [] and wrong == []


def test_a_reported_event_is_painted_counted_and_counting_down(
    page_as: Callable[..., Page], operator: APIRequestContext
) -> None:
    page = page_as("screen")
    in_live(page)
    event = report(operator, "占道经营")
    number = json.dumps(event["number"])
    until(page, f"live.drawn({number}) !== null")
    card = page.locator(f"#screen-countdowns [data-event={number}]")
    expect(card).to_have_attribute("data-status", "claimable", timeout=PROMPT_MS)
    due = int(card.locator("[data-due]").get_attribute("data-due") or 0)
    assert abs(due - page.evaluate(f"Date.parse({json.dumps(event['claim_due_at'])})")) <= 1
    assert re.fullmatch(r"(\d+:)?\d+:\d\d", card.locator("[data-due]").inner_text())
    expect(page.locator("#screen-kpis [data-kpi=reported]")).not_to_have_attribute("data-num", "0")
    expect(page.locator("#screen-legend [data-count=claimable] b")).not_to_have_text("0")


def test_the_store_on_the_wall_equals_the_servers(
    page_as: Callable[..., Page], operator: APIRequestContext
) -> None:
    page = page_as("screen")
    in_live(page)
    report(operator, "暴露垃圾")
    until(
        page,
        "fetch('/api/v1/feed/hash').then((a) => a.json()).then(async (a) => a.hash === (await live.hash()))",
    )


def test_hostile_words_stay_words(page_as: Callable[..., Page], operator: APIRequestContext) -> None:
    page = page_as("screen")
    in_live(page)
    event = report(operator, "<img src=x onerror=window.hurt=1>", emergency=True, address="<b>bold</b>")
    page.wait_for_selector(f"#screen-alert[data-event={json.dumps(event['number'])}]", timeout=PROMPT_MS)
    expect(page.locator("#screen-alert")).to_contain_text("<img src=x")
    assert page.evaluate(
        "[window.hurt, document.querySelectorAll('.wall img, #screen-alert b b').length]"
    ) == [None, 0]
    alert = operator.get("/api/v1/alerts").json()["items"][0]
    operator.post(
        f"/api/v1/alerts/{alert['id']}/acknowledge", data={"episode": alert["episode"], "screen": "test"}
    )


def test_an_emergency_takes_the_strip_until_somebody_acknowledges_it(
    page_as: Callable[..., Page], operator: APIRequestContext
) -> None:
    page = page_as("screen")
    in_live(page)
    event = report(operator, "燃气管道施工挖破", emergency=True)
    strip = page.locator("#screen-alert")
    expect(strip).to_have_attribute("data-event", event["number"], timeout=PROMPT_MS)
    expect(strip).to_have_attribute("data-status", "raised")
    expect(page.locator("#screen")).to_have_class(re.compile("wall--emg"))
    expect(page.locator(f".w-emg[data-event={json.dumps(event['number'])}]")).to_be_visible()
    assert strip.locator("[data-action], button").count() == 0
    (alert,) = [
        one for one in operator.get("/api/v1/alerts").json()["items"] if one["event"] == event["number"]
    ]
    answered = operator.post(
        f"/api/v1/alerts/{alert['id']}/acknowledge", data={"episode": alert["episode"], "screen": "desk-1"}
    )
    assert answered.status == 200, answered.text()
    expect(page.locator("#screen")).not_to_have_class(re.compile("wall--emg"), timeout=PROMPT_MS)
    expect(strip).to_have_attribute("data-status", "acknowledged")


@pytest.mark.parametrize("lang", ["zh-CN", "en-GB"])
def test_nothing_scrolls_or_leaves_the_glass(page_as: Callable[..., Page], lang: str) -> None:
    page = page_as("screen", lang=lang)
    in_live(page)
    expect(page.locator("#screen-board tbody")).to_be_attached()
    for size in SIZES:
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done, 300)))")
        inside(page, size)


def inside(page: Page, size: tuple[int, int]) -> None:
    """Nothing of the wall is cut off by the glass, and the page is as large as it."""
    outside = page.evaluate(
        """() => [...document.querySelectorAll(".wall *")].filter((node) => {
             if (node.closest(".leaflet-container, .w-tick__w")) return false;
             const box = node.getBoundingClientRect();
             return box.width && (box.left < -1 || box.right > innerWidth + 1 || box.bottom > innerHeight + 1);
           }).map((node) => node.className)"""
    )
    page_size = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
    assert outside == [] and page_size == list(size)


def resting(page: Page, number: str) -> list[float]:
    """Where on the glass an event is hit, once the map that was just drawn has come to rest there."""
    spot: list[float] = page.evaluate(
        """async (number) => {
             const spot = () => {
               const box = document.getElementById("screen-map").getBoundingClientRect();
               for (let y = 0; y < box.height; y += 3) for (let x = 0; x < box.width; x += 3) {
                 const hit = own.wallMap.at(x, y);
                 if (hit && hit.rows.some((row) => row.number === number)) return [hit.x + box.left, hit.y + box.top];
               }
               return [0, 0];
             };
             const frame = () => new Promise(requestAnimationFrame);
             for (let still = 0, last = spot(); still < 30; ) {
               await frame();
               const now = spot();
               still = String(now) === String(last) ? still + 1 : 0;
               last = now;
             }
             return spot();
           }""",
        number,
    )
    return spot


def test_a_press_finds_the_event_under_it_at_every_scale(
    page_as: Callable[..., Page], operator: APIRequestContext
) -> None:
    event = report(operator, "井盖破损")
    for size in ((1366, 768), (3840, 2160)):
        page = page_as("screen", size=size)
        in_live(page)
        until(page, f"live.drawn({json.dumps(event['number'])}) !== null")
        x, y = resting(page, event["number"])
        page.mouse.click(x, y)
        expect(page.locator("#screen-callout [data-event]").first).to_be_visible()


def test_the_english_wall_has_no_chinese_of_ours(page_as: Callable[..., Page]) -> None:
    page = page_as("screen", "/screen?lang=en")
    in_live(page)
    ours = page.locator(".w-panel__h h2, .w-kpi__t, .w-legend__i span, .w-tick__h, #screen-live-word")
    assert not re.search(r"[\u3400-\u9fff]", " ".join(ours.all_inner_texts()))


def test_a_dead_link_is_said_within_fifteen_seconds(browser: Browser, tmp_path: Path) -> None:
    mine = begin(tmp_path)
    context = signed_in(browser, mine.address, "screen")
    page = context.new_page()
    page.clock.install()
    page.goto("/screen")
    in_live(page)
    mine.process.kill()
    mine.process.wait(timeout=30)
    page.clock.fast_forward(STALE_MS)
    expect(page.locator("#screen-live")).to_have_attribute("data-state", "stale")
    expect(page.locator(".w-lost")).to_be_visible()
    expect(page.locator(".w-lost")).to_contain_text("不代表现状")
    context.close()


FILLED = """() => [...document.querySelectorAll(".w-col")]
    .map((column) => [...column.children].some((panel) => panel.getBoundingClientRect().height > 60))"""
COLOURED = """() => {
  const grey = (node) => node && (getComputedStyle(node).filter.includes("grayscale(1)") && getComputedStyle(node).display !== "contents" || grey(node.parentElement));
  return [...document.querySelectorAll(".w-panel, .w-mapbox, .w-kpi")].filter((node) => node.getBoundingClientRect().width && !grey(node)).map((node) => node.dataset.panel || node.className);
}"""


def test_a_dead_link_during_an_emergency_leaves_the_map_its_room(browser: Browser, tmp_path: Path) -> None:
    mine = begin(tmp_path)
    context = signed_in(browser, mine.address, "operator", **sized(1366, 768))
    for title in ("燃气管道施工挖破", "高层住宅起火"):
        report(context.request, title, emergency=True)
    page = context.new_page()
    page.clock.install()
    page.goto("/screen?scene=units")
    own(page)
    in_live(page)
    expect(page.locator(".w-alarm")).to_be_visible()
    until(page, "own.alertStore.open().length === 2")
    mine.process.kill()
    mine.process.wait(timeout=30)
    page.clock.fast_forward(STALE_MS)
    expect(page.locator(".w-lost")).to_be_visible()
    boxes = [page.locator(one).bounding_box() for one in (".w-lost", ".w-mapbox", "#screen-alert")]
    lost, ground, strip = [box for box in boxes if box]
    assert ground["height"] > 0.33 * 768
    assert lost["y"] + lost["height"] <= ground["y"] and ground["y"] + ground["height"] <= strip["y"]
    expect(page.locator(".w-legend")).to_be_hidden()
    for size in (SIZES[0], SIZES[1]):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        for scene in ("overview", "streets", "units", "satisfaction"):
            page.click(f"button[data-scene={scene}]")
            expect(page.locator("#screen")).to_have_attribute("data-scene", scene)
            assert page.evaluate(FILLED) == [True, True], (size, scene)
    page.set_viewport_size({"width": 5760, "height": 1080})
    expect(page.locator("#screen")).to_have_class(re.compile("wall--wide"))
    assert page.evaluate(COLOURED) == []  # a frozen picture is grey on all three screens
    context.close()


def test_the_wall_loads_its_own_scripts_and_nobody_elses(
    centre: Product, page_as: Callable[..., Page]
) -> None:
    page = page_as("screen")
    in_live(page)
    loaded = page.evaluate("[...document.scripts].map((one) => one.src).filter(Boolean)")
    assert not [src for src in loaded if re.search(r"/desk|/act[-.]|dash_ag_grid|/admin", src)]
    own = {re.sub(r"\?.*", "", src).rsplit("/", 1)[1] for src in loaded if "/assets/" in src}
    sizes = [(ROOT / "layouts" / "assets" / name) for name in own]
    assert sum(path.stat().st_size for path in sizes if path.is_file()) < 260_000
