"""What the modules of a page export, for tests: the very instances the page works with, as `own` in the page."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

from playwright.sync_api import Page

from layouts.scripts import ASSETS

GATHER = """async (names) => {
  const links = document.querySelectorAll("script[type=module][src], link[rel=modulepreload]");
  const addresses = names.length ? names.map((name) => "/" + name) : [...links].map((one) => one.src || one.href);
  window.own = Object.assign({}, ...(await Promise.all(addresses.map((one) => import(one)))));
}"""


def own(page: Page, *names: str) -> Page:
    """Give a loaded page `own`: what its modules (or those named, under `served`) export, by name; return the page."""
    page.evaluate(GATHER, list(names))
    return page


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def served() -> Iterator[str]:
    """Serve the scripts alone, without the product; give the address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(ASSETS))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
