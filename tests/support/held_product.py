"""The whole product on a clock that stands until it is told to go on: a process of its own, run with `command()`.

Every line on its standard input is a number of seconds; the clock goes on by them, what is due then is done, and the
moment is answered in a line. So a slow machine takes longer over a drill and does nothing else in it.
"""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from gevent import monkey

if __name__ == "__main__":  # before everything else, and only in a process of its own
    monkey.patch_all()

from gevent.fileobject import FileObject

import app
from callbacks.cli import commands
from dashboard import clock
from dashboard.loops import Loop
from dashboard.runtime.runtime import Runtime
from dashboard.sweeps import deadlines
from tests.support import product
from tests.support.product import Product

TOLD = "clock: "  # an answer among the lines of the log


@dataclass
class Held(Product):
    """A running product whose clock stands."""

    def forward(self, seconds: float) -> datetime:
        """Let the clock go on, and the sweeps with it; return its moment then."""
        pipe, answers = self.process.stdin, self.process.stdout
        assert pipe is not None and answers is not None
        pipe.write(f"{seconds}\n")
        pipe.flush()
        told = next(line for line in answers if line.startswith(TOLD))
        return datetime.fromisoformat(told.removeprefix(TOLD).strip())


@contextmanager
def start(folder: Path, begins: datetime) -> Iterator[Held]:
    """Run the product, nobody in it, on a clock that stands at `begins`."""
    words = ("--no-demo", "--clock-start", begins.isoformat())
    running = product.start(folder, *words, program=("-m", __name__), stdin=subprocess.PIPE)
    with Held(running.address, running.process) as held:
        yield held


def create_app(runtime: Runtime, role: str) -> app.Product:
    """Return the product on a clock moved by hand; its sweeps come with the clock and not by themselves, and count as done."""
    hand = clock.HandClock(clock.now())
    clock.use(hand)
    made = app.create_app(runtime, role)
    made.loops = [loop for loop in made.loops if loop.name != "clock"]
    made.loops.append(
        Loop("clock", lambda: [runtime.beats.done(one.__name__) for one in deadlines.SWEEPS], 0.5)
    )
    threading.Thread(target=obey, args=(runtime, hand), daemon=True).start()
    return made


def obey(runtime: Runtime, hand: clock.HandClock) -> None:
    """Go on by what each line says."""
    for line in FileObject(sys.stdin.buffer, "rb"):
        deadlines.tick(runtime.database, runtime.reference, hand.forward(seconds=float(line)))
        print(f"{TOLD}{hand.now().isoformat()}", flush=True)


if __name__ == "__main__":
    sys.exit(commands.main(sys.argv[1:], create_app))
