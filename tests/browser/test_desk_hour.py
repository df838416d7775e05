"""An operator runs a drill hour from the keyboard alone: 200 events, 3 emergencies, a unit that declines everything."""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests import product
from tests.browser.town_hour import EMERGENCIES, REPORTS, Town
from tests.load.wall_page import enter, spots, wait
from tests.product import Product

BEGINS = datetime.fromisoformat("2026-11-25T09:00:00+08:00")  # a Wednesday morning at work
HOUR = timedelta(hours=1)
FASTEST, SLOWEST = 20, 10  # drill seconds a second
BRISK_S = 3.0  # what a command takes on a machine that lives through the hour at the fastest
REGISTER_WITHIN = DISPATCH_WITHIN = timedelta(minutes=15)  # LIFECYCLE §6
ANSWER_WITHIN = timedelta(minutes=3)  # before the gateway is called (LIFECYCLE §4)
PATIENCE_MS = 5000  # a slow machine answers late: what comes too late is told by the steps
DECLINER = "URBAN_MGMT"
OPEN = "document.querySelector('#desk-grid .ag-row') && live.state === 'live' && gridWall.deskTabs.counts().all >= 0"
# what the page tells whoever sits before it: the alarm, and which tab holds what has the least time left
SEEN = """() => {
  const soonest = {};
  for (const row of live.rows()) {
    const tab = { reported: 'register', pending_dispatch: 'dispatch' }[row.status];
    if (!tab) continue;
    const due = row.register_due_at || row.dispatch_due_at;
    const where = row.border && tab === 'dispatch' ? 'border' : tab;
    if (!(where in soonest) || due < soonest[where]) soonest[where] = due;
  }
  return {
    now: live.now(),
    raised: document.querySelectorAll('#desk-alerts .al--raised').length,
    tabs: Object.keys(soonest).sort((one, other) => soonest[one] - soonest[other]),
  };
}"""
ALARM = "document.querySelector('#desk-alerts .al--raised')"
SOMETHING = "[...live.rows()].some((row) => ['reported', 'pending_dispatch'].includes(row.status)) || document.querySelector('.al--raised')"
# a decision is offered for the event that is marked in the queue, and it is drawn as it now stands
OFFERED = """(() => {
  const number = gridWall.desk.number();
  const drawn = document.querySelector(`#event-body [data-event="${number}"]`);
  const row = gridWall.desk.chosen();
  if (!drawn || !row || Number(drawn.dataset.version) !== row.version) return false;
  const panel = document.querySelector(`#dispatch-body [data-event="${number}"]`);
  return Boolean(document.querySelector('#event-body [data-action="register"]')
    || (panel && Number(panel.dataset.version) === row.version && panel.querySelector('%s')));
})()"""
MOVED = """(() => {
  const row = [...live.rows()].find((one) => one.number === '%s');
  return !row || row.version > %d;
})()"""
# tab → (its key, what must be offered there, the key that decides)
DECISIONS: dict[str, tuple[str, str, str]] = {
    "border": ("3", '[data-action="settle_border"]', "b"),
    "dispatch": ("2", '[data-action="dispatch"][data-unit]', "d"),
    "register": ("1", '[data-action="register"]', "l"),
}


@pytest.fixture(scope="module")
def speed(tmp_path_factory: pytest.TempPathFactory) -> float:
    """How fast the hour goes here: the operator of a busy machine has as many seconds a decision as of a quick one."""
    begun = time.monotonic()
    assert product.command("check", "--data", str(tmp_path_factory.mktemp("pace"))).returncode == 0
    return max(SLOWEST, min(FASTEST, FASTEST * BRISK_S / (time.monotonic() - begun)))


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, speed: float) -> Iterator[Product]:
    """The product on a drill clock, nobody in it but who the test brings."""
    folder = tmp_path_factory.mktemp("hour")
    words = ("--no-demo", "--clock-start", BEGINS.isoformat(), "--clock-speed", f"{speed:.1f}")
    with product.start(folder, *words) as started:
        started.token = product.token_for(folder, "operator")[0]
        yield started


