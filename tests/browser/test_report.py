"""A resident without an account in a real browser: report, follow, rate, object, read the answer; and what goes wrong on the way."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.phone_page import PROMPT_MS, Cast, act, picture, rivals, state
from tests.browser.test_claim import _finish
from tests.browser.waiting import until
from tests.load.wall_page import spots
from tests.support.product import Product


def fill(page: Page, words: str, photos: int = 0) -> None:
    """Walk through the three steps up to the last button."""
    page.locator("#report-form .p-text").fill(words)
    page.locator("#report-form .p-foot .btn--primary").click()
    expect(page.locator(".p-where")).to_contain_text("精度", timeout=PROMPT_MS)
    page.locator("#report-form .p-foot .btn--primary").click()
    if photos:
        page.locator("#report-form .p-take input").last.set_input_files(
            [picture(one) for one in ("red", "blue")[:photos]]
        )
        expect(page.locator("#report-form .p-pic small")).to_have_text(["已上传"] * photos, timeout=PROMPT_MS)


def submit(page: Page) -> None:
    page.locator("#report-form .p-foot .btn--primary").click()


def receipt(page: Page) -> tuple[str, str]:
    """Return number and secret as they are printed."""
    expect(page.locator(".p-done__n")).to_be_visible(timeout=PROMPT_MS)
    return page.locator(".p-done__n").inner_text(), page.locator(".p-done__s").inner_text()


def test_a_residents_story_from_report_to_objection_and_answer(cast: Cast, centre: Product) -> None:
    page = cast.phone(None, "/report", at=spots(centre)[9])
    fill(page, "楼道里堆了旧家具", photos=2)
    page.locator('#report-form input[type="tel"]').fill("13800138000")
    submit(page)
    number, secret = receipt(page)
    event = state(centre, number)
    assert event["source"] == "resident" and event["title"] == "楼道里堆了旧家具"
    assert len(centre.ask(f"/api/v1/events/{number}")[1]["photos"]) == 2
    page.locator(".p-done a").click()
    expect(page.locator("#report-follow .p-stages .is-done")).to_have_count(1, timeout=PROMPT_MS)
    assert secret in page.url and secret not in page.evaluate("location.pathname + location.search")
    act(cast, "operator", number, "register", category="S0406")
    unit = rivals(centre, number)[0]
    act(cast, f"unit-{unit}", number, "claim")
    _finish(cast, unit, number)
    act(cast, "operator", number, "check", rating="satisfied")
    page.reload()
    expect(page.locator("#report-follow .p-stages .is-done")).to_have_count(5, timeout=PROMPT_MS)
    page.locator('#report-follow [data-rating="dissatisfied"]').click()
    page.locator("#report-follow form").first.locator("button").click()
    expect(page.locator("#report-follow form").first.locator(".p-fault")).to_have_text("请写明哪里不满意")
    page.locator("#report-follow form").first.locator("textarea").fill("只清了一半")
    page.locator("#report-follow form").first.locator("button").click()
    expect(page.locator("#report-follow")).to_contain_text("您的评价：不满意", timeout=PROMPT_MS)
    page.locator("#report-follow form textarea").fill("二楼还有")
    page.locator('#report-follow [data-action="object"]').click()
    expect(page.locator("#report-follow")).to_contain_text("等待答复", timeout=PROMPT_MS)
    desk = cast.desk("operator", "/desk")
    button = desk.locator("#desk-objections button").first
    expect(button).to_contain_text("1", timeout=PROMPT_MS)
    button.click()
    desk.locator(f'#desk-objections [data-event="{number}"]').click()
    expect(desk.locator("#event-body")).to_contain_text("上报人提出异议：二楼还有", timeout=PROMPT_MS)
    desk.locator('#event-body [data-action="reopen"]').click()
    desk.locator('#act-form [data-fact="reason"] textarea').fill("属实，重新办理")
    desk.locator("#act-form button[type=submit]").click()
    until(lambda: state(centre, number)["status"] == "handling")
    page.reload()
    expect(page.locator("#report-follow")).to_contain_text("已重新办理：属实，重新办理", timeout=PROMPT_MS)


def test_a_lost_answer_keeps_everything_and_pressing_again_is_the_same_report(
    cast: Cast, centre: Product
) -> None:
    page = cast.phone(None, "/report", at=spots(centre)[9])
    fill(page, "断网时的上报")

    def lose_the_answer(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/api/v1/reports", lose_the_answer)
    submit(page)
    expect(page.locator("#report-form > .p-fault")).to_contain_text("没有网络", timeout=PROMPT_MS)
    page.unroute("**/api/v1/reports")
    submit(page)
    number, _ = receipt(page)
    found = [
        one for one in centre.ask("/api/v1/events?limit=1000")[1]["items"] if one["title"] == "断网时的上报"
    ]
    assert [one["number"] for one in found] == [number]


def test_a_cut_upload_goes_on_where_it_stopped(cast: Cast, centre: Product) -> None:
    page = cast.phone(None, "/report", at=spots(centre)[9])
    starts: list[int] = []

    def road(route: Route) -> None:
        starts.append(int(route.request.headers["upload-offset"]))
        if len(starts) == 2:
            route.abort()
        else:
            route.continue_()

    page.route(re.compile(r"/api/v1/uploads/\w+"), road)
    page.locator("#report-form .p-text").fill("大照片")
    page.locator("#report-form .p-foot .btn--primary").click()
    expect(page.locator(".p-where")).to_contain_text("精度", timeout=PROMPT_MS)
    page.locator("#report-form .p-foot .btn--primary").click()
    page.locator("#report-form .p-take input").last.set_input_files([_noise()])
    expect(page.locator("#report-form .p-pic small")).to_have_text(["已上传"], timeout=30_000)
    assert (
        len(starts) >= 3 and starts[1] == starts[2] > 0
    )  # the second piece was lost and sent again, the first was not


def _noise() -> dict[str, Any]:
    """A picture that stays large when it is shrunk."""
    import io

    from PIL import Image

    written = io.BytesIO()
    Image.effect_noise((1600, 1200), 90).convert("RGB").save(written, "JPEG", quality=95)
    return {"name": "noise.jpg", "mimeType": "image/jpeg", "buffer": written.getvalue()}


def test_an_emergency_reaches_the_desk_and_reminds_of_the_telephone(cast: Cast, centre: Product) -> None:
    page = cast.phone(None, "/report", at=spots(centre)[9])
    expect(page.locator(".p-call").first).to_contain_text("110")
    fill(page, "有人落水")
    page.locator(".p-check--alarm input").check()
    submit(page)
    number, _ = receipt(page)
    expect(page.locator("#report-done")).to_contain_text("指挥中心已收到紧急上报")
    assert number in [one["event"] for one in centre.ask("/api/v1/alerts")[1]["items"]]


def test_number_and_secret_open_a_report_and_a_wrong_one_is_refused_in_words(
    cast: Cast, centre: Product
) -> None:
    status, made = centre.ask("/api/v1/reports", {"title": "路灯不亮", "address": "示例路"})
    assert status == 201
    page = cast.phone(None, "/report#follow")
    page.locator('#report-follow input[name="number"]').fill(made["number"])
    page.locator('#report-follow input[name="secret"]').fill("wrong")
    page.locator("#report-follow button").click()
    expect(page.locator("#news")).to_contain_text("编号或查询码不正确", timeout=PROMPT_MS)
    page.locator('#report-follow input[name="number"]').fill(made["number"])
    page.locator('#report-follow input[name="secret"]').fill(made["secret"])
    page.locator("#report-follow button").click()
    expect(page.locator("#report-follow h2").first).to_have_text("路灯不亮", timeout=PROMPT_MS)


@pytest.mark.parametrize("lang", ["zh_CN", "en"])
def test_the_open_page_speaks_one_language_and_fits_a_phone(cast: Cast, centre: Product, lang: str) -> None:
    page = cast.phone(None, f"/report?lang={lang}", at=spots(centre)[9])
    expect(page.locator("#report-form .p-kind").first).to_be_visible(timeout=PROMPT_MS)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    if lang == "en":
        ours = page.evaluate(
            "[...document.querySelectorAll('.phone *')].filter((one) => !one.closest('.p-kinds, .p-pin, .p-top, .p-nav [lang]')).flatMap((one) => [...one.childNodes]).filter((one) => one.nodeType === 3).map((one) => one.textContent).join(' ')"
        )
        assert not re.search("[\u3400-\u9fff]", ours), ours
