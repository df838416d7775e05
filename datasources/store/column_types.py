"""Types of columns: moments that compare alike in both databases, keys, and what lies encrypted."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Integer, LargeBinary, String, TypeDecorator

from datasources.store import sealing

YEARS = range(2, 9999)  # nearer to the ends of the calendar no zone, no span may be applied to a moment
BigId = BigInteger().with_variant(Integer, "sqlite")


class Moment(TypeDecorator[datetime]):
    """An aware UTC instant: timestamptz on PostgreSQL, ISO text in UTC on SQLite, so that both compare alike."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.year not in YEARS:
            raise ValueError(f"a moment in the year {value.year}")
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Sealed(TypeDecorator[str]):
    """A text that lies encrypted in the database."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Any) -> str | None:
        return value and sealing.seal(value)

    def process_result_value(self, value: str | None, dialect: Any) -> str | None:
        return value and sealing.unseal(value)


class SealedBytes(TypeDecorator[bytes]):
    """Bytes that lie encrypted in the database."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: bytes | None, dialect: Any) -> bytes | None:
        return value and sealing.seal_bytes(value)

    def process_result_value(self, value: bytes | None, dialect: Any) -> bytes | None:
        return value and sealing.unseal_bytes(value)
