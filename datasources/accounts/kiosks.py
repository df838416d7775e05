"""Named screens of halls: each has an account of the wall's role without a password, and an address that lets it in.

The address holds 256 random bits and is shown once; only its digest is kept. It enrols one browser, within a day; that
browser may open it again whenever it starts, any other is refused. Moments are real time, as for all accounts.
"""

import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from dashboard.rules.access import Role
from dashboard.rules.refusals import Forbidden, NotFound, Refusal
from datasources.accounts.accounts import audit
from datasources.accounts.sign_in import digest
from datasources.store import sound_rows
from datasources.store.models import AccountRow, KioskRow, SessionRow

ACCOUNT = "screen:"
NAME = re.compile(r"(?!\.+$)[\w.\-]{1,40}")
ENTERED_FOR = timedelta(days=400)  # as long as browsers keep a cookie
FRESH_FOR = timedelta(hours=24)  # then a reload brings another session token (reliability.md D11)
OVERLAP = timedelta(days=7)  # the old one still counts, should the answer that brought the new one be lost
ENROL_WITHIN = timedelta(hours=24)  # an address nobody opened in that time lies about somewhere
TAKEN = "这个地址已经在另一台电脑上启用。请联系管理员换发新地址。"
LATE = "这个地址签发已超过 24 小时，没有启用。请联系管理员换发新地址。"
REGRET = timedelta(seconds=20)  # a revocation can be taken back: 10 s on the page, and the way there


@dataclass(frozen=True, slots=True)
class Shows:
    """What a screen shows when it is opened: area code, scene, seconds between scenes (0: none), language."""

    area: str = ""
    scene: str = ""
    rotate: int = 0
    lang: str = ""


@dataclass(frozen=True, slots=True)
class Entered:
    """A screen that was let in: its name, what it shows, its session token (None: the one it has goes on), its device's."""

    name: str
    shows: Shows
    token: str | None
    device: str


def make(session: Session, name: str, place: str, shows: Shows, by: str, now: datetime) -> str:
    """Make a named screen and return the secret of its address; a Refusal when the name is taken or cannot be one."""
    if not NAME.fullmatch(name):
        raise Refusal("屏幕名只能用文字、数字、点和横线，不能只有点，最长 40 字", field="name")
    if session.get(KioskRow, name) is not None:
        raise Refusal("已有名为“{name}”的屏幕", name=name, field="name")
    account, secret = ACCOUNT + name, _secret()
    session.add(
        AccountRow(
            name=account, title=place or name, role=Role.WALL.value, password_hash=None, created_at=now
        )
    )
    session.flush()
    session.add(
        KioskRow(
            name=name,
            account=account,
            place=place,
            shows=asdict(shows),
            digest=digest(secret),
            created_at=now,
            created_by=by,
            issued_at=now,
        )
    )
    audit(session, now, by, "screen.create", screen=name)
    return secret


def renew(session: Session, name: str, by: str, now: datetime) -> str:
    """Return a new secret; the old address and whoever entered with it are shut out, a revoked screen is back."""
    row, account = _rows(session, name)
    secret = _secret()
    row.digest, row.issued_at, row.opened_at, row.revoked_at, row.device = (
        digest(secret),
        now,
        None,
        None,
        None,
    )
    account.disabled = False
    account.epoch += 1
    audit(session, now, by, "screen.renew", screen=name)
    return secret


def revoke(session: Session, name: str, by: str, now: datetime) -> None:
    """Shut a screen out at once; revoking it again changes nothing."""
    row, account = _rows(session, name)
    if row.revoked_at is None:
        row.revoked_at, account.disabled = now, True
        audit(session, now, by, "screen.revoke", screen=name)


def restore(session: Session, name: str, by: str, now: datetime) -> None:
    """Take back a revocation of a moment ago: the screen goes on as if nothing had been; later it needs a new address."""
    row, account = _rows(session, name)
    if row.revoked_at is None:
        return
    if now - row.revoked_at > REGRET:
        raise Refusal("撤回的时间已过，请给这块屏幕换发新地址")
    row.revoked_at, account.disabled = None, False
    audit(session, now, by, "screen.restore", screen=name)


