"""The first sheet of an Excel file as rows of texts, each cell as a person sees it there where that is a code or a date.

Excel keeps 15 digits of a number and shows the rest as zeros or noise: such a cell is marked, whoever needs it refuses it.
"""

import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from dashboard.rules.refusals import Refusal
from datasources.history.dates import DateCell

LARGEST_UNPACKED = 1024 * 2**20  # a full worksheet of a million rows and twenty columns
LARGEST_KEPT = 128 * 2**20  # what is read into memory as a whole: shared texts, styles
ALWAYS_READ, MOST_TIMES = 64 * 2**20, 100  # real sheets pack ten to thirty times, a bomb a thousand
MOST_PARTS = 10_000
KEPT_DIGITS = 10**15
_colour_or_locale = re.compile(r"\[[^\]]*\]")
_pieces = re.compile(r'"([^"]*)"|\\(.)|_(.)|([0])|([-/ ()])|(.)')


class LostDigits(str):
    """A whole number of more than 15 digits, the last of which Excel no longer knows."""


def rows(path: Path) -> Iterator[list[str]]:
    """Yield the rows of the first sheet; Refusal where the file cannot be read."""
    from openpyxl import load_workbook  # only who imports Excel pays for loading it

    _check_size(path)
    try:
        book = load_workbook(path, read_only=True, data_only=True)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        for cells in sheet.iter_rows():
            yield [cell_text(cell.value, getattr(cell, "number_format", "General")) for cell in cells]
        book.close()
    except Refusal:
        raise
    except Exception as error:  # openpyxl raises what its zip and XML parsers raise
        raise Refusal("文件 {name} 不是能读的 Excel 文件", name=path.name) from error


def _check_size(path: Path) -> None:
    """Refuse a file that would unpack to more than any table needs: a small one may hold a mountain of zeros."""
    try:
        with zipfile.ZipFile(path) as packed:
            parts = packed.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise Refusal("文件 {name} 不是能读的 Excel 文件", name=path.name) from error
    # of a part no more is unpacked than its entry states: more is a bad checksum, and told as an unreadable file
    size, packed_size = sum(part.file_size for part in parts), sum(part.compress_size for part in parts)
    if size > ALWAYS_READ and size > MOST_TIMES * packed_size:
        raise Refusal("文件 {name} 压得太紧，不像一张表，没有打开；请另存为 CSV", name=path.name)
    if len(parts) > MOST_PARTS or size > LARGEST_UNPACKED:
        most = LARGEST_UNPACKED // 2**20
        raise Refusal("文件 {name} 解开后超过 {most} MB，请分成几份，或另存为 CSV", name=path.name, most=most)
    shared = sum(part.file_size for part in parts if not part.filename.startswith("xl/worksheets/"))
    if shared > LARGEST_KEPT:
        most = LARGEST_KEPT // 2**20
        raise Refusal("文件 {name} 解开后超过 {most} MB，请分成几份，或另存为 CSV", name=path.name, most=most)


def cell_text(value: Any, number_format: str) -> str:
    """Return a cell as text: a date as such, a code with the zeros and signs that its number format shows."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return DateCell(value)
    if isinstance(value, date):
        return DateCell(datetime.combine(value, time()))
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return str(value)
    if not isinstance(value, int):
        if not value.is_integer():
            return str(value)
        value = int(value)
    if abs(value) >= KEPT_DIGITS:
        return LostDigits(value)
    return _as_code(value, number_format) or str(value)


def _as_code(number: int, number_format: str) -> str:
    """Return a whole number as a format of zeros and fixed signs shows it (000123, GD-0042), "" for any other format."""
    section = _colour_or_locale.sub("", number_format.split(";")[0])
    parts = [match.groups() for match in _pieces.finditer(section)]
    if number < 0 or any(other for *_, other in parts):
        return ""
    places = sum(bool(zero) for *_, zero, _sign, _other in parts)
    if places < 2 and not (places and len(parts) > 1):
        return ""
    digits = str(number).rjust(places, "0")
    shown, spare = [], digits[: len(digits) - places]
    rest = iter(digits[len(digits) - places :])
    for quoted, escaped, _space, zero, sign, _other in parts:
        if zero:
            shown.append(spare + next(rest))
            spare = ""
        else:
            shown.append(quoted or escaped or sign or "")
    return "".join(shown)
