"""Browsers that are known: one in which an account has logged in before keeps a cookie, and is told from strangers by it."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from datasources.accounts.digests import digest
from datasources.store.models.accounts import DeviceRow

KNOWN_FOR = timedelta(days=180)
LONGEST = 100
HANDED_OVER_FOR = timedelta(hours=12)


def known(session: Session, cookie: str, account: str, now: datetime) -> str | None:
    """Return the digest of a browser in which an account has logged in before, else None."""
    row = session.get(DeviceRow, (digest(cookie), account)) if 0 < len(cookie) <= LONGEST else None
    return row.digest if row is not None and now - row.seen_at < KNOWN_FOR else None


def remember(session: Session, cookie: str, account: str, now: datetime) -> str:
    """Know a browser from now on and return its cookie: its own where one of ours knows it, else a fresh one."""
    if not _issued(session, cookie):
        cookie = secrets.token_urlsafe(32)
    row = session.get(DeviceRow, (digest(cookie), account))
    if row is None:
        row = DeviceRow(digest=digest(cookie), account=account, created_at=now)
        session.add(row)
    row.seen_at = now
    return cookie


def forget(session: Session, account: str) -> None:
    """Know no browser of an account any more: its password is another one."""
    session.execute(delete(DeviceRow).where(DeviceRow.account == account))


def hand_over(session: Session, cookie: str, account: str, now: datetime) -> None:
    """Note that an account has left its seat at a browser to whoever comes next."""
    row = session.get(DeviceRow, (digest(cookie), account)) if _issued(session, cookie) else None
    if row is not None:
        row.handed_over_at = now


def handed_over(session: Session, cookie: str, now: datetime) -> Sequence[str]:
    """Return which accounts have left the seat at a browser and nobody has taken it since."""
    if not _issued(session, cookie):
        return ()
    since = DeviceRow.handed_over_at > now - HANDED_OVER_FOR
    query = select(DeviceRow.account).where(DeviceRow.digest == digest(cookie), since)
    return session.scalars(query.order_by(DeviceRow.handed_over_at)).all()


def take_over(session: Session, cookie: str, now: datetime) -> Sequence[str]:
    """Take a seat that was left: return who left it, once."""
    left = handed_over(session, cookie, now)
    for account in left:
        row = session.get(DeviceRow, (digest(cookie), account))
        if row is not None:
            row.handed_over_at = None
    return left


def _issued(session: Session, cookie: str) -> bool:
    if not 0 < len(cookie) <= LONGEST:
        return False
    return (
        session.scalar(select(DeviceRow.digest).where(DeviceRow.digest == digest(cookie)).limit(1))
        is not None
    )
