"""Which district is meant, where it is kept, and what happens when it is drawn anew."""
