"""Bulk import of somebody's records: mapping, dates, chunks, changes."""
