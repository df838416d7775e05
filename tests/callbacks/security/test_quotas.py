"""How often somebody may come: within the hour, by key, by amount; counted together where processes share a Valkey."""

from pathlib import Path

import pytest

from callbacks.security.quotas import Quotas
from datasources.feed.embedded import Embedded


@pytest.fixture
def valkey(tmp_path: Path):
    server = Embedded(tmp_path)
    yield server
    server.stop()


def test_what_is_too_much_is_refused_and_not_counted() -> None:
    counts = Quotas()
    assert counts.take("a", 10, 7) and not counts.take("a", 10, 4) and counts.take("a", 10, 3)
    assert counts.full("a", 10) and not counts.full("b", 10)


def test_more_at_once_than_an_hour_allows_is_refused() -> None:
    assert not Quotas().take("a", 10, 11)


def test_asking_whether_it_is_full_counts_nothing() -> None:
    counts = Quotas()
    assert not any(counts.full("a", 1) for _ in range(5))
    assert counts.take("a", 1) and counts.full("a", 1)


def test_two_processes_that_share_a_valkey_count_together(valkey) -> None:
    one, other = Quotas(valkey.ensure()), Quotas(valkey.ensure())
    assert one.take("a", 2) and other.take("a", 2)
    assert not one.take("a", 2) and not other.take("a", 2)


def test_a_valkey_that_is_gone_leaves_each_process_with_its_own_count(tmp_path: Path) -> None:
    counts = Quotas(f"unix://{tmp_path}/nobody.sock")
    assert counts.take("a", 1) and not counts.take("a", 1)
