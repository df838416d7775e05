"""What took the place of an area, a unit, a category; units and categories that are gone are kept with their names"""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("area", "unit", "category"):
        op.add_column(table, sa.Column("successor", sa.String(), nullable=True))
    for table in ("unit", "category"):
        op.add_column(table, sa.Column("valid_to", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    for table in ("unit", "category"):
        op.drop_column(table, "valid_to")
    for table in ("area", "unit", "category"):
        op.drop_column(table, "successor")
