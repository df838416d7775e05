"""From the outbox to the stream."""
