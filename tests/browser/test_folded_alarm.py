"""Thirty emergencies of one sender on the glass: the wall and the desk show one alarm for the many, and say how many."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.entering import signed_in, sized, somebody
from tests.support.product import Product, start

FIRE = {"title": "厂房起火", "address": "示例路 1 号", "emergency": True, "lng": 118.1093, "lat": 24.5123}


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with start(tmp_path_factory.mktemp("folded"), "--no-demo") as running:
        yield running


def page_of(browser: Browser, centre: Product, account: str, path: str) -> Page:
    page = signed_in(browser, centre.address, account, **sized(1600, 900)).new_page()
    page.goto(path)
    return page


def test_the_wall_and_the_desk_show_one_alarm_that_says_how_many_and_more_come_while_it_rings(
    browser: Browser, centre: Product
) -> None:
    wall, desk = (page_of(browser, centre, *who) for who in (("screen", "/screen"), ("operator", "/desk")))
    stranger = somebody(browser, centre.address).request
    for _ in range(29):
        assert stranger.post("/api/v1/reports", data=FIRE).status == 201
    for page, box in ((wall, "#screen-alert"), (desk, "#desk-alerts")):
        expect(page.locator(box)).to_contain_text("同一来源共 27 件", timeout=30_000)
    assert stranger.post("/api/v1/reports", data=FIRE).status == 201
    for page, box in ((wall, "#screen-alert"), (desk, "#desk-alerts")):
        expect(page.locator(box)).to_contain_text("同一来源共 28 件", timeout=30_000)
    assert wall.evaluate("live.alerts().length") == 3, "the others have no alarm of their own"
    for page in (wall, desk):
        page.context.close()
    stranger.dispose()
