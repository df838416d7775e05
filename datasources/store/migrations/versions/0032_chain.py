"""A signed chain over steps, ledger and audit; its first link covers nothing, the sealer closes what is there behind it"""

from datetime import UTC

import sqlalchemy as sa
from alembic import op

from datasources.audit import links

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

WORDS = "chain_link is append-only"
LINK = ("no", "at", "form", "covers", "pending", "tags", "previous", "signature")


def upgrade() -> None:
    made = op.create_table(
        "chain_link",
        sa.Column("no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("form", sa.Integer(), nullable=False),
        sa.Column("covers", sa.Text(), nullable=False),
        sa.Column("pending", sa.Text(), nullable=False),
        sa.Column("tags", sa.LargeBinary(), nullable=False),
        sa.Column("previous", sa.String(), nullable=False),
        sa.Column("signature", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("no"),
    )  # fmt: skip
    now = op.get_bind().scalar(sa.select(sa.func.now()))
    first = links.first_link(now if now.tzinfo else now.replace(tzinfo=UTC))
    op.bulk_insert(made, [{name: getattr(first, name) for name in LINK}])
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER chain_link_no_{verb.lower()} BEFORE {verb} ON chain_link "
                f"BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
            )
        op.execute(
            "CREATE TRIGGER chain_link_no_replace BEFORE INSERT ON chain_link "
            "WHEN EXISTS (SELECT 1 FROM chain_link WHERE no = NEW.no) "
            f"BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION chain_link_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{WORDS}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER chain_link_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON chain_link "
        "FOR EACH STATEMENT EXECUTE FUNCTION chain_link_append_only()"
    )


def downgrade() -> None:
    op.drop_table("chain_link")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION chain_link_append_only()")
