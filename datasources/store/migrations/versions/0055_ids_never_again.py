"""Ids of rows that are deleted once they are dealt with are never given twice on SQLite, as on PostgreSQL"""

from alembic import op

revision = "0055"
down_revision = "0052"
branch_labels = None
depends_on = None

DELETED_BY_ID = ("outbox", "rollup_mark")


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    for table in DELETED_BY_ID:
        with op.batch_alter_table(table, recreate="always", table_kwargs={"sqlite_autoincrement": True}):
            pass


def downgrade() -> None:
    pass
