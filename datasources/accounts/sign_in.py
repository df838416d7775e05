"""Entering and leaving: passwords and codes at the door. Only digests are stored; a stolen database opens no door."""

import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from dashboard.rules.access import PERSONAL, Role, Viewer
from dashboard.rules.refusals import Refusal
from datasources.accounts import devices, one_time_codes, passwords
from datasources.accounts import limits as sign_in_limits
from datasources.accounts.accounts import LONGEST_NAME, audit, viewer_of
from datasources.accounts.digests import digest
from datasources.accounts.limits import Limit
from datasources.accounts.recognition import LONGEST_SECRET, Recognition
from datasources.accounts.tokens import issue_token
from datasources.store.database import Database
from datasources.store.models import AccountRow, HalfSessionRow, SessionRow

__all__ = ["PERSONAL", "Entered", "Half", "Origin", "SignIn", "TooSoon", "digest", "issue_token"]

SESSION_FOR = timedelta(hours=12)
HALF_FOR = timedelta(minutes=10)
LONGEST_AGENT = 200
AT_ONCE = 4  # tries in work: no more than these pass between a limit and the count they raise
WRONG = "账号或密码不正确；连续输错会越等越久"
WRONG_CODE = "验证码不正确或已用过，请等下一个验证码再试"
AGAIN = "登录已过期，请重新输入账号和密码"
WAIT = "输错次数太多，请 {seconds} 秒后再试；在登录过的电脑上不受别人输错的影响"


