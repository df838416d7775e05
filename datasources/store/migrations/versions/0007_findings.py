"""What a picture says of itself: where and when it was taken, what it looks like"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

BANDS = tuple(f"look_{n}" for n in range(5))


def upgrade() -> None:
    op.add_column("photo", sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True))
    for name in ("lng", "lat"):
        op.add_column("photo", sa.Column(name, sa.Float(), nullable=True))
    for name in BANDS:
        op.add_column("photo", sa.Column(name, sa.Integer(), nullable=True))
        held = sa.text(f"{name} IS NOT NULL")
        op.create_index(f"photo_{name}", "photo", [name], sqlite_where=held, postgresql_where=held)


def downgrade() -> None:
    for name in BANDS:
        op.drop_index(f"photo_{name}", "photo")
    for name in (*BANDS, "lng", "lat", "taken_at"):
        op.drop_column("photo", name)
