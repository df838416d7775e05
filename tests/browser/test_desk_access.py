"""The desk for everybody (WCAG 2.2 AA): legible text, names for what can be pressed, everything reached by Tab, intake by keys."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.entering import signed_in, sized
from tests.browser.own import own
from tests.browser.waiting import until
from tests.load.wall_page import spots
from tests.support import product
from tests.support.product import Product

# visible text whose colour does not stand out enough from the nearest plain ground behind it: [text, ratio]
FAINT = """() => {
  const parse = (text) => { const n = text.match(/[\\d.]+/g).map(Number); return n.length < 4 ? [...n, 1] : n; };
  const light = ([r, g, b]) => {
    const one = (v) => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
    return 0.2126 * one(r) + 0.7152 * one(g) + 0.0722 * one(b);
  };
  const over = (top, under) => top.slice(0, 3).map((v, i) => v * top[3] + under[i] * (1 - top[3])).concat(1);
  const ground = (node) => {
    const layers = [];
    for (let at = node; at; at = at.parentElement) {
      const style = getComputedStyle(at);
      if (style.backgroundImage !== 'none') return null; // a gradient: looked at by eye
      const colour = parse(style.backgroundColor);
      if (colour[3] > 0) layers.push(colour);
      if (colour[3] === 1) break;
    }
    return layers.reverse().reduce((under, top) => over(top, under), [4, 17, 32, 1]);
  };
  const found = [];
  const walk = document.createTreeWalker(document.querySelector('#desk'), NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const text = walk.currentNode.textContent.trim();
    const node = walk.currentNode.parentElement;
    const box = node.getBoundingClientRect();
    if (!text || !box.width || node.closest(':disabled, .sr, svg, [aria-hidden=true]')) continue;
    const style = getComputedStyle(node);
    if (style.visibility === 'hidden') continue;
    const behind = ground(node);
    if (!behind) continue;
    const ink = over(parse(style.color), behind);
    const [a, b] = [light(ink), light(behind)].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5)) found.push([text.slice(0, 20), node.className, Math.round(ratio * 100) / 100]);
  }
  return found;
}"""
# what can be pressed or filled in and says no name
NAMELESS = """() => [...document.querySelectorAll('#desk button, #desk a[href], #desk input, #desk select, #desk textarea')]
  .filter((node) => node.offsetParent && !node.closest('.ag-root'))
  .filter((node) => !(node.textContent.trim() || node.getAttribute('aria-label') || node.title || node.placeholder
    || (node.labels && node.labels.length) || node.getAttribute('aria-labelledby')))
  .map((node) => node.outerHTML.slice(0, 120))"""


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    folder = tmp_path_factory.mktemp("access")
    with product.start(folder, "--no-demo") as running:
        (running.token,) = product.token_for(folder, "operator", scope="personal")
        yield running


@pytest.fixture
def desk(browser: Browser, centre: Product) -> Iterator[Callable[..., Page]]:
    contexts = []

    def sit(lang: str = "zh-CN") -> Page:
        context = signed_in(browser, centre.address, "operator", locale=lang, **sized(1920, 1080))
        contexts.append(context)
        page = context.new_page()
        page.goto("/desk")
        own(page)
        until(
            lambda: page.evaluate("Boolean(window.live && live.loaded && document.querySelector('.d-tab'))")
        )
        return page

    yield sit
    for context in contexts:
        context.close()


def file(centre: Product, **facts: Any) -> str:
    lng, lat = spots(centre)[0]
    body = {"title": "占道堆物", "category": "S0406", "source": "phone", "lng": lng, "lat": lat, **facts}
    return str(centre.ask("/api/v1/events", body)[1]["number"])


def waiting(centre: Product) -> str:
    number = file(centre, reporter={"name": "来电居民", "phone": "13900000000"})
    version = centre.ask(f"/api/v1/events/{number}")[1]["event"]["version"]
    centre.ask(f"/api/v1/events/{number}/escalate", {"version": version, "reason": "超出社区能力"})
    return number


def full(page: Page, centre: Product) -> None:
    """An emergency above, an event with its panel, the intake open: as much of the desk as can be seen at once."""
    number = waiting(centre)
    file(centre, category="S0502", emergency=True)
    page.evaluate("n => own.desk.choose(n)", number)
    expect(page.locator(f'#dispatch-body [data-event="{number}"]')).to_be_visible()
    expect(page.locator("#desk-alerts .al")).to_be_visible()
    page.keyboard.press("n")
    expect(page.locator("#intake-phone")).to_be_focused()


@pytest.mark.parametrize("lang", ["zh-CN", "en-GB"])
def test_every_text_stands_out_and_everything_pressable_has_a_name(
    desk: Callable[..., Page], centre: Product, lang: str
) -> None:
    page = desk(lang)
    full(page, centre)
    assert page.evaluate(FAINT) == []
    assert page.evaluate(NAMELESS) == []


def test_tab_reaches_every_part_of_the_desk_and_the_focus_is_seen(
    desk: Callable[..., Page], centre: Product
) -> None:
    page = desk()
    full(page, centre)
    page.keyboard.press("Escape")
    reached, unseen, walked = set(), [], []
    for _ in range(120):
        page.keyboard.press("Tab")
        part, seen, name = page.evaluate(
            """() => {
              const node = document.activeElement;
              const part = node.closest('#desk-command-box, #desk-alerts, #desk-tabs, #desk-filter, #desk-grid, #desk-intake, #event-body, #dispatch-body');
              const style = getComputedStyle(node);
              const ring = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0 || style.boxShadow !== 'none';
              return [part ? part.id : '', ring || node === document.body, node.outerHTML.slice(0, 100)];
            }"""
        )
        reached.add(part)
        walked.append((part, name[:60]))
        if not seen and part != "desk-grid":
            unseen.append(name)
    parts = {"desk-command-box", "desk-alerts", "desk-tabs", "desk-filter", "desk-intake", "event-body"}
    assert parts | {"dispatch-body"} <= reached, [
        (one, name) for one, name in walked if one in ("", "desk-grid", "desk-filter")
    ][:60]
    assert unseen == []


def test_a_call_is_taken_down_and_registered_without_the_mouse(
    desk: Callable[..., Page], centre: Product
) -> None:
    page = desk()
    grid = centre.ask("/api/v1/areas?level=grid")[1]["features"][7]["properties"]["name"]
    category = next(one for one in centre.ask("/api/v1/categories")[1]["items"] if one["code"] == "S0406")
    page.keyboard.press("n")
    for typed in ("13900000000", "某女士", "", "店外摆摊挡路"):
        page.keyboard.type(typed)
        page.keyboard.press("Tab")
    page.keyboard.type(category["name"])
    expect(page.locator(".in-offers .d-offer").first).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.type(grid)
    expect(page.locator(".in-offers .d-offer").first).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator(".in-place")).to_contain_text(grid)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#desk-news")).to_contain_text("已登记并立案")
    number = page.evaluate("own.desk.number()")
    event = centre.ask(f"/api/v1/events/{number}")[1]["event"]
    assert (event["title"], event["source"], event["category"]["code"]) == ("店外摆摊挡路", "phone", "S0406")
    assert event["reporter"] == {"name": "某女士", "phone": "13900000000"}
    assert event["grid"]["name"] == grid and event["status"] in ("claimable", "pending_dispatch")


def test_a_call_half_taken_down_says_what_is_missing_and_outlives_a_reload(
    desk: Callable[..., Page], centre: Product
) -> None:
    page = desk()
    page.keyboard.press("n")
    page.locator("#intake-title").fill("井盖破损")
    page.locator("#intake-category").fill("没有这种类别")
    page.locator("#intake-address").fill("桥头")
    page.keyboard.press("Control+Enter")
    expect(page.locator('[data-field="category"] .act-fault')).to_contain_text("没有这个类别")
    expect(page.locator("#intake-category")).to_be_focused()
    page.reload()
    until(lambda: page.evaluate("Boolean(window.live && live.loaded && document.querySelector('.in-bar'))"))
    page.keyboard.press("n")
    expect(page.locator("#intake-title")).to_have_value("井盖破损")
    expect(page.locator("#intake-address")).to_have_value("桥头")


def test_an_emergency_is_silenced_openly_and_answered_for_somebody_heard_on_the_phone(
    desk: Callable[..., Page], centre: Product
) -> None:
    page = desk()
    until(lambda: page.locator(".al--raised").count() == 0 or page.keyboard.press("a"))
    number = file(centre, category="S0502", emergency=True)
    bar = page.locator(f'#desk-alerts [data-event="{number}"]')
    expect(bar).to_be_visible()
    bar.get_by_role("button", name="静音").click()
    expect(page.locator('#desk-alerts [name="reason"]')).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator('#desk-alerts [data-field="reason"] .act-fault')).not_to_be_empty()
    page.keyboard.type("正在电话核实")
    page.keyboard.press("Enter")
    expect(page.locator("#desk-alerts .al-shelf")).to_contain_text("正在电话核实")
    expect(page.locator("#desk-alerts")).to_have_attribute("data-sound", "shelved")
    bar.get_by_role("button", name="代确认").click()
    expect(page.locator('#desk-alerts [name="who"]')).to_be_focused()
    page.keyboard.type("消防站值班室")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("收到，出动")
    page.keyboard.press("Enter")
    expect(bar).to_contain_text("消防站值班室")
    page.keyboard.press("g")
    expect(page.locator("dialog.al-list")).to_contain_text("后确认")
