"""When each sweep was last finished, and rows that are set aside because they cannot be read or worked on"""

import sqlalchemy as sa
from alembic import op

from datasources.store.column_types import Moment

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "beat",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("at", Moment(), nullable=False),
    )
    op.create_table(
        "set_aside",
        sa.Column("kind", sa.String(), primary_key=True),
        sa.Column("key", sa.String(), primary_key=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("first_at", Moment(), nullable=False),
        sa.Column("last_at", Moment(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("set_aside")
    op.drop_table("beat")
