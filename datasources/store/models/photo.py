"""Rows of pictures, and of those that are still coming in pieces."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from datasources.store.column_types import BigId
from datasources.store.models.base import Base, where_set


class PhotoRow(Base):
    """An attachment: re-encoded, without metadata; the file lies in the photo folder under its id.

    `taken_at`, `lng`, `lat` are what its sender's file said; `look_0` … `look_4` are the bands of its difference hash.
    """

    __tablename__ = "photo"
    id: Mapped[str] = mapped_column(primary_key=True)
    sha256: Mapped[str]
    width: Mapped[int]
    height: Mapped[int]
    size: Mapped[int]
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    event_id: Mapped[int | None] = mapped_column(BigId, index=True)
    step_id: Mapped[int | None] = mapped_column(BigId)
    role: Mapped[str | None]
    taken_at: Mapped[datetime | None]
    lng: Mapped[float | None]
    lat: Mapped[float | None]
    look_0: Mapped[int | None]
    look_1: Mapped[int | None]
    look_2: Mapped[int | None]
    look_3: Mapped[int | None]
    look_4: Mapped[int | None]
    __table_args__ = tuple(where_set("photo", f"look_{n}") for n in range(5))


class UploadRow(Base):
    """A picture on its way, in pieces; `owner` is an account or `seat:` and the digest of a stranger's seat.

    `closed_at` is when it turned out to be no picture: it is not gone on with.
    """

    __tablename__ = "upload"
    id: Mapped[str] = mapped_column(primary_key=True)
    owner: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str]
    photo: Mapped[str | None]
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    __table_args__ = (
        Index("upload_owner_sha256", "owner", "sha256"),
        Index("upload_created_at", "created_at"),
    )
