"""Telephone numbers are stored sealed, and found by a keyed digest"""

import sqlalchemy as sa
from alembic import op

from datasources.store import sealing

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

EVENT = sa.table(
    "event",
    sa.column("id", sa.BigInteger),
    sa.column("reporter_phone", sa.String),
    sa.column("reporter_phone_digest", sa.String),
)
MANY = 1000


def upgrade() -> None:
    op.add_column("event", sa.Column("reporter_phone_digest", sa.String(), nullable=True))
    held = sa.text("reporter_phone_digest IS NOT NULL")
    op.create_index(
        "event_reporter_phone_digest",
        "event",
        ["reporter_phone_digest"],
        sqlite_where=held,
        postgresql_where=held,
    )
    op.execute(
        "DELETE FROM idempotency"
    )  # old answers may hold a number in clear; keys are kept for two days only
    _rewrite(
        lambda phone: (sealing.seal(phone), sealing.digest(phone)), EVENT.c.reporter_phone_digest.is_(None)
    )


def downgrade() -> None:
    _rewrite(lambda phone: (sealing.unseal(phone), None), EVENT.c.reporter_phone.like(sealing.MARK + "%"))
    op.drop_index("event_reporter_phone_digest", "event")
    op.drop_column("event", "reporter_phone_digest")


def _rewrite(turned, which) -> None:
    connection, last = op.get_bind(), 0
    while True:
        query = sa.select(EVENT.c.id, EVENT.c.reporter_phone).where(
            EVENT.c.reporter_phone.is_not(None), EVENT.c.id > last, which
        )
        rows = connection.execute(query.order_by(EVENT.c.id).limit(MANY)).all()
        if not rows:
            return
        for key, phone in rows:
            stored, mark = turned(phone)
            connection.execute(
                EVENT.update()
                .where(EVENT.c.id == key)
                .values(reporter_phone=stored, reporter_phone_digest=mark)
            )
        last = rows[-1].id
