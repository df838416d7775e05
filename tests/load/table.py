"""The one table of the benchmarks: rows of what | budget | measured | on, and the machine they were measured on.

Numbers are for reading: nothing here or in any benchmark asserts a speed.
"""

import json
import os
import platform
import sqlite3
import statistics
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import NamedTuple

from rich import box
from rich.console import Console
from rich.table import Table

WIDTH = 150


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    what: str
    budget: str
    measured: str
    on: str = ""


class Machine(NamedTuple):
    """What a number means nothing without."""

    cores: int
    memory_gb: float
    python: str
    sqlite: str
    postgresql: str
    load: float


def machine(postgresql: str) -> Machine:
    """Return the machine as it is now; the version of PostgreSQL is given."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    version = sqlite3.sqlite_version
    return Machine(
        os.cpu_count() or 1, memory, platform.python_version(), version, postgresql, os.getloadavg()[0]
    )


def spread(values: Sequence[float], unit: str, digits: int = 0) -> str:
    """Return "median (min–max of n runs) unit"."""
    if not values:
        return "—"
    middle, low, high = statistics.median(values), min(values), max(values)
    return f"{middle:,.{digits}f} {unit} ({low:,.{digits}f}–{high:,.{digits}f}, {len(values)} runs)"


def share(values: Sequence[float], part: float) -> float:
    """Return the value that `part` of the values do not exceed; a RuntimeError when there are none to speak of."""
    ordered = sorted(values)
    if not ordered:
        raise RuntimeError("nothing was measured")
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def draw(rows: Iterable[Row], on: Machine, console: Console) -> None:
    """Print the table; plain characters where nobody looks at a terminal."""
    console.print(
        f"{on.cores} cores, {on.memory_gb:.0f} GB, Python {on.python}, SQLite {on.sqlite}, "
        f"PostgreSQL {on.postgresql}, load {on.load:.2f} at start"
    )
    table = Table(box=box.ROUNDED if console.is_terminal else box.MARKDOWN)
    for name in ("what", "budget", "measured: median (min–max)", "on"):
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(row.what, row.budget, row.measured, row.on)
    console.print(table)


def speak(measure: Callable[[], Iterable[Row]]) -> None:
    """Print the rows of one benchmark, one JSON line each, as soon as it is measured: `bench.py` reads them."""
    for row in measure():
        sys.stdout.write(json.dumps(asdict(row), ensure_ascii=False) + "\n")
        sys.stdout.flush()
