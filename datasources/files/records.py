"""Reads a table of records (CSV, compressed or not, or an Excel sheet) as a stream, with the physical line of every row.

Law: what cannot be read as a whole is refused in one sentence before the first row is given out.
"""

import csv
import gzip
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from dashboard.rules.refusals import Refusal
from dashboard.rules.text import clean
from datasources.files import encodings, worksheets

DELIMITERS = (",", ";", "\t", "|")
DELIMITER_WORDS = {",": "逗号", ";": "分号", "\t": "制表符", "|": "竖线"}


@dataclass(frozen=True, slots=True)
class Line:
    """One row: the physical line it begins on, its cells, or why it cannot be read (a Chinese sentence)."""

    number: int
    cells: list[str]
    fault: str = ""


@dataclass(frozen=True)
class Table:
    """A readable file: its columns and how to read it again; `digest` is the SHA-256 of what it holds."""

    path: Path
    header: tuple[str, ...]
    digest: str
    encoding: str = ""
    delimiter: str = ""

    def rows(self) -> Iterator[Line]:
        """Yield every row below the header that is not empty."""
        lines = _sheet(self.path) if _is_sheet(self.path) else self._csv()
        next(lines, None)
        for line in lines:
            if line.fault or any(cell.strip() for cell in line.cells):
                yield line

    def _csv(self) -> Iterator[Line]:
        with (
            _opened(self.path) as raw,
            io.TextIOWrapper(raw, encoding=self.encoding, newline="") as text,
        ):
            yield from _parsed(csv.reader(text, delimiter=self.delimiter, strict=True))


def open_table(path: Path, delimiter: str | None = None, encoding: str | None = None) -> Table:
    """Return the table in a file; `delimiter` None means: found out from the header, `encoding` None: from its bytes.

    Raises Refusal when it is missing, empty, not a table, or in an encoding that is not the one stated or cannot be told.
    """
    if not path.is_file():
        raise Refusal("找不到文件 {name}", name=path.name)
    if path.suffix.lower() == ".xls":
        raise Refusal("{name} 是旧版 Excel 文件，请另存为 .xlsx 或 CSV", name=path.name)
    if _is_sheet(path):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        first = next(_sheet(path), None)
        return Table(path, _header(path, first.cells if first else []), digest)
    found_encoding, digest = encodings.scan(path, _opened, encoding)
    with _opened(path) as raw, io.TextIOWrapper(raw, encoding=found_encoding, newline="") as text:
        sample = text.readline()
    found = _delimiter(sample)
    if delimiter is not None and found != delimiter and delimiter not in sample:
        raise Refusal(
            "{name} 的表头以{found}分隔，而映射写明的是{wanted}",
            name=path.name,
            found=DELIMITER_WORDS.get(found, found),
            wanted=DELIMITER_WORDS.get(delimiter, delimiter),
        )
    table = Table(path, (), digest, found_encoding, delimiter or found)
    first = next(table._csv(), None)
    return Table(path, _header(path, first.cells if first else []), digest, found_encoding, table.delimiter)


def _header(path: Path, cells: list[str]) -> tuple[str, ...]:
    header = tuple(clean.line(cell) for cell in cells)
    if not any(header):
        raise Refusal("文件 {name} 没有表头", name=path.name)
    doubled = next((name for name in header if name and header.count(name) > 1), None)
    if doubled is not None:
        raise Refusal("文件 {name} 的表头里“{column}”出现多次", name=path.name, column=doubled)
    return header


def _is_sheet(path: Path) -> bool:
    return path.suffix.lower() == ".xlsx"


def _opened(path: Path) -> BinaryIO:
    opener: Any = gzip.open if path.suffix.lower() == ".gz" else open
    return opener(path, "rb")


def _delimiter(sample: str) -> str:
    """Return the delimiter that splits the header into most columns."""
    widths = {mark: len(next(csv.reader([sample], delimiter=mark), [])) for mark in DELIMITERS}
    return max(DELIMITERS, key=lambda mark: widths[mark])


def _parsed(reader: Any) -> Iterator[Line]:
    while True:
        number = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            last = reader.line_num
            yield Line(number, [], f"第 {number} 行到第 {last} 行读不出来：引号没有配对，或单元格过长")
            continue
        yield Line(number, cells)


def _sheet(path: Path) -> Iterator[Line]:
    """Yield the rows of the first sheet of an Excel file, all as wide as its head."""
    width = 0
    for number, cells in enumerate(worksheets.rows(path), start=1):
        while len(cells) > width and cells and not cells[-1]:
            cells.pop()  # Excel drops empty cells at the end of a row, or keeps some too many
        width = width or len(cells)
        yield Line(number, cells + [""] * (width - len(cells)))
