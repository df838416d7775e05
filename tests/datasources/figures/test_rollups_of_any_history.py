"""Rollups: every number is the same with and without them, after any history; rolled up anew they come out the same."""

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.support.depth import examples
from tests.support.rollup_law import check_history

KEPT = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
ONCE = (Phase.explicit, Phase.reuse, Phase.generate)  # a seed does not get simpler by shrinking


@settings(max_examples=examples(5), deadline=None, suppress_health_check=KEPT, phases=ONCE)
@given(seed=st.integers(0, 10**9))
def test_rolled_up_as_it_comes_equals_rebuilt_and_the_plain_count_for_any_history(sqlite, seed):
    check_history(sqlite, seed)
