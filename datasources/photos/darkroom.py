"""Where pictures are developed: each in a process of its own that is ended when it takes too long or dies of its limits.

Staff and strangers queue apart, so that whoever sends bombs from the street waits for nobody but the street.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, tzinfo
from pathlib import Path

from dashboard.rules.refusals import Refusal
from datasources.photos.developing import BROKEN, Picture, unpacked

ROOT = Path(__file__).resolve().parents[2]
SECONDS = (
    60.0  # of the clock on the wall, for one picture; its processor time is bounded by the process itself
)
PATIENCE = 90.0  # how long one waits for the turn
COMMAND = (sys.executable, "-m", "datasources.photos.developing")


class Busy(Refusal):
    """Too many wait for their turn already."""

    status = 429


class Lane:
    """A queue: one picture at a time, a few waiting, the rest told to come again."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._turn = threading.Semaphore(1)
        self._here = 0

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for the turn; Busy when too many do, or when it does not come."""
        if self._here > self._most:
            raise Busy("现在传照片的人太多，请稍后再试", field="file")
        self._here += 1
        try:
            if not self._turn.acquire(timeout=PATIENCE):
                raise Busy("现在传照片的人太多，请稍后再试", field="file")
            try:
                yield
            finally:
                self._turn.release()
        finally:
            self._here -= 1


STAFF, STRANGERS = Lane(32), Lane(8)


def developed(data: bytes, lane: Lane, tz: tzinfo = UTC) -> Picture:
    """Return a picture written anew by a process of its own; Refusal for what is none or breaks the process."""
    with lane.turn():
        process = subprocess.Popen(
            COMMAND,
            cwd=ROOT,
            env={name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        try:
            told, _ = process.communicate(data, timeout=SECONDS)
        except subprocess.TimeoutExpired:
            told = b""
        finally:
            process.kill()
            process.wait()
    try:
        return unpacked(told, tz)
    except (ValueError, KeyError, TypeError) as error:
        raise Refusal(BROKEN, field="file") from error
