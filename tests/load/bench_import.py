"""How fast history comes in: the Boston quarter, read and stored, on fresh databases. Asserts nothing.

`python -m tests.load.bench import`.
"""

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from datasources.districts.loading import load_pack
from datasources.districts.pack.folder import BUNDLED
from datasources.districts.pack.reading import read_pack
from datasources.districts.reference import References
from datasources.history.imports import ImportJob, import_file, records_of
from datasources.store.database import Database
from tests.load.places import addresses
from tests.load.table import Row, speak

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
RECORDS = "requests-2011-q3.csv.gz"
ROWS = 31_828


def rows() -> Iterator[Row]:
    """Import the quarter on both databases; once each, a run is long enough to speak for itself."""
    with addresses() as places:
        for name, url, _ in places:
            parsing, whole, again = measure(url)
            storing = ROWS / (whole - parsing)
            words = f"{storing:,.0f} rows/s after parsing, {ROWS / whole:,.0f} in all; the file again {again:.1f} s"
            yield Row(
                "import of the Boston quarter, 31,828 rows", "≥ 3,000 rows/s after parsing", words, name
            )


def measure(url: str) -> tuple[float, float, float]:
    """Return the seconds of parsing (as often as the import parses), of the whole import, and of the same file again."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / RECORDS
        shutil.copy(BUNDLED / "boston" / "records" / RECORDS, path)
        database = Database(url)
        database.upgrade()
        with database.write() as session:
            load_pack(session, read_pack("boston"), NOW)
        references = References(database)
        parsing = _timed(lambda: sum(1 for _ in records_of(path, references.get(), NOW)))
        whole = _timed(lambda: import_file(database, references, ImportJob(path, NOW)).added)
        again = _timed(lambda: import_file(database, references, ImportJob(path, NOW)).held)
        database.close()
        return parsing, whole, again


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    speak(rows)
