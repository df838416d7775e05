"""A simulated district and the replay of real records, through the same verbs as people."""
