"""Photos and tiles."""
