"""One idea of clean text, of what is masked in it, of numbers, degrees and local time."""
