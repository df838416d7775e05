"""Members of a unit: whose account is one, and in whose hands an event is"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("event", sa.Column("handler", sa.String(), nullable=True))
    op.add_column("account", sa.Column("member", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("account", "member")
    op.drop_column("event", "handler")
