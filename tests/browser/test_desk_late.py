"""A key, an answer and a form at the desk belong to what they were meant for, however late, lost or overtaken."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.phone_page import PROMPT_MS, Cast
from tests.browser.waiting import until
from tests.load.wall_page import spots
from tests.support.product import Product

GAS = "S0502"
REPORTS = "**/api/v1/events"


@pytest.fixture
def desk(cast: Cast) -> Callable[..., Page]:
    """Sit down at a desk and wait until it stands."""

    def sit(account: str = "operator") -> Page:
        page = cast.desk(account, "/desk")
        until(
            lambda: page.evaluate("Boolean(window.live && live.loaded && document.querySelector('.d-tab'))")
        )
        return page

    return sit


def alarm(centre: Product, place: int) -> str:
    """Raise an emergency; return its number."""
    lng, lat = spots(centre)[place]
    body = {"title": f"燃气泄漏 {place}", "category": GAS, "source": "phone", "lng": lng, "lat": lat}
    status, event = centre.ask("/api/v1/events", body | {"emergency": True})
    assert status == 201, event
    return str(event["number"])


def alert_of(centre: Product, number: str) -> dict[str, Any]:
    """Return the alarm of an event as the server has it."""
    (alert,) = [one for one in centre.ask("/api/v1/alerts")[1]["items"] if one["event"] == number]
    return dict(alert)


def shown(page: Page) -> Locator:
    """Return the alarm that stands in the bar."""
    return page.locator("#desk-alerts .al")


def silence(centre: Product) -> None:
    """Answer whatever rings, as a program does."""
    for one in centre.ask("/api/v1/alerts")[1]["items"]:
        if one["state"] == "raised":
            body = {"episode": one["episode"], "screen": "x"}
            assert centre.ask(f"/api/v1/alerts/{one['id']}/acknowledge", body)[0] == 200


def test_the_keys_of_alarms_act_on_the_one_in_the_bar_and_on_no_other(
    desk: Callable[..., Page], centre: Product
) -> None:
    silence(centre)
    page = desk()
    numbers = [alarm(centre, place) for place in (2, 5)]
    others = page.locator("#desk-alerts .al-other--loud")
    expect(others).to_have_count(1, timeout=PROMPT_MS)
    first = shown(page).get_attribute("data-event")
    (chosen,) = set(numbers) - {first}
    others.click()
    expect(shown(page)).to_have_attribute("data-event", chosen)
    page.keyboard.press("e")
    expect(page.locator(f'#event-body [data-event="{chosen}"]')).to_be_visible(timeout=PROMPT_MS)
    page.keyboard.press("a")
    until(lambda: alert_of(centre, chosen)["state"] == "acknowledged")
    assert alert_of(centre, str(first))["state"] == "raised"
    expect(shown(page)).to_have_attribute("data-event", str(first))  # answered: the next comes forward


def test_an_answered_alarm_in_the_bar_gives_way_to_one_that_rings_before_a_key_answers_that(
    desk: Callable[..., Page], centre: Product
) -> None:
    silence(centre)
    answered = alarm(centre, 3)
    silence(centre)
    page = desk()
    ringing = alarm(centre, 6)
    expect(shown(page)).to_have_attribute("data-event", ringing, timeout=PROMPT_MS)
    page.locator("#desk-alerts .al-other", has_text="燃气泄漏 3").first.click()
    expect(shown(page)).to_have_attribute("data-event", answered)
    page.keyboard.press("a")
    expect(shown(page)).to_have_attribute("data-event", ringing)
    expect(page.locator("#desk-news")).to_contain_text("还没有确认：燃气泄漏 6")
    assert alert_of(centre, ringing)["state"] == "raised"
    page.keyboard.press("a")
    until(lambda: alert_of(centre, ringing)["state"] == "acknowledged")
