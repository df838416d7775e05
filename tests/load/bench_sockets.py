"""How many socket messages one web process carries, and how late they are: `python -m tests.load.bench_sockets [SCREENS]`.

A real server process, real sockets, clients in a process of their own; ratios inside one run are what counts.
"""

from gevent import monkey

if __name__ == "__main__":
    monkey.patch_all()

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import gevent

from datasources.feed.embedded import Embedded
from datasources.feed.stream import Feed
from datasources.store.database import Database
from tests.load.places import cpu
from tests.load.table import Row, speak
from tests.support.live_world import fill

ROW = {"version": 1, "status": "handling", "title": "人行道上井盖松动，夜间有人绊倒", "unit": "STREET_HULI"}
ROW |= {
    "number": "20261120000001",
    "address": "湖里大道与华昌路口东北角",
    "lng": 118.094123,
    "lat": 24.513456,
}


class Screen:
    """One browser's socket, read as cheaply as possible: it counts bytes and notes when each marked frame came."""

    def __init__(self, port: int, token: str = "wall") -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        key = "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
        key += "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        self.socket.sendall(
            (key + f"Sec-WebSocket-Version: 13\r\nAuthorization: Bearer {token}\r\n\r\n").encode()
        )
        self.seen = 0
        self.late: list[float] = []

    def say(self, text: str) -> None:
        """Send a short masked text frame; the mask is zero."""
        payload = text.encode()
        self.socket.sendall(bytes((0x81, 0x80 | len(payload))) + b"\0\0\0\0" + payload)

    def join(self) -> None:
        """Enter and subscribe; the answers are read with everything else."""
        self.say("40")
        self.say('421["subscribe",{"topics":["events"],"since":null}]')

    def listen(self) -> None:
        """Count `rows` frames; each carries the moment it was published in `sent`."""
        rest = b""
        while True:
            try:
                data = self.socket.recv(65536)
            except OSError:
                return
            if not data:
                return
            now = time.monotonic()
            rest += data
            while (at := rest.find(b'"sent":')) >= 0 and (end := rest.find(b"}", at)) >= 0:
                self.seen += 1
                self.late.append(now - float(rest[at + 7 : end]))
                rest = rest[end:]
            if b'"sent":' not in rest:
                rest = rest[-64:]
            if b"\x81\x012" in data:
                self.say("3")


def run(feed: Feed, screens: list[Screen], server: int, updates: int, per_second: float) -> list[str]:
    """Publish updates at a pace and return a line of the table."""
    for screen in screens:
        screen.seen, screen.late = 0, []
    started, used = time.monotonic(), cpu(server)
    for n in range(updates):
        number = run.number = getattr(run, "number", 0) + 1  # type: ignore[attr-defined]
        row = {"id": number, **ROW, "sent": time.monotonic()}
        feed.append([{"k": "rows", "rows": [row], "gone": [], "gone_versions": []}])
        gevent.sleep(max(0.0, started + (n + 1) / per_second - time.monotonic()))
    wanted = updates * len(screens)
    end = time.monotonic() + 30
    while sum(screen.seen for screen in screens) < wanted and time.monotonic() < end:
        gevent.sleep(0.02)
    took, burnt = time.monotonic() - started, cpu(server) - used
    late = sorted(one for screen in screens for one in screen.late)
    got = len(late)
    p = [f"{1000 * late[int(len(late) * q) - 1]:.0f} ms" for q in (0.5, 0.95, 0.99)] if late else ["-"] * 3
    return [f"{updates}×{per_second:g}/s", f"{got}/{wanted}", f"{got / took:.0f}/s", f"{got / burnt:.0f}", *p]


def rows() -> Iterator[Row]:
    """Measure 1,000 screens at 4 updates a second, and as fast as it goes."""
    for pace, p50, p99, a_second, per_cpu in (
        (one[0], one[4], one[6], one[2], one[3]) for one in measure(1000)
    ):
        four = pace.endswith("×4/s")
        if not four and not pace.endswith("×1000/s"):
            continue
        what = "1,000 screens, 4 updates/s" if four else "1,000 screens, as fast as it goes"
        budget = "p99 ≤ 250 ms" if four else "≥ 10,000 socket messages/s"
        yield Row(
            what, budget, f"{a_second}; p50 {p50}, p99 {p99}; {per_cpu} a CPU second", "one web process"
        )


def measure(count: int) -> Iterator[list[str]]:
    """Give the lines of the table for so many screens."""
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    (folder / "off").mkdir()
    database = Database(f"sqlite:///{folder / 'grid.db'}")
    fill(database)
    valkey = Embedded(folder)
    command = [sys.executable, "-m", "tests.support.live_server", database.url, valkey.ensure()]
    server = subprocess.Popen([*command, str(folder / "off"), str(folder / "port")])
    while not ((folder / "port").exists() and (folder / "port").read_text()):
        gevent.sleep(0.05)
    screens = []
    for _ in range(count):
        screen = Screen(int((folder / "port").read_text()))
        screens.append(screen)
        gevent.spawn(screen.listen)
        gevent.sleep(0.002)
    gevent.sleep(2)  # every handshake is answered: what is sent before that is lost
    for screen in screens:
        screen.join()
    gevent.sleep(3)
    feed = Feed(valkey.url, "350206")
    for updates, pace in ((40, 4.0), (100, 10.0), (200, 1000.0)):
        yield run(feed, screens, server.pid, updates, pace)
    server.kill()
    server.wait()
    valkey.stop()


def main(count: int) -> None:
    """Print the whole table."""
    print(f"{os.cpu_count()} cores, {count} screens, one web process")
    print("updates | received | messages/s | messages per CPU second | p50 | p95 | p99")
    for line in measure(count):
        print(" | ".join(line), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1])) if len(sys.argv) > 1 else speak(rows)
