"""The pages' own doors."""
