"""How fast history comes in: the Boston quarter, read and stored, on a fresh database. Prints a table; asserts nothing.

Run: `python -m tests.load.bench_import [DATABASE_URL]`; without an address, SQLite in a temporary folder.
"""

import os
import resource
import shutil
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from datasources.database import Database
from datasources.district import BUNDLED, read_pack
from datasources.imports import import_file, records_of
from datasources.loading import load_pack
from datasources.reference import References

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
RECORDS = "requests-2011-q3.csv.gz"


def main(url: str | None = None) -> None:
    """Measure parsing, the whole import, and the same file again."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / RECORDS
        shutil.copy(BUNDLED / "boston" / "records" / RECORDS, path)
        database = Database(url or f"sqlite:///{folder}/bench.db")
        database.upgrade()
        with database.write() as session:
            load_pack(session, read_pack("boston"), NOW)
        references = References(database)
        parsing, parsing_cpu = _timed(lambda: sum(1 for _ in records_of(path, references.get(), NOW)))
        whole, whole_cpu = _timed(lambda: import_file(database, references, path, now=NOW).added)
        again, _ = _timed(lambda: import_file(database, references, path, now=NOW).held)
        rows = 31_828
        storing, storing_cpu = whole - parsing, whole_cpu - parsing_cpu
        print(f"import bench: {database.engine.dialect.name}, {os.cpu_count()} cores, {rows} rows")
        print(f"{'phase':<22}{'seconds':>9}{'rows/s':>9}{'cpu s':>8}")
        print(f"{'parsing (two passes)':<22}{parsing:>9.2f}{rows / parsing:>9.0f}{parsing_cpu:>8.2f}")
        print(f"{'storing':<22}{storing:>9.2f}{rows / storing:>9.0f}{storing_cpu:>8.2f}")
        print(f"{'whole import':<22}{whole:>9.2f}{rows / whole:>9.0f}{whole_cpu:>8.2f}")
        print(f"{'again, all held':<22}{again:>9.2f}{rows / again:>9.0f}")
        print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
        database.close()


def _timed(work) -> tuple[float, float]:  # type: ignore[no-untyped-def]
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


if __name__ == "__main__":
    main(*sys.argv[1:2])