class TooSoon(Refusal):
    """Too many tries in vain: there is a time to wait first, whether the account exists or not."""

    status = 429

    def __init__(self, wait: timedelta) -> None:
        self.seconds = max(1, -int(-wait.total_seconds() // 1))
        super().__init__(WAIT, seconds=self.seconds)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a try comes from: its address, the browser's own cookie, what the browser calls itself."""

    address: str = ""
    device: str = ""
    agent: str = ""


@dataclass(frozen=True, slots=True)
class Entered:
    """Somebody who is in: the session's token, who it is, the cookie this browser is known by from now on."""

    token: str
    viewer: Viewer
    device: str


@dataclass(frozen=True, slots=True)
class Half:
    """Somebody whose password was right and who owes a code; `secret` is that of an authenticator to be set up first."""

    token: str
    account: str
    secret: str | None


class SignIn(Recognition):
    """The doors of one process into one database.

    `idle` is how long a role's session lasts without anybody doing anything; `codes` asks the roles that decide for
    a one-time code.
    """

    def __init__(
        self,
        database: Database,
        real_now: Callable[[], datetime],
        *,
        idle: Mapping[Role, timedelta] | None = None,
        codes: bool = False,
    ) -> None:
        super().__init__(database, real_now, idle or {})
        self._codes = codes
        self._turns = threading.BoundedSemaphore(AT_ONCE)

    def login(self, name: str, password: str) -> tuple[str, Viewer]:
        """Return (session token, viewer) of whoever owes no code."""
        found = self.enter(name, password)
        assert isinstance(found, Entered)
        return found.token, found.viewer

    def enter(self, name: str, password: str, origin: Origin | None = None) -> Entered | Half:
        """Let in by a password; a Refusal that looks the same whether the account exists or not.

        A try is counted before the password is looked at, so that parallel guesses get no more tries than others.
        """
        now, origin = self._now(), origin or Origin()
        name = name if len(name) <= LONGEST_NAME and name.isprintable() else ""
        with self._turns:
            with self._database.write() as session:
                row = session.get(AccountRow, name) if name else None
                stored = row.password_hash if row is not None and not row.disabled else None
                limits = self._limits(session, name, row, origin, now)
                wait = sign_in_limits.take(session, limits, now)
            right = passwords.fits(None if wait else stored, password[: passwords.LONGEST])
            if wait:
                raise TooSoon(wait)
            if not right or stored is None:
                self._failed(limits, "login.failed", now)
                raise Refusal(WRONG)
            fresh = passwords.hashed(password) if passwords.outdated(stored) else stored
            with self._database.write() as session:
                row = session.get(AccountRow, name)
                unchanged = row is not None and row.password_hash == stored and not row.disabled
                if row is not None and unchanged:
                    row.password_hash = fresh
                    if not (self._codes and Role(row.role) in one_time_codes.ROLES):
                        return self._open(session, row, limits, origin, now)
                    # the address gets its try back; the name's stays counted until the code is right too
                    sign_in_limits.give_back(session, [one for one in limits if one.kind == "address"])
                    return self._half(session, row, now)
            raise Refusal(WRONG)

    def confirm(self, token: str, code: str, origin: Origin | None = None) -> Entered:
        """Let in whose password was right by the code of the authenticator, setting it up where there was none."""
        now, origin = self._now(), origin or Origin()
        found: Entered | None = None
        with self._turns:
            with self._database.write() as session:
                half, row = self._half_rows(session, token, now)
                if half is None or row is None:
                    raise Refusal(AGAIN)
                limits = self._limits(session, row.name, row, origin, now)
                wait = sign_in_limits.take(session, limits, now)
                secret = half.secret or row.totp_secret
                overtaken = half.secret is not None and row.totp_secret is not None
                if (
                    not wait
                    and not overtaken
                    and secret
                    and one_time_codes.use(session, row.name, secret, code, now)
                ):
                    if half.secret is not None:
                        row.totp_secret = half.secret
                        audit(session, now, row.name, "totp.setup")
                    session.delete(half)
                    found = self._open(session, row, limits, origin, now)
            if wait:
                raise TooSoon(wait)
            if found is None:
                self._failed(limits, "login.code_failed", now)
                raise Refusal(AGAIN if overtaken else WRONG_CODE)
        return found

    def half(self, token: str) -> Half | None:
        """Return who has given a password and owes a code, or None when that is over."""
        with self._database.read() as session:
            half, row = self._half_rows(session, token, self._now())
            return Half(token, row.name, half.secret) if half is not None and row is not None else None

    def give_up(self, token: str) -> None:
        """Forget a login that waits for a code."""
        with self._database.write() as session:
            session.execute(delete(HalfSessionRow).where(HalfSessionRow.digest == digest(token)))

    def left_by(self, device: str) -> list[str]:
        """Return the titles of those who have left the seat at a browser to whoever comes next."""
        with self._database.read() as session:
            names = devices.handed_over(session, device, self._now())
            return [row.title or row.name for name in names if (row := session.get(AccountRow, name))]

    def logout(self, token: str, device: str | None = None) -> None:
        """End a session at once; with `device` the seat there is left to whoever comes next."""
        now = self._now()
        with self._database.write() as session:
            row = session.get(SessionRow, digest(token))
            if row is not None and row.ended_at is None:
                row.ended_at = now
                if device:
                    devices.hand_over(session, device, row.account, now)
                audit(session, now, row.account, "seat.left" if device else "logout")
        self.forget(token)

    def _limits(
        self, session: Session, name: str, row: AccountRow | None, origin: Origin, now: datetime
    ) -> list[Limit]:
        device = devices.known(session, origin.device, name, now)
        return sign_in_limits.limits_of(name, row.name if row else None, origin.address, device)

    def _failed(self, limits: list[Limit], what: str, now: datetime) -> None:
        """Write a try in vain down, and that there is a wait from now on."""
        first = limits[0]
        with self._database.write() as session:
            by = first.account or ""
            audit(session, now, by, what, address=first.address, known_browser=first.kind == "device")
            for row in sign_in_limits.waiting(session, limits, now):
                seconds = int((row.until - now).total_seconds()) if row.until else 0
                audit(
                    session, now, by, "login.limited",
                    address=row.address, kind=row.kind, failures=row.failures, seconds=seconds,
                )  # fmt: skip
            sign_in_limits.forget_old(session, now)

    def _half(self, session: Session, row: AccountRow, now: datetime) -> Half:
        token, secret = secrets.token_urlsafe(32), None if row.totp_secret else one_time_codes.fresh_secret()
        session.execute(delete(HalfSessionRow).where(HalfSessionRow.expires_at <= now))
        session.add(
            HalfSessionRow(
                digest=digest(token), account=row.name, epoch=row.epoch, secret=secret,
                created_at=now, expires_at=now + HALF_FOR,
            )
        )  # fmt: skip
        return Half(token, row.name, secret)

    def _half_rows(
        self, session: Session, token: str, now: datetime
    ) -> tuple[HalfSessionRow | None, AccountRow | None]:
        half = session.get(HalfSessionRow, digest(token)) if 0 < len(token) <= LONGEST_SECRET else None
        row = session.get(AccountRow, half.account) if half is not None else None
        if half is None or row is None or half.expires_at <= now or half.epoch != row.epoch or row.disabled:
            return None, None
        return half, row

    def _open(
        self, session: Session, row: AccountRow, limits: list[Limit], origin: Origin, now: datetime
    ) -> Entered:
        """Begin a session: what was tried in vain here is forgotten, the browser is known from now on."""
        sign_in_limits.give_back(session, limits)
        left = devices.take_over(session, origin.device, now)
        cookie, token = devices.remember(session, origin.device, row.name, now), secrets.token_urlsafe(32)
        session.add(
            SessionRow(
                digest=digest(token),
                account=row.name,
                epoch=row.epoch,
                created_at=now,
                expires_at=now + SESSION_FOR,
                seen_at=now,
                address=limits[0].address,
                agent=origin.agent[:LONGEST_AGENT],
                device=digest(cookie),
            )
        )
        audit(
            session,
            now,
            row.name,
            "login",
            address=limits[0].address,
            known_browser=limits[0].kind == "device",
        )
        if left:
            audit(session, now, row.name, "seat.taken", left_by=list(left))
        return Entered(token, viewer_of(row), cookie)
