"""The writing side of points: entries and reversals, for `dashboard.actions` and the import of changed records alone."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dashboard.rules.events.event import Event
from dashboard.rules.events.outcome import Reversal
from dashboard.rules.events.scoring import Points, Subject
from datasources.events.journal import add_rows
from datasources.store.models import (
    LedgerRow,
)


def insert_points(session: Session, entries: list[tuple[Points, int, int, datetime]]) -> None:
    """Write ledger entries, each (points, event id, step id, at)."""
    rows = [
        {
            "subject_kind": points.kind,
            "subject": points.subject,
            "rule": points.rule,
            "tenths": points.tenths,
            "event_id": event_id,
            "step_id": step_id,
            "at": at,
            "reverses": None,
            "for_at": at,
        }
        for points, event_id, step_id, at in entries
    ]
    add_rows(session, LedgerRow, rows)


def reverse_points(
    session: Session,
    event_id: int,
    what: Reversal,
    step_id: int,
    at: datetime,
) -> list[datetime]:
    """Reverse, by entries of their own, what an event earned by some rules and nobody has reversed yet.

    A reversal counts in the period of what it takes back: return the moments of those periods.
    """
    reversed_ids = select(LedgerRow.reverses).where(
        LedgerRow.event_id == event_id, LedgerRow.reverses.is_not(None)
    )
    held = list(
        session.scalars(
            select(LedgerRow).where(
                LedgerRow.event_id == event_id,
                LedgerRow.rule.in_(list(what.rules)),
                LedgerRow.reverses.is_(None),
                LedgerRow.id.not_in(reversed_ids),
                *([LedgerRow.at >= what.since] if what.since else []),
                *([LedgerRow.at <= what.until] if what.until else []),
                *([LedgerRow.subject == what.subject] if what.subject else []),
            )
        )
    )
    rows = [
        {
            "subject_kind": entry.subject_kind,
            "subject": entry.subject,
            "rule": entry.rule,
            "tenths": -entry.tenths,
            "event_id": event_id,
            "step_id": step_id,
            "at": at,
            "reverses": entry.id,
            "for_at": entry.for_at,
        }
        for entry in held
    ]
    add_rows(session, LedgerRow, rows)
    return [entry.for_at for entry in held]


def charged(session: Session, event: Event, rule: str) -> frozenset[str]:
    """Return who has entries of a rule on an event that nobody has taken back."""
    query = (
        select(LedgerRow.subject)
        .where(LedgerRow.event_id == event.id, LedgerRow.rule == rule)
        .group_by(LedgerRow.subject)
        .having(func.sum(LedgerRow.tenths) != 0)
    )
    return frozenset(session.scalars(query))


def claim_bonus(session: Session, unit: str | None, since: datetime) -> int:
    """Return the claim tenths a unit has earned since a moment (the local day's start)."""
    if unit is None:
        return 0
    total = select(func.coalesce(func.sum(LedgerRow.tenths), 0)).where(
        LedgerRow.subject_kind == Subject.UNIT,
        LedgerRow.subject == unit,
        LedgerRow.rule == "claim",
        LedgerRow.for_at >= since,
    )
    return int(session.scalar(total) or 0)
