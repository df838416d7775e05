"""A web process behind the live door, and a Socket.IO client by hand, for the tests of sockets and of the browser."""

import select
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.live_world import World

__all__ = ["door"]


class Door:
    """A running web process and the folder that disables accounts."""

    def __init__(self, port: int, folder: Path) -> None:
        self.port, self.folder = port, folder

    def disable(self, account: str) -> None:
        (self.folder / account).touch()


@pytest.fixture
def door(sqlite_world: World, tmp_path: Path) -> Iterator[Door]:
    disabled = tmp_path / "disabled"
    disabled.mkdir()
    port_file = tmp_path / "port"
    command = [
        sys.executable,
        "-m",
        "tests.support.live_server",
        sqlite_world.db.url,
        sqlite_world.embedded.url,
    ]
    server = subprocess.Popen([*command, str(disabled), str(port_file)], stdin=subprocess.DEVNULL)
    while not (port_file.exists() and port_file.read_text()):
        assert server.poll() is None, "the server ended"
        select.select([], [], [], 0.05)
    yield Door(int(port_file.read_text()), disabled)
    server.kill()
    server.wait()