def town_of(running: Product, folder: Path) -> Town:
    _, units = running.ask("/api/v1/units")
    names = ["operator", *(f"unit-{unit['code']}" for unit in units["items"])]
    tokens = dict(zip(names, product.token_for(folder, *names), strict=True))
    return Town(running, tokens, DECLINER, BEGINS, spots(running))


def decide(page: Page, seen: dict[str, Any]) -> bool:
    """Do the most urgent thing that the page shows, by keys alone; return whether it was done: an alarm comes before all."""
    if seen["raised"]:
        page.keyboard.press("a")
        return wait(page, "!document.querySelector('#desk-alerts .al--raised')", PATIENCE_MS) is not None
    if not seen["tabs"]:
        return False
    key, offer, letter = DECISIONS[seen["tabs"][0]]
    page.keyboard.press(key)
    page.keyboard.press("j")
    if wait(page, f"{ALARM} ? 'alarm' : {OFFERED % offer} && 'offered'", PATIENCE_MS) != "offered":
        page.keyboard.press("j")  # decided meanwhile, or not for a key: on to the next
        return False
    number, version = page.evaluate("[gridWall.desk.number(), gridWall.desk.chosen().version]")
    page.keyboard.press(letter)
    return wait(page, f"{ALARM} ? 'alarm' : {MOVED % (number, version)} && 'moved'", PATIENCE_MS) == "moved"


@pytest.mark.timeout(600)
def test_an_hour_at_the_desk_by_keys_alone_leaves_nothing_of_the_centre_overdue(
    running: Product, browser: Browser, speed: float
) -> None:
    folder = Path(running.process.args[running.process.args.index("--data") + 1])  # type: ignore[union-attr, call-overload, index]
    page = enter(browser, running.address, "/desk", account="lead")
    assert wait(
        page, "window.live && live.loaded && window.gridWall.deskTabs && document.querySelector('.d-tab')"
    )
    town = town_of(running, folder)
    start = page.evaluate("live.now()")
    town.begins, at = datetime.fromtimestamp(start / 1000, BEGINS.tzinfo), time.monotonic()
    town.live(lambda: town.begins + timedelta(seconds=(time.monotonic() - at) * speed))
    ends, acted = start + HOUR.total_seconds() * 1000, 0
    while (seen := page.evaluate(SEEN))["now"] < ends:
        if decide(page, seen):
            acted += 1
        else:
            wait(page, SOMETHING, 1000)
    town.over.set()
    assert town.faults == []
    assert len(town.filed) == REPORTS and town.declined > 0, (speed, acted, seen)
    late = [line for number in town.filed for line in overdue(running, number)]
    assert late == [], (speed, acted, late[:10])
    assert unanswered(running) == []


def overdue(running: Product, number: str) -> list[str]:
    """Return every step of the centre that came later than its limit, or has not come yet."""
    _, found = running.ask(f"/api/v1/events/{number}")
    waits: dict[str, datetime] = {}
    late = []
    limits = {"reported": REGISTER_WITHIN, "pending_dispatch": DISPATCH_WITHIN}
    for step in found["steps"]:
        at = datetime.fromisoformat(step["at"])
        for status, since in list(waits.items()):
            if step["to"] != status:
                if at - since > limits[status]:
                    late.append(f"{number} {status} {at - since}")
                del waits[status]
        if step["to"] in limits and step["to"] not in waits:
            waits[step["to"]] = at
    return late


def unanswered(running: Product) -> list[str]:
    """Return the emergencies that nobody answered before the gateway would have been called."""
    since = BEGINS.isoformat().replace("+", "%2B")
    _, found = running.ask(f"/api/v1/alerts/missed?since={since}")
    assert len(found["items"]) >= len(EMERGENCIES)
    return [
        one["event"]
        for one in found["items"]
        if one["acknowledged"] is None
        or datetime.fromisoformat(one["acknowledged"]["at"]) - datetime.fromisoformat(one["raised_at"])
        > ANSWER_WITHIN
    ]
