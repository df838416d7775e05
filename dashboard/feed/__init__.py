"""Committed steps become news: the publisher, alerts and rows as the feed carries them."""
