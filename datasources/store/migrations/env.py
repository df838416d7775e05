"""Alembic's entry: runs on the connection that `Database.upgrade` hands over, or on -x url=… from a shell."""

from alembic import context
from sqlalchemy import create_engine

from datasources.store.column_types import Moment
from datasources.store.models.tables import Base

connection = context.config.attributes.get("connection")
if connection is None:
    connection = create_engine(context.get_x_argument(as_dictionary=True)["url"]).connect()


def plain_types(kind: str, thing: object, _context: object) -> str | bool:
    """Render our own column type as what it is in the database, so that old migrations need no models."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(thing, Moment) else False


context.configure(connection=connection, target_metadata=Base.metadata, render_item=plain_types)
with context.begin_transaction():
    context.run_migrations()
