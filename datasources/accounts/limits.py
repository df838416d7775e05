"""How often a password may be tried: per address and name, per address, and per known browser, each wait longer than the last.

Nobody's name is locked for everybody: who tries in vain waits, from where it was tried. A browser that has logged in
before is counted by itself, so that what others try at its address or under its name does not hold it up.
The counts lie in the database: all web processes share them, and an unknown name is counted like a known one.
"""

import hashlib
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from datasources.store import sound_rows
from datasources.store.database import take_turn
from datasources.store.models import SignInLimitRow

TURN = 20264  # the number writers of these counts wait for
FORGOTTEN_AFTER = timedelta(hours=1)  # without another failure
SHOWN_FOR = timedelta(days=1)
MOST_SHOWN = 200
LONGEST_WAIT = timedelta(minutes=15)
# kind → failures before one has to wait, and the first wait, which doubles with every further failure
KINDS = {
    "pair": (5, timedelta(seconds=15)),
    "device": (5, timedelta(seconds=15)),
    "address": (20, timedelta(seconds=30)),
}


@dataclass(frozen=True, slots=True)
class Limit:
    """One count that a try falls under; `account` only where there is one of that name."""

    kind: str
    key: str
    address: str
    account: str | None = None


def limits_of(name: str, account: str | None, address: str, device: str | None) -> list[Limit]:
    """Return the counts of a try: the known browser's own (`device`, its digest), else pair and address."""
    place = network(address)
    if device is not None:
        return [Limit("device", _key("device", device, name), place, account)]
    return [
        Limit("pair", _key("pair", place, name), place, account),
        Limit("address", _key("address", place), place),
    ]


def network(address: str) -> str:
    """Return what counts as one address: an IPv4 address, the /64 that one IPv6 line has for itself."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, 64), strict=False))


def wait_after(kind: str, failures: int) -> timedelta:
    """Return how long to wait after so many failures."""
    free, first = KINDS[kind]
    if failures < free:
        return timedelta()
    return min(LONGEST_WAIT, first * 2 ** min(failures - free, 30))


def take(session: Session, limits: Sequence[Limit], now: datetime) -> timedelta:
    """Count a try before it is looked at and return nothing to wait; or count nothing and return how long to wait."""
    take_turn(session, TURN)
    rows = {limit.key: session.get(SignInLimitRow, limit.key) for limit in limits}
    waits = [held.until - now for held in rows.values() if held and held.until and held.until > now]
    if waits:
        for held in rows.values():
            if held and held.until and held.until > now:
                held.refused += 1
        return max(waits)
    for limit in limits:
        row = rows[limit.key]
        if row is None:
            row = SignInLimitRow(key=limit.key, kind=limit.kind, address=limit.address, failures=0, refused=0)
            session.add(row)
        elif now - row.last_at >= FORGOTTEN_AFTER:
            row.failures = row.refused = 0
        row.failures, row.account, row.last_at = row.failures + 1, limit.account, now
        wait = wait_after(limit.kind, row.failures)
        row.until = now + wait if wait else None
    session.flush()  # what looks a count up in this transaction finds it
    return timedelta()


def give_back(session: Session, limits: Sequence[Limit]) -> None:
    """Uncount a try that was none in vain: what was tried here is forgotten, the address gets its one back."""
    take_turn(session, TURN)
    for limit in limits:
        row = session.get(SignInLimitRow, limit.key)
        if row is None:
            continue
        row.failures -= 1
        if limit.kind != "address" or row.failures <= 0:
            session.delete(row)
        elif not wait_after(limit.kind, row.failures):
            row.until = None


def waiting(session: Session, limits: Sequence[Limit], now: datetime) -> list[SignInLimitRow]:
    """Return those of these counts that have to wait now."""
    rows = (session.get(SignInLimitRow, limit.key) for limit in limits)
    return [row for row in rows if row is not None and row.until is not None and row.until > now]


def standing(session: Session, now: datetime) -> Sequence[SignInLimitRow]:
    """Return what failed within a day, the latest first, as many as anybody reads."""
    query = select(SignInLimitRow).where(SignInLimitRow.last_at > now - SHOWN_FOR)
    query = query.order_by(SignInLimitRow.last_at.desc(), SignInLimitRow.key).limit(MOST_SHOWN)
    return sound_rows.rows_of(session, SignInLimitRow, query)


def release(session: Session, key: str) -> SignInLimitRow | None:
    """Forget one count; return what it was, or None where it is gone already."""
    row = session.get(SignInLimitRow, key)
    if row is not None:
        session.delete(row)
    return row


def release_account(session: Session, name: str) -> None:
    """Forget everything that was tried in vain under a name."""
    session.execute(delete(SignInLimitRow).where(SignInLimitRow.account == name))


def forget_old(session: Session, now: datetime) -> None:
    """Forget what nobody tried for a day."""
    session.execute(delete(SignInLimitRow).where(SignInLimitRow.last_at <= now - SHOWN_FOR))


def _key(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
