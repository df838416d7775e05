"""One-time codes (TOTP, RFC 6238) beside the password: set up at the first login that asks for one, each code good once."""

import binascii
import hmac
from datetime import datetime
from typing import Any

import pyotp
from sqlalchemy import CursorResult, or_, update
from sqlalchemy.orm import Session

from dashboard.rules.access import Role
from datasources.accounts.accounts import account_of, audit
from datasources.store.models.tables import AccountRow

ROLES = frozenset({Role.LEAD, Role.ADMIN, Role.OPERATOR})  # who decides and who changes accounts
STEP_SECONDS = 30
OFF_BY = (0, -1, 1)  # steps a phone's clock may be off


def fresh_secret() -> str:
    """Return the secret of a new authenticator."""
    return pyotp.random_base32()


def address_of(secret: str, account: str, issuer: str) -> str:
    """Return what an authenticator reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=issuer)


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """Return the step of time that a code belongs to, or None where it is wrong."""
    said = "".join(sign for sign in code if sign.isdecimal() and sign.isascii())
    at = int(now.timestamp()) // STEP_SECONDS
    codes = pyotp.HOTP(secret)
    try:
        return next((at + off for off in OFF_BY if hmac.compare_digest(codes.at(at + off), said)), None)
    except binascii.Error:  # sealed with a key that is gone: an administrator has it set up anew
        return None


def use(session: Session, account: str, secret: str, code: str, now: datetime) -> bool:
    """Return whether a code opens the door, and use it up: one that was used, or an older one, opens nothing."""
    step = step_of(secret, code, now)
    if step is None:
        return False
    row = AccountRow
    unused = (row.name == account, or_(row.totp_step.is_(None), row.totp_step < step))
    done: Any = session.execute(
        update(row).where(*unused).values(totp_step=step).execution_options(synchronize_session=False)
    )
    return isinstance(done, CursorResult) and done.rowcount == 1


def forget(session: Session, name: str, by: str, now: datetime) -> None:
    """Let an account set up another authenticator at its next login: the old one is lost."""
    row = account_of(session, name)
    row.totp_secret = None
    row.epoch += 1
    audit(session, now, by, "totp.forget", account=name)
