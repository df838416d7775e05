"""Loading modules in a hurry: none of what is loaded is ever garbage, so nobody looks whether it is."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading() -> Iterator[None]:
    """Keep the garbage collector away from what is loaded, meanwhile and later."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
