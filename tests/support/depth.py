"""How far the property tests look: the same examples each time in `make test`, new ones and ten times as many in `make test-deep`."""

from hypothesis import HealthCheck, settings

FIXED, EXPLORE = "fixed", "explore"
USUAL = 100  # examples where a test does not say how many

# machines of CI are slow and shared: how long an example takes proves nothing about the product
_CALM = {"deadline": None, "suppress_health_check": list(HealthCheck)}
settings.register_profile(FIXED, derandomize=True, max_examples=USUAL, **_CALM)  # type: ignore[arg-type]
settings.register_profile(EXPLORE, max_examples=USUAL * 10, **_CALM)  # type: ignore[arg-type]


def examples(usual: int) -> int:
    """Return how many examples a test with its own count takes under the profile that is loaded."""
    return usual * settings.default.max_examples // USUAL  # type: ignore[union-attr]
