"""Alerts of one anonymous sender fold into one that sounds"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

COLUMNS = (("mark", sa.String()), ("folded_into", sa.BigInteger()))


def upgrade() -> None:
    for name, kind in COLUMNS:
        op.add_column("alert", sa.Column(name, kind, nullable=True))
        where = sa.text(f"{name} IS NOT NULL")
        op.create_index(f"alert_{name}", "alert", [name], sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    for name, _ in COLUMNS:
        op.drop_index(f"alert_{name}", "alert")
        op.drop_column("alert", name)
