"""Screens as they last spoke: which walls and desks can be heard (LIFECYCLE §4), and how each of them is."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from datasources.accounts.kiosks import ACCOUNT, is_kiosk
from datasources.store import sound_rows
from datasources.store.dialect import insert_of
from datasources.store.models import ScreenRow

LEASE = timedelta(seconds=15)
REMEMBERED = timedelta(days=1)  # of screens without a name of their own: a new browser tab is a new one


def audible_screens(session: Session, now: datetime) -> int:
    """Return how many screens have said within the lease that they can be heard."""
    query = select(func.count()).select_from(ScreenRow)
    return session.scalar(query.where(ScreenRow.audible, ScreenRow.seen_at >= now - LEASE)) or 0


def heard_from(
    session: Session,
    name: str,
    account: str,
    audible: bool,
    now: datetime,
    report: Mapping[str, Any] | None = None,
    origin: str = "",
) -> None:
    """Note that a screen is there, whether it can be heard and how it is; without a report the last one stays."""
    said: dict[str, Any] = {"account": account, "audible": audible, "seen_at": now}
    said |= {"report": dict(report)} if report is not None else {}
    said |= {"origin": origin} if origin else {}
    new = {"name": name, "report": {}, "origin": ""} | said
    # two pages of one screen may be heard from at the same moment
    session.execute(
        insert_of(session, ScreenRow).values(new).on_conflict_do_update(index_elements=["name"], set_=said)
    )


def listed(session: Session, now: datetime) -> Sequence[ScreenRow]:
    """Return the named screens and whoever else spoke within `REMEMBERED`, by name."""
    named = ScreenRow.account.startswith(ACCOUNT, autoescape=True)
    query = select(ScreenRow).where(or_(named, ScreenRow.seen_at >= now - REMEMBERED))
    return sound_rows.rows_of(session, ScreenRow, query.order_by(ScreenRow.name))


def forget_old(session: Session, now: datetime) -> None:
    """Forget whoever has not spoken for `REMEMBERED` and has no name of its own."""
    named = ScreenRow.account.startswith(ACCOUNT, autoescape=True)
    session.execute(delete(ScreenRow).where(~named, ScreenRow.seen_at < now - REMEMBERED))


def key_of(account: str, said: str) -> str:
    """Return the name a screen is known by: a named screen is its account, whatever its page says."""
    return account if is_kiosk(account) else f"{account}/{said}"
