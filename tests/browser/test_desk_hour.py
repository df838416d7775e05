"""An operator runs a drill hour from the keyboard alone: 200 events, 3 emergencies, a unit that declines everything."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.own import own
from tests.browser.town_hour import EMERGENCIES, REPORTS, Town
from tests.load.wall_page import enter, spots, wait
from tests.support import held_product, product
from tests.support.held_product import Held
from tests.support.product import Product

BEGINS = datetime.fromisoformat("2026-11-25T09:00:00+08:00")  # a Wednesday morning at work
HOUR = timedelta(hours=1)
ALARM_S, DECISION_S, LOOK_S = 10, 20, 10  # drill seconds: an answer, a decision, a look at nothing to do
REGISTER_WITHIN = DISPATCH_WITHIN = timedelta(minutes=15)  # LIFECYCLE §6
ANSWER_WITHIN = timedelta(minutes=3)  # before the gateway is called (LIFECYCLE §4)
DECLINER = "URBAN_MGMT"
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
    raised: document.querySelectorAll('#desk-alerts .al--raised').length,
    tabs: Object.keys(soonest).sort((one, other) => soonest[one] - soonest[other]),
  };
}"""
# the page has what the server has: the centre's own events as they now stand, and the alarms that nobody answered
CAUGHT_UP = """(() => {
  const [events, raised] = %s;
  const waiting = [...live.rows()].filter((row) => ['reported', 'pending_dispatch'].includes(row.status));
  return waiting.length === Object.keys(events).length
    && waiting.every((row) => row.version === events[row.number])
    && document.querySelectorAll('#desk-alerts .al--raised').length === raised
    && own.deskTabs.counts().all === live.size;
})()"""
# the queue shows what waits in its tab and nothing that was decided already
STANDS = """(() => {
  const rows = new Map([...live.rows()].map((row) => [row.number, row]));
  const shown = own.deskQueue.numbers();
  return shown.length && shown.every((number) => rows.has(number) && %s.includes(rows.get(number).status));
})()"""
# a decision is offered for the event that is marked in the queue, and all that is drawn is it, as it now stands
OFFERED = """(() => {
  const row = own.desk.chosen();
  const drawn = ['event-body', 'dispatch-body'].map((id) => own.desk.drawn(id));
  return row && own.deskQueue.numbers().includes(row.number)
    && drawn.every((box) => box && Number(box.dataset.version) === row.version)
    && drawn.some((box) => box.querySelector('%s:not(:disabled)')) && row.number;
})()"""
MOVED = """(() => {
  const row = [...live.rows()].find((one) => one.number === '%s');
  return !row || row.version > %d;
})()"""
# tab → (its key, the statuses in it, what must be offered there, the key that decides)
DECISIONS: dict[str, tuple[str, list[str], str, str]] = {
    "border": ("3", ["reported", "pending_dispatch"], '[data-action="settle_border"]', "b"),
    "dispatch": ("2", ["pending_dispatch"], '[data-action="dispatch"][data-unit]', "d"),
    "register": ("1", ["reported"], '[data-action="register"]', "l"),
}


@pytest.fixture(scope="module")
def centre(folder: Path) -> Iterator[Held]:
    """The product on a clock that goes on by what is done in it, nobody there but who the test brings."""
    with held_product.start(folder, BEGINS) as started:
        started.token = product.token_for(folder, "operator")[0]
        yield started


@pytest.fixture(scope="module")
def town(centre: Held, folder: Path) -> Town:
    _, units = centre.ask("/api/v1/units")
    names = ["operator", *(f"unit-{unit['code']}" for unit in units["items"])]
    tokens = dict(zip(names, product.token_for(folder, *names), strict=True))
    return Town(centre, tokens, DECLINER, BEGINS, spots(centre))


def test_an_hour_at_the_desk_by_keys_alone_leaves_nothing_of_the_centre_overdue(
    centre: Held, town: Town, browser: Browser
) -> None:
    page = enter(browser, centre.address, "/desk", account="lead")
    own(page)
    assert wait(page, "window.live && live.loaded && document.querySelector('.d-tab')")
    moment, decided = BEGINS, 0
    while moment < BEGINS + HOUR:
        town.act(moment)
        catch_up(page, centre)
        seen = page.evaluate(SEEN)
        if seen["raised"]:
            page.keyboard.press("a")
            assert wait(page, "!document.querySelector('#desk-alerts .al--raised')")
            spent = ALARM_S
        elif seen["tabs"]:
            decide(page, seen["tabs"][0])
            spent, decided = DECISION_S, decided + 1
        else:
            spent = LOOK_S
        moment = centre.forward(spent)
    assert len(town.filed) == REPORTS and town.declined > 0, decided
    assert [line for number in town.filed for line in overdue(centre, number)] == [], decided
    assert unanswered(centre) == []


def catch_up(page: Page, centre: Held) -> None:
    """Wait until the page shows what the centre has to do."""
    _, waiting = centre.ask("/api/v1/events?status=reported,pending_dispatch&limit=1000")
    _, alerts = centre.ask("/api/v1/alerts")
    versions = {event["number"]: event["version"] for event in waiting["items"]}
    raised = sum(alert["acknowledged"] is None for alert in alerts["items"])
    assert wait(page, CAUGHT_UP % json.dumps([versions, raised])), page.inner_text("body")


def decide(page: Page, tab: str) -> None:
    """Decide an event of a tab by keys: the one the desk has come to by itself, else the next."""
    key, statuses, offer, letter = DECISIONS[tab]
    page.keyboard.press(key)
    assert wait(page, STANDS % json.dumps(statuses)), page.inner_text("body")
    if not page.evaluate("own.deskQueue.numbers().includes(own.desk.number())"):
        page.keyboard.press("j")
    number = wait(page, OFFERED % offer)
    assert number, page.inner_text("body")
    version = page.evaluate("own.desk.chosen().version")
    page.keyboard.press(letter)
    assert wait(page, MOVED % (number, version)), page.inner_text("body")


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
