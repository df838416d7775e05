"""The tables as rows (SQLAlchemy 2): columns, relations and indexes only."""
