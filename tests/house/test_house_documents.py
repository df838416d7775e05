"""The documents in docs say what the code does: tables made from it, sections that comments cite, paths that exist."""

import re
from pathlib import Path

import pytest

from callbacks.api.health import GAUGES
from callbacks.cli.arguments import parser as command_line
from dashboard.rules.events.policy import POINT_WORDS, POINTS
from dashboard.rules.events.rules import RULES
from layouts.text import keys
from tests import ROOT
from tests.support.house_tables import TABLES, as_the_code_has_it, earner

BOOKS = {"LIFECYCLE": "docs/lifecycle.md", "CONTRACT": "docs/contract.md", "DESIGN": "docs/architecture.md"}
CODE = ("*.py", "*.js", "*.css", "*.md")
ROOMS = ("dashboard", "datasources", "layouts", "callbacks", "tests")
CITED = re.compile(r"\b(LIFECYCLE|CONTRACT|DESIGN)((?:[ ,、和and]*§ ?\d+)+)")
SOURCE = re.compile(r"\b(seed \d{3}|domain [A-Z]\.\d+)")
DECISION = re.compile(r"\bDESIGN decision (\d+)")
PATH = re.compile(
    r"`((?:dashboard|datasources|layouts|callbacks|tests|docs|\.ci)/[^`\s<>{}]*|app\.py|Makefile)`"
)
LINK = re.compile(r"\]\(((?!https?:)[^)#\s]*)(?:#([^)]*))?\)")
PICTURE_BYTES = 120_000
DOCUMENTS = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"))
    if path.name != "CHANGELOG.md"
)


def sources() -> list[tuple[str, str]]:
    """Return (path, text) of everything people wrote in the rooms of the house."""
    found = [ROOT / "app.py"]
    for room in ROOMS:
        found += [path for kind in CODE for path in (ROOT / room).rglob(kind) if "vendor" not in path.parts]
    return [(path.relative_to(ROOT).as_posix(), path.read_text("utf-8")) for path in found]


def sections(document: str) -> set[int]:
    """Return the numbers of a book's sections."""
    text = (ROOT / document).read_text("utf-8")
    return {int(number) for number in re.findall(r"^## (\d+)\. ", text, re.M)}


def anchors(document: Path) -> set[str]:
    """Return the anchors of a document's headings."""
    heads = re.findall(r"^#+ (.+)$", document.read_text("utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("document", TABLES)
def test_the_tables_of_a_document_are_what_the_code_says(document: str) -> None:
    assert (ROOT / document).read_text("utf-8") == as_the_code_has_it(document), "run `make tables`"


def test_every_section_that_a_comment_cites_is_in_its_book() -> None:
    there = {book: sections(document) for book, document in BOOKS.items()}
    cited = [
        (path, book, int(number))
        for path, text in sources()
        for book, numbers in CITED.findall(text)
        for number in re.findall(r"\d+", numbers)
    ]
    assert len(cited) > 50  # the expression still finds them
    assert [one for one in cited if one[2] not in there[one[1]]] == []


def test_every_source_that_a_comment_cites_is_explained() -> None:
    told = (ROOT / BOOKS["LIFECYCLE"]).read_text("utf-8").split("## Sources")[1]
    cited = {
        name
        for path, text in sources()
        if path != "tests/house/test_house_documents.py"
        for name in SOURCE.findall(text)
    }
    assert len(cited) > 3 and [name for name in cited if f"`{name}`" not in told] == []


def test_every_decision_that_a_comment_cites_has_a_file() -> None:
    kept = {int(path.name[:4]) for path in (ROOT / "docs" / "adr").glob("[0-9]*.md")}
    cited = [(path, int(number)) for path, text in sources() for number in DECISION.findall(text)]
    assert cited and [one for one in cited if one[1] not in kept] == []


def test_decisions_are_numbered_without_gaps_listed_and_whole() -> None:
    files = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))
    listed = (ROOT / "docs" / "adr" / "README.md").read_text("utf-8")
    assert [int(path.name[:4]) for path in files] == list(range(1, len(files) + 1))
    for path in files:
        heads = re.findall(r"^## (\w+)", path.read_text("utf-8"), re.M)
        assert heads == ["Context", "Options", "Decision", "Price"], path.name
        assert f"({path.name})" in listed


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_path_a_document_names_exists(document: str) -> None:
    text = re.sub(r"^`[^`]+`, new:$", "", (ROOT / document).read_text("utf-8"), flags=re.M)  # made by a walk
    named = PATH.findall(text)
    assert [path for path in named if not list(ROOT.glob(path.rstrip("/")))] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_of_a_document_leads_somewhere(document: str) -> None:
    here = ROOT / document
    for target, anchor in LINK.findall(here.read_text("utf-8")):
        there = (here.parent / target).resolve() if target else here
        assert there.exists(), target
        if anchor and there.suffix == ".md":
            assert anchor in anchors(there), f"{target}#{anchor}"


