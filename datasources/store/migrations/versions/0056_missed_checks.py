"""The deadline of a check that passed first, whatever the case became after it; empty where it is not known"""

import sqlalchemy as sa
from alembic import op

from datasources.store.column_types import Moment

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("event", sa.Column("check_missed_at", Moment(), nullable=True))


def downgrade() -> None:
    op.drop_column("event", "check_missed_at")
