"""One POST to an outside system, and what counts as taken: a 2xx to that very POST, over http or https, nothing else.

The body is signed raw and holds its own timestamp, so that an old message cannot be sent again as a new one; the key in
the header stays the same through every try, so that a message taken twice is known for one.
"""

import hashlib
import hmac
import json
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from datetime import datetime
from http.client import HTTPMessage
from typing import IO, Any
from urllib.parse import urlsplit

TIMEOUT_SECONDS = 5
LONGEST_ANSWER_SECONDS = 10
LONGEST_RECEIPT = 500


class NotTaken(Exception):
    """The other side did not take it; `kind` is redirected, refused, lost or address, `detail` says more."""

    def __init__(self, kind: str, detail: str = "") -> None:
        self.kind, self.detail = kind, " ".join(detail.split())[:LONGEST_RECEIPT]
        super().__init__(f"{kind}|{self.detail}")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follows nowhere: a redirect answered to a POST would be asked with GET, and its answer says nothing about ours."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> None:
        return None


_opener = urllib.request.build_opener(_NoRedirect)


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
    request = urllib.request.Request(address, body, headers, method="POST")
    try:
        with _opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
            return f"{answer.status} {_begin_of(answer)}".strip()
    except urllib.error.HTTPError as refused:
        with refused:
            kind = "redirected" if 300 <= refused.code < 400 else "refused"
            raise NotTaken(kind, str(refused.code)) from refused
    except Exception as error:  # a cut line, a garbage answer, a name nobody knows: only this row's matter
        reason = getattr(error, "reason", None) or error
        raise NotTaken("lost", f"{type(reason).__name__}: {reason}") from error


def _begin_of(answer: Any) -> str:
    """Return the beginning of an answer, without waiting for ever for one that drips."""
    ends, parts = time.monotonic() + LONGEST_ANSWER_SECONDS, b""
    while len(parts) < LONGEST_RECEIPT and time.monotonic() < ends:
        part = answer.read1(LONGEST_RECEIPT)
        if not part:
            break
        parts += part
    return parts[:LONGEST_RECEIPT].decode(errors="replace")
