"""The live rows a second time, as typed columns kept beside the dicts: what a snapshot of 100,000 rows is packed from.

Every cell is one whole number: 0 is "the row does not carry the key". A row that does not fit its columns is kept
as it is. The reader of the packed form is `layouts/assets/live-columns.js`.
"""

import json
from array import array
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

Row = dict[str, Any]
Encode = Callable[[Any], int | None]

MICRO = 1_000_000
SPARE_WORDS = 4096
LIMIT = 1 << 52  # what a browser's number holds exactly, with room for a difference of two

INTEGERS = ("id", "version", "round", "declines")
MOMENTS = (
    "reported_at", "register_due_at", "dispatch_due_at", "claim_due_at", "accept_due_at", "warn_due_at", "handle_due_at", "check_due_at", "hold_until", "overdue_at",
)  # fmt: skip
DEGREES = ("lng", "lat")
WORDS = (
    "title", "category", "category_name", "status", "emergency", "level", "address", "grid", "path", "unit", "co",
    "how", "border", "supervision", "source", "request", "handler",
)  # fmt: skip
FREE_WORDS = ("title", "address")  # what people write; everything else comes from dictionaries
KINDS: Mapping[str, str] = {
    **dict.fromkeys((*INTEGERS, *MOMENTS), "int"),
    **dict.fromkeys(DEGREES, "micro"),
    "number": "digits",
    **dict.fromkeys(WORDS, "word"),
}


def of_int(value: Any) -> int | None:
    """Return the cell of a whole number, None where it does not fit."""
    fits = type(value) is int and 0 <= value < LIMIT
    return value + 1 if fits else None


def of_degrees(value: Any) -> int | None:
    """Return the cell of a coordinate of at most six decimals, None where it does not fit."""
    if type(value) is not float or not -1000 < value < 1000:
        return None
    micro = round(value * MICRO)
    return micro + 1000 * MICRO + 1 if micro / MICRO == value else None


def of_digits(value: Any) -> int | None:
    """Return the cell of a number written in digits, None where the digits would not come back the same."""
    if type(value) is not str or not value.isdecimal() or not value.isascii() or len(value) > 15:
        return None
    whole = int(value)
    return whole + 1 if str(whole) == value else None


class Words:
    """A dictionary of repeated values: value → cell, cells in the order of first use."""

    def __init__(self) -> None:
        self.values: list[Any] = [None]
        self._cells: dict[Any, int] = {}

    def cell(self, value: Any) -> int:
        """Return the cell of a value; lists and objects are known by their JSON."""
        plain = type(value) is str
        key = value if plain else (json.dumps(value, sort_keys=True),)
        cell = self._cells.get(key)
        if cell is None:
            cell = self._cells[key] = len(self.values)
            self.values.append(value)
        return cell

    def keep(self, column: "array[int]") -> None:
        """Forget what no row of the column says any more; the column is written anew in place."""
        cells = np.frombuffer(column, np.int64)
        used = np.union1d(cells, [0])
        fresh = np.searchsorted(used, cells)
        old = {cell: place for place, cell in enumerate(used.tolist())}
        self.values = [self.values[cell] for cell in old]
        self._cells = {key: old[cell] for key, cell in self._cells.items() if cell in old}
        cells[:] = fresh


class Columns:
    """Dense columns of whole numbers, one slot per row; the last row fills the hole of one that leaves."""

    def __init__(self) -> None:
        self.words = {name: Words() for name in WORDS}
        self.cells: dict[str, array[int]] = {name: array("q") for name in KINDS}
        self.odd: dict[int, Row] = {}
        self._slots: dict[int, int] = {}
        encode: dict[str, Encode] = {"int": of_int, "micro": of_degrees, "digits": of_digits}
        self._plan = [
            (name, self.cells[name], self.words[name].cell if kind == "word" else encode[kind])
            for name, kind in KINDS.items()
        ]
        self._names = frozenset(KINDS)

    def __len__(self) -> int:
        return len(self._slots)

    def put(self, row: Row) -> None:
        """Take a row in place of the one with its id."""
        identity = row["id"]
        cells = self._encoded(row)
        if cells is None:
            self.drop(identity)
            self.odd[identity] = row
            return
        self.odd.pop(identity, None)
        slot = self._slots.get(identity)
        if slot is None:
            self._slots[identity] = len(self._slots)
            for (_, column, _), cell in zip(self._plan, cells, strict=True):
                column.append(cell)
        else:
            for (_, column, _), cell in zip(self._plan, cells, strict=True):
                column[slot] = cell
        for name in FREE_WORDS:
            if len(self.words[name].values) > SPARE_WORDS + 2 * len(self._slots):
                self.words[name].keep(self.cells[name])

    def drop(self, identity: int) -> None:
        """Forget a row."""
        self.odd.pop(identity, None)
        slot = self._slots.pop(identity, None)
        if slot is None:
            return
        last = len(self._slots)
        if slot != last:
            self._slots[self.cells["id"][last] - 1] = slot
        for column in self.cells.values():
            moved = column.pop()
            if slot != last:
                column[slot] = moved

    def tables(self, only: Iterable[int] | None = None) -> tuple[dict[str, "np.ndarray"], list[Row]]:
        """Return (column → cells, ids ascending; the rows that fit no columns) of all rows or of some ids."""
        views = {name: np.frombuffer(column, np.int64) for name, column in self.cells.items()}
        if only is None:
            order, odd = np.argsort(views["id"], kind="stable"), list(self.odd.values())
        else:
            wanted = sorted(only)
            odd = [self.odd[one] for one in wanted if one in self.odd]
            order = np.array([self._slots[one] for one in wanted if one in self._slots], np.int64)
        return {name: view[order] for name, view in views.items()}, odd

    def _encoded(self, row: Row) -> list[int] | None:
        if not row.keys() <= self._names:
            return None
        cells = []
        for name, _, encode in self._plan:
            value = row.get(name)
            cell = 0 if value is None else encode(value)
            if cell is None:
                return None
            cells.append(cell)
        return cells
