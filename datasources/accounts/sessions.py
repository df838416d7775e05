"""The sessions of one account as its holder sees them: where it is logged in, since when, and an end to any of them."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from dashboard.rules.refusals import NotFound
from datasources.accounts.accounts import account_of, audit
from datasources.accounts.digests import digest
from datasources.store import sound_rows
from datasources.store.models import SessionRow

ID_LENGTH = 16  # hex digits of the digest: enough to tell sessions apart, nothing to enter with


def id_of(row: SessionRow) -> str:
    """Return what a session is called in lists."""
    return row.digest[:ID_LENGTH]


def id_of_token(token: str) -> str:
    """Return what the session of a token is called in lists."""
    return digest(token)[:ID_LENGTH]


def listed(session: Session, account: str, now: datetime, idle: timedelta | None) -> Sequence[SessionRow]:
    """Return the sessions of an account that open something now, the one used last first."""
    row, epoch = SessionRow, account_of(session, account).epoch
    lives = [row.account == account, row.epoch == epoch, row.ended_at.is_(None), row.expires_at > now]
    if idle is not None:
        lives.append(or_(row.seen_at > now - idle, row.seen_at.is_(None) & (row.created_at > now - idle)))
    found: list[SessionRow] = sound_rows.rows_of(session, row, select(row).where(*lives))
    return sorted(found, key=lambda one: (one.seen_at or one.created_at, one.digest), reverse=True)


def end(session: Session, account: str, key: str, now: datetime) -> None:
    """End one session of an account; NotFound where it is none of its own."""
    row = SessionRow
    mine = (row.account == account, row.digest.startswith(key, autoescape=True), row.ended_at.is_(None))
    digests = session.scalars(select(row.digest).where(*mine)).all() if len(key) == ID_LENGTH else []
    if not digests:
        raise NotFound("这个登录已经结束了")
    _end(session, digests, now)
    audit(session, now, account, "session.end", login=key)


def end_others(session: Session, account: str, mine: str, now: datetime) -> int:
    """End all sessions of an account but the one of a token; return how many ended."""
    row = SessionRow
    others = (
        row.account == account,
        row.digest != digest(mine),
        row.ended_at.is_(None),
        row.expires_at > now,
    )
    digests = session.scalars(select(row.digest).where(*others)).all()
    _end(session, digests, now)
    audit(session, now, account, "session.end_others", count=len(digests))
    return len(digests)


def last_touched(session: Session, token: str) -> datetime | None:
    """Return when somebody last did something in a session."""
    row = session.get(SessionRow, digest(token))
    return (row.seen_at or row.created_at) if row is not None else None


def _end(session: Session, digests: Sequence[str], now: datetime) -> None:
    session.execute(update(SessionRow).where(SessionRow.digest.in_(digests)).values(ended_at=now))
