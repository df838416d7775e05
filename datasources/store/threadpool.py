"""Heavy work beside the event loop: hashing a password or decoding a photo must not hold up the live feed."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from gevent import get_hub, monkey

P = ParamSpec("P")
R = TypeVar("R")


def aside(work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Return what `work` returns, done in a real thread when this process runs on greenlets.

    `work` must not touch locks, sessions or greenlets: it lives outside the loop.
    """
    if monkey.is_module_patched("threading"):
        return get_hub().threadpool.apply(work, args, kwargs)
    return work(*args, **kwargs)
