"""A resident's report is filed once, and what is unsent of it goes on by itself, whatever becomes of page, words and answers."""

from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.phone_page import PROMPT_MS, Cast, picture
from tests.browser.road import Road
from tests.browser.waiting import until
from tests.load.wall_page import spots
from tests.support.product import Product

SPOT = 9
REPORTS = "**/api/v1/reports"


def events(centre: Product, title: str) -> list[dict[str, Any]]:
    """Return the events of a title."""
    found = centre.ask(f"/api/v1/events?q={quote(title)}")[1]["items"]
    return [one for one in found if one["title"] == title]


def written(page: Page, words: str, urgent: bool = False) -> Locator:
    """Write a report as far as its last step; return the button that sends it."""
    go = page.locator("#report-form .p-foot .btn--primary")
    page.locator("#report-form .p-text").fill(words)
    go.click()
    expect(page.locator("#report-form .p-where")).to_contain_text("精度", timeout=PROMPT_MS)
    go.click()
    if urgent:
        page.locator("#report-form .p-check--alarm input").check()
    return go


def fault(page: Page) -> Locator:
    """Return the red words under a report."""
    return page.locator("#report-form > .p-fault")


def phone(cast: Cast, centre: Product) -> Page:
    """Open the door of reports on a phone whose time is moved by hand: nothing is sent again by itself meanwhile."""
    return cast.phone(None, "/report", at=spots(centre)[SPOT], clock=True)


def sent(page: Page, road: Road, times: int) -> None:
    """Wait until that many have been sent; asking the page lets its routes come in."""
    until(lambda: page.evaluate("true") and len(road.keys) >= times)


def test_a_report_is_filed_once_however_often_its_words_change_before_an_answer_is_heard(
    cast: Cast, centre: Product
) -> None:
    page, words = phone(cast, centre), "树倒了一棵"
    go = written(page, words)
    road = Road(page, "gone", "stored, then lost", path=REPORTS)
    number = page.locator('#report-form input[type="tel"]')
    for times, typed in enumerate(("", "13900001111"), 1):
        number.fill(typed)
        go.click()
        sent(page, road, times)
        expect(go).to_be_enabled()
        expect(fault(page)).to_contain_text("不会重复", timeout=PROMPT_MS)
    number.fill("13900002222")
    go.click()
    expect(fault(page)).to_contain_text("前一次已收到，编号", timeout=PROMPT_MS)
    (event,) = events(centre, words)
    expect(fault(page)).to_contain_text(event["number"])
    expect(number).to_have_value("13900002222")
    assert len(set(road.keys)) == 1


def test_too_many_from_one_address_says_nothing_of_the_try_before(cast: Cast, centre: Product) -> None:
    page, words = phone(cast, centre), "井盖没了"
    go = written(page, words)
    road = Road(page, "stored, then lost", "429", path=REPORTS)
    for times in (1, 2):
        go.click()
        sent(page, road, times)
        expect(go).to_be_enabled()
        expect(fault(page)).to_contain_text("会自动再发", timeout=PROMPT_MS)
    page.clock.run_for(61_000)
    expect(page.locator("#report-done .p-done__n")).to_be_visible(timeout=PROMPT_MS)
    assert len(events(centre, words)) == 1 and len(set(road.keys)) == 1


@pytest.mark.parametrize("left", ["by Back", "by a reload", "for another view"])
def test_an_unsent_emergency_stays_red_and_is_sent_again_though_its_form_was_left(
    cast: Cast, centre: Product, left: str
) -> None:
    page, words = phone(cast, centre), f"楼道着火 {left}"
    go = written(page, words, urgent=True)
    road = Road(page, "503", "503", path=REPORTS)
    go.click()
    expect(fault(page)).to_contain_text("会自动再发", timeout=PROMPT_MS)
    if left == "by Back":
        page.go_back()
        expect(page.locator("#report-form .p-where")).to_be_visible()
        expect(fault(page)).to_contain_text("会自动再发")
    elif left == "by a reload":
        page.reload()
        expect(fault(page)).to_contain_text("会自动再发", timeout=PROMPT_MS)
        sent(page, road, 2)
    else:
        page.locator('[data-go="follow"]').first.click()
    until(lambda: page.clock.run_for(3100) or page.locator("#report-done .p-done__n").count())
    (event,) = events(centre, words)
    expect(page.locator("#report-done .p-done__n")).to_have_text(event["number"])
    assert event["emergency"] and len(set(road.keys)) == 1
    expect(page.locator("#report-form .p-text")).to_have_value("")


def test_what_another_visit_left_unsent_is_not_sent_unasked_and_takes_new_pictures(
    cast: Cast, centre: Product
) -> None:
    page, words = phone(cast, centre), "路牌倒了"
    road = Road(page, "gone", path=REPORTS)
    written(page, words, urgent=True).click()
    sent(page, road, 1)
    context = page.context
    page.close()
    page = context.new_page()  # another tab: a visit of its own
    page.goto("/report#report/3")
    expect(fault(page)).to_contain_text("再按一次“提交上报”，不会重复", timeout=PROMPT_MS)
    assert events(centre, words) == []
    again = Road(page, path=REPORTS)
    page.locator("#report-form input[type=file]").first.set_input_files([picture("red")])
    expect(page.locator("#report-form .p-pic small")).to_have_text("已上传", timeout=PROMPT_MS)
    page.locator("#report-form .p-foot .btn--primary").click()
    expect(page.locator("#report-done .p-done__n")).to_be_visible(timeout=PROMPT_MS)
    (event,) = events(centre, words)
    assert len(centre.ask(f"/api/v1/events/{event['number']}")[1]["photos"]) == 1
    assert again.keys == road.keys


def test_what_was_stored_unheard_and_is_called_urgent_since_goes_out_as_an_emergency_at_once(
    cast: Cast, centre: Product
) -> None:
    page, words = phone(cast, centre), "电线掉下来了"
    go = written(page, words)
    road = Road(page, "stored, then lost", path=REPORTS)
    go.click()
    expect(fault(page)).to_contain_text("会自动再发", timeout=PROMPT_MS)
    page.locator("#report-form .p-check--alarm input").check()
    go.click()
    expect(page.locator("#report-done .p-done")).to_contain_text("紧急上报", timeout=PROMPT_MS)
    plain, urgent = sorted(events(centre, words), key=lambda one: bool(one["emergency"]))
    assert urgent["emergency"] and not plain["emergency"]
    assert plain["number"] in urgent["description"]
    assert len(set(road.keys)) == 2


def test_a_second_report_of_one_visit_is_as_urgent_as_it_says(cast: Cast, centre: Product) -> None:
    page = phone(cast, centre)
    written(page, "第一件", urgent=True).click()
    expect(page.locator("#report-done .p-done__n")).to_be_visible(timeout=PROMPT_MS)
    page.locator('[data-go="report"]').first.click()
    page.locator("#report-form .p-text").fill("第二件")
    page.locator("#report-form .p-foot .btn--primary").click()
    expect(page.locator("#report-form .p-where")).to_contain_text("精度", timeout=PROMPT_MS)
    page.locator("#report-form .p-foot .btn--primary").click()
    expect(page.locator("#report-form .p-check--alarm input")).not_to_be_checked()
    page.locator("#report-form .p-check--alarm input").check()
    page.locator("#report-form .p-foot .btn--primary").click()
    until(lambda: page.evaluate("true") and events(centre, "第二件"))
    assert events(centre, "第二件")[0]["emergency"]
