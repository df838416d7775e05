"""The clock's work: whose deadline has passed, row by row, and what is done once an hour or a night."""
