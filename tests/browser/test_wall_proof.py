"""The wall proven against the API on a month of history: equal numbers, one origin, a policy never broken, words that stay words."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, WebSocketRoute, expect

from datasources.districts.reference import References
from tests.browser.entering import signed_in, sized
from tests.browser.waiting import until
from tests.load.bench_queries import NOW, fill
from tests.load.places import loaded
from tests.load.wall_page import spots
from tests.support import product
from tests.support.product import Product

SCENES = ("overview", "streets", "units", "satisfaction")
WITHIN_S = 30.0
EVENTS, OPEN_EVENTS = 18_000, 280  # more of one status than a list shows at once
GAS = "S0502"
HOSTILE = "<img src=x onerror=window.hurt=1><script>window.hurt=2</script>\"'&{{7*7}}"
# what only the reporter writes; every one of them may come from outside
FIELDS = ("title", "description", "address", "external_id")
NUMBERS = """() => ({
  position: live.position,
  kpis: Object.fromEntries([...document.querySelectorAll("#screen-kpis [data-kpi]")].map((card) => [card.dataset.kpi, [card.dataset.num, card.dataset.den]])),
  board: [...document.querySelectorAll("#screen-board tbody tr")].map((line) => [line.dataset.unit, line.children[2].textContent]),
  ratings: Object.fromEntries([...document.querySelectorAll("#screen-satisfaction [data-rating]")].map((item) => [item.dataset.rating, item.dataset.num])),
  legend: Object.fromEntries([...document.querySelectorAll("#screen-legend [data-count]")].map((item) => [item.dataset.count, Number(item.lastChild.textContent)])),
})"""
# the strip's numbers that count what stands now; all others are the day's
STANDING = {
    "pending_dispatch": "status=pending_dispatch",
    "handling": "status=handling",
    "supervised": "supervision=ordinary,yellow,red",
}


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Product, str]]:
    folder = tmp_path_factory.mktemp("proof")
    database = loaded(f"sqlite:///{folder / 'huli.db'}")
    fill(database, References(database).get(), EVENTS, OPEN_EVENTS)
    database.close()
    with product.start(folder, "--no-demo", "--clock-start", NOW.isoformat()) as running:
        running.token, lead = product.token_for(folder, "operator", "lead")
        yield running, lead


@pytest.fixture(scope="module")
def centre(runtime: tuple[Product, str]) -> Product:
    return runtime[0]


@pytest.fixture
def wall(browser: Browser, centre: Product) -> Iterator[Callable[..., Page]]:
    """Open the wall as its own account; `before` sees the page before it goes there."""
    contexts = []

    def enter(path: str = "/screen", before: Callable[[Page], None] = lambda _page: None) -> Page:
        context = signed_in(browser, centre.address, "screen", **sized(1920, 1080))
        contexts.append(context)
        page = context.new_page()
        before(page)
        page.goto(path)
        until(lambda: page.evaluate("window.live && live.loaded && live.state === 'live'"))
        until(lambda: page.locator(".w-kpi").count())
        return page

    yield enter
    for context in contexts:
        context.close()


def report(centre: Product, title: str, **facts: Any) -> dict[str, Any]:
    lng, lat = spots(centre)[0]
    body = {"title": title, "source": "grid_worker", "category": "S0406", "lng": lng, "lat": lat, **facts}
    status, event = centre.ask("/api/v1/events", body)
    assert status == 201, event
    return dict(event)


def standing(centre: Product, question: str) -> int:
    """Return how many events of now the API counts."""
    return int(centre.ask(f"/api/v1/events?{question}&limit=1&count=1")[1]["count"])


def differences(page: Page, centre: Product) -> dict[str, Any]:
    """Return what the wall shows otherwise than the API answers, {} when nothing; asked again when news came between."""
    shown = page.evaluate(NUMBERS)
    kpis = centre.ask("/api/v1/kpis?period=today")[1]["kpis"]
    scores = centre.ask("/api/v1/scores?board=units&period=today")[1]["rows"]
    points = {row["code"]: float(row["points"]) for row in scores}
    pairs: list[tuple[str, Any, Any]] = []
    for code, (num, den) in shown["kpis"].items():
        if code in STANDING:
            pairs.append((code, num, str(standing(centre, STANDING[code]))))
        else:
            pairs.append((code, [num, den], [str(kpis[code]["num"]), str(kpis[code]["den"])]))
    pairs += [(unit, float(text), points[unit]) for unit, text in shown["board"]]
    pairs += [(code, count, standing(centre, f"status={code}")) for code, count in shown["legend"].items()]
    rated = sum(int(count) for count in shown["ratings"].values())
    pairs.append(("rated", rated, kpis["satisfaction_rate"]["den"]))
    if page.evaluate("live.position") != shown["position"]:
        return {"position": "moved on"}
    return {name: (mine, theirs) for name, mine, theirs in pairs if mine != theirs}


def test_every_panel_says_what_the_api_says_at_the_same_position(
    wall: Callable[..., Page], centre: Product
) -> None:
    page = wall()
    report(centre, "与接口同数")
    found: dict[str, Any] = {"nothing": "asked yet"}

    def equal() -> bool:
        found.clear()
        found.update(differences(page, centre))
        return not found

    try:
        until(equal, WITHIN_S * 2)
    except AssertionError:
        raise AssertionError(found) from None
    shown = page.evaluate(NUMBERS)
    assert len(shown["kpis"]) >= 6 and shown["board"] and sum(shown["legend"].values()) > OPEN_EVENTS
    assert any(int(count) for count in shown["ratings"].values())


def test_a_list_longer_than_its_page_still_says_the_number(
    wall: Callable[..., Page], centre: Product
) -> None:
    page = wall()
    number = page.locator("#screen-legend [data-count=handling]")
    until(lambda: number.get_attribute("data-list"))
    shown = int(number.locator("b").inner_text())
    assert shown > 50
    number.click()
    expect(page.locator(".w-drawer")).to_have_attribute("data-count", str(shown), timeout=WITHIN_S * 1000)


def test_the_wall_holds_every_open_event_cell_by_cell_as_the_snapshot_for_others(
    wall: Callable[..., Page], centre: Product
) -> None:
    page = wall()

    def same() -> bool:
        _, plain = centre.ask("/api/v1/feed/snapshot")
        rows = [
            {name: cell for name, cell in zip(plain["columns"], cells, strict=True) if cell is not None}
            for cells in plain["rows"]
        ]
        mine = {row["id"]: row for row in page.evaluate("[...live.rows()]")}
        return len(mine) >= OPEN_EVENTS and mine == {row["id"]: row for row in rows}

    until(same)


def test_a_tour_of_all_scenes_stays_within_its_origin_and_its_policy(
    wall: Callable[..., Page], centre: Product
) -> None:
    asked: list[str] = []
    sockets: list[str] = []
    wrong: list[str] = []

    def listen(page: Page) -> None:
        page.on("request", lambda request: asked.append(request.url))
        page.on("websocket", lambda line: sockets.append(line.url))
        page.on(
            "console",
            lambda said: wrong.append(said.text) if "Content Security" in said.text else None,
        )
        page.add_init_script(
            "window.broken = []; addEventListener('securitypolicyviolation', (one) => broken.push(one.blockedURI + ' ' + one.violatedDirective));"
        )

    page = wall("/screen", listen)
    for scene in SCENES:
        page.click(f"button[data-scene={scene}]")
        expect(page.locator("#screen")).to_have_attribute("data-scene", scene)
    page.click("#screen-kpis [data-list]")
    until(lambda: page.locator(".w-drawer__b li").count())
    page.locator(".w-drawer__x").click()
    report(centre, "燃气泄漏", category=GAS)
    expect(page.locator("#screen")).to_have_class(re.compile("wall--emg"), timeout=WITHIN_S * 1000)
    own = (centre.address, "data:", f"blob:{centre.address}")
    assert [url for url in asked if not url.startswith(own)] == []
    assert sockets and all(url.startswith(centre.address.replace("http", "ws")) for url in sockets)
    assert page.evaluate("broken") == [] and wrong == []


def test_hostile_words_in_every_field_never_execute(
    wall: Callable[..., Page], runtime: tuple[Product, str]
) -> None:
    centre, lead = runtime
    page = wall()
    facts = {field: HOSTILE[:90] for field in FIELDS if field != "title"}
    events = [
        report(centre, HOSTILE[:90], **facts, reporter={"name": HOSTILE[:40], "phone": "13800000000"}),
        report(centre, HOSTILE[:90], **facts | {"external_id": HOSTILE[:-1]}, category=GAS),
    ]
    version = events[0]["version"]
    for action, more in (("comment", {"text": HOSTILE}), ("supervise", {"reason": HOSTILE})):
        path = f"/api/v1/events/{events[0]['number']}/{action}"
        status, after = centre.ask(path, {"version": version, **more}, lead)
        assert status == 200, after
        version = after.get("event", after)["version"]
    until(
        lambda: page.evaluate(
            "(numbers) => numbers.every((one) => live.drawn(one))", [one["number"] for one in events]
        )
    )
    expect(page.locator("#screen-alert")).to_contain_text("<img src=x", timeout=WITHIN_S * 1000)
    for scene in SCENES:
        page.click(f"button[data-scene={scene}]")
        expect(page.locator("#screen")).to_have_attribute("data-scene", scene)
    page.click("#screen-kpis [data-list]")
    expect(page.locator(".w-drawer__b")).to_contain_text("<img src=x", timeout=WITHIN_S * 1000)
    hurt = page.evaluate(
        "[window.hurt ?? null, document.querySelectorAll('.wall img[src=x], .wall script').length]"
    )
    assert hurt == [None, 0]


def test_a_cut_connection_goes_on_where_it_was_without_a_snapshot(
    wall: Callable[..., Page], centre: Product
) -> None:
    lines: list[WebSocketRoute] = []
    asked: list[str] = []
    closed = {"door": False}

    def tap(page: Page) -> None:
        def meet(line: WebSocketRoute) -> None:
            if closed["door"]:
                line.close()
                return
            line.connect_to_server()
            lines.append(line)

        page.route_web_socket("**/socket.io/**", meet)
        page.on("request", lambda request: asked.append(request.url))

    page = wall("/screen", tap)
    before = page.evaluate("live.position")
    snapshots = sum("feed/snapshot" in url for url in asked)
    closed["door"] = True
    lines[-1].close()
    missed = [report(centre, f"断线期间 {number}") for number in range(3)]
    numbers = json.dumps([event["number"] for event in missed])
    assert not page.evaluate(f"[...live.rows()].some((row) => {numbers}.includes(row.number))")
    closed["door"] = False
    until(
        lambda: page.evaluate(
            f"{numbers}.every((number) => [...live.rows()].some((row) => row.number === number))"
        )
    )
    until(lambda: page.evaluate("live.compare()"))
    assert page.evaluate("live.position") != before
    assert sum("feed/snapshot" in url for url in asked) == snapshots
