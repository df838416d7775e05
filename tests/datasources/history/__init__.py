"""Files of the past."""
