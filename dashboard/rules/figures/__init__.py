"""Every number: how it is counted, what it is called, which boards there are."""
