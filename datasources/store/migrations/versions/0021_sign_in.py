"""Failed tries by pair, address and device, shared by all processes; known browsers; one-time codes; idle sessions"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "sign_in_limit",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=True),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index(op.f("ix_sign_in_limit_account"), "sign_in_limit", ["account"])
    op.create_index(op.f("ix_sign_in_limit_last_at"), "sign_in_limit", ["last_at"])
    op.create_table(
        "device",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("handed_over_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["account"], ["account.name"]),
        sa.PrimaryKeyConstraint("digest", "account"),
    )
    op.create_index(op.f("ix_device_account"), "device", ["account"])
    op.create_table(
        "half_session",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("secret", sa.String(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["account"], ["account.name"]),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_index(op.f("ix_half_session_account"), "half_session", ["account"])
    op.add_column("account", sa.Column("totp_secret", sa.String(), nullable=True))
    op.add_column("account", sa.Column("totp_step", sa.BigInteger(), nullable=True))
    for name, kind in (
        ("seen_at", MOMENT),
        ("address", sa.String()),
        ("agent", sa.String()),
        ("device", sa.String()),
    ):
        op.add_column("session", sa.Column(name, kind, nullable=True))


def downgrade() -> None:
    for name in ("device", "agent", "address", "seen_at"):
        op.drop_column("session", name)
    op.drop_column("account", "totp_step")
    op.drop_column("account", "totp_secret")
    for name in ("half_session", "device", "sign_in_limit"):
        op.drop_table(name)
