"""A grid worker's phone in a real browser: no GPS, no camera, a wrong clock, double taps, the back button."""

# ruff: noqa: F811
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.field_page import (
    SPOT,
    fill,
    fresh,
    kept,
    named,
    phone,  # noqa: F401
    submit,
    waiting_check,
    worker,  # noqa: F401
)
from tests.browser.phone_page import PROMPT_MS, Cast, picture, state
from tests.browser.waiting import until
from tests.load.wall_page import spots
from tests.support.product import Product


def test_a_report_in_three_steps_arrives_with_place_accuracy_and_photos(
    phone: Callable[..., Page], centre: Product
) -> None:
    page, title = phone(), fresh("井盖松动")
    fill(page, title, photos=2)
    submit(page)
    (event,) = until(lambda: named(centre, title))
    assert (event["lng"], event["lat"]) == pytest.approx(spots(centre)[SPOT], abs=1e-5)
    assert len(centre.ask(f"/api/v1/events/{event['number']}")[1]["photos"]) == 2
    expect(page.locator(f'#field-mine [data-event="{event["number"]}"]')).to_be_visible(timeout=PROMPT_MS)


def test_a_phone_whose_clock_is_an_hour_wrong_tells_the_true_time_all_the_same(
    phone: Callable[..., Page], centre: Product
) -> None:
    page, title = phone(), fresh("钟走错了")
    page.evaluate("() => { const now = Date.now; Date.now = () => now() - 3600000; }")
    fill(page, title)
    submit(page)
    (event,) = until(lambda: named(centre, title))
    step = centre.ask(f"/api/v1/events/{event['number']}")[1]["steps"][0]
    late = datetime.fromisoformat(step["at"]) - datetime.fromisoformat(event["reported_at"])
    assert abs(late) < timedelta(seconds=60)


def test_without_gps_the_place_is_tapped_and_nothing_goes_on_before(
    phone: Callable[..., Page], centre: Product
) -> None:
    page, title = phone(at=None), fresh("没有定位")
    page.locator('[data-go="report"]').click()
    page.locator("#report-form .p-text").fill(title)
    page.locator("#report-form .p-foot .btn--primary").click()
    expect(page.locator(".p-where")).to_contain_text("请在图上点出位置", timeout=PROMPT_MS)
    page.locator("#report-form .p-foot .btn--primary").click()
    expect(page.locator("#report-form > .p-fault")).to_contain_text("请在图上点出位置")
    page.locator(".p-pin__map").click(position={"x": 170, "y": 140})
    expect(page.locator(".p-where")).to_contain_text("图上选的")
    page.locator("#report-form .p-foot .btn--primary").click()
    submit(page)
    (event,) = until(lambda: named(centre, title))
    assert event["grid"] is not None


