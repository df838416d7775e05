"""Whether the role that the product runs as could take down what keeps steps, ledger and audit from being changed."""

from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

KEPT = ("step", "ledger", "audit", "chain_link", "export_request")
SECONDS = 3
OWNS = text(
    "SELECT current_setting('is_superuser') = 'on' OR EXISTS (SELECT 1 FROM pg_tables "
    "WHERE tablename = ANY(:names) AND schemaname = ANY(current_schemas(false)) "
    "AND pg_has_role(current_user, tableowner, 'MEMBER'))"
)


def owns_tables(url: str) -> bool:
    """Return whether an address enters PostgreSQL as a superuser or as an owner of the tables; False where nobody answers."""
    try:
        engine = create_engine(url, connect_args={"connect_timeout": SECONDS}, hide_parameters=True)
        try:
            with engine.connect() as connection:
                return bool(connection.scalar(OWNS, {"names": list(KEPT)}))
        finally:
            engine.dispose()
    except SQLAlchemyError:
        return False
