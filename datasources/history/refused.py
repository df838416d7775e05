"""The file of refused rows beside an imported one: `line,reason,` and the row as it was.

Law: it says the same after a killed import as after one run. It is on disk before the chunk it belongs to is committed;
on resuming, what it holds beyond the last committed line is cut off.
"""

import csv
import itertools
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from dashboard.rules.refusals import Refusal

OURS = ("line", "reason")
Row = tuple[int, str, Sequence[str]]  # physical line, reason, cells


class RefusedFile:
    """Refused rows of one file; nothing is created before there is one."""

    def __init__(self, source: Path, header: Sequence[str]) -> None:
        self.path = source.with_name(source.name + ".refused.csv")
        # the records' own "reason" or "line" must not hide ours
        self._header = [f"original_{name}" if name in OURS else name for name in header]

    def clear(self) -> None:
        """Forget an earlier import of another content."""
        self.path.unlink(missing_ok=True)

    def cut(self, line: int, count: int) -> bool:
        """Keep the rows up to a physical line; return whether these are the `count` that were committed."""
        if not self.path.is_file():
            return count == 0
        with self.path.open(encoding="utf-8", newline="") as held:
            rows = list(csv.reader(held))[1:]
        kept = [row for row in rows if row and row[0].isdigit() and int(row[0]) <= line]
        if len(kept) != count:
            return False
        self.clear()
        self.add([(int(row[0]), row[1], row[2:]) for row in kept])
        return True

    def rows(self) -> Iterator[list[str]]:
        """Yield the cells of every refused row, as they were."""
        with self.path.open(encoding="utf-8", newline="") as held:
            for row in itertools.islice(csv.reader(held), 1, None):
                yield row[2:]

    def add(self, rows: Sequence[Row]) -> None:
        """Append rows and bring them to the disk."""
        if not rows:
            return
        try:
            fresh = not self.path.is_file()
            with self.path.open("a", encoding="utf-8", newline="") as held:
                writer = csv.writer(held)
                if fresh:
                    writer.writerow((*OURS, *self._header))
                writer.writerows((line, reason, *cells) for line, reason, cells in rows)
                held.flush()
                os.fsync(held.fileno())
        except OSError as error:
            raise Refusal("写不了拒收文件 {name}，请检查文件夹权限", name=self.path.name) from error
