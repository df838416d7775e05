"""The desk: who holds which event, and alerts acknowledged on behalf of somebody heard elsewhere"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("behalf_who", "behalf_channel", "behalf_words"):
        op.add_column("alert", sa.Column(name, sa.String(), nullable=True))
    op.create_table(
        "presence",
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("seat", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("holds", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", "account", "seat"),
    )
    op.create_index("presence_seen", "presence", ["seen_at"])


def downgrade() -> None:
    op.drop_index("presence_seen", "presence")
    op.drop_table("presence")
    with op.batch_alter_table("alert") as alert:
        for name in ("behalf_who", "behalf_channel", "behalf_words"):
            alert.drop_column(name)
