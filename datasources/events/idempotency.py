"""Idempotency keys: the first answer is written with its effect in one transaction, and given again byte for byte.

The key row is written first: on PostgreSQL a second request with the key waits for it, on SQLite writers wait anyway.
"""

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from dashboard.rules.refusals import Invalid, NotAllowedNow
from datasources.events.intake import OLDEST
from datasources.store.faults import is_locked
from datasources.store.models import IdempotencyRow

# a phone that got no answer sends again with its key for as long as a report may lie: the key has to be there still
KEPT_FOR = OLDEST + timedelta(days=1)
WAIT = "5s"
LONGEST_KEY = 255
OTHER_BODY = "这个 Idempotency-Key 已用于另一份内容，请换一个新的"
IN_WORK = "同一个 Idempotency-Key 的请求还在处理，请稍后再试"


class InWork(NotAllowedNow):
    """The first request with this key is not done yet."""


def fingerprint(where: str, body: Any) -> str:
    """Return the digest of a request by its JSON values: order of keys, spaces and 1 or 1.0 make no difference."""
    try:
        plain = json.dumps([where, _value(body)], sort_keys=True, separators=(",", ":"))
    except RecursionError as error:  # nested deeper than anything we take
        raise Invalid([("", "应是一个 JSON 对象", {})]) from error
    return hashlib.sha256(plain.encode()).hexdigest()


def first_answer(
    session: Session, account: str, key: str, mark: str, now: datetime
) -> tuple[int, bytes] | None:
    """Take a key and return None, or the (status, body) answered to it before; Invalid for another body.

    A second request with the same key waits for the first one, at most `WAIT`; then InWork. Only this wait is short:
    whatever else the transaction meets is the database's own matter.
    """
    dialect = session.get_bind().dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    if dialect == "postgresql":
        session.execute(text(f"SET LOCAL lock_timeout = '{WAIT}'"))
    values = {
        "account": account,
        "key": key,
        "fingerprint": mark,
        "status": 0,
        "body": b"",
        "created_at": now,
    }
    row = IdempotencyRow
    try:
        taken = session.execute(
            insert(row).values(**values).on_conflict_do_nothing().returning(row.account)
        ).first()
    except OperationalError as error:
        if is_locked(error):
            raise InWork(IN_WORK) from error
        raise
    if dialect == "postgresql":
        session.execute(text("SET LOCAL lock_timeout TO DEFAULT"))
    if taken is not None:
        return None
    return answer_before(session, account, key, mark)


def answer_before(session: Session, account: str, key: str, mark: str) -> tuple[int, bytes] | None:
    """Return the (status, body) answered to a key before, taking nothing; Invalid for another body."""
    row = IdempotencyRow
    found = session.execute(
        select(row.fingerprint, row.status, row.body).where(row.account == account, row.key == key)
    ).one_or_none()
    if found is None:
        return None
    if found.fingerprint != mark:
        raise Invalid([("Idempotency-Key", OTHER_BODY, {})])
    return found.status, found.body


def keep_answer(session: Session, account: str, key: str, status: int, body: bytes) -> None:
    """Write down the answer to a key taken in this transaction."""
    row = IdempotencyRow
    session.execute(
        update(row).where(row.account == account, row.key == key).values(status=status, body=body)
    )


def forget_old(session: Session, now: datetime) -> None:
    """Forget the keys that nobody may send with any more."""
    session.execute(delete(IdempotencyRow).where(IdempotencyRow.created_at < now - KEPT_FOR))


def _value(body: Any) -> Any:
    if isinstance(body, dict):
        return {name: _value(value) for name, value in body.items()}
    if isinstance(body, list):
        return [_value(value) for value in body]
    return int(body) if isinstance(body, float) and body.is_integer() else body
