"""Waiting for a condition, never for a time: asked in the test, or in the page."""

import select
import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

WITHIN_S = 30.0
EVERY_S = 0.1
PROMPT_MS = 15_000
SEEN = "window.live && [live.state, live.loaded, live.age(), live.size, location.href, document.body.innerText.slice(0, 200)]"


def until(holds: Callable[[], Any], within: float = WITHIN_S) -> Any:
    """Ask again and again until something holds; return it."""
    end = time.monotonic() + within
    while not (found := holds()):
        assert time.monotonic() < end, "it did not come to hold"
        select.select([], [], [], EVERY_S)
    return found


def until_page(page: Page, condition: str, within_ms: float = PROMPT_MS) -> None:
    """Wait in the page until a JavaScript expression holds; a page's policy may forbid `wait_for_function`'s eval.

    What throws does not hold yet.
    """
    held = page.evaluate(
        f"""(within) => new Promise((done) => {{
              const end = performance.now() + within;
              const look = async () => {{
                let held = false;
                try {{ held = await ({condition}); }} catch (_early) {{ held = false; }}
                if (held || performance.now() > end) done(Boolean(held)); else setTimeout(look, 30);
              }};
              look();
            }})""",
        within_ms,
    )
    assert held, (condition, page.evaluate(SEEN))
