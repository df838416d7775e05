"""The HTTP server: gevent's, with a strict reading of heads, a time for everything that is awaited and a cap of connections."""

import ipaddress
import json
import resource
from collections import Counter
from collections.abc import Callable
from io import BytesIO
from typing import Any

from gevent import Timeout
from gevent.pywsgi import WSGIHandler, WSGIServer

from callbacks.http.body import Body, Slow, TooMuch, joined, seconds_for
from callbacks.http.head import LONGEST_HEAD, MOST_LINES, BadHead, check_lines, check_request_line
from callbacks.security import body_limits

HEAD_SECONDS = 10.0  # from the first byte of a head (of a connection: from its beginning) to the last
IDLE_SECONDS = 75.0  # between two requests of a connection
REFUSE_SECONDS = 1.0
EACH = 256  # connections of one address, where addresses are known
FILES_KEPT = 128  # of the process, for everything that is no connection
MOST_FILES = 65_536
LONGEST_LINE = 8192
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
# status → (reason, title, what it is in the words of `problems.SLUGS`)
REASONS = {
    400: ("Bad Request", "请求看不懂", "malformed"),  # words: none (nobody's language is known yet)
    413: ("Content Too Large", "内容太大", "too-large"),  # words: none
    414: ("URI Too Long", "地址太长", "malformed"),  # words: none
    431: ("Request Header Fields Too Large", "请求头太大", "too-large"),  # words: none
    503: ("Service Unavailable", "连接太多，请稍后再试", "unavailable"),  # words: none
}


class TooLong(ValueError):
    """The head is longer than any that a browser sends."""


def refusal(status: int, detail: str = "") -> bytes:
    """Return a whole answer that ends the connection: a problem as the API tells them."""
    reason, title, slug = REASONS[status]
    problem = {"type": f"urn:grid:problem:{slug}", "title": title, "status": status}
    body = json.dumps(problem | ({"detail": detail} if detail else {}), ensure_ascii=False).encode()
    retry = "Retry-After: 5\r\n" if status == 503 else ""
    head = f"HTTP/1.1 {status} {reason}\r\nContent-Type: application/problem+json\r\n{retry}"
    return f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body


class Handler(WSGIHandler):
    """One connection."""

    _served = False
    _head: Timeout | None = None
    _lines: BytesIO
    _file: Any = None

    def read_requestline(self) -> str:
        with Timeout(IDLE_SECONDS if self._served else HEAD_SECONDS, Slow()):
            if not self.rfile.peek(1):
                return ""
        self._served = True
        self._head = Timeout.start_new(HEAD_SECONDS, Slow())
        try:
            return str(super().read_requestline())
        except BaseException:
            self._head.close()
            raise

    def handle_one_request(self) -> Any:
        try:
            return super().handle_one_request()
        finally:
            if self._head is not None:
                self._head.close()
            if self._file is not None:
                self._file.close()
                self._file = None

    def read_request(self, raw_requestline: str) -> bool:
        assert self._head is not None
        try:
            check_request_line(raw_requestline.encode("latin-1"))
            version = raw_requestline[-10:-2]
            lines = self._header_lines()
            check_lines(lines, version)
        finally:
            self._head.close()
        self._lines = BytesIO(b"".join((*lines, b"\r\n")))
        read = bool(super().read_request(raw_requestline))
        if self.headers.get("transfer-encoding"):
            self._join_chunks()
        if self._wants_upgrade() and self.content_length:
            raise BadHead("a request for a socket has a body")
        return read

    def MessageClass(self, *args: Any) -> Any:
        return super().MessageClass(self._lines, *args[1:])

    def get_environ(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().get_environ()
        if not self._connection_upgrade_requested():
            expects = environ.get("HTTP_EXPECT") == "100-continue" and self._file is None
            body = Body(self._file or self.rfile, self.content_length, self.socket if expects else None)
            environ["wsgi.input"] = self.wsgi_input = body
        return environ

    def handle_one_response(self) -> None:
        super().handle_one_response()
        if getattr(self.wsgi_input, "broken", False):
            self.close_connection = True

    def _header_lines(self) -> list[bytes]:
        lines: list[bytes] = []
        left = LONGEST_HEAD
        while True:
            line = self.rfile.readline(min(left, LONGEST_LINE) + 1)
            left -= len(line)
            if left < 0 or len(line) > LONGEST_LINE or len(lines) > MOST_LINES:
                raise TooLong
            if line == b"\r\n":
                return lines
            if not line.endswith(b"\r\n"):
                raise BadHead("a header line does not end in CR LF")
            lines.append(line)

    def _join_chunks(self) -> None:
        if self.headers.get("expect", "").lower() == "100-continue":
            self.socket.sendall(CONTINUE)
        most = body_limits.most_for(self.path.split("?", 1)[0])
        with Timeout(seconds_for(most), Slow()):
            self._file, self.content_length = joined(self.rfile, most)
        del self.headers["transfer-encoding"]
        self.headers["Content-Length"] = str(self.content_length)

    def _wants_upgrade(self) -> bool:
        return self.headers.get("upgrade", "").lower() == "websocket"

    def _connection_upgrade_requested(self) -> bool:
        # gevent would hand the bare connection to whoever says "Connection: upgrade", body and all
        return bool(self.command == "GET" and self._wants_upgrade())

    def _sendall(self, data: Any) -> None:
        with Timeout(seconds_for(len(data)), Slow()):
            super()._sendall(data)

    def _handle_client_error(self, ex: Exception) -> Any:
        self.server.refused += 1
        if isinstance(ex, Slow):
            return None
        status = 413 if isinstance(ex, TooMuch) else 431 if isinstance(ex, TooLong) else 400
        return str(status), refusal(status, str(ex) if isinstance(ex, BadHead) else "")


class Server(WSGIServer):
    """Serves an app on (host, port) to at most `most` connections at once, and `each` of one address.

    `each` None: who stands in front is a proxy, whose connections are everybody's.
    """

    handler_class = Handler

    def __init__(
        self,
        listener: Any,
        app: Callable[..., Any],
        most: int,
        each: int | None = EACH,
        **more: Any,
    ) -> None:
        super().__init__(listener, app, **more)
        self._most, self._each = most, each
        self._open = 0
        self._of: Counter[str] = Counter()
        self.refused = 0

    @property
    def open(self) -> int:
        """Return how many connections there are."""
        return self._open

    def handle(self, sock: Any, address: Any) -> None:
        """Serve one connection to its end, or refuse it in a word."""
        name = str(address[0]) if address else ""
        if self._open >= self._most or (self._each and self._of[name] >= self._each and not _here(name)):
            self.refused += 1
            with Timeout(REFUSE_SECONDS, False):
                sock.sendall(refusal(503))
            return
        self._open += 1
        self._of[name] += 1
        try:
            super().handle(sock, address)
        finally:
            self._open -= 1
            self._of[name] -= 1
            if not self._of[name]:
                del self._of[name]


def most_connections(wished: int) -> int:
    """Return how many connections there may be: as many as wished, as far as the process may open files."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = min(max(soft, wished + FILES_KEPT), hard if hard > 0 else MOST_FILES, MOST_FILES)
    if wanted > soft:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return max(1, min(wished, max(soft, wanted) - FILES_KEPT))


def _here(name: str) -> bool:
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return True  # a Unix socket has no address
