"""What a token is for: with the scope `personal` it reads persons in clear"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("token", sa.Column("scope", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("token", "scope")
