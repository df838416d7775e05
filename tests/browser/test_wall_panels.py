"""The wall's panels in a real browser: scenes, drill-down, lists behind numbers, claims that leave, panels equal to the API."""

# ruff: noqa: F811
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import APIRequestContext, Page, expect

from tests.browser.entering import MOVING
from tests.browser.test_screen import (  # noqa: F401
    PROMPT_MS,
    SIZES,
    centre,
    in_live,
    operator,
    page_as,
    report,
    until,
)

SCENES = ("overview", "streets", "units", "satisfaction")
SHOWN = """() => [...document.querySelectorAll("[data-panel]")]
    .filter((panel) => panel.offsetParent !== null).map((panel) => panel.dataset.panel)"""


def views_at(page: Page, area: str | None = None) -> dict[str, Any]:
    path = "/api/v1/feed/views" + (f"?area={area}" if area else "")
    answered = page.request.get(path)
    assert answered.status == 200, answered.text()
    return {name: view["data"] for name, view in answered.json()["views"].items()}


def test_each_scene_shows_other_panels_round_the_one_map(page_as: Callable[..., Page]) -> None:
    page = page_as("screen")
    in_live(page)
    page.evaluate("window.kept = document.getElementById('screen-map')")
    seen = set()
    for scene in SCENES:
        page.click(f"button[data-scene={scene}]")
        expect(page.locator("#screen")).to_have_attribute("data-scene", scene)
        panels = tuple(page.evaluate(SHOWN))
        assert panels, scene
        seen.add(panels)
        assert scene == "overview" or f"scene={scene}" in page.url
        assert page.evaluate(
            "window.kept.isConnected && window.kept === document.getElementById('screen-map')"
        )
    assert len(seen) == len(SCENES)


def test_a_scene_is_addressed_by_its_url(page_as: Callable[..., Page]) -> None:
    page = page_as("screen", "/screen?scene=units")
    in_live(page)
    expect(page.locator("button[data-scene=units]")).to_have_attribute("aria-pressed", "true")
    assert "units" in page.evaluate(SHOWN)


@pytest.mark.parametrize("size", SIZES)
def test_no_panel_overlaps_another_or_leaves_the_glass(
    page_as: Callable[..., Page], size: tuple[int, int]
) -> None:
    page = page_as("screen", size=size)
    in_live(page)
    for scene in SCENES:
        page.locator(f"button[data-scene={scene}]").click()
        expect(page.locator(f"button[data-scene={scene}]")).to_have_attribute("aria-pressed", "true")
        page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)))")
        apart(page, size)


