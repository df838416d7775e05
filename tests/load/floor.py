"""The floor of the yardstick: what no server can undercut on this machine.

A bare page that gets each row over one open answer and writes a line; no database, no rules, nothing drawn on a map.
Run: python -m tests.load.floor serve PORT | read PORT COUNT; the reader answers each line of standard input with {"bytes"}.
"""

from gevent import monkey

if __name__ == "__main__":
    monkey.patch_all()

import json
import socket
import sys
from collections.abc import Iterator
from typing import Any

import gevent
from gevent.fileobject import FileObject
from gevent.pywsgi import WSGIServer
from gevent.queue import Queue

PAGE = b"""<!doctype html><title>floor</title><ul></ul><script>
new EventSource("/rows").onmessage = (said) => {
  const row = JSON.parse(said.data), line = document.createElement("li");
  line.dataset.number = row.number; line.textContent = row.title;
  document.querySelector("ul").prepend(line);
};</script>"""


class Floor:
    """A server that passes on what it is told."""

    def __init__(self) -> None:
        self._listeners: list[Queue] = []

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        if environ["REQUEST_METHOD"] == "POST":
            said = environ["wsgi.input"].read()
            for listener in self._listeners:
                listener.put(b"data: " + said + b"\n\n")
            start_response("201 Created", [("Content-Type", "application/json"), ("Content-Length", "2")])
            return [b"{}"]
        if environ["PATH_INFO"] != "/rows":
            start_response("200 OK", [("Content-Type", "text/html"), ("Content-Length", str(len(PAGE)))])
            return [PAGE]
        start_response("200 OK", [("Content-Type", "text/event-stream")])
        return self._listen()

    def _listen(self) -> Iterator[bytes]:
        own: Queue = Queue()
        self._listeners.append(own)
        try:
            yield b": begun\n\n"
            while True:
                yield own.get()
        finally:
            self._listeners.remove(own)


def serve(port: str) -> None:
    """Serve until killed."""
    server = WSGIServer(("127.0.0.1", int(port)), Floor(), log=None)
    server.start()
    server.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    print(f"http://127.0.0.1:{port}", flush=True)
    server.serve_forever()


def read(port: str, count: str) -> None:
    """Hold so many answers open and count what comes."""
    facts = {"bytes": 0}

    def one() -> None:
        with socket.create_connection(("127.0.0.1", int(port))) as line:
            line.sendall(b"GET /rows HTTP/1.1\r\nHost: floor\r\n\r\n")
            while data := line.recv(65536):
                facts["bytes"] += len(data)

    readers = [gevent.spawn(one) for _ in range(int(count))]
    gevent.sleep(1)
    print("ready", flush=True)
    for _line in FileObject(sys.stdin, "r"):
        print(json.dumps(facts), flush=True)
    gevent.killall(readers)


if __name__ == "__main__":
    {"serve": serve, "read": read}[sys.argv[1]](*sys.argv[2:])
