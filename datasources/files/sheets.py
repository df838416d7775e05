"""Tables leaving the house as CSV or Excel: streamed, in constant memory, no cell ever a formula.

Sources: RFC 4180 for CSV; OWASP "CSV Injection" for the leading characters that make spreadsheets calculate.
"""

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

KINDS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
BOM = "\ufeff"  # without it Excel reads UTF-8 as the system's own encoding
PIECE = 64 * 1024
MOST_ROWS = 1_048_575  # of a worksheet, without its head

Row = Sequence[Any]


def harmless(value: Any) -> Any:
    """Return a cell that no spreadsheet takes for a formula: texts that could begin one get an apostrophe; numbers stay."""
    if isinstance(value, str) and value.startswith(STARTS_A_FORMULA):
        return f"'{value}"
    return "" if value is None else value


def written(kind: str, head: Row, rows: Iterable[Row]) -> Iterator[bytes]:
    """Yield a table as a file of a kind, piece by piece."""
    return _csv(head, rows) if kind == "csv" else _xlsx(head, rows)


def _csv(head: Row, rows: Iterable[Row]) -> Iterator[bytes]:
    buffer = io.StringIO()
    buffer.write(BOM)
    writer = csv.writer(buffer)
    writer.writerow([harmless(cell) for cell in head])
    for row in rows:
        writer.writerow([_text(harmless(cell)) for cell in row])
        if buffer.tell() > PIECE:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def _text(value: Any) -> Any:
    return value.isoformat(sep=" ", timespec="seconds") if isinstance(value, datetime) else value


def _xlsx(head: Row, rows: Iterable[Row]) -> Iterator[bytes]:
    from openpyxl import Workbook  # only who exports Excel pays for loading it
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    sheet = book.create_sheet()

    def cell(value: Any) -> Any:
        safe = harmless(value)
        if isinstance(safe, datetime):
            return safe.replace(tzinfo=None)  # worksheets know no zones; the head names the district's
        if not isinstance(safe, str):
            return safe
        made = WriteOnlyCell(sheet, value=_printable(safe))
        made.data_type = "s"  # a text that looks like a formula or an error is still a text
        return made

    sheet.append([cell(value) for value in head])
    for place, row in enumerate(rows):
        if place == MOST_ROWS:
            break
        sheet.append([cell(value) for value in row])
    with tempfile.TemporaryFile() as file:
        book.save(file)
        file.seek(0)
        while piece := file.read(PIECE):
            yield piece


def _printable(text: str) -> str:
    """Return a text without the control characters that XML cannot hold."""
    return "".join(letter for letter in text if letter in "\t\n\r" or letter >= " ")
