"""API tokens: issued for a time, listed by what names them without opening anything, revoked one by one or with their account."""

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard.rules.access import TOKEN_DAYS
from dashboard.rules.refusals import NotFound, Refusal
from datasources.accounts.accounts import audit, named
from datasources.accounts.digests import digest
from datasources.store import sound_rows
from datasources.store.models import TokenRow

MARK = "grid_"
MOST_DAYS = 3650
EXPIRES = timedelta(days=TOKEN_DAYS)
ID_LENGTH = 12  # hex digits of the digest: enough to tell tokens apart, nothing to enter with


def issue_token(
    session: Session, name: str, now: datetime, scope: str | None = None, days: int = TOKEN_DAYS
) -> str:
    """Return a new API token of an account; it is shown once, only its digest is kept, it ends after `days`.

    Only with the scope `personal` are persons read in clear with it, as far as the account may.
    """
    row = named(session, name)
    if row is None or row.disabled:
        raise NotFound("没有名为“{name}”的可用账号", name=name)
    token = f"{MARK}{secrets.token_urlsafe(32)}"
    ends = now + timedelta(days=days)
    session.add(TokenRow(digest=digest(token), account=name, created_at=now, expires_at=ends, scope=scope))
    called = digest(token)[:ID_LENGTH]
    audit(session, now, "console", "token.issue", account=name, token=called, days=days, scope=scope)
    return token


def id_of(row: TokenRow) -> str:
    """Return what a token is called in lists and in the audit."""
    return row.digest[:ID_LENGTH]


def ends_at(row: TokenRow) -> datetime:
    """Return when a token ends; one that an older version issued beside us ends as if we had."""
    return row.expires_at or row.created_at + EXPIRES


def listed(session: Session, accounts: Collection[str] = ()) -> Sequence[TokenRow]:
    """Return the tokens of accounts (none named: of all), by account, the newest first."""
    query = select(TokenRow).order_by(TokenRow.account, TokenRow.created_at.desc(), TokenRow.digest)
    query = query.where(TokenRow.account.in_(accounts)) if accounts else query
    return sound_rows.rows_of(session, TokenRow, query)


def revoke(session: Session, word: str, now: datetime) -> int:
    """End what a word names, a token, its id or an account with all its tokens; return how many ended.

    NotFound where it names nothing that is known.
    """
    row = TokenRow
    if word.startswith(MARK):
        meant = row.digest == digest(word)
    elif named(session, word) is not None:
        meant = row.account == word
    elif len(word) == ID_LENGTH and word.isascii():
        meant = row.digest.startswith(word, autoescape=True)
    else:
        raise NotFound("没有叫“{word}”的令牌或账号", word=word)
    found = session.scalars(select(row).where(meant)).all()
    if not found and named(session, word) is None:
        raise NotFound("没有叫“{word}”的令牌或账号", word=word if not word.startswith(MARK) else MARK + "…")
    open_ones = [one for one in found if one.revoked_at is None]
    for one in open_ones:
        one.revoked_at = now
        audit(session, now, "console", "token.revoke", account=one.account, token=id_of(one))
    return len(open_ones)


def days_of(days: int) -> int:
    """Return for how many days a token is asked for; a Refusal when that is no sensible time."""
    if not 1 <= days <= MOST_DAYS:
        raise Refusal("令牌的有效期应在 1 到 {most} 天之间", most=MOST_DAYS)
    return days
