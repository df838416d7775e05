"""Numbers of outside systems, each unique within its own; how many records of an import had changed"""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

NAMED = sa.text("source_system IS NOT NULL")


def upgrade() -> None:
    op.add_column("event", sa.Column("source_system", sa.String(), nullable=True))
    op.add_column("event", sa.Column("source_id", sa.String(), nullable=True))
    op.create_index(
        "event_source",
        "event",
        ["source_system", "source_id"],
        unique=True,
        sqlite_where=NAMED,
        postgresql_where=NAMED,
    )
    op.add_column("import_job", sa.Column("changed", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("import_job", "changed")
    op.drop_index("event_source", "event")
    op.drop_column("event", "source_id")
    op.drop_column("event", "source_system")
