"""The database: engine, sessions, column types, migrations, and what holds for every table."""
