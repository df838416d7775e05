"""The live feed in Valkey: the stream, the outbox it is fed from, the bundled server."""
