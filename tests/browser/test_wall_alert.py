"""The emergency on the wall: three screens from raise to stand-down, several at once, silence that is said, what was missed."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import APIRequestContext, Browser, BrowserContext, Page, Playwright, expect

from tests.browser.entering import signed_in, sized
from tests.browser.own import own
from tests.browser.test_screen import PROMPT_MS, begin, in_live, until
from tests.support.chromium import FLAGS, launch
from tests.support.product import Product

RECONNECTS_MS = 40_000
# who must be silent when: the page writes down each change of what it sounds like, with the machine's time
WATCH = """() => {
  const box = document.getElementById("screen-alert");
  window.sounds = [];
  const note = () => sounds.push([performance.timeOrigin + performance.now(), box.dataset.sound, box.dataset.sounding]);
  new MutationObserver(note).observe(box, { attributeFilter: ["data-sound", "data-sounding"] });
  note();
}"""


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    running = begin(tmp_path_factory.mktemp("alerts"))
    yield running
    running.process.terminate()
    running.process.wait(timeout=30)


@pytest.fixture(scope="module")
def browsers(playwright: Playwright, browser: Browser) -> Iterator[tuple[Browser, Browser]]:
    """One browser that may sound by itself, and one that must be touched first, as they come."""
    muted = launch(playwright, FLAGS)
    yield browser, muted
    muted.close()


@pytest.fixture
def enter(browsers: tuple[Browser, Browser], centre: Product) -> Iterator[Callable[..., Page]]:
    """Log in and open a page in a context of its own."""
    contexts: list[BrowserContext] = []

    def enter(account: str = "screen", path: str = "/screen", muted: bool = False) -> Page:
        # without a key pressed: a gesture would already let the page sound
        context = signed_in(browsers[muted], centre.address, account, **sized(960, 540))
        contexts.append(context)
        page = context.new_page()
        page.goto(path)
        return own(page)

    yield enter
    for context in contexts:
        context.close()


@pytest.fixture
def operator(enter: Callable[..., Page]) -> Iterator[APIRequestContext]:
    """The desk's hands; nothing stays unanswered behind a test."""
    hands = enter("operator", "/healthz").request
    yield hands
    for alert in open_alerts(hands):
        if alert["state"] == "raised":
            answer(hands, alert)


def emergency(
    operator: APIRequestContext,
    title: str,
    category: str = "S0502",
    lng: float = 118.1093,
    lat: float = 24.5123,
) -> dict[str, Any]:
    """Report an emergency and return its alert."""
    place = {"lng": lng, "lat": lat, "address": "枋湖工业区"}
    said = operator.post("/api/v1/events", data={"title": title, "category": category, **place})
    assert said.status == 201, said.text()
    return next(one for one in open_alerts(operator) if one["event"] == said.json()["number"])


def open_alerts(operator: APIRequestContext) -> list[dict[str, Any]]:
    return list(operator.get("/api/v1/alerts").json()["items"])


def answer(operator: APIRequestContext, alert: dict[str, Any], screen: str = "一号席") -> None:
    done = operator.post(
        f"/api/v1/alerts/{alert['id']}/acknowledge", data={"episode": alert["episode"], "screen": screen}
    )
    assert done.status == 200, done.text()


def sounds(page: Page, word: str, alert: dict[str, Any] | None = None) -> None:
    """Wait until the page says that this is to be heard, of this alert."""
    expect(page.locator("#screen-alert")).to_have_attribute("data-sound", word, timeout=PROMPT_MS)
    if alert:
        expect(page.locator("#screen-alert")).to_have_attribute("data-sounding", str(alert["id"]))