def apart(page: Page, size: tuple[int, int]) -> None:
    """No panel of the scene that is shown overlaps another or leaves the glass."""
    boxes = page.evaluate(
        """() => [...document.querySelectorAll(".w-top, .w-kpi, .w-panel, .w-mapbox, .w-tick")]
             .map((node) => [node.dataset.panel || node.className, node.getBoundingClientRect()])
             .filter(([, box]) => box.width)
             .map(([name, box]) => [name, box.left, box.top, box.right, box.bottom])"""
    )
    wrong = [
        (one[0], other[0])
        for at, one in enumerate(boxes)
        for other in boxes[at + 1 :]
        if one[1] < other[3] - 1 and other[1] < one[3] - 1 and one[2] < other[4] - 1 and other[2] < one[4] - 1
    ]
    assert wrong == []
    assert [box[0] for box in boxes if box[3] > size[0] + 1 or box[4] > size[1] + 1 or box[1] < -1] == []
    if size[0] == 5760:
        edges = [box for box in boxes if box[0] != "w-top"]
        assert [box[0] for box in edges if box[1] // 1920 != (box[3] - 1) // 1920] == []  # nothing on a frame
        assert [box[0] for box in edges if box[1] % 1920 < 28 - 0.5 or box[3] % 1920 > 1892 + 0.5] == []


@pytest.mark.parametrize("size", SIZES)
def test_numbers_can_be_read_from_afar(page_as: Callable[..., Page], size: tuple[int, int]) -> None:
    page = page_as("screen", size=size)
    in_live(page)
    scale = min(size[0] / (5760 if size[0] == 5760 else 1920), size[1] / 1080)
    sizes = page.evaluate(
        """() => ["#screen-clock", ".w-flip b, .w-flip i", ".w-kpi__l small", ".w-panel__h p", ".w-tick"]
             .map((path) => parseFloat(getComputedStyle(document.querySelector(path)).fontSize))"""
    )
    assert min(sizes[:2]) >= 28 * scale and min(sizes[2:]) >= 18 * scale - 0.01


def test_a_street_fills_every_panel_and_one_tap_leads_back(
    page_as: Callable[..., Page], operator: APIRequestContext
) -> None:
    event = report(operator, "占道经营")
    page = page_as("screen", "/screen?scene=streets")
    in_live(page)
    until(page, f"live.get({event['id']})")
    street = page.evaluate(f"own.codesOf(live.get({event['id']}).path)[1]")
    page.click(f"#screen-streets td[data-area='{street}']")
    until(page, f"own.shownArea.code === {json.dumps(street)} && !own.areaViews.isFetching()")
    assert f"area={street}" in page.url
    expect(page.locator("#screen-crumb [aria-current]")).to_have_attribute("data-area", street)
    until(
        page,
        f"""fetch('/api/v1/feed/views?area={street}').then((a) => a.json()).then(({{ views }}) => {{
              const known = new Set(views.streets.data.rows.map((row) => row.code));
              const shown = [...document.querySelectorAll('#screen-streets tbody tr')].map((row) => row.dataset.place);
              return shown.length > 0 && shown.every((code) => known.has(code))
                && document.querySelector('[data-kpi=reported]').dataset.num === String(views.kpis.data.kpis.reported.num);
            }})""",
    )
    other = page.evaluate("[...live.rows()].filter((row) => !own.shownArea.has(row)).length")
    counted = page.evaluate(
        "[...document.querySelectorAll('#screen-legend [data-count] b')].reduce((sum, b) => sum + Number(b.textContent), 0)"
    )
    assert counted + other == page.evaluate("live.size")
    page.click("#screen-crumb .w-crumb__back")
    until(page, "own.shownArea.code === null")
    assert "area=" not in page.url


def test_the_panels_show_what_the_api_counts(
    page_as: Callable[..., Page], operator: APIRequestContext
) -> None:
    report(operator, "井盖破损")
    page = page_as("screen", "/screen?scene=streets")
    in_live(page)
    until(
        page,
        """fetch('/api/v1/feed/views').then((a) => a.json()).then(({views}) =>
             Object.entries(views.kpis.data.kpis).every(([code, kpi]) => {
               const card = document.querySelector(`[data-kpi=${code}]`);
               return card.dataset.num === String(kpi.num) && card.dataset.den === String(kpi.den);
             })
             && views.streets.data.rows.every((row) => {
               const line = document.querySelector(`#screen-streets [data-place='${row.code}']`);
               return line && line.children[1].firstChild.textContent === String(row.open)
                 && line.children[2].firstChild.textContent === String(row.reported);
             }))""",
        PROMPT_MS * 8,  # a view counted slowly rests up to 15 s between two countings
    )


def test_nothing_out_of_nothing_is_a_dash_and_opens_no_list(page_as: Callable[..., Page]) -> None:
    page = page_as("screen")
    in_live(page)
    card = page.locator("[data-kpi=satisfaction_rate]")
    expect(card).to_have_attribute("data-den", "0")
    expect(card.locator(".w-flip")).to_have_text("—")
    assert card.get_attribute("data-list") is None


def test_a_number_opens_its_list_and_the_count_is_the_number(
    page_as: Callable[..., Page], operator: APIRequestContext
) -> None:
    event = report(operator, "暴露垃圾")
    page = page_as("screen")
    in_live(page)
    card = page.locator("[data-kpi=reported]")
    expect(card).to_have_attribute("data-list", re.compile("kpis/reported/events"), timeout=PROMPT_MS)
    number = card.get_attribute("data-num")
    card.click()
    drawer = page.locator("#screen-list .w-drawer")
    expect(drawer).to_have_attribute("data-count", number or "", timeout=PROMPT_MS)
    assert drawer.locator("[data-event][data-status]").count() == min(50, int(number or 0))
    where = drawer.locator(f"[data-event={json.dumps(event['number'])}] small")
    expect(where).to_contain_text(event["grid"]["name"])  # each line says where
    page.keyboard.press("Escape")
    expect(drawer).to_have_count(0)


def test_a_claimed_card_says_who_won_and_leaves(
    page_as: Callable[..., Page], operator: APIRequestContext
) -> None:
    page = page_as("screen")
    in_live(page)
    event = report(operator, "占道经营", category="S0401")
    card = page.locator(f"#screen-countdowns [data-event={json.dumps(event['number'])}]")
    expect(card).to_be_visible(timeout=PROMPT_MS)
    unit = page_as("unit-URBAN_MGMT", "/healthz").request
    answered = unit.post(f"/api/v1/events/{event['number']}/claim", data={"version": event["version"]})
    assert answered.status == 200, answered.text()
    expect(card).to_have_class(re.compile("w-claim--gone"), timeout=PROMPT_MS)
    expect(card).to_contain_text("抢单")
    expect(card).to_have_count(0, timeout=PROMPT_MS)


def test_scenes_turn_by_themselves_only_when_asked(page_as: Callable[..., Page]) -> None:
    page = page_as("screen", "/healthz")
    page.clock.install()
    page.goto("/screen?rotate=10")
    in_live(page)
    for _ in range(2):  # ten seconds in one would be ten seconds without a heartbeat
        until(page, "live.age() < 2")
        page.clock.fast_forward(6_000)
    expect(page.locator("#screen")).to_have_attribute("data-scene", "streets", timeout=PROMPT_MS)
    still = page_as("screen")
    in_live(still)
    assert still.evaluate("document.getElementById('screen').classList.contains('wall--turning')") is False


def test_the_latest_steps_join_the_belt_without_starting_it_over(
    page_as: Callable[..., Page], operator: APIRequestContext
) -> None:
    page = page_as("screen", **MOVING)
    in_live(page)
    page.evaluate("window.belt = document.querySelector('.w-belt')")
    event = report(operator, "违规户外广告")
    expect(page.locator(f"#screen-latest [data-event={json.dumps(event['number'])}]").first).to_be_attached(
        timeout=PROMPT_MS
    )
    assert page.evaluate("window.belt === document.querySelector('.w-belt')")
    assert page.locator("#screen-latest .w-step").count() <= 40
