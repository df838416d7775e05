"""A PostgreSQL server: how it is asked with an end to every wait, and what our account may do there."""
