"""Names are the field's standard terms (DESIGN §6): words of this project's own childhood do not come back."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import ROOT

PARTS = ("dashboard", "datasources", "layouts", "callbacks")
# the old word → what it is called
KEPT_OUT = {
    "House": "Runtime",
    "house": "runtime",
    "Overtaken": "Conflict",
    "NotNow": "NotAllowedNow",
    "Walk": "Transition",
    "Move": "Attempt",
    "Counter": "ReportBatcher",
    "Slip": "QueuedReport",
    "Sight": "Visibility",
    "Rooms": "Channels",
    "Room": "Channel",
    "Wire": "SocketConnection",
    "Buckets": "Quotas",
    "open_house": "open_runtime",
}
MODULES_KEPT_OUT = {
    "house", "hands", "looks", "aside", "moments", "asked", "walk", "wire", "rooms", "buckets", "sweeping", "marks_of_change",
}  # fmt: skip
PREFIXES_KEPT_OUT = ("queries_", "pack_", "effects_", "live", "http_", "schemas_", "shapes_of_")


def modules() -> list[Path]:
    return [
        path
        for part in PARTS
        for path in sorted((ROOT / part).rglob("*.py"))
        if "migrations" not in path.parts
    ]


def named(path: Path) -> Iterator[str]:
    """Every class, function and parameter that a module names."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg


@pytest.mark.parametrize("word", KEPT_OUT)
def test_no_class_function_or_parameter_goes_by_an_old_word(word: str) -> None:
    said = [str(path.relative_to(ROOT)) for path in modules() if word in set(named(path))]
    allowed = {"datasources/store/server/limits.py"} if word == "Room" else set()
    assert set(said) <= allowed, f"{word} is called {KEPT_OUT[word]}"


def test_no_module_goes_by_an_old_word_or_needs_a_prefix_for_a_package() -> None:
    names = {path.stem: path for path in modules()}
    assert not MODULES_KEPT_OUT & set(names)
    prefixed = [stem for stem in names if stem.startswith(PREFIXES_KEPT_OUT)]
    assert not prefixed


def test_every_package_says_what_lives_there() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in modules()
        if path.name == "__init__.py" and not ast.get_docstring(ast.parse(path.read_text("utf-8")))
    ]
    assert not silent


def test_no_module_is_longer_than_one_idea_and_most_are_short() -> None:
    lengths = sorted(len(path.read_text("utf-8").splitlines()) for path in modules())
    assert lengths[-1] <= 400
    assert lengths[len(lengths) // 2] <= 100


def test_no_package_holds_more_than_a_newcomer_takes_in_at_once() -> None:
    full = {
        str(folder.relative_to(ROOT)): len(found)
        for folder in {path.parent for path in modules()}
        if len(found := [one for one in folder.glob("*.py") if one.name != "__init__.py"]) > 16
    }
    assert not full
