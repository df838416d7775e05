"""Rows of what is counted ahead: rolled-up days, weeks and months, and how frozen periods stood. Made from events, never the truth."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Column, Date, Index, Integer, LargeBinary, String, Table
from sqlalchemy.orm import Mapped, mapped_column

from dashboard.rules.figures.table import KPIS
from datasources.store.column_types import BigId
from datasources.store.models.base import Base

ROLLUP_KEYS = ("unit", "path", "category", "channel")
_COUNTS = tuple(kpi for kpi in KPIS.values() if kpi.kind in ("rate", "count"))
# what is counted by when it was due is counted by when it was reported too
ROLLUP_CODES = (
    *(kpi.code for kpi in _COUNTS),
    *(f"{kpi.code}_reported" for kpi in _COUNTS if kpi.by == "due"),
)


class RollupRow(Base):
    """What one span of days adds to every number, for one set of keys; '' where a grain does not tell a key apart.

    `tier` is day, week, month, or the kind of a frozen period; `first` its first local day; `grain` one of
    `rollups.rolled.GRAINS`.
    """

    __table__ = Table(
        "rollup",
        Base.metadata,
        Column("grain", String(), primary_key=True),
        Column("tier", String(), primary_key=True),
        Column("first", Date(), primary_key=True),
        *(Column(name, String(), primary_key=True) for name in ROLLUP_KEYS),
        *(
            Column(f"{code}_{part}", Integer(), nullable=False)
            for code in ROLLUP_CODES
            for part in ("num", "den")
        ),
        sqlite_with_rowid=False,
    )


class RollupPointsRow(Base):
    """The points one unit or worker earned in one span of days for the events of one place.

    `grain` is one of `rollups.rolled.POINT_GRAINS`: by subject, by place (the other is ''), or by both.
    """

    __tablename__ = "rollup_points"
    grain: Mapped[str] = mapped_column(primary_key=True)
    tier: Mapped[str] = mapped_column(primary_key=True)
    first: Mapped[date] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    path: Mapped[str] = mapped_column(primary_key=True)
    tenths: Mapped[int]
    __table_args__ = ({"sqlite_with_rowid": False},)


class RollupTimesRow(Base):
    """The whole seconds that events spent in a stage which they left in one span of days: little-endian 32-bit numbers.

    Percentiles do not add up, their values do. `grain` says what `key` is: all (''), unit, path, category or channel.
    """

    __tablename__ = "rollup_times"
    grain: Mapped[str] = mapped_column(primary_key=True)
    tier: Mapped[str] = mapped_column(primary_key=True)
    first: Mapped[date] = mapped_column(primary_key=True)
    stage: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    seconds: Mapped[bytes] = mapped_column(LargeBinary)
    __table_args__ = ({"sqlite_with_rowid": False},)


class RollupFlowRow(Base):
    """Everything that happened to cases in one span of days, in columns of codes (`rollups.flow`); tier is day or month."""

    __tablename__ = "rollup_flow"
    tier: Mapped[str] = mapped_column(primary_key=True)
    first: Mapped[date] = mapped_column(primary_key=True)
    flow: Mapped[bytes] = mapped_column(LargeBinary)


class FrozenTimesRow(Base):
    """How long a stage took in a frozen period, as it stood: seconds in all, events, and their 90th percentile.

    `grain` says what `key` is: all (''), unit, area, category or channel.
    """

    __tablename__ = "frozen_times"
    tier: Mapped[str] = mapped_column(primary_key=True)
    first: Mapped[date] = mapped_column(primary_key=True)
    grain: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    stage: Mapped[str] = mapped_column(primary_key=True)
    seconds: Mapped[int] = mapped_column(BigInteger)
    events: Mapped[int]
    ninety: Mapped[int] = mapped_column(BigInteger)
    __table_args__ = ({"sqlite_with_rowid": False},)


class RolledRow(Base):
    """A span of days that has been rolled up, or frozen, and when."""

    __tablename__ = "rolled"
    tier: Mapped[str] = mapped_column(primary_key=True)
    first: Mapped[date] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class RollupMarkRow(Base):
    """A quarter of an hour in which something changed that a rollup may have counted already; no id is given twice."""

    __tablename__ = "rollup_mark"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime]
    __table_args__ = (Index("rollup_mark_at", "at"), {"sqlite_autoincrement": True})
