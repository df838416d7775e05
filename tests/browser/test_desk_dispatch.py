"""Dispatching in a real browser: the unit by key, a border settled and remembered, many events at once and safely again."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from datasources.districts.reference import References
from datasources.store.database import Database
from tests.browser.test_desk_stories import PROMPT_S, act, at, desk, file, state, until, waiting
from tests.callbacks.api.test_candidates import between_streets
from tests.support.product import Product

__all__ = ["desk"]
PROMPT_MS = PROMPT_S * 1000


def doubted(centre: Product, folder: Path) -> str:
    """Return an event between two streets that waits for dispatch."""
    (path,) = folder.glob("*.db")
    database = Database(f"sqlite:///{path}")
    lng, lat = between_streets(References(database).get())
    database.close()
    number = str(file(centre, lng=lng, lat=lat, accuracy_m=25.0)["number"])
    act(centre, number, "register")
    return number


def last_step(centre: Product, number: str) -> dict[str, Any]:
    return dict(centre.ask(f"/api/v1/events/{number}")[1]["steps"][-1])


def test_another_unit_is_chosen_and_told_an_opinion_by_keys_alone(
    desk: Callable[..., Page], centre: Product
) -> None:
    number = waiting(centre)
    page = desk("operator")
    at(page, number)
    cards = page.locator('#dispatch-body [data-pick="unit"]')
    expect(cards.first).to_have_attribute("aria-checked", "true")
    page.keyboard.press("]")
    expect(cards.nth(1)).to_have_attribute("aria-checked", "true")
    wanted = cards.nth(1).get_attribute("data-code")
    page.keyboard.press(";")
    page.keyboard.type("先围护，晚高峰前处理")
    page.evaluate("own.desk.redraw()")  # the panel is drawn anew under the hand
    page.wait_for_function("document.activeElement.matches('.dp-opinion__t')")
    page.keyboard.type("完")
    page.keyboard.press("Escape")
    page.keyboard.press("d")
    until(lambda: state(centre, number)["status"] == "dispatched")
    assert state(centre, number)["unit"]["code"] == wanted
    assert last_step(centre, number)["facts"]["reason"] == "先围护，晚高峰前处理完"


def test_the_arrows_choose_inside_the_panel_and_a_ticked_unit_helps(
    desk: Callable[..., Page], centre: Product
) -> None:
    number = waiting(centre, 1)
    page = desk("operator")
    at(page, number)
    page.keyboard.press("f")
    expect(page.locator('#dispatch-body [data-pick="unit"]').first).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator('#dispatch-body [data-pick="unit"]').nth(1)).to_be_focused()
    page.keyboard.press("ArrowUp")
    helper = page.locator("#dispatch-body [data-co]").nth(1)
    helper.focus()
    page.keyboard.press("Space")
    expect(helper).to_have_attribute("aria-checked", "true")
    code = helper.get_attribute("data-co")
    page.keyboard.press("d")
    until(lambda: state(centre, number)["status"] == "dispatched")
    assert last_step(centre, number)["facts"]["co_units"] == [code]


def test_one_press_sends_an_emergency_on_with_everybody_it_calls_and_the_panel_has_said_whom(
    desk: Callable[..., Page], centre: Product
) -> None:
    number = str(file(centre, category="S0502", title="燃气泄漏")["number"])
    before = {one["unit"] for one in alert_of(centre, number)["units"]}
    act(centre, number, "recall", reason="另派")
    page = desk("operator")
    at(page, number)
    called = page.locator("#dispatch-body [data-called]")
    expect(called.first).to_be_visible(timeout=PROMPT_MS)
    assert {one.get_attribute("data-called") for one in called.all()} == before - {"GAS"}
    ticks = page.locator("#dispatch-body .dp-co:disabled:not([hidden])")
    assert {one.get_attribute("aria-checked") for one in ticks.all()} == {"true"}
    page.keyboard.press("d")
    until(lambda: state(centre, number)["status"] == "dispatched")
    assert {one["unit"] for one in alert_of(centre, number)["units"]} == before
    assert set(last_step(centre, number)["facts"]["co_units"]) == before - {"GAS"}
    act(centre, number, "correct", emergency=False)  # no alarm sounds into the tests after this one


def alert_of(centre: Product, number: str) -> dict[str, Any]:
    items = centre.ask("/api/v1/alerts")[1]["items"]
    return next(dict(one) for one in items if one["event"] == number)


def test_a_border_is_settled_by_one_key_and_the_ruling_is_offered_next_time(
    desk: Callable[..., Page], centre: Product, folder: Path
) -> None:
    first, second = doubted(centre, folder), doubted(centre, folder)
    page = desk("operator")
    at(page, first)
    go = page.locator('#dispatch-body [data-action="dispatch"]')
    expect(go).to_be_disabled()
    page.keyboard.press("]")
    side = page.locator('#dispatch-body [data-pick="grid"]').nth(1)
    expect(side).to_have_attribute("aria-checked", "true")
    grid = side.get_attribute("data-code")
    page.keyboard.press("b")
    until(lambda: state(centre, first)["border"]["settled"])
    assert state(centre, first)["grid"]["code"] == grid
    at(page, first)
    expect(page.locator("#dispatch-body")).to_contain_text("交界已确认", timeout=PROMPT_MS)
    at(page, second)
    expect(page.locator(f'#dispatch-body [data-code="{grid}"]')).to_have_attribute("aria-checked", "true")
    expect(page.locator("#dispatch-body .dp-before")).to_contain_text("上次在这段边界判给")
    page.get_by_role("button", name="常出争议的边界").click()
    rows = page.locator("#desk-stretches tbody tr")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("operator")
    page.keyboard.press("Escape")
    expect(page.locator("#desk-stretches dialog")).to_have_count(0)
    page.keyboard.press("b")
    until(lambda: state(centre, second)["border"]["settled"])
    assert state(centre, second)["grid"]["code"] == grid


def ticked(page: Page, numbers: list[str]) -> None:
    """Tick events in the queue by key."""
    page.keyboard.press("8")
    for number in numbers:
        page.evaluate("n => own.desk.choose(n)", number)
        chosen = page.locator(f'#desk-grid .is-chosen [data-event="{number}"]')
        expect(chosen).to_be_visible(timeout=PROMPT_MS)
        page.keyboard.press("x")
    until(lambda: len(page.evaluate("own.desk.selected()")) == len(numbers))


def test_what_was_unticked_stays_so_when_a_late_copy_of_it_comes_back(
    desk: Callable[..., Page], centre: Product
) -> None:
    page = desk("operator")
    ticked(page, [str(file(centre, place)["number"]) for place in (7, 8)])
    expect(page.locator("#dispatch-batch .dp-b__row")).to_have_count(2)
    page.keyboard.press("Escape")
    # what the component does when it is rendered with what was selected before
    stale = "(api) => api.forEachNode((node) => node.rowIndex < 2 && node.setSelected(true))"
    page.evaluate(stale, page.evaluate_handle("dash_ag_grid.getApi('desk-grid')"))
    until(lambda: page.evaluate("own.desk.selected()") == [])
    page.keyboard.press("x")
    assert len(page.evaluate("own.desk.selected()")) == 1


def test_five_are_sent_by_one_key_and_the_one_that_cannot_go_says_why(
    desk: Callable[..., Page], centre: Product
) -> None:
    free = [waiting(centre, place) for place in range(2, 6)]
    stuck = str(file(centre, 6)["number"])
    page = desk("operator")
    ticked(page, [*free, stuck])
    rows = page.locator("#dispatch-batch .dp-b__row")
    expect(rows).to_have_count(5)
    expect(page.locator(f'#dispatch-batch [data-number="{stuck}"]')).to_contain_text("不派：现在是“待立案”")
    page.keyboard.press("d")
    expect(page.locator('#dispatch-batch [data-state="done"]')).to_have_count(4, timeout=PROMPT_MS)
    assert {state(centre, number)["status"] for number in free} == {"dispatched"}
    assert state(centre, stuck)["status"] == "reported"
    page.keyboard.press("d")  # nothing is left: pressing again sends nothing
    assert [last_step(centre, number)["action"] for number in free] == ["dispatch"] * 4
    page.keyboard.press("Escape")
    expect(rows).to_have_count(0)
    assert page.evaluate("own.desk.selected()") == []


def test_what_was_overtaken_in_a_batch_says_by_whom_and_is_not_sent_twice(
    desk: Callable[..., Page], centre: Product
) -> None:
    mine, taken = waiting(centre, 7), waiting(centre, 8)
    page = desk("lead")
    ticked(page, [mine, taken])
    expect(page.locator("#dispatch-batch .dp-b__row")).to_have_count(2)
    page.evaluate("own.desk.choose('')")
    act(centre, taken, "comment", text="已电话核实")
    page.keyboard.press("d")
    failed = page.locator(f'#dispatch-batch [data-number="{taken}"]')
    expect(failed).to_contain_text("operator", timeout=PROMPT_MS)
    assert (state(centre, mine)["status"], state(centre, taken)["status"]) == (
        "dispatched",
        "pending_dispatch",
    )
    page.keyboard.press("d")
    expect(page.locator('#dispatch-batch [data-state="done"]')).to_have_count(2, timeout=PROMPT_MS)
    assert state(centre, taken)["status"] == "dispatched"


def test_an_unanswered_press_says_unconfirmed_and_its_repeat_sends_once(
    desk: Callable[..., Page], centre: Product
) -> None:
    numbers = [waiting(centre, 9), waiting(centre, 10)]
    page = desk("operator")
    ticked(page, numbers)
    expect(page.locator("#dispatch-batch .dp-b__row")).to_have_count(2)

    plans: list[Any] = []
    sent: list[Any] = []
    page.route("**/events/plan", lambda asked: plans.append(asked))
    page.evaluate("n => own.deskBatch.select(n)", numbers)  # a plan is under way when the batch is sent
    until(lambda: page.evaluate("live.loaded") and plans)
    page.route("**/dispatch", lambda asked: sent.append(asked))
    page.keyboard.press("d")
    until(lambda: page.evaluate("live.loaded") and len(sent) == 2)
    with page.expect_response("**/events/plan"):
        plans[0].continue_()
    page.unroute("**/events/plan")
    for asked in sent:  # done, and the answer is lost
        asked.fetch()
        asked.abort()
    expect(page.locator('#dispatch-batch [data-state="unsure"]')).to_have_count(2, timeout=PROMPT_MS)
    expect(page.locator("#dispatch-batch")).to_contain_text("未确认，再按一次不会重复")
    until(
        lambda: (
            page.evaluate("n => [...live.rows()].find((row) => row.number === n).status", numbers[0])
            == "dispatched"
        )
    )
    with page.expect_response("**/events/plan"):
        page.evaluate("n => own.deskBatch.select(n)", numbers)
    expect(page.locator('#dispatch-batch [data-state="unsure"]')).to_have_count(2)
    page.unroute("**/dispatch")
    page.keyboard.press("d")
    expect(page.locator('#dispatch-batch [data-state="done"]')).to_have_count(2, timeout=PROMPT_MS)
    for number in numbers:
        made = [step["action"] for step in centre.ask(f"/api/v1/events/{number}")[1]["steps"]]
        assert made.count("dispatch") == 1
