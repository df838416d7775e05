"""The live feed in a real browser: what its keyed store holds equals the server's, whatever gets lost on the way."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, WebSocketRoute

from dashboard.feed.publisher import Publisher
from tests.browser.entering import somebody
from tests.support.live_door import *  # noqa: F403 - the fixtures
from tests.support.live_door import Door
from tests.support.live_world import *  # noqa: F403 - the fixtures
from tests.support.live_world import GAS, NOON, World, wipe


@pytest.fixture
def page(browser: Browser, door: Door) -> Iterator[Page]:
    context = somebody(browser)
    context.add_cookies([{"name": "account", "value": "wall", "url": f"http://127.0.0.1:{door.port}"}])
    yield context.new_page()
    context.close()


def show(page: Page, door: Door) -> None:
    page.goto(f"http://127.0.0.1:{door.port}/")
    page.wait_for_function("() => live.loaded && live.state === 'live'", timeout=15_000)


def until_equal(page: Page, world: World) -> None:
    """Wait until the browser's store is the truth of the database."""
    page.wait_for_function("truth => live.hash() === truth", arg=world.truth(), timeout=15_000)


def test_what_happens_before_and_after_the_page_opened_is_all_there(
    page: Page, door: Door, sqlite_world: World
) -> None:
    world = sqlite_world
    early = [world.report() for _ in range(3)]
    world.publish()
    show(page, door)
    until_equal(page, world)
    world.close(early[0])
    urgent = world.report("燃气泄漏", category=GAS)
    world.publish()
    until_equal(page, world)
    assert page.evaluate("live.size") == 3
    assert page.evaluate("id => live.get(id).number", urgent.id) == urgent.number
    assert page.evaluate("id => live.get(id)", early[0].id) is None
    assert page.locator("#screen-live").get_attribute("data-state") == "live"
    assert int(page.locator("#screen-live").get_attribute("data-age") or "99") < 10


def test_dropped_doubled_and_reordered_messages_are_repaired(
    page: Page, door: Door, sqlite_world: World
) -> None:
    world = sqlite_world
    tampered: list[str] = []

    def tamper(route: WebSocketRoute) -> None:
        server = route.connect_to_server()
        held: list[str] = []

        def pass_on(text: str | bytes) -> None:
            news = isinstance(text, str) and text.startswith('42["rows"')
            if not news or len(tampered) >= 6:
                route.send(text)
                return
            tampered.append(text)
            turn = len(tampered) % 3
            if turn == 1:
                return  # dropped
            if turn == 2:
                held.append(text)  # reordered: after the next one
                return
            for message in (text, *held, text):
                route.send(message)
            held.clear()

        server.on_message(pass_on)
        route.on_message(server.send)

    page.route_web_socket("**/socket.io/**", tamper)
    show(page, door)
    events = []
    for _ in range(6):
        events.append(world.report())
        world.publish()
    world.close(events[0])
    world.publish()
    until_equal(page, world)
    assert len(tampered) == 6


def test_a_wiped_redis_and_a_cut_line_leave_nothing_behind(
    page: Page, door: Door, sqlite_world: World
) -> None:
    world = sqlite_world
    show(page, door)
    lost = world.report()
    world.publish()
    wipe(world.embedded)
    until_equal(page, world)
    page.context.set_offline(True)
    world.close(lost)
    world.report()
    world.publish()
    page.context.set_offline(False)
    until_equal(page, world)


def test_listeners_hear_rows_once_per_frame_and_an_alert_once_per_change(
    page: Page, door: Door, sqlite_world: World
) -> None:
    world = sqlite_world
    show(page, door)
    page.evaluate("""() => {
        window.heard = {rows: [], view: [], alert: []};
        live.on("rows", (ids) => heard.rows.push(ids));
        live.on("view", (name, data) => heard.view.push([name, data]));
        live.on("alert", (alert) => heard.alert.push(alert));
    }""")
    event = world.report(category=GAS)
    world.publish()
    world.feed.put_view("kpis", "v1", {"n": 1})
    page.wait_for_function("() => heard.view.length === 1")
    assert page.evaluate("heard.rows.flat()") == [event.id]
    assert page.evaluate("heard.view") == [["kpis", {"n": 1}]]
    page.evaluate("number => live.markDrawn(number, 12)", event.number)
    page.evaluate("number => live.markDrawn(number, 99)", event.number)
    assert page.evaluate("number => live.drawn(number)", event.number) == 12
    assert page.evaluate("live.drawn('never')") is None


def test_an_alert_raised_before_the_page_opened_and_its_answer_are_heard(
    page: Page, door: Door, sqlite_world: World
) -> None:
    world = sqlite_world
    event = world.report(category=GAS)
    crier = Publisher(world.db, world.feed, world.row_of, lambda: world.now)
    crier.cycle()
    show(page, door)
    page.wait_for_function("() => live.alerts().length === 1")
    alert = page.evaluate("live.alerts()[0]")
    assert alert["event"] == event.number
    assert alert["raised_at"] == round(NOON.timestamp() * 1000)
    world.acknowledge(world.alerts()[0])
    crier.cycle()
    page.wait_for_function("() => live.alerts()[0].state === 'acknowledged'")


def test_the_page_gets_no_other_global_and_cannot_change_the_facts(
    page: Page, door: Door, sqlite_world: World
) -> None:
    show(page, door)
    names = ["io", "Store", "store", "sha256", "socket", "position"]
    assert page.evaluate("names => names.filter((name) => name in window)", names) == []
    assert (
        page.evaluate("() => { live.position = 'x'; window.live = 1; return typeof live.hash(); }")
        == "string"
    )
    assert page.evaluate("Math.abs(live.now() - Date.now()) < 1000")


def test_rows_in_a_frame_survive_a_thousand_changes(page: Page, door: Door, sqlite_world: World) -> None:
    world = sqlite_world
    show(page, door)
    page.evaluate("() => { window.frames_heard = 0; live.on('rows', () => frames_heard++); }")
    rows = [{"id": n, "version": 1, "number": str(n), "status": "reported"} for n in range(1, 1001)]
    messages = [{"k": "rows", "rows": [row], "gone": [], "gone_versions": []} for row in rows]
    world.feed.append(messages)
    page.wait_for_function("() => live.size === 1000")
    assert page.evaluate("frames_heard") < 500
