"""The wall's map in a real browser: layers, views, flights, lines, and a hundred thousand events (issue 3, “Map”)."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import ROOT
from tests.browser.entering import MOVING, sized, somebody
from tests.browser.own import own
from tests.browser.waiting import until_page as until
from tests.support.product import free_port

PROMPT_MS = 15_000
PLACE = {"lng": 118.138607, "lat": 24.519751}
MODULES = tuple(
    f"assets/now/{name}.js"
    for name in (
        "core/page",
        "map/ground",
        "map/lines",
        "map/map",
        "map/places",
        "map/points",
        "wall/area",
        "wall/forces",
    )
)
EMERGENCY = {"id": 1, "event": "HLE1", "event_id": 900001, **PLACE}


@pytest.fixture(scope="module", params=["tiles"])
def address(request: pytest.FixtureRequest) -> Iterator[str]:
    """The map's page in a process of its own."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.browser.wall_harness", str(port), request.param],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if f":{port}" in line:
            break
    yield f"http://127.0.0.1:{port}"
    process.kill()
    process.wait(timeout=30)


@pytest.fixture
def open_map(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """Open the page; it must stay without a single error or blocked request."""
    pages: list[tuple[Page, list[str]]] = []

    def enter(
        size: tuple[int, int] = (1280, 800), ratio: float = 1, calm: bool = False, touch: bool = False
    ) -> Page:
        context = somebody(
            browser,
            **sized(*size),
            **({} if calm else MOVING),
            device_scale_factor=ratio,
            has_touch=touch,
            is_mobile=touch,
        )
        page = context.new_page()
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on(
            "console",
            lambda said: (
                wrong.append(said.text)
                if said.type == "error" and "/tiles/" not in said.location["url"]
                else None
            ),
        )
        pages.append((page, wrong))
        page.goto(address)
        own(page, *MODULES)
        until(page, "window.harness && own.livePoints.ready && own.places.any")
        return page

    yield enter
    said = [line for _page, wrong in pages for line in wrong]
    for page, _wrong in pages:
        page.context.close()
    assert said == []


def put(page: Page, *rows: dict[str, object]) -> None:
    page.evaluate("(rows) => harness.put(rows)", list(rows))


def row(id: int, **facts: object) -> dict[str, object]:
    return {
        "id": id,
        "number": f"HL{id}",
        "title": f"事件{id}",
        "path": "/350206/350206004000/",
        **PLACE,
        **facts,
    }


def shown(page: Page) -> list[float]:
    return [round(value, 5) for value in page.evaluate(
        "(() => { const m = own.ground.areas.get('350206').layer._map; const c = m.getCenter(); return [c.lng, c.lat, m.getZoom()]; })()"
    )]  # fmt: skip


def settled(page: Page) -> list[float]:
    """The view once it stands still, a second long from now on."""
    page.evaluate("window.stood = 0")
    until(page, """(() => { const m = own.ground.areas.get('350206').layer._map; const now = JSON.stringify([m.getCenter(), m.getZoom()]);
          const same = now === window.before; window.before = now; window.stood = same ? (window.stood || 0) + 1 : 0; return window.stood > 20; })()""")  # fmt: skip
    return shown(page)


def arrived(page: Page, left: list[float]) -> list[float]:
    """The view once it has left another one and stands still."""
    until(page, f"""(() => {{ const m = own.ground.areas.get('350206').layer._map;
          return Math.abs(m.getZoom() - {left[2]}) > 0.01; }})()""")  # fmt: skip
    return settled(page)


# ---- layers ---------------------------------------------------------------------------------------------


def test_switches_are_buttons_that_say_their_state_and_change_the_map(open_map: Callable[..., Page]) -> None:
    page = open_map()
    put(page, row(1))
    until(page, "live.drawn('HL1')")
    events = page.get_by_role("button", name="事件")
    expect(events).to_have_attribute("aria-pressed", "true")
    events.click()
    expect(events).to_have_attribute("aria-pressed", "false")
    expect(page.locator(".w-map__events")).to_be_hidden()
    page.get_by_role("button", name="网格类型").click()
    for kind in ("小区", "村改居", "园区", "混合"):
        expect(page.locator("#screen-ramp")).to_contain_text(kind)
    page.get_by_role("button", name="力量").click()
    expect(page.locator("#screen-ramp")).to_contain_text("党组织")
    page.get_by_role("button", name="热力").click()
    expect(page.locator("#screen-ramp")).to_contain_text("事件热力")
    page.reload()
    own(page, *MODULES)
    until(page, "window.harness && own.livePoints.ready")
    expect(page.get_by_role("button", name="热力")).to_have_attribute("aria-pressed", "true")


def test_switches_are_as_large_as_a_finger_on_touch(open_map: Callable[..., Page]) -> None:
    page = open_map(size=(1366, 768), touch=True)
    for button in page.locator("[data-layer]").all():
        box = button.bounding_box()
        assert box is not None and box["height"] >= 44 and box["width"] >= 44


def test_heat_is_painted_where_events_lie_thick(open_map: Callable[..., Page]) -> None:
    page = open_map()
    put(page, *(row(id) for id in range(1, 40)))
    page.get_by_role("button", name="热力").click()
    until(page, """(() => { const c = document.querySelector('.w-map__heat'); const m = own.ground.areas.get('350206').layer._map;
          const p = m.latLngToContainerPoint([24.519751, 118.138607]); const pen = c.getContext('2d');
          return pen.getImageData(p.x, p.y, 1, 1).data[3] > 150 && pen.getImageData(4, 4, 1, 1).data[3] === 0; })()""")  # fmt: skip


# ---- marks ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "ratio"), [((1366, 768), 1), ((1280, 720), 3), ((3840, 2160), 1)])
def test_a_press_finds_its_event_at_every_scale_and_pixel_ratio(
    open_map: Callable[..., Page], size: tuple[int, int], ratio: float
) -> None:
    page = open_map(size=size, ratio=ratio)
    put(page, row(1, title="占道经营"))
    until(page, "live.drawn('HL1')")
    x, y = page.evaluate("""(() => { const m = own.ground.areas.get('350206').layer._map; const p = m.latLngToContainerPoint([24.519751, 118.138607]);
        const box = m.getContainer().getBoundingClientRect(); return [p.x + box.left, p.y + box.top]; })()""")  # fmt: skip
    page.mouse.click(x, y)
    expect(page.locator("#screen-callout")).to_contain_text("占道经营")


def test_a_cluster_counts_each_event_once_and_says_the_worst_time(open_map: Callable[..., Page]) -> None:
    page = open_map()
    past = "Date.UTC(2026, 10, 20, 6)"
    page.evaluate(f"harness.put([1,2,3,4].map((id) => ({{...{json.dumps(row(0))}, id, number: 'HL' + id, handle_due_at: {past} + (id === 1 ? 0 : 4e8), handle_from: {past} - 1e6}})))")  # fmt: skip
    until(page, "live.drawn('HL4')")
    cell = page.evaluate("own.livePoints.ask('cells', {left:0,right:1,top:0,bottom:1,scale:1e5,unit:1,now:own.page.now(),area:null,quiet:[0,0,0,0,1,1,1]}, (a) => window.got = a), window.got.cells[0]")  # fmt: skip
    assert (cell["n"], cell["over"], cell["soon"]) == (4, 1, 0) and cell["ids"] == [4, 3, 2, 1]
    page.evaluate("harness.drop([1, 2])")
    until(page, "own.livePoints.size === 2 && own.livePoints.open.get('350206') === 2")


# ---- the view -------------------------------------------------------------------------------------------


def test_the_map_flies_to_a_new_emergency_and_back_once_it_is_acknowledged(
    open_map: Callable[..., Page],
) -> None:
    page = open_map()
    home = settled(page)
    page.evaluate("(alert) => harness.raise(alert)", EMERGENCY)
    there = arrived(page, home)
    assert there[2] > home[2] + 1 and abs(there[0] - PLACE["lng"]) < 0.02
    expect(page.locator(".w-emg[data-event=HLE1]")).to_be_visible()
    page.evaluate("(alert) => harness.raise({...alert, state: 'acknowledged'})", EMERGENCY)
    assert arrived(page, there) == pytest.approx(home, abs=3e-4)
    expect(page.locator(".w-emg[data-event=HLE1]")).to_be_visible()  # until it is closed
    page.evaluate("harness.stand_down()")
    expect(page.locator(".w-emg")).to_have_count(0)


def test_a_view_somebody_chose_stays_until_it_is_given_back(open_map: Callable[..., Page]) -> None:
    page = open_map()
    home = settled(page)
    page.mouse.move(600, 400)
    page.mouse.down()
    page.mouse.move(500, 350, steps=5)
    page.mouse.up()
    mine = settled(page)
    assert mine != home
    page.evaluate("(alert) => harness.raise(alert)", EMERGENCY)
    assert settled(page) == pytest.approx(mine, abs=3e-4)
    page.evaluate("harness.stand_down()")
    page.get_by_role("button", name="复位").click()
    assert settled(page) == pytest.approx(home, abs=3e-4)
    expect(page.get_by_role("button", name="复位")).to_be_hidden()


def test_a_tap_goes_down_a_level_and_names_what_lies_below(open_map: Callable[..., Page]) -> None:
    page = open_map()
    home = settled(page)
    assert page.locator(".w-map__label").count() == 5
    page.evaluate("""(() => { const m = own.ground.areas.get('350206').layer._map; m.fire('click', {containerPoint: L.point(5, 300), latlng: L.latLng(24.519751, 118.138607)}); })()""")  # fmt: skip
    street = page.evaluate("own.shownArea.code")
    assert page.evaluate(f"own.wallMap.levelOf({json.dumps(street)})") == "street"
    assert settled(page)[2] > home[2]
    below = page.evaluate(
        f"[...own.ground.areas.values()].filter((area) => area.parent === {json.dumps(street)}).length"
    )
    assert page.locator(".w-map__label").count() == below
    page.evaluate("own.shownArea.set(null)")
    assert settled(page) == pytest.approx(home, abs=3e-4)


# ---- motion ---------------------------------------------------------------------------------------------


def test_at_most_six_lines_fly_when_events_are_dispatched(open_map: Callable[..., Page]) -> None:
    page = open_map()
    put(page, *(row(id, status="pending_dispatch") for id in range(1, 10)))
    until(page, "live.drawn('HL9')")
    assert page.evaluate("own.lines.flying") == 0
    put(page, *(row(id, status="dispatched", version=2) for id in range(1, 10)))
    assert page.evaluate("own.lines.flying") == 6
    until(page, "own.lines.flying === 0")


def test_an_emergency_whose_event_has_left_the_map_is_still_named_by_its_category(
    open_map: Callable[..., Page],
) -> None:
    page = open_map()
    page.evaluate(
        "(alert) => harness.raise(alert)", {**EMERGENCY, "title": "居民来电", "category": "燃气泄漏"}
    )
    expect(page.locator(".w-emg__t span")).to_have_text("燃气泄漏")
    page.evaluate("harness.stand_down()")


def test_with_reduced_motion_an_emergency_is_two_rings_that_stand_still(
    open_map: Callable[..., Page],
) -> None:
    page = open_map(calm=True)
    page.evaluate("(alert) => harness.raise(alert)", EMERGENCY)
    rings = page.locator(".w-emg > i")
    expect(rings).to_have_count(2)
    looks = rings.evaluate_all(
        "(all) => all.map((one) => [getComputedStyle(one).animationName, one.offsetWidth])"
    )
    assert [look[0] for look in looks] == ["none", "none"] and looks[0][1] < looks[1][1]


def test_with_reduced_motion_a_line_to_what_was_dispatched_stands_still_and_goes(
    open_map: Callable[..., Page],
) -> None:
    page = open_map(calm=True)
    settled(page)
    put(page, row(1, status="claimable"))
    put(page, row(1, status="dispatched", version=2))
    looks = page.evaluate(
        """() => new Promise((done) => {
             const canvas = document.querySelector(".w-map__lines"), seen = new Set();
             const look = () => {
               if (!own.lines.flying && seen.size) { done([...seen].length); return; }
               const ink = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
               if (own.lines.flying && ink.some(Boolean)) seen.add(ink.reduce((sum, one, at) => (sum + one * (at % 9973)) % 1e9, 0));
               setTimeout(look, 100);
             };
             look();
           })"""
    )
    assert looks == 1


# ---- words keep clear of signs --------------------------------------------------------------------------

CLEAR = """(boxes) => {
  const glass = document.querySelector(".w-map").getBoundingClientRect();
  const signs = [...document.querySelectorAll(".w-emg > b, .w-emg__t, .w-layers, .w-map__label:not(.w-map__label--hidden)")].map((node) => node.getBoundingClientRect())
    .map((box) => ({ left: box.left - glass.left, right: box.right - glass.left, top: box.top - glass.top, bottom: box.bottom - glass.top }));
  const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  return boxes.every((one, at) => [...signs, ...boxes.slice(at + 1)].every((other) => !meet(one, other)));
}"""


def test_the_minutes_of_near_forces_stand_on_no_sign_and_not_on_each_other(
    open_map: Callable[..., Page],
) -> None:
    page = open_map()
    settled(page)
    page.evaluate(
        """([place, alert]) => {
             own.nearestForces.near = (lng, lat) => [0, 1, 2].map((n) => ({ kind: "team", name: "队" + n, minutes: n + 1,
               lng: place.lng + (n - 1) * 0.0012, lat: place.lat + (n === 1 ? 0.0022 : 0.0004) }));
             harness.raise(alert);
           }""",
        [PLACE, EMERGENCY],
    )
    settled(page)
    until(page, "own.lines.words.length > 0")
    assert page.evaluate(f"({CLEAR})(own.lines.words)")


def test_the_minutes_of_a_force_do_not_stand_on_a_name(open_map: Callable[..., Page]) -> None:
    page = open_map()
    settled(page)
    page.evaluate(
        """(alert) => {
             const map = own.ground.areas.get('350206').layer._map;
             const glass = map.getContainer().getBoundingClientRect();
             const name = [...document.querySelectorAll(".w-map__label:not(.w-map__label--hidden)")].at(-1).getBoundingClientRect();
             const at = map.containerPointToLatLng([name.left + name.width / 2 - glass.left, name.top - 12 - glass.top]);
             own.nearestForces.near = () => [{ kind: "team", name: "队", minutes: 3, lng: at.lng, lat: at.lat }];
             harness.raise({ ...alert, state: "acknowledged" });
           }""",
        EMERGENCY,
    )
    until(page, "own.lines.words.length === 1")
    assert page.evaluate(f"({CLEAR})(own.lines.words)")


def test_a_name_gives_way_to_an_emergency_that_lies_on_it(open_map: Callable[..., Page]) -> None:
    page = open_map()
    settled(page)
    names = page.locator(".w-map__label:not(.w-map__label--hidden)")
    before = names.all_inner_texts()
    at = page.evaluate(
        """() => {
             const map = own.ground.areas.get('350206').layer._map;
             const name = document.querySelector(".w-map__label:not(.w-map__label--hidden)").getBoundingClientRect();
             const glass = map.getContainer().getBoundingClientRect();
             const { lng, lat } = map.containerPointToLatLng([name.left + name.width / 2 - glass.left, name.top + name.height / 2 - glass.top]);
             return { lng, lat };
           }"""
    )
    page.evaluate("(alert) => harness.raise(alert)", {**EMERGENCY, **at, "state": "acknowledged"})
    expect(page.locator(".w-emg")).to_be_visible()
    until(
        page, f"document.querySelectorAll('.w-map__label:not(.w-map__label--hidden)').length < {len(before)}"
    )
    page.evaluate("harness.stand_down()")
    expect(names).to_have_count(len(before))


# ---- very many, and a dead server -----------------------------------------------------------------------


def test_a_hundred_thousand_events_are_gathered_in_a_worker_and_counted(
    open_map: Callable[..., Page],
) -> None:
    page = open_map()
    page.evaluate("harness.fill(100000)")
    until(page, "own.livePoints.size === 100000 && !own.livePoints.busy && own.livePoints.remote", 120_000)
    page.evaluate("window.got = null; own.livePoints.ask('cells', {left:0,right:1,top:0,bottom:1,scale:3e7,unit:1,now:0,area:null,quiet:[0,0,0,0,1,1,1]}, (answer) => { window.got = answer; })")  # fmt: skip
    until(page, "window.got !== null", 30_000)
    assert page.evaluate("[got.count, got.cells.reduce((sum, cell) => sum + cell.n, 0)]") == [100000, 100000]
    assert page.evaluate("own.livePoints.open.get('350206')") == 100000
    put(page, row(100001))
    until(page, "live.drawn('HL100001')", 30_000)


def test_a_dead_tile_server_never_hides_events(open_map: Callable[..., Page]) -> None:
    page = open_map()
    put(page, row(1))
    until(page, "live.drawn('HL1') && document.querySelectorAll('.leaflet-tile').length === 0")
