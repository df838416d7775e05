"""Reads the files of a district pack and remembers on which line everything stood.

Law: nothing here stops at the first fault. Each is kept with file and line, and reading goes on with what is sound.
"""

import csv
import io
import json
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dashboard.rules.refusals import Refusal
from dashboard.rules.text import clean

HIDDEN = "文字里有看不见的控制字符，请删去"
TOO_LARGE = "有一个数大得没有意义"
TOO_DEEP = "括号套得太深，无法读取"
LARGEST = 2**53  # whole numbers beyond it are no amounts of anything
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a pack: where, and why in Chinese with the parameters to fill in."""

    file: str
    line: int | None
    text: str
    params: dict[str, Any] = field(default_factory=dict)

    @property
    def where(self) -> str:
        """`categories.csv:17`, or the file alone where no line can be named."""
        return self.file if self.line is None else f"{self.file}:{self.line}"

    def __str__(self) -> str:
        return f"{self.where}: {self.text.format(**self.params)}"


class PackInvalid(Refusal):
    """A pack that cannot be loaded; `faults` names every reason."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__("片区包有 {count} 处错误，未载入", count=len(faults))

    def __str__(self) -> str:
        return "\n".join([super().__str__(), *map(str, self.faults)])


class Faults:
    """What was found wrong while reading: faults refuse the pack, warnings do not."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.warnings: list[Fault] = []

    def fault(self, file: str, line: int | None, text: str, **params: Any) -> None:
        """Remember a reason to refuse the pack."""
        self.faults.append(Fault(file, line, text, params))

    def warn(self, file: str, line: int | None, text: str, **params: Any) -> None:
        """Remember something worth knowing that does not refuse the pack."""
        self.warnings.append(Fault(file, line, text, params))

    def stop_if_any(self) -> None:
        """Raise `PackInvalid` when something was wrong."""
        if self.faults:
            raise PackInvalid(sorted(self.faults, key=lambda fault: (fault.file, fault.line or 0)))


@dataclass(frozen=True)
class Row:
    """One line of a table: its number in the file and its cells by column, stripped."""

    file: str
    line: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


def read_text(folder: Path, name: str, faults: Faults) -> str | None:
    """The text of a UTF-8 file (with or without byte order mark), or None with the fault noted."""
    path = folder / name
    if not path.is_file():
        faults.fault(name, None, "缺少文件")
        return None
    raw = path.read_bytes()
    try:
        return raw.removeprefix(BYTE_ORDER_MARK).decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start + len(BYTE_ORDER_MARK)].count(b"\n") + 1
        faults.fault(
            name,
            line,
            "文件不是 UTF-8 编码（像是 {encoding}）；请另存为 UTF-8 后再载入",
            encoding=_encoding(raw),
        )
        return None


def _encoding(raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "UTF-16"
    try:
        raw.decode("gb18030")
    except UnicodeDecodeError:
        return "?"
    return "GB18030/GBK"


def read_table(folder: Path, name: str, columns: Sequence[str], faults: Faults) -> list[Row]:
    """The sound rows of a CSV file that must have `columns`; more columns are welcome."""
    text = read_text(folder, name, faults)
    if text is None:
        return []
    lines = _csv_lines(name, text, faults)
    _, head = next(lines, (1, []))
    head = [column.strip() for column in head]
    missing = [column for column in columns if column not in head]
    for column in missing:
        faults.fault(name, 1, "缺少列“{column}”", column=column)
    for column in sorted({column for column in head if column and head.count(column) > 1}):
        faults.fault(name, 1, "列“{column}”出现多次", column=column)
    rows = []
    for line, cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(head):
            faults.fault(name, line, "应有 {wanted} 列，实有 {found} 列", wanted=len(head), found=len(cells))
            continue
        stripped = [clean.text(cell) for cell in cells]
        if any(map(clean.has_hidden, stripped)):
            faults.fault(name, line, HIDDEN)
        rows.append(Row(name, line, dict(zip(head, stripped, strict=True))))
    return [] if missing else rows


def _csv_lines(name: str, text: str, faults: Faults) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            yield line, next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            faults.fault(name, line, "表格无法读取：{reason}", reason=str(error))
            return


def read_toml(folder: Path, name: str, faults: Faults) -> tuple[dict[str, Any], str]:
    """The content and the text of a TOML file; empty with the fault noted when it cannot be read."""
    text = read_text(folder, name, faults)
    if text is None:
        return {}, ""
    try:
        return _sound(tomllib.loads(text)), text
    except RecursionError:
        faults.fault(name, None, TOO_DEEP)
    except ValueError as error:  # of its syntax, or a number or a text that nothing can be done with
        at = re.search(r"line (\d+)", str(error))
        line = (
            int(at.group(1))
            if at
            else text.count("\n") + 1
            if isinstance(error, tomllib.TOMLDecodeError)
            else None
        )
        reason = error.args[0] if error.args else ""
        if reason in (HIDDEN, TOO_LARGE):
            faults.fault(name, line, reason)
        else:
            faults.fault(name, line, "TOML 语法错误：{reason}", reason=str(error))
    return {}, ""


def _sound(value: Any) -> Any:
    """Return what a TOML file holds with its texts clean; ValueError for hidden signs and numbers beyond any measure."""
    if isinstance(value, dict):
        return {_sound(name): _sound(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_sound(one) for one in value]
    if isinstance(value, str):
        if clean.has_hidden(value):
            raise ValueError(HIDDEN)
        return clean.text(value)
    if isinstance(value, int) and abs(value) > LARGEST:
        raise ValueError(TOO_LARGE)
    return value


def _whole(digits: str) -> int:
    """Return a whole number of a JSON file; ValueError for one beyond any measure."""
    if len(digits) > len(str(LARGEST)):
        raise ValueError(TOO_LARGE)
    return int(digits)


def toml_line(text: str, *road: str) -> int | None:
    """The line on which a key stands in a TOML text: `toml_line(text, "limits", "claim")`."""
    *tables, key = road
    table = ".".join(tables)
    inside, header = "", None
    for number, line in enumerate(text.splitlines(), start=1):
        if found := re.match(r"\s*\[([^\[\]]+)\]", line):
            inside = found.group(1).strip()
            header = number if inside in (table, ".".join(road)) else header
        elif inside == table and re.match(rf"""\s*["']?{re.escape(key)}["']?\s*=""", line):
            return number
    return header


def read_features(folder: Path, name: str, faults: Faults) -> list[tuple[int, dict[str, Any]]]:
    """The features of a GeoJSON collection, each with the line on which it begins."""
    text = read_text(folder, name, faults)
    if text is None:
        return []
    try:
        whole = json.loads(text, parse_int=_whole)
    except json.JSONDecodeError as error:
        faults.fault(name, error.lineno, "JSON 语法错误：{reason}", reason=error.msg)
        return []
    except RecursionError:
        faults.fault(name, None, TOO_DEEP)
        return []
    except ValueError:
        faults.fault(name, None, TOO_LARGE)
        return []
    features = whole.get("features") if isinstance(whole, dict) else None
    if not isinstance(features, list):
        faults.fault(name, 1, "应为含 features 的 GeoJSON FeatureCollection")
        return []
    found = list(zip(_feature_lines(text, len(features)), features, strict=True))
    for line, feature in found:
        facts = feature.get("properties") if isinstance(feature, dict) else None
        if isinstance(facts, dict):
            _clean_facts(name, line, facts, faults)
    return found


def _clean_facts(name: str, line: int, facts: dict[str, Any], faults: Faults) -> None:
    """Clean the texts of a feature's properties, its code excepted, which is checked as one; note what nobody can see."""
    texts = {key: value for key, value in facts.items() if isinstance(value, str) and key != "code"}
    facts.update({key: clean.text(value) for key, value in texts.items()})
    if any(map(clean.has_hidden, texts.values())):
        faults.fault(name, line, HIDDEN)


def _feature_lines(text: str, count: int) -> list[int]:
    """Where each feature begins: JSON itself forgets it."""
    start = re.search(r'"features"\s*:\s*\[', text)
    at = start.end() if start else 0
    decoder, between, lines, line, counted = json.JSONDecoder(), re.compile(r"[\s,]*"), [], 1, 0
    for _ in range(count):
        at = between.match(text, at).end()  # type: ignore[union-attr]  # it matches nothing at least
        line += text.count("\n", counted, at)
        counted = at
        lines.append(line)
        try:
            _, at = decoder.raw_decode(text, at)
        except json.JSONDecodeError:  # another "features" came first: the lines cannot be told
            return [1] * count
    return lines
