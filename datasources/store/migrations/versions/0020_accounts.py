"""Tokens end; an account remembers that it was closed with the demo, and not by somebody"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0014"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
# what is used today goes on for the time of a fresh token: nothing breaks at the upgrade itself
IN_90_DAYS = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%f000', 'now', '+90 days')",
    "postgresql": "now() + interval '90 days'",
}


def upgrade() -> None:
    op.add_column("token", sa.Column("expires_at", MOMENT, nullable=True))
    op.add_column("account", sa.Column("closed_with_demo", sa.Boolean(), nullable=True))
    op.execute(f"UPDATE token SET expires_at = {IN_90_DAYS[op.get_bind().dialect.name]}")


def downgrade() -> None:
    op.drop_column("account", "closed_with_demo")
    op.drop_column("token", "expires_at")
