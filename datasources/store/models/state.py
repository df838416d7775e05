"""Tables in which the processes write how they are: the beats of what runs by itself, and rows set aside."""

from datetime import datetime

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from datasources.store.models.tables import Base


class BeatRow(Base):
    """When a sweep (or publisher, deliveries) was last finished, in whatever process; `at` in the database's time."""

    __tablename__ = "beat"
    name: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class SetAsideRow(Base):
    """A row of another table that cannot be read or worked on, why, and since when; the moments are real time."""

    __tablename__ = "set_aside"
    kind: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str] = mapped_column(Text)
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    times: Mapped[int]