def test_a_pin_is_dragged_to_where_it_happened(phone: Callable[..., Page], centre: Product) -> None:
    page, title = phone(), fresh("拖动红针")
    page.locator('[data-go="report"]').click()
    page.locator("#report-form .p-text").fill(title)
    page.locator("#report-form .p-foot .btn--primary").click()
    expect(page.locator(".p-where")).to_contain_text("精度 12 米", timeout=PROMPT_MS)
    frame = page.locator(".p-pin__map").bounding_box()
    assert frame is not None
    x, y = frame["x"] + frame["width"] / 2, frame["y"] + frame["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 40, y, steps=4)
    page.mouse.up()
    page.locator("#report-form .p-foot .btn--primary").click()
    submit(page)
    (event,) = until(lambda: named(centre, title))
    lng, lat = spots(centre)[SPOT]
    assert 0.0002 < event["lng"] - lng < 0.002 and abs(event["lat"] - lat) < 0.0002


def test_a_double_tap_is_one_report_and_one_check(
    phone: Callable[..., Page], cast: Cast, centre: Product
) -> None:
    number, title = waiting_check(cast, centre), fresh("点了两下")
    page = phone()
    fill(page, title)
    page.locator("#report-form .p-foot .btn--primary").dblclick()
    until(lambda: named(centre, title))
    page.locator('[data-go="today"]').click()
    page.locator(f'#field-tasks [data-event="{number}"] .btn').click()
    page.locator("#field-check .p-take input").last.set_input_files([picture("green")])
    page.locator('#field-check [data-rating="fair"]').click()
    expect(page.locator("#field-check .p-pic")).to_have_count(1, timeout=PROMPT_MS)
    page.locator("#field-check .p-go").dblclick()
    until(lambda: state(centre, number)["status"] == "closed")
    assert len(named(centre, title)) == 1
    steps = centre.ask(f"/api/v1/events/{number}")[1]["steps"]
    assert [one["action"] for one in steps].count("check") == 1
    expect(page.locator("#field-outbox")).to_be_empty(timeout=PROMPT_MS)


def test_the_back_button_walks_the_steps_back_and_keeps_what_was_typed(phone: Callable[..., Page]) -> None:
    page = phone()
    fill(page, "写到一半", photos=1)
    page.go_back()
    expect(page.locator(".p-head .is-on")).to_contain_text("在哪里")
    page.go_back()
    expect(page.locator(".p-text").first).to_have_value("写到一半")
    page.go_back()
    expect(page.locator("#field-day")).to_be_visible()
    page.reload()
    page.locator('[data-go="report"]').click()
    expect(page.locator("#report-form .p-text")).to_have_value("写到一半")


def test_a_check_has_no_default_demands_a_photo_and_words_when_dissatisfied(
    phone: Callable[..., Page], cast: Cast, centre: Product
) -> None:
    number = waiting_check(cast, centre)
    page = phone()
    page.locator(f'#field-tasks [data-event="{number}"] .btn').click(timeout=PROMPT_MS)
    assert page.locator("#field-check .p-rating input:checked").count() == 0
    fault = page.locator("#field-check form > .p-fault")
    page.locator("#field-check .p-go").click()
    expect(fault).to_have_text("请选一级评价")
    page.locator('#field-check [data-rating="very_dissatisfied"]').click()
    page.locator("#field-check .p-go").click()
    expect(fault).to_have_text("请拍一张现场照片")
    page.locator("#field-check .p-take input").last.set_input_files([picture("blue")])
    expect(page.locator("#field-check .p-pic")).to_have_count(1, timeout=PROMPT_MS)
    page.locator("#field-check .p-go").click()
    expect(fault).to_have_text("请写明哪里没有处理好")
    page.locator("#field-check textarea").fill("没有清理")
    page.locator("#field-check .p-go").click()
    until(lambda: state(centre, number)["status"] == "handling")
    assert state(centre, number)["round"] == 2


def test_the_alarm_goes_out_only_when_it_is_held_for_a_second(
    phone: Callable[..., Page], centre: Product
) -> None:
    page = phone()
    until(lambda: page.evaluate("Boolean(own.phone.lastFix())"))
    before = len(centre.ask("/api/v1/alerts")[1]["items"])
    button = page.locator("#field-alarm")
    button.click()
    expect(page.locator("#news")).to_contain_text("要按住 1 秒")
    assert len(centre.ask("/api/v1/alerts")[1]["items"]) == before
    button.focus()
    page.keyboard.down("Enter")
    expect(page.locator("#field-alarmed")).to_contain_text("指挥中心已收到", timeout=PROMPT_MS)
    page.keyboard.up("Enter")
    assert len(centre.ask("/api/v1/alerts")[1]["items"]) == before + 1
    assert page.locator('#field-alarmed a[href="tel:119"]').count() == 1


def test_many_photos_are_shrunk_and_more_than_six_are_declined_in_words(
    phone: Callable[..., Page], centre: Product
) -> None:
    page, title = phone(), fresh("很多照片")
    fill(page, title, photos=6)
    page.locator("#report-form .p-take input").last.set_input_files([picture("gray", (4000, 3000))])
    expect(page.locator("#report-form .p-pics .p-fault")).to_have_text("最多 6 张")
    submit(page)
    (event,) = until(lambda: named(centre, title))
    photos = centre.ask(f"/api/v1/events/{event['number']}")[1]["photos"]
    assert len(photos) == 6 and max(one["width"] for one in photos) <= 1600


def test_resolved_on_the_spot_closes_at_once_and_demands_a_photo(
    phone: Callable[..., Page], centre: Product
) -> None:
    page, title = phone(), fresh("当场处理")
    fill(page, title)
    page.locator("#report-form .p-check input").check()
    submit(page)
    expect(page.locator("#report-form > .p-fault")).to_have_text("当场处理好的要拍一张照片")
    page.locator("#report-form .p-take input").last.set_input_files([picture("teal")])
    expect(page.locator("#report-form .p-pic")).to_have_count(1, timeout=PROMPT_MS)
    submit(page)
    (event,) = until(lambda: named(centre, title))
    assert event["status"] == "closed" and event["level"] == "grid"


def test_every_target_is_a_thumb_wide_and_nothing_scrolls_sideways(
    phone: Callable[..., Page], cast: Cast, centre: Product
) -> None:
    waiting_check(cast, centre)
    page = phone()
    title = "一个很长很长的标题" * 9
    fill(page, title)
    submit(page)
    until(lambda: named(centre, title))
    page.evaluate("() => own.fieldNow()")
    expect(page.locator("#field-mine")).to_contain_text(title, timeout=PROMPT_MS)
    expect(page.locator("#field-tasks .btn").first).to_be_visible(timeout=PROMPT_MS)
    for view in ("today", "report", "check", "me"):
        page.locator(f'[data-go="{view}"]').click()
        page.wait_for_function("view => document.querySelector('.phone').dataset.view === view", arg=view)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), view
        assert page.evaluate(
            "(main => main.scrollWidth <= main.clientWidth)(document.querySelector('.p-main'))"
        ), view
        small = page.evaluate(
            "[...document.querySelectorAll('.phone button, .phone a, .phone label, .phone textarea, .phone input[type=text]')].filter((one) => one.getClientRects().length && one.getBoundingClientRect().height < 44).map((one) => one.outerHTML.slice(0, 90))"
        )
        assert small == [], view


def test_the_page_can_be_installed_and_asks_nothing_of_other_origins(
    phone: Callable[..., Page], centre: Product
) -> None:
    page = phone()
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url))
    found = page.request.get("/field.webmanifest").json()
    assert found["start_url"] == "/field" and found["display"] == "standalone" and found["icons"]
    page.reload()
    kept(page)
    assert [url for url in asked if not url.startswith((centre.address, "data:", "blob:"))] == []
