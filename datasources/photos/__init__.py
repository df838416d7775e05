"""Pictures: read from outside, developed in a process of their own, kept, found again."""
