"""Rows of what people did outside an event's own steps, and of personal data they asked for."""

from datetime import datetime

from sqlalchemy import Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from datasources.store.column_types import BigId
from datasources.store.models.base import Base


class AuditRow(Base):
    """Who looked at or changed what outside an event's own steps: logins, reveals, accounts."""

    __tablename__ = "audit"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    account: Mapped[str]
    what: Mapped[str]
    detail: Mapped[dict]


class ExportRequestRow(Base):
    """A request to export personal data: asked, approved by somebody else or refused; the link works until `expires_at`."""

    __tablename__ = "export_request"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account: Mapped[str]
    filters: Mapped[dict]
    why: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime]
    state: Mapped[str]
    answered_by: Mapped[str | None]
    answered_at: Mapped[datetime | None]
    answer: Mapped[str | None] = mapped_column(Text)
    expires_at: Mapped[datetime | None]
    downloads: Mapped[int] = mapped_column(default=0)
    __table_args__ = (Index("export_request_asked_at", "asked_at"),)
