"""Deliveries: emergencies first, leased by whoever sends them, with the reason of the last failure"""

import sqlalchemy as sa
from alembic import op

from datasources.store.column_types import Moment

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("delivery", sa.Column("urgent", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("delivery", sa.Column("lease", sa.String(), nullable=True))
    op.add_column("delivery", sa.Column("leased_until", Moment(), nullable=True))
    op.add_column("delivery", sa.Column("last_try_at", Moment(), nullable=True))
    op.add_column("delivery", sa.Column("last_error", sa.Text(), nullable=True))
    op.add_column("delivery", sa.Column("resends", sa.Integer(), nullable=False, server_default="0"))
    op.execute("UPDATE delivery SET urgent = true WHERE target = 'alert'")
    waits = sa.text("done_at IS NULL")
    op.create_index("delivery_owed", "delivery", ["urgent", "id"], sqlite_where=waits, postgresql_where=waits)


def downgrade() -> None:
    op.drop_index("delivery_owed", "delivery")
    for name in ("urgent", "lease", "leased_until", "last_try_at", "last_error", "resends"):
        op.drop_column("delivery", name)
