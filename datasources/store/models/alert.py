"""Rows of emergency alerts: the alert, its log, the screens that hear it, messages owed outside."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from datasources.store.column_types import BigId
from datasources.store.models.base import Base, where_set


class AlertRow(Base):
    """An emergency alert; at most one open per event, a re-raise is a new episode (LIFECYCLE §4)."""

    __tablename__ = "alert"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(BigId, ForeignKey("event.id"), index=True)
    episode: Mapped[int]
    state: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)
    raised_at: Mapped[datetime]
    stage: Mapped[int]
    next_at: Mapped[datetime | None]
    acknowledged_by: Mapped[str | None]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_screen: Mapped[str | None]
    stood_down_at: Mapped[datetime | None]
    shelved_until: Mapped[datetime | None]
    shelved_by: Mapped[str | None]
    shelved_reason: Mapped[str | None]
    behalf_who: Mapped[str | None]
    behalf_channel: Mapped[str | None]
    behalf_words: Mapped[str | None]
    mark: Mapped[str | None]
    folded_into: Mapped[int | None] = mapped_column(BigId)
    __table_args__ = (
        UniqueConstraint("event_id", "episode"),
        where_set("alert", "mark"),
        where_set("alert", "folded_into"),
        Index(
            "alert_one_open_per_event",
            "event_id",
            unique=True,
            sqlite_where=text("state <> 'stood_down'"),
            postgresql_where=text("state <> 'stood_down'"),
        ),
        Index("alert_state_next", "state", "next_at"),
    )


class AlertLogRow(Base):
    """What happened to an alert and when: raised, each rung, acknowledged, shelved, stood down. Append-only."""

    __tablename__ = "alert_log"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    alert_id: Mapped[int] = mapped_column(BigId, index=True)
    what: Mapped[str]
    at: Mapped[datetime]
    by: Mapped[str]
    screen: Mapped[str | None]
    late: Mapped[bool] = mapped_column(default=False)


class ScreenRow(Base):
    """A wall or desk screen as it last spoke: audible or not (LIFECYCLE §4), and how it is."""

    __tablename__ = "screen"
    name: Mapped[str] = mapped_column(primary_key=True)
    account: Mapped[str]
    audible: Mapped[bool]
    seen_at: Mapped[datetime]
    report: Mapped[dict] = mapped_column(default=dict, server_default="{}")
    origin: Mapped[str] = mapped_column(default="", server_default="")


class DeliveryRow(Base):
    """Something owed to an outside system (efficiency office, notification gateway), with tries and a receipt.

    Whoever sends it holds its `lease` until `leased_until` (real time); the other moments are the drill's.
    """

    __tablename__ = "delivery"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    target: Mapped[str]
    reason: Mapped[str]
    event_id: Mapped[int] = mapped_column(BigId)
    payload: Mapped[dict]
    created_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None] = mapped_column(index=True)
    done_at: Mapped[datetime | None]
    receipt: Mapped[str | None] = mapped_column(Text)
    urgent: Mapped[bool] = mapped_column(server_default=false())
    lease: Mapped[str | None]
    leased_until: Mapped[datetime | None]
    last_try_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text)
    resends: Mapped[int] = mapped_column(server_default=text("0"))

    __table_args__ = (
        Index(
            "delivery_owed",
            "urgent",
            "id",
            sqlite_where=text("done_at IS NULL"),
            postgresql_where=text("done_at IS NULL"),
        ),
    )