def test_three_screens_go_from_raise_to_stand_down_together(
    enter: Callable[..., Page], operator: APIRequestContext
) -> None:
    screens = [enter() for _ in range(3)]
    for page in screens:
        in_live(page)
        page.evaluate(WATCH)
    alert = emergency(operator, "燃气管道施工挖破")
    for page in screens:
        strip = page.locator("#screen-alert")
        expect(strip).to_have_attribute("data-event", alert["event"], timeout=PROMPT_MS)
        expect(page.locator("#screen")).to_have_class(re.compile("wall--emg"))
        until(page, f"sounds.some(([, word, id]) => word === 'tone' && id === '{alert['id']}')")
        assert page.evaluate("document.getElementById('screen-alert').dataset.audio") == "running"
    answer(operator, alert)
    (told,) = [one for one in open_alerts(operator) if one["id"] == alert["id"]]
    answered = datetime.fromisoformat(told["acknowledged"]["at"]).timestamp() * 1000
    for page in screens:
        sounds(page, "quiet")
        expect(page.locator("#screen")).not_to_have_class(re.compile("wall--emg"))
        expect(page.locator(".w-strip__a")).to_contain_text("一号席")
        stopped = page.evaluate("sounds.filter(([, word]) => word === 'quiet').at(-1)[0]")
        assert stopped >= answered  # how long after is measured by the bench: CI's machines are shared
        assert page.locator(".w-ackchip--wait [data-due]").count() > 0, (
            "each unit that owes a signature, until when"
        )
    said = {"emergency": False, "version": version(operator, alert)}
    called_off = operator.post(f"/api/v1/events/{alert['event']}/correct", data=said)
    assert called_off.status == 200, called_off.text()
    for page in screens:
        expect(page.locator(f"#screen-alert[data-event='{alert['event']}']")).to_have_count(
            0, timeout=PROMPT_MS
        )


def test_the_name_of_an_emergency_at_the_edge_of_the_map_opens_inwards(
    enter: Callable[..., Page], operator: APIRequestContext
) -> None:
    page = enter(path="/screen?scene=units")
    in_live(page)
    alert = emergency(operator, "沿海作业区气体泄漏", lng=118.197412, lat=24.508625)  # the easternmost grid
    answer(operator, alert)  # and the map flies back to the whole district
    until(
        page,
        f"""(() => {{
              const pin = document.querySelector(".w-emg[data-event='{alert["event"]}']");
              const tag = pin && pin.querySelector(".w-emg__t");
              if (!tag || !tag.offsetParent) return false;
              const [own, sign, glass] = [tag, pin.querySelector("b"), document.getElementById("screen-map")]
                .map((node) => node.getBoundingClientRect());
              const centred = (sign.left + sign.right + own.width) / 2;
              return centred > glass.right && own.right <= glass.right;
            }})()""",
        PROMPT_MS * 3,
    )
    said = {"emergency": False, "version": version(operator, alert)}
    assert operator.post(f"/api/v1/events/{alert['event']}/correct", data=said).status == 200


def version(operator: APIRequestContext, alert: dict[str, Any]) -> int:
    return int(operator.get(f"/api/v1/events/{alert['event']}").json()["event"]["version"])


def test_the_answer_to_one_alert_does_not_silence_another(
    enter: Callable[..., Page], operator: APIRequestContext
) -> None:
    page = enter()
    in_live(page)
    first = emergency(operator, "燃气管道施工挖破")
    sounds(page, "tone", first)
    second = emergency(operator, "厂房起火", "9901")
    # whichever climbs next stands first
    expect(page.locator(f"[data-other='{second['id']}'].w-other--loud")).to_be_visible(timeout=PROMPT_MS)
    expect(page.locator("#screen-alert")).to_have_attribute("data-event", first["event"])
    answer(operator, first)
    until(page, f"document.getElementById('screen-alert').dataset.sounding === '{second['id']}'")
    expect(page.locator("#screen-alert")).to_have_attribute("data-event", second["event"])
    expect(page.locator("#screen")).to_have_class(re.compile("wall--emg"))
    other = page.locator(f"[data-other='{first['id']}']")
    expect(other).not_to_have_class(re.compile("loud"))
    other.click()
    expect(page.locator("#screen-alert")).to_have_attribute("data-event", first["event"])
    expect(page.locator(f"[data-other='{second['id']}'].w-other--loud")).to_be_visible()


def test_the_strip_shows_the_whole_ladder_with_what_comes_next(
    enter: Callable[..., Page], operator: APIRequestContext
) -> None:
    page = enter()
    in_live(page)
    emergency(operator, "道路积水", "S0506")
    rungs = page.locator(".w-ladder li")
    expect(rungs).to_have_count(4, timeout=PROMPT_MS)
    assert rungs.locator("time").all_inner_texts() == ["00:00", "00:30", "01:00", "03:00"]
    expect(rungs.nth(0)).to_have_class("w-done")
    expect(page.locator(".w-ladder .w-now")).to_have_attribute("data-rung", "repeat")
    assert re.fullmatch(r"00:\d\d 后", page.locator(".w-ladder .w-now [data-due]").inner_text())