def test_every_number_of_metrics_is_explained_and_no_other() -> None:
    text = (ROOT / "docs" / "operations.md").read_text("utf-8")
    told = set(re.findall(r"`grid_(\w+)`", text))
    others = {"http_requests_total", "http_seconds", "sweep_age_seconds"}
    assert told == {*GAUGES, *others}


COMMAND = re.compile(r"(?:^|`)(?:\.venv/bin/)?python app\.py ([^`\n#>]*)", re.M)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_command_a_document_shows_is_understood(document: str) -> None:
    text = (ROOT / document).read_text("utf-8")
    for line in COMMAND.findall(text):
        words = re.sub(r"\$\([^)]*\)", "today", line).split()
        if "[COMMAND]" not in words and "…" not in line:
            command_line().parse_args(words)  # ends the test with SystemExit where it is not


def test_the_letters_in_the_operators_guide_are_the_desks() -> None:
    text = (ROOT / "docs" / "guides" / "operator.md").read_text("utf-8")
    letters = {rule.words: keys.label(str(rule.action)) for rule in RULES}
    told = dict(re.findall(r"`(⇧?[A-Z])` (不予立案|立案|并案|催办|批准|不批准)", text))
    assert len(told) == 6
    assert {letters[words]: words for words in told.values()} == told


@pytest.mark.parametrize(("page", "who"), [("unit", "unit"), ("worker", "grid worker")])
def test_the_points_in_a_guide_are_the_defaults(page: str, who: str) -> None:
    text = (ROOT / "docs" / "guides" / f"{page}.md").read_text("utf-8")
    told = {words: sign + n for words, sign, n in re.findall(r"(\w+)(?: \||) ?([+−])(\d+)", text)}
    rules = {POINT_WORDS[rule]: tenths for rule, tenths in POINTS.items() if earner(rule) == who}
    assert {words: told.get(words) for words in rules} == {
        words: f"{'−' if tenths < 0 else '+'}{abs(tenths) // 10}" for words, tenths in rules.items()
    }


def test_every_picture_of_the_guides_is_small_shown_and_made() -> None:
    from tests.browser.guide_pictures import SCENES

    folder = ROOT / "docs" / "guides"
    kept = {path.stem: path.stat().st_size for path in (folder / "pictures").glob("*")}
    shown = {
        name
        for page in folder.glob("*.md")
        for name in re.findall(r"pictures/([\w-]+)\.webp", page.read_text("utf-8"))
    }
    assert set(kept) == shown == set(SCENES)
    assert max(kept.values()) <= PICTURE_BYTES


def test_every_guide_says_that_its_pictures_are_simulated_or_is_listed_where_it_is_said() -> None:
    front = (ROOT / "docs" / "guides" / "README.md").read_text("utf-8")
    assert "模拟数据" in front
    for page in (ROOT / "docs" / "guides").glob("*.md"):
        assert page.name == "README.md" or f"({page.name})" in front


def test_the_hooks_before_a_commit_are_what_lint_runs_and_fetch_nothing() -> None:
    hooks = (ROOT / ".pre-commit-config.yaml").read_text("utf-8")
    lint = (ROOT / "Makefile").read_text("utf-8").split("\nlint:")[1].split("\n\n")[0]
    assert re.findall(r"repo: (\S+)", hooks) == ["local"]
    for entry in re.findall(r"entry: \.venv/bin/([\w-]+)", hooks):
        assert f"$(BIN)/{entry}" in lint
