"""What an operator reads before deciding: units in order, borders, what is odd about a photo."""
