"""Rollups on PostgreSQL: every number is the same with and without them there too."""

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.support.depth import examples
from tests.support.rollup_law import check_history

KEPT = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
ONCE = (Phase.explicit, Phase.reuse, Phase.generate)  # a seed does not get simpler by shrinking


@settings(max_examples=examples(1), deadline=None, suppress_health_check=KEPT, phases=ONCE)
@given(seed=st.integers(0, 10**9))
def test_rollups_on_postgresql_equal_rebuilt_and_the_plain_count_too(postgresql, seed):
    check_history(postgresql, seed)
