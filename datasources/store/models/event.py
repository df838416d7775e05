"""The row of an event: what it is, where it stands, every deadline as a column."""

from datetime import datetime

from sqlalchemy import JSON, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from datasources.store.column_types import BigId, Sealed
from datasources.store.models.base import Base, where_set


def _unreminded(column: str) -> Index:
    """Return an index by a deadline of the desk, of what the desk has not been reminded of."""
    waits = text("desk_reminded_at IS NULL")
    return Index(
        f"event_status_{column.removesuffix('_at')}",
        "status",
        column,
        sqlite_where=waits,
        postgresql_where=waits,
    )


class EventRow(Base):
    """The reported matter; the fields of `dashboard.rules.events.event.Event`, one to one."""

    __tablename__ = "event"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    source: Mapped[str]
    status: Mapped[str]
    reported_at: Mapped[datetime]
    version: Mapped[int]
    external_id: Mapped[str | None] = mapped_column(unique=True)
    description: Mapped[str] = mapped_column(Text)
    category: Mapped[str | None]
    condition: Mapped[int | None]
    emergency: Mapped[bool]
    level: Mapped[str]
    lng: Mapped[float | None]
    lat: Mapped[float | None]
    src_crs: Mapped[str | None]
    accuracy_m: Mapped[float | None]
    address: Mapped[str]
    grid: Mapped[str | None] = mapped_column(index=True)
    grid_version: Mapped[int | None]
    area_path: Mapped[str]
    border: Mapped[dict | None] = mapped_column(JSON(none_as_null=True))
    unit: Mapped[str | None]
    how: Mapped[str | None]
    co_units: Mapped[list | None] = mapped_column(JSON(none_as_null=True))
    final_dispatch: Mapped[bool]
    round: Mapped[int]
    created_at: Mapped[datetime | None]
    registered_at: Mapped[datetime | None]
    register_due_at: Mapped[datetime | None]
    pool_at: Mapped[datetime | None]
    claim_due_at: Mapped[datetime | None]
    dispatch_due_at: Mapped[datetime | None]
    owned_at: Mapped[datetime | None]
    accept_due_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    limit_amount: Mapped[float | None]
    limit_unit: Mapped[str | None]
    handle_from: Mapped[datetime | None]
    handle_due_at: Mapped[datetime | None]
    warn_due_at: Mapped[datetime | None]
    red_due_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    check_due_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    hold_from: Mapped[datetime | None]
    hold_until: Mapped[datetime | None]
    overdue_at: Mapped[datetime | None]
    overdue_round: Mapped[int]
    late: Mapped[bool]
    due_soon_at: Mapped[datetime | None]
    desk_reminded_at: Mapped[datetime | None]
    accept_reminders: Mapped[int]
    check_reminders: Mapped[int]
    check_missed_at: Mapped[datetime | None]
    request: Mapped[str | None]
    request_reason: Mapped[str | None] = mapped_column(Text)
    request_until: Mapped[datetime | None]
    requested_by: Mapped[str | None]
    rework_count: Mapped[int]
    decline_count: Mapped[int]
    extension_count: Mapped[int]
    escalations: Mapped[int] = mapped_column(server_default="0")
    hold_count: Mapped[int]
    demand: Mapped[int]
    rating: Mapped[str | None]
    solved_level: Mapped[str | None]
    supervision: Mapped[str]
    supervised_reason: Mapped[str | None] = mapped_column(Text)
    reply_due_at: Mapped[datetime | None]
    handler: Mapped[str | None]
    appeal: Mapped[str | None]
    appeal_reason: Mapped[str | None] = mapped_column(Text)
    appealed_by: Mapped[str | None]
    appealed_at: Mapped[datetime | None]
    appeal_reviewer: Mapped[str | None]
    appeal_verdict: Mapped[str | None]
    merged_into: Mapped[int | None] = mapped_column(BigId)
    merged_from: Mapped[str | None]
    merged_at: Mapped[datetime | None]
    resolved_on_site: Mapped[bool]
    imported: Mapped[bool]
    reporter_name: Mapped[str | None]
    reporter_phone: Mapped[str | None] = mapped_column(Sealed())
    reporter_phone_digest: Mapped[str | None]
    reported_by: Mapped[str | None]
    follow_secret: Mapped[str | None]
    source_system: Mapped[str | None]
    source_id: Mapped[str | None]

    __table_args__ = (
        Index(
            "event_source",
            "source_system",
            "source_id",
            unique=True,
            sqlite_where=text("source_system IS NOT NULL"),
            postgresql_where=text("source_system IS NOT NULL"),
        ),
        Index("event_status_claim_due", "status", "claim_due_at"),
        Index("event_status_accept_due", "status", "accept_due_at"),
        Index("event_status_handle_due", "status", "handle_due_at"),
        Index("event_status_warn_due", "status", "warn_due_at"),
        Index("event_status_red_due", "status", "red_due_at"),
        Index("event_status_check_due", "status", "check_due_at"),
        Index("event_status_hold_until", "status", "hold_until"),
        *(_unreminded(name) for name in ("register_due_at", "dispatch_due_at")),
        Index("event_reported_at", "reported_at"),
        Index("event_closed_at", "closed_at"),
        Index("event_lng_lat", "lng", "lat"),
        Index("event_address", "address"),
        *(
            where_set("event", name)
            for name in (
                "pool_at",
                "registered_at",
                "owned_at",
                "finished_at",
                "request",
                "reporter_phone_digest",
                "appeal",
            )
        ),
        Index("event_reported_by", "reported_by", "reported_at"),
        Index("event_handle_due", "handle_due_at"),
        Index("event_unit_status", "unit", "status"),
        Index("event_category_reported", "category", "reported_at"),
        Index("event_area_path", "area_path", postgresql_ops={"area_path": "text_pattern_ops"}),
        Index(
            "event_supervised",
            "status",
            "closed_at",
            sqlite_where=text("supervision <> 'none'"),
            postgresql_where=text("supervision <> 'none'"),
        ),
    )
