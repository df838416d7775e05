"""Browsers that poll, simulated: each posts the same body every second and reads the answer.

Run: python -m tests.load.poll PORT PATH COUNT SECONDS, the body on standard input; prints {"bytes", "answers", "late", "failed"}.
"""

from gevent import monkey

if __name__ == "__main__":
    monkey.patch_all()

import http.client
import json
import random
import sys
import time

import gevent


def caller(port: int, path: str, body: str, end: float, facts: dict[str, float]) -> None:
    """Ask every second, like a browser whose next question waits for no answer but its own turn."""
    gevent.sleep(random.random())
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    while (turn := time.monotonic()) < end:
        line.request("POST", path, body, {"Content-Type": "application/json"})
        answer = line.getresponse()
        facts["bytes"] += len(answer.read()) + 200
        facts["answers"] += 1
        facts["failed"] += answer.status != 200
        took = time.monotonic() - turn
        facts["late"] += took > 1
        gevent.sleep(max(0.0, 1 - took))


def main(port: str, path: str, count: str, seconds: str) -> None:
    """Poll with so many callers and say what came."""
    body, facts = sys.stdin.read(), {"bytes": 0.0, "answers": 0.0, "late": 0.0, "failed": 0.0}
    end = time.monotonic() + float(seconds)
    gevent.joinall([gevent.spawn(caller, int(port), path, body, end, facts) for _ in range(int(count))])
    print(json.dumps(facts), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:5])
