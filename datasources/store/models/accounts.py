"""Rows around accounts: tries that failed, browsers that are known, logins that wait for a code."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, false
from sqlalchemy.orm import Mapped, mapped_column

from datasources.store.column_types import Sealed
from datasources.store.models.base import Base


class AccountRow(Base):
    """Somebody who may enter; people are roles here, never invented names."""

    __tablename__ = "account"
    name: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    role: Mapped[str]
    unit: Mapped[str | None]
    area: Mapped[str | None]
    member: Mapped[bool] = mapped_column(default=False, server_default=false())
    password_hash: Mapped[str | None]
    demo: Mapped[bool] = mapped_column(default=False)
    disabled: Mapped[bool] = mapped_column(default=False)
    closed_with_demo: Mapped[bool | None]  # disabled because the demo is off, opened again with it
    epoch: Mapped[int] = mapped_column(default=1)
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    totp_secret: Mapped[str | None] = mapped_column(Sealed)
    totp_step: Mapped[int | None] = mapped_column(BigInteger)  # the last step of time a code was taken of
    created_at: Mapped[datetime]


class TokenRow(Base):
    """An API token: only its SHA-256 is kept; with the scope `personal` it reads persons in clear, each time audited."""

    __tablename__ = "token"
    digest: Mapped[str] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("account.name"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]  # empty: issued by a version that knew no end
    revoked_at: Mapped[datetime | None]
    scope: Mapped[str | None]


class SessionRow(Base):
    """A login on one browser, ended by logout, disabling, a new password or age."""

    __tablename__ = "session"
    digest: Mapped[str] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("account.name"), index=True)
    epoch: Mapped[int]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]  # when somebody last did something there
    address: Mapped[str | None]
    agent: Mapped[str | None]
    device: Mapped[str | None]  # the digest of the browser's own cookie


class KioskRow(Base):
    """A screen that enters with an address of its own; only the SHA-256 of the address's secret is kept.

    `device` is the SHA-256 of what the one browser holds that opened it first: the address works there alone.
    """

    __tablename__ = "kiosk"
    name: Mapped[str] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("account.name"))
    place: Mapped[str]
    shows: Mapped[dict]
    digest: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    issued_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    device: Mapped[str | None]


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
