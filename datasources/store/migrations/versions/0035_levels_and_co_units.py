"""Who finished a case, how often it was passed up, who stands beside its lead; due soon in the limit's own unit"""

from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

from dashboard.rules.limits import Calendar, Limit, due_soon_at
from datasources.store.column_types import Moment

revision = "0035"
down_revision = "0032"
branch_labels = None
depends_on = None

OPEN = "status NOT IN ('closed', 'rejected', 'merged')"


def upgrade() -> None:
    op.add_column("event", sa.Column("co_units", sa.JSON(), nullable=True))
    op.add_column("event", sa.Column("solved_level", sa.String(), nullable=True))
    op.add_column("event", sa.Column("escalations", sa.Integer(), nullable=False, server_default="0"))
    op.execute(
        "UPDATE event SET escalations = (SELECT count(*) FROM step WHERE step.event_id = event.id "
        "AND step.action = 'escalate') WHERE id IN (SELECT event_id FROM step WHERE action = 'escalate')"
    )
    op.execute(
        "UPDATE event SET solved_level = CASE WHEN resolved_on_site THEN 'grid' "
        "WHEN unit IN (SELECT code FROM unit WHERE kind = 'community') THEN 'community' "
        "WHEN unit IN (SELECT code FROM unit WHERE kind IN ('street', 'station')) THEN 'street' ELSE 'district' END "
        "WHERE finished_at IS NOT NULL AND status IN ('checking', 'closed') "
        "AND (unit IS NOT NULL OR resolved_on_site)"
    )
    _tell_co_units()
    _warn_in_the_limits_unit()
    op.execute("DELETE FROM rolled WHERE tier IN ('day', 'week', 'month')")


def _tell_co_units() -> None:
    bind = op.get_bind()
    event = sa.table("event", sa.column("id"), sa.column("co_units", sa.JSON(none_as_null=True)))
    rows = bind.execute(
        sa.text(
            "SELECT event.id, assignment.unit FROM assignment JOIN event ON event.id = assignment.event_id "
            f"WHERE assignment.round = event.round AND event.unit IS NOT NULL AND event.{OPEN} "
            "ORDER BY event.id, assignment.unit"
        )
    )
    beside: dict[int, list[str]] = {}
    for key, unit in rows:
        beside.setdefault(key, []).append(unit)
    for key, units in beside.items():
        bind.execute(sa.update(event).where(event.c.id == key).values(co_units=units))


def _warn_in_the_limits_unit() -> None:
    bind = op.get_bind()
    config = bind.scalar(sa.select(sa.column("config", sa.JSON())).select_from(sa.table("district")))
    if config is None:
        return
    days = sa.select(sa.column("day", sa.Date()), sa.column("kind")).select_from(sa.table("calendar_day"))
    calendar = Calendar(dict(bind.execute(days).tuples().all()), ZoneInfo(config["time_zone"]))
    moments = ("handle_from", "handle_due_at", "warn_due_at", "due_soon_at")
    plain = ("id", "limit_amount", "limit_unit", "status")
    event = sa.table("event", *map(sa.column, plain), *(sa.column(name, Moment()) for name in moments))
    e = event.c
    held = sa.select(e.id, e.handle_from, e.handle_due_at, e.limit_amount, e.limit_unit).where(
        sa.text(OPEN), e.due_soon_at.is_(None), e.handle_from.is_not(None), e.handle_due_at.is_not(None)
    )
    for key, start, due, amount, unit in bind.execute(held.where(e.limit_amount.is_not(None))).all():
        soon = due_soon_at(start, due, Limit(amount, unit), calendar)
        bind.execute(sa.update(event).where(e.id == key).values(warn_due_at=soon))


def downgrade() -> None:
    for name in ("escalations", "solved_level", "co_units"):
        op.drop_column("event", name)
