"""SQLAlchemy 2 rows: columns, relations and indexes only. Behaviour lives in `dashboard`, reading in `queries`.

Steps and ledger entries are append-only: the first migration makes the database refuse UPDATE and DELETE on them.
"""

from datetime import date, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Date,
    Float,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from datasources.store.column_types import BigId, Moment, Sealed, SealedBytes


def _where_set(table: str, column: str) -> Index:
    """Return an index of the rows that have a value in a column."""
    held = text(f"{column} IS NOT NULL")
    return Index(f"{table}_{column}", column, sqlite_where=held, postgresql_where=held)


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


class Base(DeclarativeBase):
    """All tables of the house."""

    type_annotation_map = {  # noqa: RUF012 - the shape SQLAlchemy asks for
        str: String(),
        datetime: Moment(),
        date: Date(),
        dict: JSON(),
        list: JSON(),
        float: Float(),
        bool: Boolean(),
    }


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
            _where_set("event", name)
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
        _where_set("alert", "mark"),
        _where_set("alert", "folded_into"),
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
    __table_args__ = tuple(_where_set("photo", f"look_{n}") for n in range(5))


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
    """The first answer to an Idempotency-Key, scoped to the account, kept at least 24 hours."""

    __tablename__ = "idempotency"
    account: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[str]
    status: Mapped[int]
    body: Mapped[bytes] = mapped_column(SealedBytes())
    created_at: Mapped[datetime] = mapped_column(index=True)


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


class ScreenRow(Base):
    """A wall or desk screen as it last spoke: audible or not (LIFECYCLE §4), and how it is."""

    __tablename__ = "screen"
    name: Mapped[str] = mapped_column(primary_key=True)
    account: Mapped[str]
    audible: Mapped[bool]
    seen_at: Mapped[datetime]
    report: Mapped[dict] = mapped_column(default=dict, server_default="{}")
    origin: Mapped[str] = mapped_column(default="", server_default="")


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


class ClockRow(Base):
    """The drill clock's anchor, so that it goes on after a restart from where it was."""

    __tablename__ = "clock"
    id: Mapped[int] = mapped_column(primary_key=True)
    drill_at: Mapped[datetime]
    speed: Mapped[float]
    saved_at: Mapped[datetime]


class ImportRow(Base):
    """How far a file has been imported, so that a killed import resumes."""

    __tablename__ = "import_job"
    digest: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    line: Mapped[int]
    added: Mapped[int]
    held: Mapped[int]
    refused: Mapped[int]
    changed: Mapped[int] = mapped_column(server_default="0")
    done: Mapped[bool]
    at: Mapped[datetime]


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
