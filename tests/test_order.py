"""The order of the test files names files that are there."""

from pathlib import Path

from tests.order import BROWSER, OTHERS

HERE = Path(__file__).parent


def test_every_file_that_comes_first_is_there_and_named_once() -> None:
    named = [f"browser/{name}" for name in BROWSER] + list(OTHERS)
    assert [name for name in named if not (HERE / f"{name}.py").is_file()] == []
    assert len(named) == len(set(named))