def test_a_shelf_silences_the_tone_and_stands_in_the_strip_with_person_reason_and_end(
    enter: Callable[..., Page], operator: APIRequestContext
) -> None:
    page = enter()
    in_live(page)
    alert = emergency(operator, "人员走失", "9906")
    sounds(page, "tone", alert)
    end = datetime.fromisoformat(alert["raised_at"]).astimezone(UTC) + timedelta(minutes=10)
    done = operator.post(
        f"/api/v1/alerts/{alert['id']}/shelve", data={"reason": "演练试音", "until": end.isoformat()}
    )
    assert done.status == 200, done.text()
    sounds(page, "shelved")
    expect(page.locator(".w-shelved")).to_contain_text("演练试音")
    assert re.search(r"静音至 \d\d:\d\d", page.locator(".w-shelved").inner_text())


def test_blocked_sound_is_said_and_one_touch_brings_it_back(
    enter: Callable[..., Page], operator: APIRequestContext
) -> None:
    alert = emergency(operator, "路面塌陷", "S0505")
    page = enter(muted=True, path="/healthz")
    with page.expect_response(
        "**/api/v1/screens"
    ):  # no look into the page before: that would count as a touch
        page.goto("/screen")
    sounds(page, "blocked")
    expect(page.locator(".w-blocked")).to_be_visible()
    page.mouse.click(480, 200)
    sounds(page, "tone", alert)
    expect(page.locator(".w-blocked")).to_be_hidden()


def test_what_was_raised_while_the_link_was_cut_is_listed_with_its_true_time(
    enter: Callable[..., Page], operator: APIRequestContext
) -> None:
    page = enter()
    in_live(page)
    expect(page.locator("#screen-live")).to_have_attribute("data-state", "live")
    page.context.set_offline(True)
    answered, waiting = emergency(operator, "已有人确认"), emergency(operator, "无人确认", "9901")
    answer(operator, answered)
    expect(page.locator("#screen-live")).to_have_attribute("data-state", "stale", timeout=RECONNECTS_MS)
    page.evaluate(WATCH)
    page.context.set_offline(False)
    late = page.locator(f"[data-missed='{waiting['id']}']")
    expect(late).to_be_visible(timeout=RECONNECTS_MS)
    expect(late).to_contain_text(waiting["raised_at"][11:16] + " 发生")
    expect(page.locator(f"[data-missed='{answered['id']}']")).to_contain_text("已确认")
    until(page, f"sounds.some(([, , id]) => id === '{waiting['id']}')")
    heard = page.evaluate(f"sounds.some(([, , id]) => id === {json.dumps(str(answered['id']))})")
    assert not heard, "what is acknowledged never sounds again"


def test_the_voice_says_place_kind_and_unit(enter: Callable[..., Page], operator: APIRequestContext) -> None:
    page = enter()
    in_live(page)
    alert = emergency(operator, "燃气管道施工挖破")
    expect(page.locator("#screen-alert")).to_have_attribute("data-event", alert["event"], timeout=PROMPT_MS)
    said = page.evaluate("own.alarmVoice.text(own.alertStore.main(), false)")
    assert said == f"紧急事件。枋湖工业区。燃气管道破裂。{alert['units'][0]['name']}。"
    assert page.evaluate("document.getElementById('screen-alert').dataset.voice") in ("zh", "none")


def test_nearest_forces_are_ordered_by_distance_with_nominal_minutes(enter: Callable[..., Page]) -> None:
    page = enter()
    in_live(page)
    page.evaluate("own.nearestForces.load()")
    known = page.request.get("/api/v1/places")
    places = known.json()["items"] if known.ok else []
    able = [one for one in places if one["kind"] in ("station", "team", "office")]
    until(page, f"own.nearestForces.near(118.1, 24.5).length === {min(5, len(able))}")
    found = page.evaluate("own.nearestForces.near(118.1, 24.5)")
    assert [one["metres"] for one in found] == sorted(one["metres"] for one in found)
    assert all(one["minutes"] == max(1, -(-one["metres"] // 500)) for one in found)
    assert len(found) == min(5, len(able))
