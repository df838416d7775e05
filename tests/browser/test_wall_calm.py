"""The wall for people who asked their machine for little motion: nothing runs, everything is said."""

# ruff: noqa: F811
from collections.abc import Callable

from playwright.sync_api import APIRequestContext, Page, expect

from tests.browser.entering import MOVING
from tests.browser.test_screen import centre, in_live, operator, page_as, report, until  # noqa: F401

WATCH = """() => {
  window.ran = new Set();
  const look = () => {
    for (const one of document.getAnimations()) {
      const what = one.animationName || one.transitionProperty || "script";
      if (one.playState === "running") window.ran.add(what + " " + (one.effect.target || {}).className);
    }
    requestAnimationFrame(look);
  };
  look();
}"""


def test_with_reduced_motion_nothing_of_the_wall_runs_and_everything_is_said(
    page_as: Callable[..., Page], operator: APIRequestContext
) -> None:
    moving, calm = page_as("screen", **MOVING), page_as("screen")
    errors: list[str] = []
    for page in (moving, calm):
        page.on("pageerror", lambda error: errors.append(str(error)))
    for page in (moving, calm):
        in_live(page)
        page.evaluate(WATCH)
    reported = [report(operator, f"井盖破损 {n}") for n in range(12)]
    number = report(operator, "燃气管道施工挖破", emergency=True)["number"]
    for page in (moving, calm):
        expect(page.locator(".w-alarm")).to_contain_text("燃气管道施工挖破")
        expect(page.locator(f".w-emg[data-event='{number}'] > b")).to_be_visible()
        until(page, f"document.querySelector('[data-kpi=reported]').dataset.num >= {len(reported)}")
        expect(page.locator(".w-step").first).to_be_visible()
    until(moving, "[...window.ran].some((one) => one.startsWith('ping'))")
    until(moving, "[...window.ran].some((one) => one.startsWith('script'))")  # the belt
    assert calm.evaluate("[...window.ran]") == [] and errors == []
    first = calm.locator(".w-step").first.bounding_box()
    assert first and first["x"] >= 0
    box = calm.locator(".w-emg > i").first.bounding_box()
    assert box and box["width"] > 20


def test_the_words_of_an_empty_ticker_are_not_faded(page_as: Callable[..., Page]) -> None:
    page = page_as("screen")
    in_live(page)
    looks = page.evaluate(
        """() => {
             const box = document.querySelector(".w-tick__w");
             box.replaceChildren();
             return [true, false].map((empty) => { box.classList.toggle("w-empty", empty); return getComputedStyle(box).maskImage; });
           }"""
    )
    assert looks[0] == "none" and "gradient" in looks[1]  # only what rolls fades at its ends
