"""Alerts and the screens that hear them."""
