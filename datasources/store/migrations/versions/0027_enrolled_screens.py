"""A screen's address is bound to the browser that opened it first"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("kiosk", sa.Column("device", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("kiosk", "device")
