"""What lies around a place: events by where they are and by what their address says"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("event_lng_lat", "event", ["lng", "lat"])
    op.create_index("event_address", "event", ["address"])


def downgrade() -> None:
    op.drop_index("event_address", "event")
    op.drop_index("event_lng_lat", "event")
