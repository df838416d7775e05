"""Decides: the verbs, the clock's sweeps, the feed, the runtime of one process. No HTML, no SQL text."""
