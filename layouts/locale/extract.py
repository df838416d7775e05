"""Collect every sentence people read and bring the catalogues up to date: `python -m layouts.locale.extract`.

A sentence is a string constant with Chinese characters in the four packages (docstrings, patterns and data builders
aside), `t("…")` in a script or template. Translations are kept; what is no longer said is dropped.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from layouts.text import words

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("dashboard", "datasources", "layouts", "callbacks")
NOT_SAID = (
    "datasources/districts/packs/",
    "datasources/districts/build/",
    "datasources/store/migrations/",
    "dashboard/simulation/",
    "layouts/locale/",
)  # data, not words
MARK = "words: none"  # a line or a module docstring with this holds words of data or parsing, never shown
CHINESE = re.compile(r"[\u3400-\u9fff]")
SPOKEN = re.compile(r"""\bt\(\s*(["'])((?:\\.|(?!\1).)+)\1""")
HEADER = "# Sentences of the product: Chinese is the msgid.\n"


def sentences(root: Path = ROOT) -> dict[str, list[tuple[str, int]]]:
    """Return {msgid: [(file, line)]} of everything said in the sources."""
    found: dict[str, list[tuple[str, int]]] = {}
    for path in _sources(root):
        name = path.relative_to(root).as_posix()
        text = path.read_text(encoding="utf-8")
        for msgid, line in _python(text) if path.suffix == ".py" else _script(text):
            found.setdefault(msgid, []).append((name, line))
    return found


def _sources(root: Path) -> Iterator[Path]:
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*")):
            name = path.relative_to(root).as_posix()
            if (
                path.suffix in (".py", ".js", ".html")
                and "/vendor/" not in name
                and not name.startswith(NOT_SAID)
            ):
                yield path


def _script(text: str) -> Iterator[tuple[str, int]]:
    for match in SPOKEN.finditer(text):
        if CHINESE.search(match[2]):
            yield match[2].replace('\\"', '"'), text.count("\n", 0, match.start()) + 1


def _python(text: str) -> Iterator[tuple[str, int]]:
    tree, lines = ast.parse(text), text.splitlines()
    if MARK in (ast.get_docstring(tree) or ""):
        return
    skipped = set(_unsaid(tree))
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or node in skipped:
            continue
        if CHINESE.search(node.value) and MARK not in lines[node.lineno - 1]:
            yield node.value, node.lineno


def _unsaid(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield the constants that are no sentences: docstrings, parts of f-strings, regular expressions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value
        elif isinstance(node, ast.JoinedStr) or _is_pattern(node):
            yield from ast.walk(node)


def _is_pattern(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func).startswith("re.")


def update(lang: str, said: dict[str, list[tuple[str, int]]]) -> list[str]:
    """Rewrite a language's catalogue; return the sentences that have no translation yet."""
    old = words.read_catalogue(lang)
    new = Catalog(locale=lang, project="grid-command-centre", header_comment=HEADER, fuzzy=False)
    for msgid in sorted(said):
        known = old.get(msgid)
        files = sorted({file for file, _line in said[msgid]})
        new.add(msgid, known.string if known else "", locations=[(file, 0) for file in files])
    for header in ("creation_date", "revision_date"):
        setattr(new, header, getattr(old, header))
    path = words.catalogue_file(lang)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, new, width=0, omit_header=False, include_lineno=False)
    return [
        msgid
        for msgid in sorted(said)
        if lang != words.DEFAULT and not (old.get(msgid) and old[msgid].string)
    ]


def main() -> int:
    """Update every catalogue; name what is untranslated."""
    said = sentences()
    missing = [msgid for lang in words.LANGUAGES for msgid in update(lang, said)]
    for msgid in missing:
        sys.stderr.write(f"untranslated: {msgid}\n")
    sys.stdout.write(f"{len(said)} sentences, {len(missing)} untranslated\n")
    return 1 if missing else 0


if __name__ == "__main__":
    raise SystemExit(main())
