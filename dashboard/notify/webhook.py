"""One POST to an outside system, and what counts as taken: a 2xx to that very POST, over http or https, nothing else.

The body is signed raw and holds its own timestamp, so that an old message cannot be sent again as a new one; the key in
the header stays the same through every try, so that a message taken twice is known for one.
"""

import hashlib
import hmac
import json
import socket
import threading
from collections.abc import Mapping
from contextlib import closing, suppress
from datetime import datetime
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

TIMEOUT_SECONDS = 5
LONGEST_SECONDS = 12  # of a whole try, however the other side drips; shorter than any lease
LONGEST_RECEIPT = 500


class NotTaken(Exception):
    """The other side did not take it; `kind` is redirected, refused, lost or address, `detail` says more."""

    def __init__(self, kind: str, detail: str = "") -> None:
        self.kind, self.detail = kind, " ".join(detail.split())[:LONGEST_RECEIPT]
        super().__init__(f"{kind}|{self.detail}")


def is_web_address(address: str) -> bool:
    """Return whether an address is http or https with a host."""
    try:
        parts = urlsplit(address)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return False


def signed(body: bytes, secret: str) -> str:
    """Return the signature header of a body: HMAC-SHA256 in hex over the raw bytes."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def post(address: str, content: Mapping[str, Any], key: str, secret: str | None, at: datetime) -> str:
    """Send content and return the receipt; NotTaken says why there is none."""
    if not is_web_address(address):
        raise NotTaken("address")
    stamp = int(at.timestamp())
    body = json.dumps({**content, "timestamp": stamp}, ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json", "X-Grid-Timestamp": str(stamp), "Idempotency-Key": key}
    if secret is not None:
        headers["X-Grid-Signature"] = signed(body, secret)
    try:
        with closing(_connected(address)) as connection:
            late = threading.Event()
            cut = threading.Timer(LONGEST_SECONDS, _cut, [connection.sock, late])
            cut.daemon = True
            cut.start()
            try:
                return _asked(connection, address, body, headers, late)
            finally:
                cut.cancel()
    except NotTaken:
        raise
    except Exception as error:  # a cut line, a garbage answer, a name nobody knows: only this row's matter
        raise NotTaken("lost", f"{type(error).__name__}: {error}") from error


def _connected(address: str) -> HTTPConnection:
    parts = urlsplit(address)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=TIMEOUT_SECONDS)
    connection.connect()
    return connection


def _asked(
    connection: HTTPConnection, address: str, body: bytes, headers: Mapping[str, str], late: threading.Event
) -> str:
    parts = urlsplit(address)
    connection.request(
        "POST", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), body, dict(headers)
    )
    answer = connection.getresponse()  # follows nowhere: what a redirect answers says nothing about ours
    if late.is_set():  # what was read until then only looks like a head
        raise NotTaken("lost", "TimeoutError: no answer in time")
    if 300 <= answer.status < 400:
        raise NotTaken("redirected", str(answer.status))
    if not 200 <= answer.status < 300:
        raise NotTaken("refused", str(answer.status))
    return f"{answer.status} {_begin_of(answer)}".strip()


def _cut(line: socket.socket, late: threading.Event) -> None:
    """End a try that takes too long: whoever reads from the line is told that it is over."""
    late.set()
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)


def _begin_of(answer: HTTPResponse) -> str:
    """Return the beginning of an answer; it is taken whatever becomes of the rest."""
    parts = b""
    with suppress(Exception):
        while len(parts) < LONGEST_RECEIPT and (part := answer.read1(LONGEST_RECEIPT)):
            parts += part
    return parts[:LONGEST_RECEIPT].decode(errors="replace")
