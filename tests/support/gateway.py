"""An outside system for tests: a real HTTP server that answers by the path it is asked, and keeps what it was asked."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

__all__ = ["gateway"]


@dataclass
class Gateway:
    """A real HTTP server: answers by path, keeps what it was asked."""

    address: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)
    go: threading.Event = field(default_factory=threading.Event)

    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(one["body"]) for one in self.asked if one["method"] == "POST"]


class Handler(BaseHTTPRequestHandler):
    gateway: Gateway

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.gateway.asked.append(
            {"method": "POST", "path": self.path, "body": body, "headers": dict(self.headers)}
        )
        if self.path == "/garbage" or (self.path == "/mixed" and b"bad" in body):
            self.wfile.write(b"\x00\xff garbage\r\n\r\n")
            self.close_connection = True
            return
        if self.path == "/slow":
            self.gateway.go.wait(20)
        code = int(self.path[1:]) if self.path[1:].isdigit() else 200
        self.send_response(code)
        if 300 <= code < 400:
            self.send_header("Location", "/200")
        self.end_headers()
        self.wfile.write(b"received 13800138000")

    def do_GET(self) -> None:
        self.gateway.asked.append({"method": "GET", "path": self.path})
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_args: Any) -> None:
        pass


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    found = Gateway()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Here", (Handler,), {"gateway": found}))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    found.address = f"http://127.0.0.1:{server.server_address[1]}"
    yield found
    found.go.set()
    server.shutdown()
    server.server_close()
