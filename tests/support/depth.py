"""How far the property tests look: the same examples each time in `make test`, new ones and ten times as many in `make test-deep`.

`brief` is for a law that is proven whole elsewhere and asked once more of a changed copy.
"""

from hypothesis import HealthCheck, settings

FIXED, EXPLORE, BRIEF = "fixed", "explore", "brief"
USUAL = 100  # examples where a test does not say how many

# machines of CI are slow and shared: how long an example takes proves nothing about the product
_CALM = {"deadline": None, "suppress_health_check": list(HealthCheck)}
settings.register_profile(FIXED, derandomize=True, max_examples=USUAL, **_CALM)  # type: ignore[arg-type]
settings.register_profile(BRIEF, derandomize=True, max_examples=USUAL // 5, **_CALM)  # type: ignore[arg-type]
settings.register_profile(EXPLORE, max_examples=USUAL * 10, **_CALM)  # type: ignore[arg-type]


def examples(usual: int) -> int:
    """Return how many examples a test with its own count takes under the profile that is loaded."""
    return max(1, usual * settings.default.max_examples // USUAL)  # type: ignore[union-attr]
