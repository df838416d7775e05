"""Files in and out: whole or not at all, archives, copies, tables of records, sheets."""
