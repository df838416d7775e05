"""Audit and export requests keep what was written: the database itself refuses to change or take away a row"""

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

# rows that are written once; on SQLite INSERT OR REPLACE is refused too, whoever opens the file
ONCE = ("audit",)
UNIQUE = {"step": "id = NEW.id OR (event_id = NEW.event_id AND version = NEW.version)", "ledger": "id = NEW.id",
          "audit": "id = NEW.id", "alert_log": "id = NEW.id", "export_request": "id = NEW.id"}  # fmt: skip
# an export request is answered once and its downloads are counted; what was asked stays
ASKED = ("id", "account", "filters", "why", "asked_at")
ANSWERED = ("state", "answered_by", "answered_at", "answer", "expires_at")


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table in ONCE:
        (_once_sqlite if sqlite else _once_postgresql)(table)
    if sqlite:
        for table, same in UNIQUE.items():
            op.execute(
                f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
                f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
    (_requests_sqlite if sqlite else _requests_postgresql)()


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name in ("audit_no_update", "audit_no_delete", "export_request_no_delete", "export_request_kept"):
            op.execute(f"DROP TRIGGER {name}")
        for table in UNIQUE:
            op.execute(f"DROP TRIGGER {table}_no_replace")
        return
    for table, names in (("audit", ("audit_append_only",)), ("export_request", ("export_request_kept", "export_request_no_delete"))):  # fmt: skip
        for name in names:
            op.execute(f"DROP TRIGGER {name} ON {table}")
            op.execute(f"DROP FUNCTION {name}()")


def _once_sqlite(table: str) -> None:
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )


def _once_postgresql(table: str) -> None:
    _refusing(f"{table}_append_only", f"{table} is append-only")
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only()"
    )


def _changed(operator: str, cast: str) -> str:
    """Return the condition under which an update of a request takes something back."""
    asked = " OR ".join(f"NEW.{name}{cast} {operator} OLD.{name}{cast}" for name in ASKED)
    answer = " OR ".join(f"NEW.{name}{cast} {operator} OLD.{name}{cast}" for name in ANSWERED)
    return f"{asked} OR NEW.downloads < OLD.downloads OR (OLD.state <> 'asked' AND ({answer}))"


def _requests_sqlite() -> None:
    words = "an export request is kept as it was asked and answered"
    op.execute(
        f"CREATE TRIGGER export_request_kept BEFORE UPDATE ON export_request WHEN {_changed('IS NOT', '')} "
        f"BEGIN SELECT RAISE(ABORT, '{words}'); END"
    )
    op.execute(
        "CREATE TRIGGER export_request_no_delete BEFORE DELETE ON export_request "
        f"BEGIN SELECT RAISE(ABORT, '{words}'); END"
    )


def _requests_postgresql() -> None:
    words = "an export request is kept as it was asked and answered"
    for name in ("export_request_kept", "export_request_no_delete"):
        _refusing(name, words)
    op.execute(
        "CREATE TRIGGER export_request_kept BEFORE UPDATE ON export_request FOR EACH ROW "
        f"WHEN ({_changed('IS DISTINCT FROM', '::text')}) EXECUTE FUNCTION export_request_kept()"
    )
    op.execute(
        "CREATE TRIGGER export_request_no_delete BEFORE DELETE OR TRUNCATE ON export_request "
        "FOR EACH STATEMENT EXECUTE FUNCTION export_request_no_delete()"
    )


def _refusing(name: str, words: str) -> None:
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{words}'; END $$"
    )
