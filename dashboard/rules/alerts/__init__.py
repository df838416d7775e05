"""Emergency alerts: the ladder, folding of many into one, a clock put back."""
