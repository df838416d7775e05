"""What the API layer costs per report, with the Flask test client: single posts, keyed posts, batches of 1000.

Run: python -m tests.load.bench_api [--profile]. Prints a table; asserts nothing.
"""

import argparse
import cProfile
import os
import pstats
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.support.api_world import BEARER, open_app


def body(number: int) -> dict:
    """Return a report of an everyday kind."""
    return {
        "title": f"占道经营 {number}",
        "description": "人行道被摊位占用",
        "category": "S0406",
        "lng": 118.10 + number % 50 * 0.001,
        "lat": 24.50 + number % 40 * 0.001,
        "source": "grid_worker",
        "reporter": {"name": "网格员", "phone": "13800000000"},
    }


def timed(work: Callable[[int], None], times: int) -> tuple[float, float]:
    """Return (median, worst) milliseconds of a call."""
    took = []
    for number in range(times):
        began = time.perf_counter()
        work(number)
        took.append((time.perf_counter() - began) * 1000)
    took.sort()
    return took[len(took) // 2], took[-1]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--profile", action="store_true")
    asked = parser.parse_args()
    app = open_app(Path(tempfile.mkdtemp(prefix="grid-bench-")))
    client, headers = app.client, app.token("operator", BEARER)

    def post(number: int) -> None:
        assert client.post("/api/v1/events", json=body(number), headers=headers).status_code == 201

    def keyed(number: int) -> None:
        more = {**headers, "Idempotency-Key": f"k{number}"}
        assert client.post("/api/v1/events", json=body(number), headers=more).status_code == 201

    def batch(_number: int) -> None:
        many = {"events": [body(number) for number in range(1000)]}
        assert client.post("/api/v1/events/batch", json=many, headers=headers).status_code == 200

    def commit(number: int) -> None:
        with app.runtime.database.write() as session:
            session.connection().exec_driver_sql("UPDATE district SET name = name")

    post(0)
    profile = cProfile.Profile()
    if asked.profile:
        profile.enable()
    print(f"cores: {os.cpu_count()}")
    for name, work, times in (
        ("an empty commit", commit, 100),
        ("POST /events", post, 300),
        ("POST /events with a key", keyed, 300),
        ("POST /events/batch of 1000", batch, 5),
    ):
        middle, worst = timed(work, times)
        print(f"{name:32} median {middle:8.2f} ms   worst {worst:8.2f} ms")
    if asked.profile:
        profile.disable()
        pstats.Stats(profile).sort_stats("cumulative").print_stats(45)


if __name__ == "__main__":
    main()
