"""Reads rows each for itself: one that cannot be read is set aside with its table, key and reason, the others are given.

Law: whatever lists rows, or looks for the first or last of them, reads through here. A row is sound when every column
holds what its type says, and `make` can work on it; an outage of the database is no fault of a row, and is raised.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, TypeVar

from sqlalchemy import JSON, ColumnElement, select, tuple_
from sqlalchemy.orm import Session

from datasources.store import set_aside
from datasources.store.faults import is_outage
from datasources.store.models import Base

T = TypeVar("T")
Entity = TypeVar("Entity", bound=Base)
Key = ColumnElement[Any] | Sequence[ColumnElement[Any]]
MOST_ROUNDS = 20  # each gives a page the rows that came up for those set aside


def read_each(
    session: Session,
    query: Any,
    key: Key,
    kind: str,
    make: Callable[[Any], T],
    values: dict[str, Any] | None = None,
) -> list[T]:
    """Return make(row) of every row of a query, in its order; a row that cannot be read is set aside.

    The whole is tried first; only where that fails is it read by halves down to the row. A page is filled up again.
    """
    keys = [key] if isinstance(key, ColumnElement) else list(key)
    reading = _Reading(session, query, keys, kind, make, values)
    bad: list[Any] = []
    found: list[T] = []
    for _ in range(MOST_ROUNDS):
        asked = query.where(_among(keys, bad, without=True)) if bad else query
        try:
            return [make(row) for row in session.execute(asked, values)]
        except Exception as error:
            if is_outage(error):
                raise
        rows = session.execute(asked.with_only_columns(*keys, maintain_column_froms=True), values)
        marks = list(dict.fromkeys(tuple(row) for row in rows))
        worse: list[Any] = []
        found = _by_halves(reading, marks, worse)
        if not worse:
            return found
        bad += worse
    return found


@dataclass(frozen=True, slots=True)
class _Reading(Generic[T]):
    """What is read: the rows of a query, told apart by keys, each made into something."""

    session: Session
    query: Any
    keys: list[Any]
    kind: str
    make: Callable[[Any], T]
    values: dict[str, Any] | None

    def of(self, marks: Sequence[tuple[Any, ...]]) -> list[T]:
        """Return what is made of the rows with these keys; raises where one of them cannot be read."""
        rows = self.session.execute(self.query.where(_among(self.keys, marks)), self.values)
        return [self.make(row) for row in rows]


def _by_halves(reading: _Reading[T], marks: Sequence[tuple[Any, ...]], bad: list[Any]) -> list[T]:
    if not marks:
        return []
    try:
        return reading.of(marks)
    except Exception as error:
        if is_outage(error):
            raise
        if len(marks) == 1:
            set_aside.of(reading.session).note(reading.kind, "/".join(map(str, marks[0])), error)
            bad.append(marks[0])
            return []
    middle = len(marks) // 2
    first = _by_halves(reading, marks[:middle], bad)
    return first + _by_halves(reading, marks[middle:], bad)


def _among(keys: list[Any], marks: Sequence[tuple[Any, ...]], *, without: bool = False) -> Any:
    if len(keys) == 1:
        held = [mark[0] for mark in marks]
        return keys[0].not_in(held) if without else keys[0].in_(held)
    return tuple_(*keys).not_in(marks) if without else tuple_(*keys).in_(marks)


def rows_of(
    session: Session,
    row: type[Entity],
    query: Any,
    make: Callable[[Entity], T] | None = None,
) -> list[Any]:
    """Return the rows of one table that a query selects, or what is made of them, in its order."""
    table = row.__table__

    def made(found: Any) -> Any:
        held = sound(found[0])
        return held if make is None else make(held)

    return read_each(session, query, list(table.primary_key), table.name, made)  # type: ignore[attr-defined]


def sound(held: Entity) -> Entity:
    """Return a row as it was read; ValueError where a column holds what its type does not mean."""
    table = held.__table__
    names = tuple(name for name in vars(held) if name in table.c)
    checker(table, names)([vars(held)[name] for name in names])
    return held


def first_value(session: Session, column: Any, *where: Any, newest: bool = False) -> Any:
    """Return the least (or greatest) readable value of a column, None where there is none."""
    table = column.table
    order = column.desc() if newest else column
    query = select(column).where(column.is_not(None), *where).order_by(order).limit(1)
    found = read_each(session, query, list(table.primary_key), table.name, lambda row: row[0])
    return found[0] if found else None


@cache
def checker(table: Any, names: tuple[str, ...]) -> Callable[[Sequence[Any]], None]:
    """Return what raises ValueError where values of these columns are not what the columns' types say.

    SQLite keeps anything anywhere. Rows come in few patterns of types, so that a known pattern costs next to nothing.
    """
    sound: set[tuple[type, ...]] = set()
    meant = [_meant(table.c[name]) for name in names]

    def check(values: Sequence[Any]) -> None:
        kinds = tuple(map(type, values))
        if kinds in sound:
            return
        for name, value, kind in zip(names, values, meant, strict=True):
            if value is not None and not isinstance(value, kind):
                raise ValueError(f"{name} holds {type(value).__name__}, not what it should")
        sound.add(kinds)

    return check


def _meant(column: Any) -> tuple[type, ...]:
    if isinstance(column.type, JSON):
        return (dict, list)
    meant: type = column.type.python_type
    return (float, int) if meant is float else (meant,)
