"""Recognising who comes again: by a session or by a token, each known by its digest.

A short cache spares every request its queries; disabling an account still takes effect within `REMEMBERED` seconds.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from dashboard.rules.access import PERSONAL, Role, Viewer
from datasources.accounts.accounts import viewer_of
from datasources.accounts.digests import digest
from datasources.accounts.tokens import EXPIRES
from datasources.store.database import Database
from datasources.store.models import AccountRow, SessionRow, TokenRow

NOTED_EVERY = timedelta(seconds=60)  # how exactly it is known when somebody last did something
REMEMBERED = 1.5
MOST_REMEMBERED = 10_000
LONGEST_SECRET = 200


class Recognition:
    """Who sessions and tokens stand for, as one process knows it; `idle` is how long a role's session lasts untouched."""

    def __init__(
        self, database: Database, real_now: Callable[[], datetime], idle: Mapping[Role, timedelta]
    ) -> None:
        self._database, self._now, self._idle = database, real_now, dict(idle)
        self._known: OrderedDict[tuple[str, str], tuple[float, Viewer | None]] = OrderedDict()
        self._noted: OrderedDict[str, float] = OrderedDict()
        self._lock = threading.Lock()

    def forget(self, token: str) -> None:
        """Ask the database again about a session."""
        self._known.pop(("session", digest(token)), None)

    def note(self, token: str) -> None:
        """Note that somebody has just done something in a session: it is not idle."""
        key, now = digest(token), self._now()
        if time.monotonic() - self._noted.get(key, float("-inf")) < NOTED_EVERY.total_seconds():
            return
        row = SessionRow
        old = or_(row.seen_at.is_(None), row.seen_at <= now - NOTED_EVERY)
        with self._database.write() as session:
            session.execute(
                update(row).where(row.digest == key, row.ended_at.is_(None), old).values(seen_at=now)
            )
        with self._lock:
            self._noted[key] = time.monotonic()
            while len(self._noted) > MOST_REMEMBERED:
                self._noted.popitem(last=False)

    def idle_of(self, role: Role) -> timedelta | None:
        """Return after how long without anybody doing anything a role's session ends."""
        return self._idle.get(role)

    def viewer_for_session(self, token: str) -> Viewer | None:
        """Return who a session token stands for, or None when it has ended, expired, stood idle or never was."""
        return self._remembered("session", token, self._session_viewer)

    def viewer_for_token(self, bearer: str) -> Viewer | None:
        """Return who an API token stands for, or None when it has ended, its account is disabled, or it never was."""
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
        now = self._now()
        query = select(AccountRow, SessionRow).join(SessionRow, SessionRow.account == AccountRow.name)
        found = session.execute(
            query.where(
                SessionRow.digest == key,
                SessionRow.ended_at.is_(None),
                SessionRow.expires_at > now,
                SessionRow.epoch == AccountRow.epoch,
                AccountRow.disabled.is_(False),
            )
        ).first()
        if found is None:
            return None
        account, mine = found
        idle = self._idle.get(Role(account.role))
        if idle is not None and (mine.seen_at or mine.created_at) <= now - idle:
            return None
        return viewer_of(account)

    def _token_viewer(self, session: Session, key: str) -> Viewer | None:
        now = self._now()
        ends = or_(
            TokenRow.expires_at > now,
            and_(TokenRow.expires_at.is_(None), TokenRow.created_at > now - EXPIRES),
        )
        query = select(AccountRow, TokenRow.scope).join(TokenRow, TokenRow.account == AccountRow.name)
        found = session.execute(
            query.where(
                TokenRow.digest == key, TokenRow.revoked_at.is_(None), ends, AccountRow.disabled.is_(False)
            )
        ).first()
        return replace(viewer_of(found[0]), clear=found[1] == PERSONAL) if found else None
