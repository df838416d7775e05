"""Numbers as people write them: Python reads more than that (`118_1.0`, `nan`), and what it reads so is a slip.

words: none
"""

import re

_DECIMAL = re.compile(r"\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\s*")


def decimal(text: str) -> float:
    """Return the number a text is; ValueError for anything else."""
    if _DECIMAL.fullmatch(text) is None:
        raise ValueError("not a number")
    return float(text)
