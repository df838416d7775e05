"""Rows of the loaded district: areas, units, places, categories with their conditions and duties, the calendar."""

from datetime import date, datetime

from sqlalchemy import (
    ForeignKey,
    Index,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from datasources.store.models.base import Base


class DistrictRow(Base):
    """The district this database belongs to: one row."""

    __tablename__ = "district"
    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    config: Mapped[dict]
    digest: Mapped[str]
    loaded_at: Mapped[datetime]


class AreaRow(Base):
    """One boundary version of an area; events keep the version they were filed under (seed 000 H08)."""

    __tablename__ = "area"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(index=True)
    version: Mapped[int]
    name: Mapped[str]
    level: Mapped[str] = mapped_column(index=True)
    parent: Mapped[str | None] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(default="")
    path: Mapped[str]
    lng: Mapped[float | None]
    lat: Mapped[float | None]
    geometry: Mapped[dict | None]
    workers: Mapped[int | None]
    note: Mapped[str] = mapped_column(default="")
    valid_from: Mapped[datetime]
    valid_to: Mapped[datetime | None]
    successor: Mapped[str | None]
    __table_args__ = (UniqueConstraint("code", "version"),)


class UnitRow(Base):
    """A department, company or street that handles events; `valid_to` None: there is one today."""

    __tablename__ = "unit"
    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    kind: Mapped[str] = mapped_column(default="")
    parent: Mapped[str | None]
    area: Mapped[str | None]
    may_claim: Mapped[bool] = mapped_column(default=False)
    successor: Mapped[str | None]
    valid_to: Mapped[datetime | None]


class PlaceRow(Base):
    """A point of the pack: a station, a team, an office, a party building, a key place, a camera."""

    __tablename__ = "place"
    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    kind: Mapped[str]
    lng: Mapped[float]
    lat: Mapped[float]
    area: Mapped[str | None]
    unit: Mapped[str | None]
    note: Mapped[str] = mapped_column(default="")
    __table_args__ = (Index("place_kind", "kind"),)


class CategoryRow(Base):
    """A category of events with its handling limit; `valid_to` None: it is in use today."""

    __tablename__ = "category"
    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    parent: Mapped[str | None]
    kind: Mapped[str] = mapped_column(default="")
    limit: Mapped[str] = mapped_column(default="")
    claim_minutes: Mapped[int | None]
    emergency: Mapped[bool] = mapped_column(default=False)
    level: Mapped[str | None]
    photo_required: Mapped[bool] = mapped_column(default=False)
    successor: Mapped[str | None]
    valid_to: Mapped[datetime | None]


class ConditionRow(Base):
    """A filing condition of a category, with its own limit and closing condition."""

    __tablename__ = "condition"
    category: Mapped[str] = mapped_column(ForeignKey("category.code"), primary_key=True)
    no: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    limit: Mapped[str]
    close_condition: Mapped[str] = mapped_column(Text, default="")


class DutyRow(Base):
    """Who is responsible for what where: one line of the duty matrix."""

    __tablename__ = "duty"
    id: Mapped[int] = mapped_column(primary_key=True)
    unit: Mapped[str]
    category: Mapped[str]
    area: Mapped[str]
    priority: Mapped[int]


class CalendarRow(Base):
    """A day that is not what its weekday says: holiday, or a working Saturday (调休)."""

    __tablename__ = "calendar_day"
    day: Mapped[date] = mapped_column(primary_key=True)
    kind: Mapped[str]
