"""Pages of a list that grows at its head: newest first by (time, id), with an opaque cursor that never skips or repeats."""

import base64
import binascii
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, or_

from dashboard.rules.refusals import Invalid

MOST = 1000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LARGEST = 2**63  # what a column holds
TICK = timedelta(microseconds=1)

Item = TypeVar("Item")


def cursor_at(at: datetime, key: int) -> str:
    """Return the cursor that goes on after the item of this time and id."""
    return base64.urlsafe_b64encode(f"{(at - EPOCH) // TICK}.{key}".encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> tuple[datetime, int]:
    """Return the (time, id) a cursor stands for; Invalid when it is none of ours."""
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        ticks, key = (int(part) for part in text.split("."))
        if not 0 <= key < LARGEST:
            raise ValueError(key)
        return EPOCH + ticks * TICK, key
    except (ValueError, OverflowError, binascii.Error):
        raise Invalid([("cursor", "翻页标记无效，请从第一页重新开始", {})]) from None


def older(at: Any, key: Any, cursor: str | None) -> list[ColumnElement[bool]]:
    """Return the conditions for what comes after a cursor; none on the first page."""
    if not cursor:
        return []
    moment, last = read_cursor(cursor)
    return [at <= moment, or_(at < moment, key < last)]


def bounded(limit: int) -> int:
    """Return a page length between 1 and 1000."""
    return max(1, min(limit, MOST))


def cut(
    items: Sequence[Item], limit: int, key: Callable[[Item], tuple[datetime, int]]
) -> tuple[list[Item], str | None]:
    """Return the page, and its cursor where `items` (one more than the page) go on after it."""
    if len(items) <= limit:
        return list(items), None
    return list(items[:limit]), cursor_at(*key(items[limit - 1]))
