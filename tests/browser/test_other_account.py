"""One browser, two people one after the other: an open page of the first does nothing in the name of the second."""

from playwright.sync_api import BrowserContext, expect

from tests.browser.entering import signed_in
from tests.browser.phone_page import PROMPT_MS, Cast, community_of, ready, report, state
from tests.browser.waiting import until
from tests.load.wall_page import spots
from tests.support.product import PASSWORD, Product

SPOT = 8


def takes_over(context: BrowserContext, account: str) -> None:
    """Sign in in a browser in which somebody else is signed in."""
    entered = context.request.post("/login", form={"username": account, "password": PASSWORD})
    assert entered.ok, entered.text()


def titled(centre: Product, title: str) -> list[dict[str, object]]:
    return [one for one in centre.ask("/api/v1/events?limit=1000")[1]["items"] if one["title"] == title]


def workers(centre: Product) -> tuple[str, str]:
    """Return a grid worker and another one."""
    here = "worker-" + community_of(centre, report(centre, SPOT)["grid"]["code"])
    found = [
        "worker-" + one["properties"]["code"]
        for one in centre.ask("/api/v1/areas?level=community")[1]["features"]
    ]
    return here, next(one for one in found if one != here)


def test_what_waits_in_a_phone_goes_out_in_its_own_name_alone(cast: Cast, centre: Product) -> None:
    mine, other = workers(centre)
    page = cast.phone(mine, "/field", at=spots(centre)[SPOT], service_workers="block")
    expect(page.locator("#field-live")).to_have_attribute("data-state", "live", timeout=PROMPT_MS)
    page.context.set_offline(True)
    page.evaluate(
        """() => own.outbox.add({kind: "report", path: "/api/v1/events", title: "换人之前写的", pictures: [],
          body: {title: "换人之前写的", source: "grid_worker", address: "某路"}})"""
    )
    expect(page.locator("#field-outbox")).to_contain_text("换人之前写的")
    takes_over(page.context, other)
    page.context.set_offline(False)
    expect(page.locator(".stale")).to_contain_text(
        f"这个页面属于 {mine}，现在登录的是 {other}", timeout=PROMPT_MS
    )
    expect(page.locator("#field-live")).to_contain_text("换人登录了")
    until(lambda: page.evaluate("own.outbox.flush().then(() => true)"))
    assert titled(centre, "换人之前写的") == []
    (kept,) = page.evaluate("own.outbox.all()")
    assert (kept["state"], kept["account"]) == ("waiting", mine)
    takes_over(page.context, mine)
    page.evaluate("() => void own.outbox.flush()")
    (filed,) = until(lambda: page.evaluate("true") and titled(centre, "换人之前写的"))
    expect(page.locator(".stale")).to_have_count(0, timeout=PROMPT_MS)
    (step,) = centre.ask(f"/api/v1/events/{filed['number']}")[1]["steps"][:1]
    assert step["by"] == mine


def test_a_desk_left_open_acts_for_nobody_else_and_keeps_what_is_written(cast: Cast, centre: Product) -> None:
    number = report(centre, 3)["number"]
    page = cast.desk("operator", f"/event/{number}")
    page.locator('#event-body [data-action="comment"]').click(timeout=PROMPT_MS)
    takes_over(page.context, "lead")
    text = page.locator("#act-form [data-fact=text] textarea")
    text.fill("值班员写的话")
    text.press("Control+Enter")
    expect(page.locator("#act-form .act__all")).to_contain_text(
        "这个页面属于 operator，现在登录的是 lead", timeout=PROMPT_MS
    )
    expect(page.locator(".stale")).to_be_visible()
    assert all(one["action"] != "comment" for one in centre.ask(f"/api/v1/events/{number}")[1]["steps"])
    expect(text).to_have_value("值班员写的话")
    takes_over(page.context, "operator")
    text.press("Control+Enter")
    until(lambda: page.evaluate("true") and state(centre, number)["version"] > 1)
    said = [one for one in centre.ask(f"/api/v1/events/{number}")[1]["steps"] if one["action"] == "comment"]
    assert [one["by"] for one in said] == ["operator"]
    expect(page.locator(".stale")).to_have_count(0, timeout=PROMPT_MS)


def test_a_page_whose_login_ended_is_not_fed_with_what_the_next_person_may_see(
    cast: Cast, centre: Product
) -> None:
    page = ready(cast.desk("unit-GAS", "/claim"))
    old = page.context.cookies()
    takes_over(page.context, "operator")
    once = signed_in(cast.browser, centre.address, "unit-GAS")
    once.clear_cookies()
    once.add_cookies(old)  # type: ignore[arg-type]
    assert once.request.post("/logout").ok  # the first login ends, and with it its socket
    once.close()
    expect(page.locator(".stale")).to_be_visible(timeout=2 * PROMPT_MS)
    before = page.evaluate("live.position")
    report(centre, 5, title="与燃气无关")
    until(lambda: page.evaluate("live.state !== 'live'"), 40)
    assert page.evaluate("live.position") == before
    takes_over(page.context, "unit-GAS")
    until(lambda: page.evaluate("live.state === 'live'"), 40)
    expect(page.locator(".stale")).to_have_count(0, timeout=PROMPT_MS)


def test_every_page_of_an_account_says_for_whom_it_was_drawn(cast: Cast, centre: Product) -> None:
    pages: dict[str | None, tuple[str, ...]] = {
        "operator": ("/desk", "/scores", "/screen", "/account"),
        "admin": ("/admin", "/audit"),
        "unit-GAS": ("/claim",),
        workers(centre)[0]: ("/field",),
    }
    for account, paths in pages.items():
        asking = signed_in(cast.browser, centre.address, str(account))
        for path in paths:
            head = asking.request.get(path).text().partition("<head>")[0]
            assert f'data-account="{account}"' in head, path
        asking.close()


def test_a_unit_that_signs_on_a_page_of_another_account_is_told_whose_it_is(
    cast: Cast, centre: Product
) -> None:
    number = report(centre, SPOT, category="S0502", source="phone", emergency=True)["number"]
    unit = "unit-" + state(centre, number)["unit"]["code"]
    page = ready(cast.desk(unit, "/claim"))
    expect(page.locator("body")).to_contain_text("签收", timeout=PROMPT_MS)
    takes_over(page.context, "lead")
    page.keyboard.press("a")
    expect(page.locator(".d-news__p")).to_contain_text("现在登录的是 lead", timeout=PROMPT_MS)
    assert state(centre, number)["status"] == "dispatched"
