"""Packs and loaded districts."""
