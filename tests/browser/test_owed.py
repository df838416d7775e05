"""What outside systems have not taken stands at the desk and on the administrator's page, with since when and why."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.phone_page import PROMPT_MS, Cast, cast_of
from tests.browser.waiting import until
from tests.support import product
from tests.support.gateway import *  # noqa: F403 - the fixture
from tests.support.gateway import Gateway
from tests.support.product import Product


@pytest.fixture
def centre(tmp_path: Path, gateway: Gateway) -> Iterator[Product]:
    with product.start(tmp_path, "--no-demo", GRID_GATEWAYS=f"alert={gateway.address}/302") as running:
        (running.token,) = product.token_for(tmp_path, "operator")
        yield running


@pytest.fixture
def cast(browser: Browser, centre: Product, tmp_path: Path) -> Iterator[Cast]:
    with cast_of(browser, centre, tmp_path) as people:
        yield people


def test_desk_and_admin_show_what_was_not_taken_and_the_desk_sends_it_again(
    cast: Cast, centre: Product, gateway: Gateway
) -> None:
    status, event = centre.ask(
        "/api/v1/events", {"title": "燃气泄漏", "address": "南山路", "emergency": True}
    )
    assert status == 201
    until(lambda: centre.ask("/api/v1/deliveries")[1]["failed"])  # nobody could hear it: the gateway was told
    desk = cast.desk("operator", "/desk")
    button = desk.locator("#desk-deliveries button").first
    expect(button).to_contain_text("通知未送达", timeout=PROMPT_MS)
    button.click()
    line = desk.locator("#desk-deliveries li").first
    expect(line).to_contain_text("对方转到别处（302），不算送达")
    expect(line).to_contain_text(event["number"])
    admin = cast.enter("admin", "/admin", viewport={"width": 1600, "height": 1000})
    told = admin.locator("#admin-deliveries")
    expect(told).to_contain_text("对方转到别处（302），不算送达", timeout=PROMPT_MS)
    expect(admin.locator("#admin-parts")).to_contain_text("后台时钟")
    expect(admin.locator("#admin-aside")).to_contain_text("没有被搁置的记录")
    if folder := os.environ.get("GRID_SHOTS"):
        desk.screenshot(path=f"{folder}/owed-desk.png")
        admin.screenshot(path=f"{folder}/owed-admin.png", full_page=True)
    before = len(gateway.asked)
    line.get_by_text("现在再发").click()
    until(lambda: len(gateway.asked) > before)
    assert {one["method"] for one in gateway.asked} == {"POST"}
