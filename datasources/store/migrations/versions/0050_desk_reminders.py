"""When the desk was reminded of what it has not registered or dispatched; what waits since before counts as reminded"""

import sqlalchemy as sa
from alembic import op

from datasources.store.column_types import Moment

revision = "0050"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("event", sa.Column("desk_reminded_at", Moment(), nullable=True))
    waits = sa.text("desk_reminded_at IS NULL")
    for column in ("register_due_at", "dispatch_due_at"):
        name = f"event_status_{column.removesuffix('_at')}"
        op.create_index(name, "event", ["status", column], sqlite_where=waits, postgresql_where=waits)
    event = sa.table(
        "event", *(sa.column(n) for n in ("desk_reminded_at", "status", "emergency", "created_at"))
    )
    waiting = event.c.status.in_(("reported", "pending_dispatch")), event.c.emergency.is_(sa.false())
    op.execute(event.update().where(*waiting).values(desk_reminded_at=event.c.created_at))


def downgrade() -> None:
    for column in ("register_due", "dispatch_due"):
        op.drop_index(f"event_status_{column}", "event")
    op.drop_column("event", "desk_reminded_at")
