"""A key, an answer and a form at the desk belong to what they were meant for, however late, lost or overtaken."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.phone_page import PROMPT_MS, Cast
from tests.browser.road import Road
from tests.browser.waiting import until
from tests.load.wall_page import spots
from tests.support.product import Product

GAS = "S0502"


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


def write(page: Page, title: str, address: str = "湖里区某路 1 号") -> None:
    """Write a call down."""
    page.locator("#intake-title").fill(title)
    page.locator("#intake-address").fill(address)


def called(centre: Product, title: str) -> list[str]:
    """Return the numbers of the events of a title."""
    found = centre.ask(f"/api/v1/events?q={quote(title)}")[1]["items"]
    return [one["number"] for one in found if one["title"].startswith(title)]


@pytest.mark.parametrize("first", ["stored, then lost", "in work"])
def test_a_call_whose_answer_was_lost_is_sent_again_with_its_key_also_after_a_reload(
    desk: Callable[..., Page], centre: Product, first: str
) -> None:
    title = "丢了答复" if first == "in work" else "网关超时"
    page = desk()
    road = Road(page, first, first)
    page.keyboard.press("n")
    write(page, title)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".in-all")).to_contain_text("再按一次，不会重复", timeout=PROMPT_MS)
    page.keyboard.press("Control+Enter")
    until(lambda: page.evaluate("true") and len(road.keys) == 2)
    expect(page.locator(".in-all")).to_contain_text("再按一次，不会重复", timeout=PROMPT_MS)
    page.reload()
    until(lambda: page.evaluate("Boolean(window.live && live.loaded && document.querySelector('.in-bar'))"))
    page.keyboard.press("n")
    expect(page.locator("#intake-title")).to_have_value(title)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#desk-news")).to_contain_text("已登记", timeout=PROMPT_MS)
    assert len(road.keys) == 3 and len(set(road.keys)) == 1
    assert len(called(centre, title)) == 1


@pytest.mark.parametrize("then", ["more was written", "it was to be joined"])
def test_a_call_that_was_stored_unheard_is_named_before_anything_else_of_it_is_filed(
    desk: Callable[..., Page], centre: Product, then: str
) -> None:
    title = "改过再发" if then == "more was written" else "发过再并"
    page = desk()
    joins = Road(page, path="**/api/v1/events/join")
    lng, lat = spots(centre)[11]
    body = {"title": "路灯不亮", "source": "phone", "category": "S0406", "lng": lng, "lat": lat}
    grid = centre.ask("/api/v1/events", body)[1]["grid"]["name"]
    Road(page, "stored, then lost")
    page.keyboard.press("n")
    write(page, title, grid)
    expect(page.locator(".in-offers .d-offer").first).to_be_visible()
    page.locator("#intake-address").press("Tab")
    double = page.locator(".in-doubles li", has_text="路灯不亮").get_by_role("button").first
    expect(double).to_be_visible(timeout=PROMPT_MS)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".in-all")).to_contain_text("再按一次，不会重复", timeout=PROMPT_MS)
    if then == "more was written":
        page.locator("#intake-description").fill("又说：还有一盏")
        page.keyboard.press("Control+Enter")
    else:
        double.click()
    (number,) = until(lambda: page.evaluate("true") and called(centre, title))
    expect(page.locator(".in-all")).to_contain_text(f"前一次已登记为 {number}", timeout=PROMPT_MS)
    expect(page.locator(f'#event-body [data-event="{number}"]')).to_be_visible(timeout=PROMPT_MS)
    assert called(centre, title) == [number] and len(joins.keys) == (then != "more was written")
    expect(page.locator("#intake-title")).to_have_value(title)  # what was written is there still


def test_a_call_is_filed_once_however_often_its_words_change_before_an_answer_is_heard(
    desk: Callable[..., Page], centre: Product
) -> None:
    page, title = desk(), "三次改动"
    road = Road(page, "gone", "stored, then lost")
    page.keyboard.press("n")
    write(page, title)
    for sent, words in enumerate(("", "第二稿"), 1):
        page.locator("#intake-description").fill(words)
        page.keyboard.press("Control+Enter")
        until(lambda sent=sent: page.evaluate("true") and len(road.keys) == sent)
        expect(page.locator(".in-all")).to_contain_text("再按一次，不会重复", timeout=PROMPT_MS)
    page.locator("#intake-description").fill("第三稿")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".in-all")).to_contain_text("前一次已登记为", timeout=PROMPT_MS)
    (number,) = called(centre, title)
    expect(page.locator(".in-all")).to_contain_text(number)
    assert centre.ask(f"/api/v1/events/{number}")[1]["event"]["description"] == "第二稿"
    expect(page.locator("#intake-description")).to_have_value("第三稿")
    assert len(set(road.keys)) == 1


def test_a_refusal_of_changed_words_says_nothing_of_the_try_before_them(
    desk: Callable[..., Page], centre: Product
) -> None:
    page, title = desk(), "改错再改回"
    road = Road(page, "stored, then lost", "422")
    page.keyboard.press("n")
    write(page, title)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".in-all")).to_contain_text("再按一次，不会重复", timeout=PROMPT_MS)
    page.locator("#intake-description").fill("写错的")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".in-all")).to_have_text("现在不行", timeout=PROMPT_MS)
    page.locator("#intake-description").fill("")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#desk-news")).to_contain_text("已登记", timeout=PROMPT_MS)
    assert len(called(centre, title)) == 1 and len(set(road.keys)) == 1


def test_a_call_that_was_stored_unheard_becomes_an_emergency_as_soon_as_it_is_told_to_be_one(
    desk: Callable[..., Page], centre: Product
) -> None:
    page, title = desk(), "后来才说有人受伤"
    Road(page, "stored, then lost")
    page.keyboard.press("n")
    write(page, title)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".in-all")).to_contain_text("再按一次，不会重复", timeout=PROMPT_MS)
    page.locator("#desk-intake [name=emergency]").check()
    page.keyboard.press("Control+Enter")
    expect(page.locator(".in-all")).to_contain_text("现已改为紧急", timeout=PROMPT_MS)
    (number,) = called(centre, title)
    assert centre.ask(f"/api/v1/events/{number}")[1]["event"]["emergency"]
    assert alert_of(centre, number)["state"] == "raised"


def test_what_is_typed_after_a_call_was_sent_stays_in_the_form_when_its_answer_comes(
    desk: Callable[..., Page], centre: Product
) -> None:
    page, title = desk(), "答复之前又写"
    road = Road(page, "held")
    page.keyboard.press("n")
    write(page, title)
    page.keyboard.press("Control+Enter")
    until(lambda: page.evaluate("true") and road.keys)
    page.locator("#intake-description").fill("又说了一句")
    road.let_go()
    expect(page.locator(".in-all")).to_contain_text("前一次已登记为", timeout=PROMPT_MS)
    expect(page.locator("#intake-description")).to_have_value("又说了一句")
    assert len(called(centre, title)) == 1


def test_a_late_answer_to_one_call_leaves_the_next_one_alone_and_is_told(
    desk: Callable[..., Page], centre: Product
) -> None:
    page = desk()
    road = Road(page, "held")
    page.keyboard.press("n")
    write(page, "第一通电话")
    page.keyboard.press("Control+Enter")
    until(lambda: page.evaluate("true") and road.keys)
    page.locator("#desk-intake").get_by_role("button", name="清空").click()
    write(page, "第二通电话")
    page.locator("#intake-description").fill("有人受伤")
    expect(page.locator(".in-all")).to_be_empty()
    road.let_go()
    expect(page.locator("#desk-news")).to_contain_text("已登记", timeout=PROMPT_MS)
    expect(page.locator("#desk-news")).to_contain_text(called(centre, "第一通电话")[0])
    expect(page.locator("#intake-description")).to_have_value("有人受伤")
    page.reload()
    until(lambda: page.evaluate("Boolean(window.live && live.loaded && document.querySelector('.in-bar'))"))
    page.keyboard.press("n")
    expect(page.locator("#intake-title")).to_have_value("第二通电话")
    page.keyboard.press("Control+Enter")
    until(lambda: page.evaluate("true") and called(centre, "第二通电话"))
    assert len(called(centre, "第一通电话")) == 1


def test_a_late_refusal_of_one_call_is_told_by_its_name_and_not_in_the_next_ones_form(
    desk: Callable[..., Page], centre: Product
) -> None:
    held = {"title": "已有的工单", "address": "某路", "source": "phone", "external_id": "工单-7"}
    assert centre.ask("/api/v1/events", held)[0] == 201
    page = desk()
    road = Road(page, "held")
    page.keyboard.press("n")
    write(page, "重复工单的电话")
    page.locator("#intake-external_id").fill("工单-7")
    page.keyboard.press("Control+Enter")
    until(lambda: page.evaluate("true") and road.keys)
    page.locator("#desk-intake").get_by_role("button", name="清空").click()
    write(page, "下一通电话")
    road.let_go()
    expect(page.locator("#desk-news")).to_contain_text("“重复工单的电话”没有登记", timeout=PROMPT_MS)
    expect(page.locator("#desk-intake .act-fault:not(:empty)")).to_have_count(0)


def test_a_call_that_was_folded_away_before_its_answer_is_not_offered_as_a_draft(
    desk: Callable[..., Page], centre: Product
) -> None:
    page = desk()
    road = Road(page, "held")
    page.keyboard.press("n")
    write(page, "收起的电话")
    page.keyboard.press("Control+Enter")
    until(lambda: page.evaluate("true") and road.keys)
    page.keyboard.press("Escape")
    expect(page.locator(".in-bar")).to_contain_text("草稿")
    road.let_go()
    expect(page.locator("#desk-news")).to_contain_text("已登记", timeout=PROMPT_MS)
    expect(page.locator(".in-bar")).not_to_contain_text("草稿")
    page.keyboard.press("n")
    expect(page.locator("#intake-title")).to_have_value("")


def test_what_is_written_to_one_alarm_outlives_the_news_of_another(
    desk: Callable[..., Page], centre: Product
) -> None:
    silence(centre)
    page = desk()
    alarm(centre, 7)
    expect(shown(page)).to_contain_text("燃气泄漏 7", timeout=PROMPT_MS)
    shown(page).get_by_role("button", name="代确认").click()
    page.locator('#desk-alerts [name="who"]').fill("带班领导")
    alarm(centre, 9)
    expect(page.locator("#desk-alerts .al-other", has_text="燃气泄漏 9")).to_be_visible(timeout=PROMPT_MS)
    expect(page.locator('#desk-alerts [name="who"]')).to_have_value("带班领导")
    expect(page.locator('#desk-alerts [name="who"]')).to_be_focused()
