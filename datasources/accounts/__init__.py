"""Accounts and how one enters: passwords, codes, sessions, tokens, kiosks."""
