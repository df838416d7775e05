"""Sockets of many walls in a process of their own, read as cheaply as possible: `python -m tests.load.crowd PORT TOKEN COUNT`.

Says `ready`, then answers each line of standard input with {"bytes", "open"} of what came so far.
"""

from gevent import monkey

if __name__ == "__main__":
    monkey.patch_all()

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import gevent
from gevent.fileobject import FileObject

from tests.load.bench_sockets import Screen

TOPICS = '421["subscribe",{"topics":["events","views","alerts"],"since":null}]'


class Wall(Screen):
    """A wall's socket that counts its bytes."""

    size, is_open = 0, True

    def listen(self) -> None:
        """Read on until the socket ends; answer the server's pings."""
        while data := self.socket.recv(65536):
            self.size += len(data)
            if b"\x81\x012" in data:
                self.say("3")
        self.is_open = False


def main(port: str, token: str, count: str) -> None:
    """Open the sockets, then answer."""
    walls = []
    for _ in range(int(count)):
        walls.append(Wall(int(port), token))
        gevent.spawn(walls[-1].listen)
        gevent.sleep(0.005)
    gevent.sleep(2)  # every handshake is answered: what is sent before that is lost
    for wall in walls:
        wall.say("40")
        wall.say(TOPICS)
    gevent.sleep(2)
    print("ready", flush=True)
    for _line in FileObject(sys.stdin, "r"):
        facts = {"bytes": sum(wall.size for wall in walls), "open": sum(wall.is_open for wall in walls)}
        print(json.dumps(facts), flush=True)


class Crowd:
    """A running crowd, seen from the benchmark."""

    def __init__(self, process: subprocess.Popen[str], count: int) -> None:
        self._process, self.count = process, count

    def ask(self) -> dict[str, int]:
        """Return {"bytes", "open"} so far."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return dict(json.loads(self._process.stdout.readline()))


@contextmanager
def crowd(port: int, token: str, count: int) -> Iterator[Crowd]:
    """Give so many further screens for a while."""
    command = [sys.executable, "-m", "tests.load.crowd", str(port), token, str(count)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        if process.stdout.readline().strip() != "ready":
            raise RuntimeError("the crowd did not come in")
        yield Crowd(process, count)
    finally:
        process.kill()
        process.wait(timeout=10)


if __name__ == "__main__":
    main(*sys.argv[1:4])
