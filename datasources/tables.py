"""Reads a table of records (CSV, compressed or not, or an Excel sheet) as a stream, with the physical line of every row.

Law: what cannot be read as a whole is refused in one sentence before the first row is given out.
"""

import codecs
import csv
import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO

from dashboard.rules.refusals import Refusal

DELIMITERS = (",", ";", "\t", "|")
DELIMITER_WORDS = {",": "逗号", ";": "分号", "\t": "制表符", "|": "竖线"}
BLOCK = 1 << 20
UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


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


def open_table(path: Path, delimiter: str | None = None) -> Table:
    """Return the table in a file; `delimiter` None means: found out from the header.

    Raises Refusal when it is missing, empty, not a table, or in an encoding that is neither UTF-8 nor GB18030.
    """
    if not path.is_file():
        raise Refusal("找不到文件 {name}", name=path.name)
    if path.suffix.lower() == ".xls":
        raise Refusal("{name} 是旧版 Excel 文件，请另存为 .xlsx 或 CSV", name=path.name)
    if _is_sheet(path):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        first = next(_sheet(path), None)
        return Table(path, _header(path, first.cells if first else []), digest)
    encoding, digest = _scan(path)
    with _opened(path) as raw, io.TextIOWrapper(raw, encoding=encoding, newline="") as text:
        sample = text.readline()
    found = _delimiter(sample)
    if delimiter is not None and found != delimiter and delimiter not in sample:
        raise Refusal(
            "{name} 的表头以{found}分隔，而映射写明的是{wanted}",
            name=path.name,
            found=DELIMITER_WORDS.get(found, found),
            wanted=DELIMITER_WORDS.get(delimiter, delimiter),
        )
    table = Table(path, (), digest, encoding, delimiter or found)
    first = next(table._csv(), None)
    return Table(path, _header(path, first.cells if first else []), digest, encoding, table.delimiter)


def _header(path: Path, cells: list[str]) -> tuple[str, ...]:
    header = tuple(cell.strip() for cell in cells)
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


def _scan(path: Path) -> tuple[str, str]:
    """Return the encoding and digest of a whole text file; every byte is looked at, so reading it later cannot fail."""
    whole, fits = hashlib.sha256(), {"utf-8": True, "gb18030": True}
    decoders = {name: codecs.getincrementaldecoder(name)() for name in fits}
    start = b""
    try:
        with _opened(path) as raw:
            while block := raw.read(BLOCK):
                start = start or block[:3]
                whole.update(block)
                _refuse_binary(path, start, block)
                for name in fits:
                    fits[name] = fits[name] and _decodes(decoders[name], block)
    except (EOFError, OSError, zlib.error) as error:
        raise Refusal("文件 {name} 读不出来：不完整或已损坏", name=path.name) from error
    if not start:
        raise Refusal("文件 {name} 是空的", name=path.name)
    for name in fits:
        if fits[name] and _decodes(decoders[name], b"", last=True):
            bom = name == "utf-8" and start.startswith(codecs.BOM_UTF8)
            return "utf-8-sig" if bom else name, whole.hexdigest()
    raise Refusal("文件 {name} 既不是 UTF-8 也不是 GB18030 编码，请另存为 UTF-8 后再导入", name=path.name)


def _refuse_binary(path: Path, start: bytes, block: bytes) -> None:
    if start.startswith(UTF16):
        raise Refusal("文件 {name} 是 UTF-16 编码，请另存为 UTF-8 后再导入", name=path.name)
    if b"\0" in block:
        raise Refusal("文件 {name} 不是文本表格", name=path.name)


def _decodes(decoder: codecs.IncrementalDecoder, block: bytes, last: bool = False) -> bool:
    try:
        decoder.decode(block, last)
    except UnicodeDecodeError:
        return False
    return True


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
    """Yield the rows of the first sheet of an Excel file, cells as text."""
    from openpyxl import load_workbook  # only who imports Excel pays for loading it

    try:
        book = load_workbook(path, read_only=True, data_only=True)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        rows = sheet.iter_rows(values_only=True)
        width = 0
        for number, values in enumerate(rows, start=1):
            cells = [_cell(value) for value in values]
            while len(cells) > width and cells and not cells[-1]:
                cells.pop()  # Excel drops empty cells at the end of a row, or keeps some too many
            width = width or len(cells)
            yield Line(number, cells + [""] * (width - len(cells)))
        book.close()
    except Refusal:
        raise
    except Exception as error:  # openpyxl raises what its zip and XML parsers raise
        raise Refusal("文件 {name} 不是能读的 Excel 文件", name=path.name) from error


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