def enter(session: Session, secret: str, held: str | None, device: str | None, now: datetime) -> Entered:
    """Let in the one browser an address is for; Forbidden when it is none (any more), Elsewhere for another browser.

    `held` is the browser's session token: a screen that is in already keeps it, so that reboots leave no trail of sessions.
    `device` is what the browser was given when it was enrolled.
    """
    row = session.scalar(
        select(KioskRow).where(KioskRow.digest == digest(secret), KioskRow.revoked_at.is_(None))
    )
    account = session.get(AccountRow, row.account) if row else None
    if row is None or account is None or account.disabled:
        raise Forbidden("这块屏幕的授权已撤销，或者已换发新地址")
    shows, mine = Shows(**row.shows), _session_of(session, held, now)
    is_in = mine is not None and (mine.account, mine.epoch) == (account.name, account.epoch)
    if row.device is None:
        if not is_in and now - row.issued_at > ENROL_WITHIN:
            raise Elsewhere(LATE, row.name)
        device = _secret()
        bound = update(KioskRow).where(KioskRow.name == row.name, KioskRow.device.is_(None))
        if session.execute(bound.values(device=digest(device)).returning(KioskRow.name)).first() is None:
            raise Elsewhere(TAKEN, row.name)  # by another browser in the same instant
        audit(session, now, account.name, "screen.enrol", screen=row.name)
    elif not device or not hmac.compare_digest(row.device, digest(device)):
        raise Elsewhere(TAKEN, row.name)
    row.opened_at = now
    if is_in:
        return Entered(row.name, shows, None, str(device))
    audit(session, now, account.name, "screen.enter", screen=row.name)
    return Entered(row.name, shows, _begin(session, account, now), str(device))


class Elsewhere(Forbidden):
    """The address is another browser's, or was opened too late."""

    def __init__(self, text: str, screen: str) -> None:
        super().__init__(text)
        self.screen = screen


def refused(session: Session, screen: str, origin: str, now: datetime) -> None:
    """Note that an address was opened where it is not at home."""
    audit(session, now, ACCOUNT + screen, "screen.refused", screen=screen, origin=origin)


def rotated(session: Session, held: str, now: datetime) -> str | None:
    """Return another session token for a screen whose own is a day old, else None; the old one ends after `OVERLAP`."""
    mine = _session_of(session, held, now)
    account = session.get(AccountRow, mine.account) if mine else None
    if mine is None or account is None or not is_kiosk(account.name):
        return None
    if now - mine.created_at < FRESH_FOR or mine.epoch != account.epoch:
        return None
    mine.expires_at = min(mine.expires_at, now + OVERLAP)
    return _begin(session, account, now)


def is_kiosk(account: str) -> bool:
    """Return whether an account stands for a named screen."""
    return account.startswith(ACCOUNT)


def listed(session: Session) -> Sequence[KioskRow]:
    """Return every named screen, by name."""
    return sound_rows.rows_of(session, KioskRow, select(KioskRow).order_by(KioskRow.name))


def _begin(session: Session, account: AccountRow, now: datetime) -> str:
    token = secrets.token_urlsafe(32)
    session.add(
        SessionRow(
            digest=digest(token),
            account=account.name,
            epoch=account.epoch,
            created_at=now,
            expires_at=now + ENTERED_FOR,
        )
    )
    _end_the_oldest(session, account.name, now)
    return token


def _end_the_oldest(session: Session, account: str, now: datetime, kept: int = 8) -> None:
    """End all but the newest sessions of a screen: an address opened every morning must not fill the table with doors."""
    session.flush()
    live = select(SessionRow.digest).where(SessionRow.account == account, SessionRow.ended_at.is_(None))
    old = session.scalars(live.order_by(SessionRow.created_at.desc()).offset(kept)).all()
    if old:
        session.execute(update(SessionRow).where(SessionRow.digest.in_(old)).values(ended_at=now))


def _session_of(session: Session, token: str | None, now: datetime) -> SessionRow | None:
    row = session.get(SessionRow, digest(token)) if token else None
    return row if row is not None and row.ended_at is None and row.expires_at > now else None


def _rows(session: Session, name: str) -> tuple[KioskRow, AccountRow]:
    row = session.get(KioskRow, name)
    account = session.get(AccountRow, row.account) if row else None
    if row is None or account is None:
        raise NotFound("没有名为“{name}”的屏幕", name=name)
    return row, account


def _secret() -> str:
    return secrets.token_urlsafe(32)
