"""The whole loop by hand in four browsers: a worker's phone, a department, the wall — and the desk looking on."""

from playwright.sync_api import Page, expect

from tests.browser.phone_page import PROMPT_MS, Cast, community_of, picture, ready, report, state
from tests.browser.waiting import until
from tests.load.wall_page import spots
from tests.support.product import Product

SPOT = 10


def finish(unit: Page, words: str, colour: str) -> None:
    """Say in the department that it is done, with a photo."""
    unit.locator('#event-body [data-action="finish"]').click(timeout=PROMPT_MS)
    unit.locator('#act-form [data-fact="text"] textarea').fill(words)
    unit.locator('#act-form [data-fact="photos"] input').set_input_files([picture(colour)])
    expect(unit.locator('#act-form .ph[data-state="done"]')).to_have_count(1, timeout=PROMPT_MS)
    unit.locator("#act-form button[type=submit]").click()


def check(phone: Page, number: str, rating: str, words: str = "") -> None:
    """Check on site, with a photo and a rating."""
    phone.locator('[data-go="today"]').click()
    phone.evaluate("() => own.fieldNow()")
    phone.locator(f'#field-tasks [data-event="{number}"] .btn').click(timeout=PROMPT_MS)
    phone.locator("#field-check .p-take input").last.set_input_files([picture("blue")])
    phone.locator(f'#field-check [data-rating="{rating}"]').click()
    if words:
        phone.locator("#field-check textarea").fill(words)
    expect(phone.locator("#field-check .p-pic")).to_have_count(1, timeout=PROMPT_MS)
    phone.locator("#field-check .p-go").click()


def test_the_whole_loop_by_hand_in_four_browsers(cast: Cast, centre: Product) -> None:
    grid = report(centre, SPOT)["grid"]["code"]
    phone = cast.phone(f"worker-{community_of(centre, grid)}", "/field", at=spots(centre)[SPOT])
    wall = cast.enter("screen", "/screen", viewport={"width": 1920, "height": 1080})
    desk = cast.desk("operator", "/desk")
    # report on a phone
    phone.locator('[data-go="report"]').click()
    phone.locator('.p-kind--more[data-category="S04"]').click()
    phone.locator('.p-kind[data-category="S0401"]').click()
    phone.locator("#report-form .p-foot .btn--primary").click()
    expect(phone.locator(".p-where")).to_contain_text("精度 12 米", timeout=PROMPT_MS)
    phone.locator("#report-form .p-foot .btn--primary").click()
    phone.locator("#report-form .p-take input").last.set_input_files([picture("red")])
    expect(phone.locator("#report-form .p-pic")).to_have_count(1, timeout=PROMPT_MS)
    phone.locator("#report-form .p-foot .btn--primary").click()
    number = until(
        lambda: next(
            (
                one["number"]
                for one in centre.ask("/api/v1/events?limit=10")[1]["items"]
                if one["source"] == "grid_worker"
            ),
            None,
        )
    )
    wall.wait_for_function("n => window.live && live.drawn(n)", arg=number, timeout=30_000)
    # claim in a department
    code = centre.ask(f"/api/v1/events/{number}/candidates")[1]["units"][0]["code"]
    unit = ready(cast.desk(f"unit-{code}", "/claim"))
    unit.locator(f'#claim-pool [data-event="{number}"] .c-take').click(timeout=PROMPT_MS)
    unit.locator(f'#claim-mine [data-event="{number}"]').click(timeout=PROMPT_MS)
    # finish with a photo, a bad check sends it back, finish again, a good one closes it
    finish(unit, "已清理", "olive")
    until(lambda: state(centre, number)["status"] == "checking")
    check(phone, number, "dissatisfied", "还有残留")
    until(lambda: state(centre, number)["status"] == "handling")
    expect(unit.locator("#event-body")).to_contain_text("第 1 次核查：不满意，还有残留", timeout=PROMPT_MS)
    expect(unit.locator("#event-body .e-half")).to_have_count(2)  # before beside after
    finish(unit, "再次清理完毕", "green")
    until(lambda: state(centre, number)["status"] == "checking")
    check(phone, number, "very_satisfied")
    until(lambda: state(centre, number)["status"] == "closed")
    # points for both, and the wall and the desk have seen it go
    _, paid = centre.ask(f"/api/v1/scores/units/{code}/entries?period=today")
    rules = {one["rule"] for one in paid["items"] if one["event"] == number}
    assert rules == {"claim_on_time", "very_satisfied", "claim_returned"}
    unit.locator("#claim-back").click()
    unit.locator(".c-link").first.click()
    expect(unit.locator(f'.c-entries [data-event="{number}"]')).to_have_count(3, timeout=PROMPT_MS)
    phone.locator('[data-go="me"]').click()
    phone.evaluate("() => own.fieldNow()")
    expect(phone.locator("#field-points")).to_contain_text("按时核查", timeout=PROMPT_MS)
    for page in (wall, desk):
        page.wait_for_function(
            "n => live.loaded && ![...live.rows()].some((row) => row.number === n)",
            arg=number,
            timeout=PROMPT_MS,
        )
