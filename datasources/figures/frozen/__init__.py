"""Periods that are over: every number as it stood, and what came differently since."""
