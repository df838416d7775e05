"""Rows around accounts: tries that failed, browsers that are known, logins that wait for a code."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from datasources.store.column_types import Sealed
from datasources.store.models.tables import Base


class SignInLimitRow(Base):
    """How often something was tried in vain lately, and until when it has to wait.

    `kind` is pair (an address and a name), address, or device (a known browser and a name); the key is a digest.
    A name that no account has is not kept: people type their passwords into the wrong field.
    """

    __tablename__ = "sign_in_limit"
    key: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    account: Mapped[str | None] = mapped_column(index=True)
    address: Mapped[str]
    failures: Mapped[int]
    refused: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime] = mapped_column(index=True)
    until: Mapped[datetime | None]


class DeviceRow(Base):
    """A browser in which an account has logged in before; only the SHA-256 of its cookie is kept."""

    __tablename__ = "device"
    digest: Mapped[str] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("account.name"), primary_key=True, index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    handed_over_at: Mapped[datetime | None]  # the seat was left to whoever comes next


class HalfSessionRow(Base):
    """A login whose password was right and whose one-time code is still to come; it opens nothing."""

    __tablename__ = "half_session"
    digest: Mapped[str] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("account.name"), index=True)
    epoch: Mapped[int]
    secret: Mapped[str | None] = mapped_column(Sealed)  # of an authenticator that is being set up
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
