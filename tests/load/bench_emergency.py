"""From an emergency's report to every screen's socket: 200 sockets on the whole product, over real HTTP and websockets.

`python -m tests.load.bench emergency`. The clock runs from before the POST is sent, so the commit lies inside.
"""

from gevent import monkey

if __name__ == "__main__":
    monkey.patch_all()

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import gevent

from tests.load.bench_api import body
from tests.load.bench_sockets import Screen
from tests.load.table import Row, share, speak
from tests.support import product

SCREENS, EMERGENCIES, PAUSE, PATIENCE = 200, 30, 0.5, 5.0


class Witness(Screen):
    """A screen that notes when it first hears a word."""

    def __init__(self, port: int, token: str) -> None:
        super().__init__(port, token)
        self.word, self.heard = b"", 0.0

    def listen(self) -> None:
        """Read on until the socket ends; answer the server's pings."""
        rest = b""
        while data := self.socket.recv(65536):
            rest = rest[-100:] + data
            if self.word and not self.heard and self.word in rest:
                self.heard = time.monotonic()
            if b"\x81\x012" in data:
                self.say("3")


def rows() -> Iterator[Row]:
    """Report emergencies one after the other and wait for every screen."""
    with tempfile.TemporaryDirectory(prefix="grid-bench-") as root:
        running = product.start(Path(root), "--no-demo")
        try:
            reporter, wall = product.token_for(Path(root), "operator", "screen")
            screens = [Witness(int(urlsplit(running.address).port or 0), wall) for _ in range(SCREENS)]
            for screen in screens:
                gevent.spawn(screen.listen)
            gevent.sleep(2)  # every handshake is answered: what is sent before that is lost
            for screen in screens:
                screen.join()
            gevent.sleep(3)
            late = [one for number in range(EMERGENCIES) for one in told(running, reporter, screens, number)]
        finally:
            running.stop()
    wanted = SCREENS * EMERGENCIES
    p50, p95, p99 = (f"{1000 * share(late, part):.0f} ms" for part in (0.5, 0.95, 0.99))
    yield Row(
        f"emergency: POST sent → received, {SCREENS} sockets",
        "p95 ≤ 300 ms, p99 ≤ 500 ms (drawn)",
        f"p50 {p50}, p95 {p95}, p99 {p99}; {len(late):,} of {wanted:,} received",
        "SQLite, the one process",
    )


def told(running: product.Product, token: str, screens: list[Witness], number: int) -> list[float]:
    """Report one emergency; return the seconds until each screen that heard of it did."""
    word = f"bench-{number:03}-emergency"
    for screen in screens:
        screen.word, screen.heard = word.encode(), 0.0
    began = time.monotonic()
    running.ask("/api/v1/events", body(number) | {"title": word, "emergency": True}, token)
    while not all(screen.heard for screen in screens) and time.monotonic() < began + PATIENCE:
        gevent.sleep(0.01)
    gevent.sleep(PAUSE)
    return [screen.heard - began for screen in screens if screen.heard]


if __name__ == "__main__":
    speak(rows)
