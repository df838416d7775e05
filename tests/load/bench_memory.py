"""What the one process holds with a long history: 100,000 events in the database, 5,000 of them open, the wall loaded.

`python -m tests.load.bench memory`.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from datasources.districts.reference import References
from tests.load.bench_queries import NOW, fill
from tests.load.bench_wall import rest
from tests.load.places import loaded, memory_mb
from tests.load.table import Row, speak
from tests.support import product

EVENTS, OPEN_EVENTS = 100_000, 5_000
SETTLED_SECONDS = 20.0


def rows() -> Iterator[Row]:
    """Fill a database, start the product on it, fetch the wall's snapshot, look."""
    with tempfile.TemporaryDirectory(prefix="grid-bench-") as root:
        folder = Path(root)
        database = loaded(f"sqlite:///{folder / 'huli.db'}")
        fill(database, References(database).get(), EVENTS, OPEN_EVENTS)
        database.close()
        running = product.start(folder, "--no-demo", "--clock-start", NOW.isoformat())
        try:
            (token,) = product.token_for(folder, "screen")
            _, before = running.ask("/api/v1/feed/snapshot", token=token)
            rest(SETTLED_SECONDS)
            _, snapshot = running.ask("/api/v1/feed/snapshot", token=token)
            now, most = memory_mb(running.process.pid), memory_mb(running.process.pid, "VmHWM")
        finally:
            running.stop()
    shown = max(len(rows) for rows in (*before.values(), *snapshot.values()) if isinstance(rows, list))
    yield Row(
        f"memory with {EVENTS:,} events, {OPEN_EVENTS:,} open",
        "≤ 400 MB",
        f"{now:,.0f} MB after {SETTLED_SECONDS:.0f} s (at most {most:,.0f} MB); {shown:,} rows in the wall's snapshot",
        "SQLite, the one process",
    )


if __name__ == "__main__":
    speak(rows)
