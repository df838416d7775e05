"""The order of the test files names files that are there."""

from tests import ROOT
from tests.support.order import BROWSER, OTHERS


def test_every_file_that_comes_first_is_there_and_named_once() -> None:
    named = [f"browser/{name}" for name in BROWSER] + list(OTHERS)
    assert [name for name in named if not (ROOT / "tests" / f"{name}.py").is_file()] == []
    assert len(named) == len(set(named))
