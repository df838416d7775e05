"""The few expressions that SQLite and PostgreSQL spell differently, so that every query is written once."""

from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, ColumnElement, String, func
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.functions import FunctionElement

SECOND_PART, FRACTION_PART = (1, 19), (21, 6)  # of SQLite's stored text "YYYY-MM-DD HH:MM:SS.ffffff"


class contains(FunctionElement[bool]):
    """Whether a text holds another, by exact characters: contains(text, part); LIKE is deaf to case on SQLite."""

    type = Boolean()
    inherit_cache = True


class hour_text(FunctionElement[str]):
    """The UTC hour of a moment as "YYYY-MM-DD HH": hour_text(moment)."""

    type = String()
    inherit_cache = True


class whole_seconds(FunctionElement[int]):
    """Whole seconds from one moment to a later one, cut, not rounded: whole_seconds(begin, end)."""

    type = BigInteger()
    inherit_cache = True


class _sound_json(FunctionElement[Any]):
    type = JSON()
    inherit_cache = True


def sound_json(column: Any) -> Any:
    """Return a JSON column, empty where what is stored is none: SQLite would stop the whole statement over it."""
    return _sound_json(column)


def unindexed(column: Any) -> ColumnElement[str]:
    """Return a text column that no index serves, where the planner would walk all history by it."""
    return func.coalesce(column, "")


@compiles(contains)
def _contains(element: Any, compiler: Any, **options: Any) -> str:
    text, part = (compiler.process(clause, **options) for clause in element.clauses)
    return f"(strpos({text}, {part}) > 0)"


@compiles(contains, "sqlite")
def _contains_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    text, part = (compiler.process(clause, **options) for clause in element.clauses)
    return f"(instr({text}, {part}) > 0)"


@compiles(_sound_json)
def _json(element: Any, compiler: Any, **options: Any) -> str:
    (column,) = (compiler.process(clause, **options) for clause in element.clauses)
    return str(column)


@compiles(_sound_json, "sqlite")
def _json_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    (column,) = (compiler.process(clause, **options) for clause in element.clauses)
    return f"CASE WHEN json_valid({column}) THEN {column} END"


@compiles(hour_text)
def _hour(element: Any, compiler: Any, **options: Any) -> str:
    (moment,) = (compiler.process(clause, **options) for clause in element.clauses)
    return f"to_char({moment} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24')"


@compiles(hour_text, "sqlite")
def _hour_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    (moment,) = (compiler.process(clause, **options) for clause in element.clauses)
    return f"substr({moment}, 1, 13)"


@compiles(whole_seconds)
def _seconds(element: Any, compiler: Any, **options: Any) -> str:
    begin, end = (compiler.process(clause, **options) for clause in element.clauses)
    return f"CAST(floor(extract(epoch FROM ({end} - {begin}))) AS bigint)"


@compiles(whole_seconds, "sqlite")
def _seconds_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    """SQLite's own date arithmetic rounds to milliseconds, so seconds and fraction are taken apart."""
    begin, end = (compiler.process(clause, **options) for clause in element.clauses)
    first, length = SECOND_PART
    seconds = [f"strftime('%s', substr({text}, {first}, {length}))" for text in (begin, end)]
    first, length = FRACTION_PART
    fraction = [f"substr({text}, {first}, {length})" for text in (begin, end)]
    return f"({seconds[1]} - {seconds[0]} - ({fraction[1]} < {fraction[0]}))"


def insert_of(session: Session, table: Any) -> Any:
    """Return the INSERT of this database that may say what to do where the row is there already."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    return insert(table)
