"""`python app.py …` with everything loaded already, for `tests.support.forked`."""

import sys
from collections.abc import Sequence

import app
from callbacks.cli import commands


def main(words: Sequence[str]) -> int:
    """Carry out a command as `app.py` does."""
    sys.argv = ["app.py", *words]
    return commands.main(list(words), app.create_app)
