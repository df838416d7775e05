"""The base of all tables, and the index of the rows that have a value in a column."""

from datetime import date, datetime

from sqlalchemy import (
    JSON,
    Boolean,
    Date,
    Float,
    Index,
    String,
    text,
)
from sqlalchemy.orm import DeclarativeBase

from datasources.store.column_types import Moment


def where_set(table: str, column: str) -> Index:
    """Return an index of the rows that have a value in a column."""
    held = text(f"{column} IS NOT NULL")
    return Index(f"{table}_{column}", column, sqlite_where=held, postgresql_where=held)


class Base(DeclarativeBase):
    """All tables of the house."""

    type_annotation_map = {  # noqa: RUF012 - the shape SQLAlchemy asks for
        str: String(),
        datetime: Moment(),
        date: Date(),
        dict: JSON(),
        list: JSON(),
        float: Float(),
        bool: Boolean(),
    }
