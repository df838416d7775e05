"""The wall's own form of a snapshot, packed by the server's code and read back by the browser's: no cell changes."""

import base64
import gzip
import random
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from callbacks.live.store import LiveStore
from tests.browser.entering import somebody
from tests.browser.own import own, served

READ = """(text) => {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return own.columnsOf(bytes.buffer);
}"""


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    opened = somebody(browser).new_page()
    with served() as address:
        opened.goto(address)
        yield own(opened, "live/columns.js")
        opened.context.close()


def read(page: Page, store: LiveStore, **seen: Any) -> dict[int, dict[str, Any]]:
    """Return id → row as the browser reads the packed store."""
    packed = base64.b64encode(gzip.decompress(store.packed("7-0", **seen))).decode()
    snapshot = page.evaluate(READ, packed)
    assert snapshot["position"] == "7-0"
    return {row["id"]: row for row in snapshot["rows"]}


def some_row(dice: random.Random, identity: int, version: int) -> dict[str, Any]:
    """A row as the feed carries it: most keys only sometimes."""
    at = 1_792_000_000_000 + identity * 1000 + dice.randrange(1000)
    row = {"id": identity, "version": version, "number": f"20261120{identity:06d}", "status": "handling"}
    maybe = {
        "title": f"事件 {dice.randrange(40)}",
        "category": (code := f"S{dice.randrange(9)}"),
        "category_name": f"name of {code}",
        "lng": round(118 + dice.random(), 6),
        "lat": round(-24 - dice.random(), 6),
        "grid": f"G{dice.randrange(5)}",
        "path": f"/{dice.randrange(5)}/",
        "co": ["GAS", "FIRE"],
        "emergency": True,
        "reported_at": at,
        "warn_due_at": at + dice.randrange(90_000),
        "handle_due_at": at - dice.randrange(90_000),
        "overdue_at": at + 1,
    }
    return row | {key: value for key, value in maybe.items() if dice.random() < 0.8}


@pytest.mark.parametrize("seed", range(4))
def test_the_browser_reads_every_cell_as_the_store_holds_it(page: Page, seed: int) -> None:
    dice, store = random.Random(seed), LiveStore()
    for version in range(1, 400):
        identity = dice.randrange(1, 60)
        if dice.random() < 0.3:
            store.apply(gone=[(identity, version)])
        else:
            store.apply([some_row(dice, identity, version)])
    assert read(page, store) == store.rows
    odd = {identity: row for identity, row in store.rows.items() if identity % 2}
    assert read(page, store, sees=lambda row: row["id"] % 2) == odd


def test_rows_that_fit_no_column_come_as_they_are(page: Page) -> None:
    store = LiveStore()
    rows = [
        {"id": 1, "version": 1, "number": "007", "title": "<b>"},
        {"id": 2, "version": 1, "lng": 118, "lat": 24.1234567},
        {"id": 3, "version": 1, "colour": {"new": [1, 2]}},
        {"id": 4, "version": 1, "number": "20261120000004"},
    ]
    store.apply(rows)
    assert read(page, store) == {row["id"]: row for row in rows}
    store.apply([{"id": 3, "version": 2}], [(1, 2)])
    assert sorted(read(page, store)) == [2, 3, 4]


def test_an_empty_store_is_an_empty_snapshot(page: Page) -> None:
    assert read(page, LiveStore()) == {}


def test_words_nobody_says_any_more_are_forgotten(page: Page) -> None:
    store = LiveStore()
    for version in range(1, 9000):
        store.apply([{"id": 1, "version": version, "title": f"title {version}"}])
    store.apply([{"id": 2, "version": 1, "title": "another"}])
    assert read(page, store) == store.rows
    assert len(store.columns.words["title"].values) < 5000
