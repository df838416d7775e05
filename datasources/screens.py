"""Screens as they last spoke: which walls and desks can be heard (LIFECYCLE §4)."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from datasources.models import ScreenRow

LEASE = timedelta(seconds=15)


def audible_screens(session: Session, now: datetime) -> int:
    """Return how many screens have said within the lease that they can be heard."""
    query = select(func.count()).select_from(ScreenRow)
    return session.scalar(query.where(ScreenRow.audible, ScreenRow.seen_at >= now - LEASE)) or 0


def heard_from(session: Session, name: str, account: str, audible: bool, now: datetime) -> None:
    """Note that a screen is there, and whether it can be heard."""
    session.merge(ScreenRow(name=name, account=account, audible=audible, seen_at=now))
