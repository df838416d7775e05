"""Words people read, moments and lengths of time as they are written, marks and keys."""
