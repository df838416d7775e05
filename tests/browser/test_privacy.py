"""What one shift typed is gone when the next sits down; the lead is told who looks at reporters too often."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import APIResponse, Browser, BrowserContext, Page, Route, expect

from tests.browser.entering import sized, somebody
from tests.browser.own import own
from tests.browser.waiting import until
from tests.support import product
from tests.support.product import PASSWORD, Product

PHONE = "13800138000"
KEPT = {"claim:sound": "on", "layers": "{}"}
CHECK = "check:1/1"


@pytest.fixture(scope="module")
def centre(folder: Path) -> Iterator[Product]:
    with product.start(folder, "--no-demo", GRID_REVEALS_PER_HOUR="1") as running:
        (running.token,) = product.token_for(folder, "operator")
        yield running


@pytest.fixture
def context(browser: Browser, centre: Product) -> Iterator[BrowserContext]:
    opened = somebody(browser, centre.address, **sized(1600, 900))
    yield opened
    opened.close()


def enter(page: Page, account: str, path: str = "/login") -> None:
    page.goto(path)
    page.fill("input[name=username]", account)
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/login" not in url)


def typed(page: Page, account: str) -> None:
    """Leave behind what the desk, a unit and a phone keep of what somebody typed."""
    kept = KEPT | {
        f"draft:{account}:intake": json.dumps({"phone": PHONE}),
        f"draft:{account}:1:comment": json.dumps({"text": PHONE}),
        f"field:{account}:draft": json.dumps({"text": PHONE}),
        CHECK: json.dumps({"text": PHONE}),
    }
    page.evaluate(
        "(kept) => { for (const [name, text] of Object.entries(kept)) localStorage.setItem(name, text); }",
        kept,
    )


def held(page: Page) -> str:
    return str(page.evaluate("JSON.stringify(localStorage)"))


def test_logging_out_clears_what_was_typed_and_nothing_else(context: BrowserContext) -> None:
    page = context.new_page()
    enter(page, "unit-FIRE")
    expect(page.locator("#logout")).to_be_visible()
    typed(page, "unit-FIRE")
    page.locator("#logout").click()
    page.wait_for_url("**/login")
    assert PHONE not in held(page)
    assert [name for name in KEPT if name not in held(page)] == []


def leave_slowly(page: Page) -> None:
    """Log out, and let the answer that leads to the login page come only when the page has been told that it is shut out."""
    leaving: list[tuple[Route, APIResponse]] = []
    told: list[int] = []
    page.on("response", lambda said: told.append(said.status))
    page.route("**/logout", lambda route: leaving.append((route, route.fetch(max_redirects=0))))
    page.locator("#logout").click(no_wait_after=True)
    until(
        lambda: page.context.cookies() and leaving and 401 in told
    )  # a page that is being left answers nothing
    (route, answer) = leaving[0]
    route.fulfill(response=answer)


@pytest.mark.parametrize(
    ("account", "asking"),
    [("unit-FIRE", "live.resync()"), ("worker-350206005023", "own.fieldNow()")],
)
def test_who_logs_out_is_not_called_back_by_what_the_page_still_asks(
    centre: Product, context: BrowserContext, account: str, asking: str
) -> None:
    page = context.new_page()
    enter(page, account)
    if account.startswith("worker"):
        page.locator('[data-go="me"]').click()
    typed(page, account)
    own(page)
    page.evaluate(f"() => {{ setInterval(() => {asking}, 100); }}")
    leave_slowly(page)
    expect(page.locator("#login-form")).to_be_visible()
    assert page.url == centre.address + "/login"
    assert PHONE not in held(page)


def test_a_seat_handed_over_on_the_page_of_logins_leaves_nothing_that_was_typed(
    context: BrowserContext,
) -> None:
    page = context.new_page()
    enter(page, "unit-FIRE")
    page.goto("/account")
    typed(page, "unit-FIRE")
    page.locator("#hand-over").click()
    expect(page.locator("#login-seat")).to_be_visible()
    assert PHONE not in held(page)


def test_a_login_page_met_after_a_logout_clears_what_a_closed_page_left(context: BrowserContext) -> None:
    page = context.new_page()
    page.goto("/login?next=%2Fclaim")
    typed(page, "unit-FIRE")
    page.goto("/login")
    assert PHONE not in held(page)


def test_who_comes_back_after_an_ended_session_finds_the_own_drafts_and_nobody_elses(
    context: BrowserContext,
) -> None:
    page = context.new_page()
    page.goto("/login?next=%2Fclaim")
    typed(page, "operator")
    typed(page, "unit-FIRE")
    enter(page, "unit-FIRE", "/login?next=%2Fclaim")
    left = held(page)
    assert "draft:unit-FIRE:1:comment" in left
    assert "draft:operator" not in left and "field:operator" not in left and CHECK not in left


def test_the_lead_reads_at_the_desk_who_reached_the_limit_of_looks(
    centre: Product, context: BrowserContext
) -> None:
    body = {"title": "路灯不亮", "address": "示例路", "reporter": {"name": "某人", "phone": PHONE}}
    _, made = centre.ask("/api/v1/events", body)
    answers = [centre.ask(f"/api/v1/events/{made['number']}/reveal", {"reason": "回访"})[0] for _ in range(2)]
    assert answers == [200, 429]
    page = context.new_page()
    enter(page, "lead")
    noted = page.locator("#desk-reveals button")
    expect(noted).to_be_visible(timeout=15_000)
    noted.click()
    drawer = page.locator("#desk-reveals dialog")
    expect(drawer).to_contain_text("operator")
    expect(drawer).to_contain_text("一小时内 1 次")
    page.keyboard.press("Escape")
    expect(drawer).to_have_count(0)
