"""Appeals against an overdue mark, and the moment whose period a ledger entry counts in"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
APPEAL = {
    "appeal": sa.String(),
    "appeal_reason": sa.Text(),
    "appealed_by": sa.String(),
    "appealed_at": MOMENT,
    "appeal_reviewer": sa.String(),
    "appeal_verdict": sa.String(),
}
WORDS = "ledger is append-only"


def upgrade() -> None:
    for name, kind in APPEAL.items():
        op.add_column("event", sa.Column(name, kind, nullable=True))
    held = sa.text("appeal IS NOT NULL")
    op.create_index("event_appeal", "event", ["appeal"], sqlite_where=held, postgresql_where=held)
    _unguarded(_count_in_their_period)
    op.create_index("ledger_subject_for_at", "ledger", ["subject_kind", "subject", "for_at"])
    op.create_index("ledger_for_at", "ledger", ["for_at"])
    op.drop_index("ledger_subject_at", "ledger")
    op.drop_index("ledger_at", "ledger")


def _count_in_their_period() -> None:
    op.add_column("ledger", sa.Column("for_at", MOMENT, nullable=True))
    op.execute(
        "UPDATE ledger SET for_at = coalesce("
        "(SELECT taken.at FROM ledger AS taken WHERE taken.id = ledger.reverses), at)"
    )
    with op.batch_alter_table("ledger") as table:
        table.alter_column("for_at", existing_type=MOMENT, nullable=False)


def _unguarded(change) -> None:
    """Do a change that the database itself refuses on an append-only table, and set its guard again."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    if sqlite:
        for verb in ("update", "delete"):
            op.execute(f"DROP TRIGGER ledger_no_{verb}")
    else:
        op.execute("ALTER TABLE ledger DISABLE TRIGGER ledger_append_only")
    change()
    if sqlite:
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER ledger_no_{verb.lower()} BEFORE {verb} ON ledger "
                f"BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
            )
    else:
        op.execute("ALTER TABLE ledger ENABLE TRIGGER ledger_append_only")


def downgrade() -> None:
    op.create_index("ledger_at", "ledger", ["at"])
    op.create_index("ledger_subject_at", "ledger", ["subject_kind", "subject", "at"])
    op.drop_index("ledger_for_at", "ledger")
    op.drop_index("ledger_subject_for_at", "ledger")
    _unguarded(_forget_their_period)
    op.drop_index("event_appeal", "event")
    for name in APPEAL:
        op.drop_column("event", name)


def _forget_their_period() -> None:
    with op.batch_alter_table("ledger") as table:
        table.drop_column("for_at")
