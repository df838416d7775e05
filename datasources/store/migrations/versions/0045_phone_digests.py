"""A number is found however it was written: the digests are made anew"""

import sqlalchemy as sa
from alembic import op

from datasources.store import sealing

revision = "0045"
down_revision = "0040"
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
    connection, last = op.get_bind(), 0
    while True:
        held = EVENT.c.reporter_phone.is_not(None)
        query = sa.select(EVENT).where(held, EVENT.c.id > last).order_by(EVENT.c.id).limit(MANY)
        rows = connection.execute(query).all()
        if not rows:
            return
        for key, sealed, before in rows:
            phone = sealing.unseal(sealed)
            after = before if phone == sealing.LOST else sealing.digest(phone)
            if after != before:
                update = EVENT.update().where(EVENT.c.id == key).values(reporter_phone_digest=after)
                connection.execute(update)
        last = rows[-1].id


def downgrade() -> None:
    pass  # the plain writing is found by the old rule too
