"""The way out in a real browser: on every page with an account, seen and pressed; the seat handed over; nobody there is said."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.entering import signed_in, somebody
from tests.support import product
from tests.support.product import PASSWORD, Product

PAGES = (
    ("operator", "/desk"),
    ("screen", "/screen"),
    ("unit-GAS", "/claim"),
    ("leader", "/scores"),
    ("operator", "/event/none"),
    ("admin", "/admin"),
    ("auditor", "/audit"),
    ("lead", "/account"),
    ("worker-350206001001", "/field"),
)
Enter = Callable[[str, str], Page]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The product without anybody at work in it; an operator's login ends after a minute untouched."""
    folder = tmp_path_factory.mktemp("account")
    with product.start(folder, "--no-demo", GRID_IDLE_MINUTES="lead=1") as found:
        yield found


@pytest.fixture
def enter(browser: Browser, running: Product) -> Iterator[Enter]:
    """Open a page as somebody; any fault of a script fails the test."""
    contexts, faults = [], []

    def open_page(name: str, path: str) -> Page:
        context = signed_in(browser, running.address, name)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda fault: faults.append(str(fault)))
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []


@pytest.mark.parametrize(("name", "path"), PAGES)
def test_every_page_with_an_account_has_a_way_out(enter: Enter, name: str, path: str) -> None:
    page = enter(name, path)
    if path == "/field":
        page.locator("[data-go=me]").click()
    way_out = page.locator("#logout")
    expect(way_out).to_have_count(1)
    expect(way_out).to_be_visible()
    way_out.click()
    page.wait_for_url("**/login*")
    assert page.request.get("/api/v1/units").status == 401


@pytest.mark.parametrize("lang", ["zh_CN", "en"])
@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1366, 768), (1920, 1080)])
def test_nothing_of_a_desk_runs_off_the_glass(enter: Enter, width: int, height: int, lang: str) -> None:
    page = enter("operator", "/login")
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"/desk?lang={lang}")
    expect(page.locator("#desk-counts b:visible").first).to_be_visible()
    beyond = """() => [...document.querySelectorAll(".d-top > *, .d-bottom > *, .d-bottom .acct > *")]
        .filter((node) => node.getBoundingClientRect().right > innerWidth).map((node) => node.id || node.className)"""
    assert page.evaluate(beyond) == []


def test_the_next_shift_signs_in_where_the_last_one_handed_over(enter: Enter) -> None:
    page = enter("operator", "/desk")
    # drawn whole: nothing is put in its place any more
    expect(page.locator("#desk-counts")).to_contain_text("今日上报")
    page.locator("#hand-over").click()
    page.wait_for_url("**/login?seat=1*")
    expect(page.locator("#login-seat")).to_contain_text("值班员已交班")
    page.fill("#login-username", "lead")
    page.fill("#login-password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk")
    expect(page.locator(".d-top h1 small")).to_contain_text("值班长")


def test_a_login_about_to_end_says_so_and_goes_on_when_somebody_is_there(enter: Enter) -> None:
    page = enter("lead", "/account")
    warning = page.locator(".acct-idle")
    expect(warning).to_contain_text("秒后自动退出")
    with page.expect_request("**/session/active") as asked:
        page.keyboard.press("Shift")
    assert asked.value.method == "POST"


def test_own_logins_are_ended_from_another_browser(enter: Enter) -> None:
    here, there = enter("leader", "/account"), enter("leader", "/scores")
    expect(there.locator("#logout")).to_be_visible()
    here.reload()
    expect(here.locator("#account-sessions tbody tr")).not_to_have_count(1)
    here.locator("#account-end-others").click()
    expect(here.locator("[role=status]")).to_contain_text("已结束其他")
    expect(here.locator("#account-sessions tbody tr")).to_have_count(1)
    there.reload()
    there.wait_for_url("**/login*")


def test_an_administrator_sees_who_waits_and_ends_it(
    enter: Enter, browser: Browser, running: Product
) -> None:
    stranger = somebody(browser, running.address)
    said = [
        stranger.request.post("/login", form={"username": "unit-FIRE", "password": "no"}).status
        for _ in range(6)
    ]
    assert said == [401] * 5 + [429]
    stranger.close()
    page = enter("admin", "/admin")
    row = page.locator("#admin-limits tbody tr", has_text="unit-FIRE")
    expect(row).to_contain_text("还要等")
    row.locator("[data-action=release]").click()
    expect(row).to_have_count(0)
