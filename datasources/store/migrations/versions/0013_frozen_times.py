"""How long stages took in frozen periods, as it stood"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "frozen_times",
        sa.Column("tier", sa.String(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("grain", "key", "stage")),
        sa.Column("seconds", sa.BigInteger(), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("ninety", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tier", "first", "grain", "key", "stage"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("frozen_times")
