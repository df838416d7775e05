"""The body of a request: read within its time, never beyond its length; chunks are put together before anybody sees them."""

import errno
import re
import time
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO

from gevent import Timeout
from gevent.pywsgi import Input

from callbacks.http.head import BadHead

GRACE_SECONDS = 30.0
SLOWEST = 16 * 1024  # bytes a second, beyond the grace: a weak phone sends faster
IN_MEMORY = 64 * 1024
LONGEST_SIZE = 18
DRAINED = 10 * 1024 * 1024  # of a refused body, so that its sender reads why
_size = re.compile(rb"[0-9A-Fa-f]{1,15}\r\n")


class Slow(OSError):
    """The other side takes longer than anybody has to; treated as a connection that broke."""

    def __init__(self) -> None:
        super().__init__(errno.EPIPE, "the other side is too slow")


class TooMuch(ValueError):
    """A body in chunks is longer than its address takes."""


def seconds_for(length: int) -> float:
    """Return how long sending or taking so many bytes may last."""
    return GRACE_SECONDS + length / SLOWEST


class Body(Input):
    """gevent's body with a time by which it must have come; whoever is late is cut off."""

    __slots__ = ("_until", "broken")

    def __init__(self, rfile: Any, content_length: int | None, socket: Any = None) -> None:
        super().__init__(rfile, content_length, socket)
        self._until = 0.0
        self.broken = False

    def _do_read(self, length: int | None = None, use_readline: bool = False) -> bytes:
        if not self._until:
            self._until = time.monotonic() + seconds_for(self.content_length or 0)
        try:
            with Timeout(max(0.001, self._until - time.monotonic()), Slow()):
                return bytes(super()._do_read(length, use_readline))
        except OSError:
            self.broken = True
            raise

    def _discard(self) -> None:
        left = (self.content_length or 0) - self.position
        if self.broken or left > DRAINED:
            self.broken = True
        elif left > 0:
            super()._discard()


def joined(rfile: BinaryIO, most: int) -> tuple[BinaryIO, int]:
    """Return the body that comes in chunks as one file, and its length; no extensions, no trailers."""
    whole, length = SpooledTemporaryFile(IN_MEMORY), 0  # noqa: SIM115 (the request closes it)
    while True:
        line = rfile.readline(LONGEST_SIZE)
        if not _size.fullmatch(line):
            raise BadHead("the size of a chunk is malformed")
        size = int(line, 16)
        if length + size > most:
            raise TooMuch
        data = rfile.read(size + 2)
        if len(data) != size + 2 or not data.endswith(b"\r\n"):
            raise BadHead("a chunk does not end where it should")
        if size == 0:
            whole.seek(0)
            return whole, length  # type: ignore[return-value]
        whole.write(data[:-2])
        length += size
