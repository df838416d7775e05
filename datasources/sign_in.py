"""Entering: logins, sessions in the database, API tokens. Only digests are stored; a stolen database opens no door.

A short cache spares every request its queries; disabling an account still takes effect within `REMEMBERED` seconds.
"""

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, and_, case, or_, select, update
from sqlalchemy.orm import Session

from dashboard.rules.access import Viewer
from dashboard.rules.refusals import Refusal
from datasources import passwords
from datasources.accounts import LONGEST_NAME, audit, viewer_of
from datasources.database import Database
from datasources.digests import digest
from datasources.models import AccountRow, SessionRow, TokenRow
from datasources.tokens import EXPIRES, issue_token

__all__ = ["SignIn", "digest", "issue_token"]

FAILURES = 5
LOCKED_FOR = timedelta(minutes=15)
SESSION_FOR = timedelta(hours=12)
REMEMBERED = 1.5
MOST_REMEMBERED = 10_000
LONGEST_SECRET = 200
WRONG = "账号或密码不正确；连续输错 {most} 次，账号将锁定 15 分钟"
LOCKED = "输错次数太多，账号暂时锁定，请 15 分钟后再试"


class SignIn:
    """The doors of one process into one database."""

    def __init__(self, database: Database, real_now: Callable[[], datetime]) -> None:
        self._database, self._now = database, real_now
        self._known: OrderedDict[tuple[str, str], tuple[float, Viewer | None]] = OrderedDict()
        self._strangers: OrderedDict[str, tuple[int, datetime]] = OrderedDict()
        self._lock = threading.Lock()

    def login(self, name: str, password: str) -> tuple[str, Viewer]:
        """Return (session token, viewer); a Refusal that looks the same whether the account exists or not.

        A try is counted before the password is looked at, so that parallel guesses get no more tries than others.
        """
        now = self._now()
        name = name if len(name) <= LONGEST_NAME and name.isprintable() else ""
        if not self._count_try(name, now):
            passwords.fits(None, password)
            raise Refusal(LOCKED)
        with self._database.read() as session:
            row = session.get(AccountRow, name) if name else None
            stored = row.password_hash if row is not None and not row.disabled else None
        if not passwords.fits(stored, password[: passwords.LONGEST]) or stored is None:
            raise Refusal(WRONG, most=FAILURES)
        token = secrets.token_urlsafe(32)
        fresh = passwords.hashed(password) if passwords.outdated(stored) else stored
        with self._database.write() as session:
            row = session.get(AccountRow, name)
            assert row is not None  # accounts are disabled, never deleted
            row.failures, row.locked_until, row.password_hash = 0, None, fresh
            session.add(
                SessionRow(
                    digest=digest(token),
                    account=name,
                    epoch=row.epoch,
                    created_at=now,
                    expires_at=now + SESSION_FOR,
                )
            )
            audit(session, now, name, "login")
            return token, viewer_of(row)

    def logout(self, token: str) -> None:
        """End a session at once."""
        now = self._now()
        with self._database.write() as session:
            row = session.get(SessionRow, digest(token))
            if row is not None and row.ended_at is None:
                row.ended_at = now
                audit(session, now, row.account, "logout")
        self._known.pop(("session", digest(token)), None)

    def viewer_for_session(self, token: str) -> Viewer | None:
        """Return who a session token stands for, or None when it has ended, expired or never was."""
        return self._remembered("session", token, self._session_viewer)

    def viewer_for_token(self, bearer: str) -> Viewer | None:
        """Return who an API token stands for, or None when it was revoked, its account disabled, or never was."""
        return self._remembered("token", bearer, self._token_viewer)

    def _remembered(
        self, kind: str, secret: str, find: Callable[[Session, str], Viewer | None]
    ) -> Viewer | None:
        if not secret or len(secret) > LONGEST_SECRET:
            return None
        key = (kind, digest(secret))
        held = self._known.get(key)
        if held is not None and time.monotonic() < held[0]:
            return held[1]
        with self._database.read() as session:
            found = find(session, key[1])
        with self._lock:
            self._known[key] = (time.monotonic() + REMEMBERED, found)
            self._known.move_to_end(key)
            while len(self._known) > MOST_REMEMBERED:
                self._known.popitem(last=False)
        return found

    def _session_viewer(self, session: Session, key: str) -> Viewer | None:
        query = select(AccountRow).join(SessionRow, SessionRow.account == AccountRow.name)
        row = session.scalar(
            query.where(
                SessionRow.digest == key,
                SessionRow.ended_at.is_(None),
                SessionRow.expires_at > self._now(),
                SessionRow.epoch == AccountRow.epoch,
                AccountRow.disabled.is_(False),
            )
        )
        return viewer_of(row) if row else None

    def _token_viewer(self, session: Session, key: str) -> Viewer | None:
        now = self._now()
        ends = or_(
            TokenRow.expires_at > now,
            and_(TokenRow.expires_at.is_(None), TokenRow.created_at > now - EXPIRES),
        )
        query = select(AccountRow).join(TokenRow, TokenRow.account == AccountRow.name)
        row = session.scalar(
            query.where(
                TokenRow.digest == key, TokenRow.revoked_at.is_(None), ends, AccountRow.disabled.is_(False)
            )
        )
        return viewer_of(row) if row else None

    def _count_try(self, name: str, now: datetime) -> bool:
        """Count a try and return whether the account may be tried at all; strangers lock like accounts do."""
        with self._database.write() as session:
            done = session.execute(_try_counted(name, now))
            if isinstance(done, CursorResult) and done.rowcount == 1:
                return True
            if session.get(AccountRow, name) is not None:
                return False
        with self._lock:
            tries, until = self._strangers.get(name, (0, now))
            if tries >= FAILURES and until > now:
                return False
            self._strangers[name] = ((tries if until > now else 0) + 1, now + LOCKED_FOR)
            while len(self._strangers) > MOST_REMEMBERED:
                self._strangers.popitem(last=False)
        return True


def _try_counted(name: str, now: datetime) -> Any:
    tries = case((AccountRow.locked_until.is_not(None), 1), else_=AccountRow.failures + 1)
    return (
        update(AccountRow)
        .where(
            AccountRow.name == name, or_(AccountRow.locked_until.is_(None), AccountRow.locked_until <= now)
        )
        .values(failures=tries, locked_until=case((tries >= FAILURES, now + LOCKED_FOR), else_=None))
        .execution_options(synchronize_session=False)
    )
