"""The API described by itself (OpenAPI 3.1), from the tables that check and write it."""
