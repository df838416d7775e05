"""What one process holds while it runs: runtime, loops, folder lock, the shared time, kept secrets."""
