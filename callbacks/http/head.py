"""The head of a request as RFC 9112 writes it and not otherwise: whatever two servers could read differently is refused.

Request smuggling lives from such differences: a bare line feed, two lengths, a length beside a transfer coding.
"""

import re
from collections.abc import Sequence

LONGEST_HEAD = 32 * 1024
MOST_LINES = 100
_request = re.compile(rb"([A-Z]{1,20}) (/|\*$|/[^\x00-\x20\x7f]*) HTTP/1\.([01])\r\n")
_line = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\x00-\x08\x0a-\x1f\x7f]*?)[ \t]*\r\n")
_length = re.compile(rb"[0-9]{1,15}")
_host = re.compile(rb"[A-Za-z0-9._~%!$&'()*+,;=:\[\]-]*")
ONCE = (b"host", b"content-length", b"transfer-encoding", b"content-type", b"authorization", b"origin")


class BadHead(ValueError):
    """A head that is not written as the standard says."""


def check_request_line(line: bytes) -> None:
    """Raise BadHead unless this is a request line of HTTP/1.0 or 1.1 for a path of this server."""
    if not _request.fullmatch(line):
        raise BadHead("the request line is malformed")


def check_lines(lines: Sequence[bytes], version: str) -> None:
    """Raise BadHead unless every header line is well formed and the length of the body is said once, in one way."""
    seen: dict[bytes, list[bytes]] = {}
    for line in lines:
        found = _line.fullmatch(line)
        if found is None:
            raise BadHead("a header line is malformed")
        seen.setdefault(found[1].lower(), []).append(found[2])
    for name in ONCE:
        if len(seen.get(name, ())) > 1:
            raise BadHead(f"{name.decode()} is given more than once")
    coding, length = seen.get(b"transfer-encoding"), seen.get(b"content-length")
    if coding and length:
        raise BadHead("content-length and transfer-encoding are given together")
    if coding and (coding[0].lower() != b"chunked" or version != "HTTP/1.1"):
        raise BadHead("the transfer-encoding is not chunked")
    if length and not _length.fullmatch(length[0]):
        raise BadHead("the content-length is not a number")
    host = seen.get(b"host")
    if (host is None and version == "HTTP/1.1") or (host and not _host.fullmatch(host[0])):
        raise BadHead("the host is missing or malformed")
