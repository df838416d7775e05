"""The small views of the wall by name."""
