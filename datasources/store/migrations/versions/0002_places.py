"""Places of the pack; what the wall counts at every turn is answered by an index alone"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "place",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("lng", sa.Float(), nullable=False),
        sa.Column("lat", sa.Float(), nullable=False),
        sa.Column("area", sa.String(), nullable=True),
        sa.Column("unit", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_index("place_kind", "place", ["kind"], unique=False)
    marked = sa.text("supervision <> 'none'")
    op.create_index(
        "event_supervised",
        "event",
        ["status", "closed_at"],
        unique=False,
        sqlite_where=marked,
        postgresql_where=marked,
    )
    op.drop_index("step_at", "step")
    op.create_index("step_at", "step", ["at", "from_status", "to_status"], unique=False)


def downgrade() -> None:
    op.drop_index("step_at", "step")
    op.create_index("step_at", "step", ["at"], unique=False)
    op.drop_index("event_supervised", "event")
    op.drop_table("place")
