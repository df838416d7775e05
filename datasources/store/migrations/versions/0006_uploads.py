"""Pictures that come in pieces; objections found without looking at every event"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "upload",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("photo", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("upload_owner_sha256", "upload", ["owner", "sha256"])
    op.create_index("upload_created_at", "upload", ["created_at"])
    held = sa.text("request IS NOT NULL")
    op.create_index("event_request", "event", ["request"], sqlite_where=held, postgresql_where=held)


def downgrade() -> None:
    op.drop_index("event_request", "event")
    op.drop_table("upload")
