"""Posts to one address over kept-alive connections as fast as it is answered; a process of its own, cheap by itself.

Run: python -m tests.load.hammer PORT PATH TOKEN CONNECTIONS EVENTS_EACH, with "SECONDS\n" on standard input for each run;
prints a line of JSON after each: answered requests, seconds, milliseconds of each answer.
"""

import json
import selectors
import socket
import sys
import time
from itertools import count

from tests.load.bench_api import body

_numbers = count(1)


def request(path: str, token: str, events: int) -> bytes:
    """Return the bytes of one POST: a single event, or a batch of them."""
    reports = [body(next(_numbers)) for _ in range(max(1, events))]
    data = json.dumps({"events": reports} if events else reports[0], ensure_ascii=False).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n"
    )
    return head.encode() + data


class Connection:
    """One kept-alive connection with at most one request on its way."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._held = b""
        self._began = 0.0

    def send(self, data: bytes) -> None:
        """Send one request."""
        self._began = time.perf_counter()
        self.socket.sendall(data)

    def answered(self) -> float | None:
        """Read what is there; return the milliseconds of the answer once it is whole. RuntimeError for a refusal."""
        got = self.socket.recv(1 << 20)
        self._held += got
        head, gap, rest = self._held.partition(b"\r\n\r\n")
        if not got or (gap and b" 20" not in head[:12]):
            raise RuntimeError(self._held[:500].decode(errors="replace") or "the connection was closed")
        lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        if not gap or len(rest) < int(lengths[0].split(b":")[1]):
            return None
        self._held = b""
        return (time.perf_counter() - self._began) * 1000


def run(connections: list[Connection], path: str, token: str, events: int, seconds: float) -> dict:
    """Post for some seconds and wait for the last answers."""
    took: list[float] = []
    ready = selectors.DefaultSelector()
    for one in connections:
        ready.register(one.socket, selectors.EVENT_READ, one)
    began = time.perf_counter()
    for one in connections:
        one.send(request(path, token, events))
    waiting = len(connections)
    while waiting:
        for key, _ in ready.select():
            done = key.data.answered()
            if done is None:
                continue
            took.append(done)
            if time.perf_counter() - began < seconds:
                key.data.send(request(path, token, events))
            else:
                waiting -= 1
    return {"answers": len(took), "seconds": time.perf_counter() - began, "took": took}


def main(port: str, path: str, token: str, connections: str, events: str) -> None:
    """Do one run for every line of standard input."""
    opened = [Connection(int(port)) for _ in range(int(connections))]
    for line in sys.stdin:
        sys.stdout.write(json.dumps(run(opened, path, token, int(events), float(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:6])
