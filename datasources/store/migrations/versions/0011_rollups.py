"""Rollups: what each finished day adds to every number, with the marks of what changed since; periods that are frozen"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

KEYS = ("unit", "path", "category", "channel")
CODES = (
    "reported", "open", "overdue", "supervised", "escalated", "emergencies", "resolved_on_site", "register_rate",
    "closed", "first_fix_rate", "rating_coverage", "claim_rate", "rework_rate", "on_time_rate", "close_rate",
    "on_time_close_rate", "satisfaction_rate", "dispatch_accuracy", "on_time_rate_reported", "close_rate_reported",
    "on_time_close_rate_reported",
)  # fmt: skip
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "rollup",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("grain", "tier")),
        sa.Column("first", sa.Date(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in KEYS),
        *(sa.Column(f"{code}_{part}", sa.Integer(), nullable=False) for code in CODES for part in ("num", "den")),
        sa.PrimaryKeyConstraint("grain", "tier", "first", *KEYS),
        sqlite_with_rowid=False,
    )  # fmt: skip
    op.create_table(
        "rollup_points",
        sa.Column("grain", sa.String(), nullable=False),
        sa.Column("tier", sa.String(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("kind", "subject", "path")),
        sa.Column("tenths", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("grain", "tier", "first", "kind", "subject", "path"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "rollup_times",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("grain", "tier")),
        sa.Column("first", sa.Date(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("stage", "key")),
        sa.Column("seconds", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("grain", "tier", "first", "stage", "key"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "rolled",
        sa.Column("tier", sa.String(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("tier", "first"),
    )
    op.create_table(
        "rollup_mark",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("rollup_mark_at", "rollup_mark", ["at"])


def downgrade() -> None:
    for table in ("rollup_mark", "rolled", "rollup_times", "rollup_points", "rollup"):
        op.drop_table(table)
