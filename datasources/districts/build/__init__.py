"""Scripts that made the district packs from raw data; not needed at run time. Same input, same bytes."""
