"""New events at a steady pace over real HTTP, in a process of its own: `python -m tests.load.stream ADDRESS TOKEN PER_SECOND SECONDS`."""

import random
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.load.hundred_thousand import KINDS
from tests.load.wall_page import spots
from tests.support.product import Product

BATCHES = 10  # a second, at most


def main(address: str, token: str, per_second: str, seconds: str) -> None:
    """Post batches until the time is over; what the server cannot take in time is not made up for."""
    running = Product(address, None, token)  # type: ignore[arg-type]
    places, dice = spots(running), random.Random(3)
    pace = float(per_second)
    batches = min(BATCHES, pace)
    began, sent = time.monotonic(), 0
    while (passed := time.monotonic() - began) < float(seconds):
        events = []
        for _ in range(max(1, round(pace / batches))):
            lng, lat = dice.choice(places)
            events.append(
                {"title": dice.choice(KINDS), "source": "grid_worker", "category": "S0406"}
                | {"lng": lng + dice.uniform(-1e-4, 1e-4), "lat": lat + dice.uniform(-1e-4, 1e-4)}
            )
        status, said = running.ask("/api/v1/events/batch", {"events": events})
        sent += sum(one["status"] == 201 for one in said["results"]) if status == 200 else 0
        select.select([], [], [], max(0.0, 1 / batches - (time.monotonic() - began - passed)))
    print(f"{sent / (time.monotonic() - began):.1f}", flush=True)


class Stream:
    """A running stream; `pace` is known once it has ended."""

    pace = 0.0


@contextmanager
def stream(address: str, token: str, per_second: float, seconds: float) -> Iterator[Stream]:
    """Report events beside what the benchmark does; it ends by itself after `seconds`."""
    command = [sys.executable, "-m", "tests.load.stream", address, token, str(per_second), str(seconds)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    running = Stream()
    try:
        yield running
        said, _ = process.communicate(timeout=seconds + 60)
        running.pace = float(said or 0)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(timeout=10)


if __name__ == "__main__":
    main(*sys.argv[1:5])
