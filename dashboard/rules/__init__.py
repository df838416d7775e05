"""Pure rules: the standard library alone; time is an argument."""
