"""Shows: pure functions from values to components, and the scripts and styles of the pages."""
