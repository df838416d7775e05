"""Sends what is owed to outside systems: alerts nobody answered, cases for the efficiency office (LIFECYCLE §4, §2).

A delivery stays until it has a receipt; without an address nothing is lost, it waits. The body is signed, and carries
the event's number, no names, no phones (CONTRACT §5).
"""

import hashlib
import hmac
import json
import logging
import urllib.error
import urllib.request
from datetime import datetime, timedelta

from sqlalchemy import select, update

from dashboard.house import House
from datasources.models import DeliveryRow

log = logging.getLogger(__name__)

TIMEOUT_SECONDS = 5
LONGEST_PAUSE = timedelta(minutes=10)
BATCH = 20


def deliver(house: House, now: datetime) -> int:
    """Try everything that is due; return how much was received."""
    if not house.settings.webhook_url:
        return 0
    with house.database.read() as session:
        query = select(DeliveryRow).where(DeliveryRow.done_at.is_(None), DeliveryRow.next_try_at <= now)
        due = session.scalars(query.order_by(DeliveryRow.id).limit(BATCH)).all()
    return sum(_try(house, row, now) for row in due)


def signed(body: bytes, secret: str) -> str:
    """Return the signature header of a body: HMAC-SHA256 in hex over the raw bytes."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _try(house: House, row: DeliveryRow, now: datetime) -> bool:
    receipt = _post(house, row, now)
    pause = min(LONGEST_PAUSE, timedelta(seconds=2 ** min(row.tries, 10)))
    values: dict[str, object] = {"tries": row.tries + 1}
    values |= {"done_at": now, "receipt": receipt} if receipt is not None else {"next_try_at": now + pause}
    with house.database.write() as session:
        session.execute(update(DeliveryRow).where(DeliveryRow.id == row.id).values(**values))
    return receipt is not None


def _post(house: House, row: DeliveryRow, now: datetime) -> str | None:
    """Return the receipt, or None when the other side did not take it."""
    body = json.dumps({"id": row.id, **row.payload}, ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json", "X-Grid-Timestamp": str(int(now.timestamp()))}
    secret = house.settings.webhook_secret
    if secret is not None:
        headers["X-Grid-Signature"] = signed(body, secret.get_secret_value())
    request = urllib.request.Request(house.settings.webhook_url or "", body, headers)
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
            return f"{answer.status} {answer.read(500).decode(errors='replace')}".strip()
    except (urllib.error.URLError, OSError) as error:
        log.warning("delivery %s was not taken (try %s): %s", row.id, row.tries + 1, error)
        return None
