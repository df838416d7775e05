"""One event, whole."""
