"""Rows beside an event: steps, news of them, ledger entries, who stands beside the lead, who looks, answered keys.

Steps and ledger entries are append-only: the database refuses UPDATE and DELETE on them.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from datasources.store.column_types import BigId, SealedBytes
from datasources.store.models.base import Base


class StepRow(Base):
    """One transition: history, statistics and outbox in one (DESIGN decision 5). Append-only."""

    __tablename__ = "step"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(BigId, ForeignKey("event.id"))
    version: Mapped[int]
    action: Mapped[str]
    from_status: Mapped[str | None]
    to_status: Mapped[str]
    round: Mapped[int]
    at: Mapped[datetime]
    actor: Mapped[str]
    actor_role: Mapped[str]
    actor_unit: Mapped[str | None]
    unit: Mapped[str | None]
    rating: Mapped[str | None]
    facts: Mapped[dict]
    late: Mapped[bool] = mapped_column(default=False)
    on_behalf: Mapped[bool] = mapped_column(default=False)
    __table_args__ = (
        UniqueConstraint("event_id", "version"),
        Index("step_action_at", "action", "at"),
        Index("step_at", "at", "from_status", "to_status"),
    )


class OutboxRow(Base):
    """News of a committed change that the feed has not carried yet; deleted by the publisher that carried it.

    `step_id` names the step behind it, `alert_id` the alert that changed; one of them is set. An id is never given
    twice: a slow publisher would delete other news than it has carried.
    """

    __tablename__ = "outbox"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(BigId)
    step_id: Mapped[int | None] = mapped_column(BigId)
    alert_id: Mapped[int | None] = mapped_column(BigId)
    urgent: Mapped[bool]
    at: Mapped[datetime]
    __table_args__ = ({"sqlite_autoincrement": True},)


class LedgerRow(Base):
    """One line of points in integer tenths; append-only, reversed by another line, never edited.

    `for_at` is the moment whose period it counts in: its own, or that of the entry it takes back.
    """

    __tablename__ = "ledger"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    subject_kind: Mapped[str]
    subject: Mapped[str]
    rule: Mapped[str]
    tenths: Mapped[int]
    event_id: Mapped[int] = mapped_column(BigId)
    step_id: Mapped[int] = mapped_column(BigId)
    at: Mapped[datetime]
    reverses: Mapped[int | None] = mapped_column(BigId)
    for_at: Mapped[datetime]
    __table_args__ = (
        Index("ledger_subject_for_at", "subject_kind", "subject", "for_at"),
        Index("ledger_event", "event_id"),
        Index("ledger_for_at", "for_at"),
    )


class AssignmentRow(Base):
    """A co-unit (协办) beside the lead, with its own signing, finishing and text."""

    __tablename__ = "assignment"
    event_id: Mapped[int] = mapped_column(BigId, ForeignKey("event.id"), primary_key=True)
    unit: Mapped[str] = mapped_column(primary_key=True, index=True)
    round: Mapped[int] = mapped_column(primary_key=True)
    assigned_at: Mapped[datetime]
    accept_due_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    text: Mapped[str | None] = mapped_column(Text)


class PresenceRow(Base):
    """Who has an event open at which seat (a browser tab); `holds` marks whoever may change it. Real time, not the drill's."""

    __tablename__ = "presence"
    event_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account: Mapped[str] = mapped_column(primary_key=True)
    seat: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[datetime]
    seen_at: Mapped[datetime]
    holds: Mapped[bool]
    __table_args__ = (Index("presence_seen", "seen_at"),)


class BorderDecisionRow(Base):
    """An operator's ruling on a stretch of border between grids, remembered."""

    __tablename__ = "border_decision"
    id: Mapped[int] = mapped_column(primary_key=True)
    stretch: Mapped[str] = mapped_column(index=True)
    grid: Mapped[str]
    event_id: Mapped[int] = mapped_column(BigId)
    lng: Mapped[float]
    lat: Mapped[float]
    by: Mapped[str]
    at: Mapped[datetime]


class IdempotencyRow(Base):
    """The first answer to an Idempotency-Key, scoped to the account, kept longer than a report may lie."""

    __tablename__ = "idempotency"
    account: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[str]
    status: Mapped[int]
    body: Mapped[bytes] = mapped_column(SealedBytes())
    created_at: Mapped[datetime] = mapped_column(index=True)
