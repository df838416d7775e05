"""One browser's websocket, written to directly: a frame is encoded once per room and sent by one system call each.

python-engineio would queue every packet for a greenlet per client and let wsproto frame it anew for each.
A client that falls behind is cut off; it comes back and resumes, or takes a snapshot.
"""

import socket
from collections import deque
from contextlib import suppress
from typing import Any

import gevent
from engineio.async_drivers.gevent import WebSocketWSGI

from callbacks.live.pace import MOST_MESSAGES, MOST_SUBSCRIBES, Pace

MOST_BYTES = 1_000_000
MOST_FRAMES = 1000
SEND_BUFFER = 256 * 1024


def text_frame(text: str) -> bytes:
    """Return a server's websocket text frame (RFC 6455 §5.2: final, not masked, no extension)."""
    payload = text.encode()
    size = len(payload)
    if size < 126:
        return bytes((0x81, size)) + payload
    if size < 65536:
        return b"\x81\x7e" + size.to_bytes(2, "big") + payload
    return b"\x81\x7f" + size.to_bytes(8, "big") + payload


class Wire(WebSocketWSGI):
    """The websocket class given to engine.io: everything sent goes through `push`, so nothing interleaves."""

    def __init__(self, handler: Any, server: Any) -> None:
        super().__init__(handler, server)
        handler.__self__.wire = self  # engine.io's socket of this client, found again by its sid
        self._waiting: deque[memoryview] = deque()
        self._bytes = 0
        self._flusher: gevent.Greenlet | None = None
        self._sock: Any = None
        self.dropped = False
        self._pace = Pace(MOST_MESSAGES)
        self.subscribes = Pace(MOST_SUBSCRIBES)

    def wait(self) -> Any:
        """Return the next message of the browser, None when it has gone or says more than a listener has to."""
        message = super().wait()
        if message is None or (self._pace.allows() and not self.dropped):
            return message
        self.drop()
        self.ws.connected = False  # what it has sent already is not even read
        return None

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        # simple-websocket would accept permessage-deflate and compress each broadcast once per client
        environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
        return super().__call__(environ, start_response)

    def send(self, message: str) -> None:
        """Send one engine.io packet."""
        self.push(text_frame(message))

    def push(self, frame: bytes) -> None:
        """Send a frame now as far as the socket takes it; the rest waits, within limits."""
        if self.dropped:
            return
        view = memoryview(frame)
        if not self._waiting:
            try:
                sent = self._socket()._sock.send(view)
            except BlockingIOError:
                sent = 0
            except OSError:
                self.drop()
                return
            if sent == len(view):
                return
            view = view[sent:]
        self._waiting.append(view)
        self._bytes += len(view)
        if self._bytes > MOST_BYTES or len(self._waiting) > MOST_FRAMES:
            self.drop()
        elif self._flusher is None:
            self._flusher = gevent.spawn(self._flush)

    def drop(self) -> None:
        """Cut the connection without ceremony: the browser reconnects by itself."""
        self.dropped = True
        self._waiting.clear()
        self._bytes = 0
        with suppress(OSError):
            self._socket().shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        with suppress(OSError):
            super().close()

    def _socket(self) -> Any:
        if self._sock is None:
            self._sock = self.ws.sock
            self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        return self._sock

    def _flush(self) -> None:
        try:
            while self._waiting:
                frame = self._waiting[0]
                self._socket().sendall(frame)
                if self._waiting and self._waiting[0] is frame:
                    self._waiting.popleft()
                    self._bytes -= len(frame)
        except OSError:
            self.drop()
        finally:
            self._flusher = None
