"""Every benchmark, one table: `make bench`, or `python -m tests.load.bench post claims` for some of them.

Each runs in a process of its own, bounded in time; nothing asserts a speed. The table is also kept in artefacts/bench.txt.
"""

import json
import os
import signal
import subprocess
import sys

from rich.console import Console

from tests import ROOT
from tests.load.places import POSTGRES, postgres, postgres_version
from tests.load.table import WIDTH, Row, draw, machine

KEPT = ROOT / "artefacts" / "bench.txt"
SECONDS = {
    "post": 120,
    "claims": 130,
    "import": 75,
    "memory": 70,
    "sockets": 45,
    "emergency": 40,
    "wall": 150,
    "wall_many": 200,
    "yardstick": 420,
    "desk": 120,
    "field": 60,
    "scores": 420,
    "soak": 170,
}  # 8 minutes for the server, 14 for the wall, 2 for the desk, 7 for the boards of a year


def measured(name: str, seconds: float, environment: dict[str, str]) -> tuple[list[Row], bool]:
    """Return (rows, whether all was measured) of one benchmark; one that ends badly or late says so in the table."""
    command = [sys.executable, "-m", f"tests.load.bench_{name}"]
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    try:
        said, errors = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGTERM)  # the benchmark and the servers it started
        said, errors = process.communicate()
        errors = f"not finished within {seconds:.0f} s\n"
    rows = [Row(**json.loads(line)) for line in said.splitlines() if line.startswith("{")]
    if process.returncode:
        rows.append(Row(name, "—", (errors.strip().splitlines() or ["ended without a word"])[-1]))
    return rows, not process.returncode


def main(names: list[str]) -> int:
    """Run the named benchmarks, or all, and draw the table; 1 when one of them could not measure."""
    unknown = [name for name in names if name not in SECONDS]
    if unknown:
        sys.stderr.write(f"No benchmark {', '.join(unknown)}; there are {', '.join(SECONDS)}\n")
        return 2
    console, rows, failed = Console(width=None if sys.stdout.isatty() else WIDTH), [], False
    with postgres() as url:
        on = machine(postgres_version(url))
        for name in names or SECONDS:
            console.print(f"measuring {name} (at most {SECONDS[name]} s) …", style="dim")
            found, is_whole = measured(name, SECONDS[name], {**os.environ, POSTGRES: url})
            rows += found
            failed |= not is_whole
    draw(rows, on, console)
    KEPT.parent.mkdir(exist_ok=True)
    with KEPT.open("w", encoding="utf-8") as file:
        draw(rows, on, Console(file=file, width=WIDTH))
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
