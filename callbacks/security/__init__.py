"""Who is asking, what they may, how much and how often: decided before anything else runs."""
