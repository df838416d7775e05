"""A program's process made by forking one that has loaded everything: a start costs a tenth of what it costs anew.

`python -m tests.support.forked MODULE FD` loads MODULE, which has `main(words)`, and forks for every request on the socket
FD. What is forked runs on a folder, an environment and pipes of its own, as if it had been started.
"""

import array
import contextlib
import gc
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import IO, Any

from gevent import monkey

if __name__ == "__main__":  # before everything else, and only in a process of its own
    monkey.patch_all()

ROOT = Path(__file__).parents[2]
MOST = 1 << 17  # bytes of a request: an environment
CAN = hasattr(os, "pidfd_open") and hasattr(os, "memfd_create")


class Child:
    """A forked process: what `subprocess.Popen` is to a started one."""

    def __init__(self, parent: "Parent", pid: int, stdout: IO[str] | None = None) -> None:
        self.parent, self.pid, self.stdout = parent, pid, stdout
        self.returncode: int | None = None
        self._ended = os.pidfd_open(pid)

    def poll(self) -> int | None:
        """Return the exit code, or None while it runs."""
        return self._wait(0)

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit code when it has ended."""
        code = self._wait(timeout)
        if code is None:
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
        return code

    def send_signal(self, number: int) -> None:
        """Send it a signal."""
        if self.poll() is None:
            signal.pidfd_send_signal(self._ended, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it as a power cut would."""
        self.send_signal(signal.SIGKILL)

    def _wait(self, timeout: float | None) -> int | None:
        if self.returncode is None and select.select([self._ended], [], [], timeout)[0]:
            self.returncode = self.parent.ask({"reap": self.pid})["code"]
            os.close(self._ended)
        return self.returncode


class Parent:
    """The process that has loaded a module, and forks."""

    def __init__(self, module: str) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        words = [sys.executable, "-m", "tests.support.forked", module, str(theirs.fileno())]
        self._process = subprocess.Popen(words, cwd=ROOT, pass_fds=[theirs.fileno()])
        theirs.close()
        self._socket, self._turn = ours, threading.Lock()

    def ask(self, asked: dict[str, Any], fds: Sequence[int] = ()) -> dict[str, Any]:
        """Send a request with open files, return the answer."""
        with self._turn:
            socket.send_fds(self._socket, [json.dumps(asked).encode()], list(fds))
            return dict(json.loads(self._socket.recv(MOST)))

    def start(self, words: Sequence[str], env: Mapping[str, str], files: Sequence[int]) -> int:
        """Fork a process on three open files (its input, output and errors); return its id."""
        return int(self.ask({"words": list(words), "env": dict(env)}, files)["pid"])


@cache
def parent(module: str) -> Parent:
    """Return the one process of ours that has loaded a module."""
    return Parent(module)


def start(module: str, words: Sequence[str], env: Mapping[str, str]) -> Child:
    """Start a module's program; its output and errors are one text stream, its input is empty."""
    said, out = os.pipe()
    with os.fdopen(out), Path(os.devnull).open() as nothing:
        pid = parent(module).start(words, env, (nothing.fileno(), out, out))
    return Child(parent(module), pid, os.fdopen(said, encoding="utf-8", errors="replace"))


def run(
    module: str, words: Sequence[str], env: Mapping[str, str], within: float
) -> subprocess.CompletedProcess[str]:
    """Carry out a module's program to its end."""
    with contextlib.ExitStack() as kept:
        files = [kept.enter_context(os.fdopen(os.memfd_create(name), "w+")) for name in ("out", "err")]
        nothing = kept.enter_context(Path(os.devnull).open())
        pid = parent(module).start(words, env, [nothing.fileno(), *(one.fileno() for one in files)])
        code = Child(parent(module), pid).wait(within)
        said = [(one.seek(0), one.read())[1] for one in files]
    return subprocess.CompletedProcess(list(words), code, *said)


# ---- the other side ---------------------------------------------------------------------------------------


def serve(module: str, number: int) -> int:
    """Load a module and fork for every request until the socket is closed; return the code of a child's end."""
    Socket = monkey.get_original("socket", "socket")
    program = importlib.import_module(module)
    gc.collect()
    gc.freeze()
    with Socket(fileno=number) as asking:
        while True:
            text, fds = _received(asking)
            if not text:
                return 0
            asked = json.loads(text)
            if "reap" in asked:
                code = os.waitstatus_to_exitcode(os.waitpid(asked["reap"], 0)[1])
                asking.send(json.dumps({"code": code}).encode())
                continue
            pid = os.fork()
            if not pid:
                break
            for one in fds:
                os.close(one)
            asking.send(json.dumps({"pid": pid}).encode())
    _become(asked["env"], fds)
    return int(program.main(asked["words"]) or 0)


def _received(asking: Any) -> tuple[bytes, list[int]]:
    found = array.array("i")
    room = socket.CMSG_LEN(3 * found.itemsize)
    text, said, _, _ = asking.recvmsg(MOST, room)
    for _level, kind, data in said:
        if kind == socket.SCM_RIGHTS:
            found.frombytes(data[: len(data) - len(data) % found.itemsize])
    return text, list(found)


def _become(env: Mapping[str, str], fds: Sequence[int]) -> None:
    for place, one in enumerate(fds):
        os.dup2(one, place)
    for one in set(fds):
        if one > 2:
            os.close(one)
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", buffering=1, closefd=False)
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False)
    os.environ.clear()
    os.environ.update(env)


if __name__ == "__main__":
    sys.exit(serve(sys.argv[1], int(sys.argv[2])))
