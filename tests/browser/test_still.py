"""A product of two processes whose clock is killed: wall, desk and unit say so, /readyz fails, rows come all the same."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import create_engine, text

from dashboard import clock
from datasources.accounts import sign_in
from datasources.store.database import Database
from tests import ROOT
from tests.browser.phone_page import cast_of
from tests.browser.waiting import until
from tests.load.wall_page import spots
from tests.support import product
from tests.support.product import Product, free_port, surroundings

LONG_MS = 60_000  # a machine of CI is slow and shared; how long it takes is not asserted


@pytest.fixture(scope="module")
def url(postgres: str) -> Iterator[str]:
    admin = create_engine(postgres, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("DROP DATABASE IF EXISTS still_test WITH (FORCE)"))
        connection.execute(text("CREATE DATABASE still_test"))
    yield postgres.replace("/postgres?", "/still_test?")
    with admin.connect() as connection:
        connection.execute(text("DROP DATABASE IF EXISTS still_test WITH (FORCE)"))
    admin.dispose()


def keep_clock(folder: Path, url: str, port: int) -> subprocess.Popen[bytes]:
    """Start a process that keeps the clock, and answers how it is on a port of its own."""
    words = ["run", "--role", "clock", "--data", str(folder), "--no-demo"]
    settings = {"GRID_DATABASE_URL": url, "GRID_CLOCK_PORT": str(port)}
    return subprocess.Popen([sys.executable, "app.py", *words], cwd=ROOT, env=surroundings(**settings))


def ready(address: str) -> bool:
    return os.system(f"curl -sf {address}/readyz > /dev/null") == 0


def standing(running: Product) -> list[str]:
    return list(running.ask("/readyz")[1]["still"])


def test_a_clock_that_is_killed_is_said_everywhere_and_rows_come_all_the_same(
    browser: Browser, url: str, tmp_path: Path
) -> None:
    with product.start(tmp_path, "--no-demo", "--role", "web", GRID_DATABASE_URL=url) as web:
        port = free_port()
        keeper = keep_clock(tmp_path, url, port)
        database = Database(url)
        with database.write() as session:
            web.token = sign_in.issue_token(session, "operator", clock.real_now())
        database.close()
        try:
            until(lambda: standing(web) == [], within=90)
            until(lambda: ready(f"http://127.0.0.1:{port}"), within=90)
            with cast_of(browser, web, tmp_path) as cast:
                pages = [
                    cast.enter(account, path, viewport={"width": 1920, "height": 1080})
                    for account, path in (
                        ("screen", "/screen"),
                        ("operator", "/desk"),
                        ("unit-URBAN_MGMT", "/claim"),
                    )
                ]
                for page in pages:
                    expect(page.locator('[id$="-live"]').first).to_have_attribute(
                        "data-state", "live", timeout=LONG_MS
                    )
                keeper.send_signal(signal.SIGKILL)
                keeper.wait()
                for page in pages:
                    expect(page.locator("body")).to_contain_text("后台时钟停了", timeout=LONG_MS)
                    expect(page.locator('[id$="-live"]').first).to_have_attribute("data-state", "stale")
                status, told = web.ask("/readyz")
                assert status == 503 and "clock" in told["still"]
                lng, lat = spots(web)[0]
                filed = web.ask(
                    "/api/v1/events", {"title": "时钟停了时上报", "category": "S0406", "lng": lng, "lat": lat}
                )
                assert filed[0] == 201
                pages[0].wait_for_function("id => window.live.get(id)", arg=filed[1]["id"], timeout=LONG_MS)
                _shots(pages)
                keeper = keep_clock(tmp_path, url, free_port())
                for page in pages:
                    expect(page.locator("body")).not_to_contain_text("后台时钟停了", timeout=LONG_MS)
                until(lambda: web.ask("/readyz")[0] == 200, within=90)
        finally:
            keeper.terminate()
            keeper.wait(timeout=30)


def _shots(pages: list[Page]) -> None:
    folder = os.environ.get("GRID_SHOTS")
    for number, page in enumerate(pages if folder else ()):
        page.screenshot(path=f"{folder}/still-{number}.png")
