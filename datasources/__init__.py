"""Remembers: the database and what is read from and written to it, by noun."""
