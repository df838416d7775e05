"""The tables and their promises."""
